"""Clinical reviews: a supervisor has agreed to a therapeutic script, in these very words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError

from ivr.recording.scripts import Key
from ivr.recording.tables import clinical_reviews


@dataclass(frozen=True, slots=True)
class ClinicalReview:
    """Who has agreed to the words of a script, and when."""

    script_fingerprint: str
    reviewed_by: str
    reviewed_on: date


def reviews_of(connection: Connection) -> dict[Key, list[ClinicalReview]]:
    """Every clinical review, by (prompt, language)."""
    found: dict[Key, list[ClinicalReview]] = {}
    for row in connection.execute(select(clinical_reviews)):
        review = ClinicalReview(row.script_fingerprint, row.reviewed_by, row.reviewed_on)
        found.setdefault((row.prompt, row.language), []).append(review)
    return found


def agreed_words(connection: Connection) -> set[tuple[str, str, str]]:
    """Every (prompt, language, fingerprint) that was agreed to."""
    table = clinical_reviews
    rows = connection.execute(select(table.c.prompt, table.c.language, table.c.script_fingerprint))
    return {(row.prompt, row.language, row.script_fingerprint) for row in rows}


def agree(connection: Connection, key: Key, fingerprint: str, by: str, today: date) -> None:
    """Notes that these words were agreed to; agreed to twice, the first one stands."""
    prompt, language = key
    same = {"prompt": prompt, "language": language, "script_fingerprint": fingerprint}
    try:
        with connection.begin_nested():
            connection.execute(insert(clinical_reviews).values(**same, reviewed_by=by, reviewed_on=today))
    except IntegrityError:
        return
