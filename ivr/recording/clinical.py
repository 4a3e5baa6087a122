"""Clinical reviews: a supervisor has agreed to a therapeutic script, in these very words."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError

from audio.fingerprint import script_fingerprint
from flows.model import Script
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


class Agreed:
    """What supervisors have agreed to: every (prompt, language, fingerprint)."""

    def __init__(self, words: Collection[tuple[str, str, str]] = ()) -> None:
        self._words = frozenset(words)
        self._keys = frozenset((prompt, language) for prompt, language, _ in self._words)

    def is_therapeutic(self, script: Script) -> bool:
        """Whether a script's words need a supervisor. What was therapeutic once stays so, whatever the pack says of it
        by now: whoever edits the pack can't take that away."""
        return script.therapeutic or (script.prompt, script.language) in self._keys

    def lacks(self, script: Script) -> bool:
        """Whether nobody has agreed to therapeutic words as they are now."""
        if not self.is_therapeutic(script):
            return False
        return (script.prompt, script.language, script_fingerprint(script.text)) not in self._words


def agreed_words(connection: Connection) -> Agreed:
    """What was agreed to so far."""
    table = clinical_reviews
    rows = connection.execute(select(table.c.prompt, table.c.language, table.c.script_fingerprint))
    return Agreed({(row.prompt, row.language, row.script_fingerprint) for row in rows})


def agree(connection: Connection, key: Key, fingerprint: str, by: str, today: date) -> None:
    """Notes that these words were agreed to; agreed to twice, the first one stands."""
    prompt, language = key
    same = {"prompt": prompt, "language": language, "script_fingerprint": fingerprint}
    try:
        with connection.begin_nested():
            connection.execute(insert(clinical_reviews).values(**same, reviewed_by=by, reviewed_on=today))
    except IntegrityError:
        return
