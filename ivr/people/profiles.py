"""What a person says of themself: languages, gender, time zone, the console's language, and the own number."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from zoneinfo import available_timezones

from sqlalchemy import Connection, update

from ivr.audit.deeds import Deed
from ivr.people.names import tidy_name
from ivr.people.records import Records, open_account
from ivr.people.refusals import ProfileUnusable
from ivr.people.tables import people

GENDERS = ("", "woman", "man", "other")
READS = ("", "en", "fr", "ar")
"""The languages that the console speaks; empty for the browser's."""
LANGUAGE = re.compile(r"[a-z]{2,3}")
MOST_LANGUAGES = 20


class Profiles:
    """Changes of profiles."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def change(
        self,
        person_id: str,
        *,
        name: str,
        languages: Sequence[str],
        gender: str,
        time_zone: str,
        reads: str,
        now: float,
    ) -> None:
        """A person changes their own profile; with its row in the audit log. `time_zone` such as Africa/Nairobi, or
        empty. Which fields have changed is noted, not what stands in them.

        Raises ProfileUnusable (its `field` says where), NameUnusable, NobodyOfThisId.
        """
        spoken = tuple(dict.fromkeys(languages))
        _judge(spoken, gender, time_zone, reads)
        wanted = {
            "name": tidy_name(name),
            "languages": spoken,
            "gender": gender,
            "time_zone": time_zone,
            "reads": reads,
        }
        with self._records.database.begin() as connection:
            before = open_account(connection, person_id)
            changed = [field for field, value in wanted.items() if getattr(before, field) != value]
            if not changed:
                return
            connection.execute(
                update(people)
                .where(people.c.id == person_id)
                .values(**wanted | {"languages": json.dumps(spoken)})
            )
            self._note(connection, person_id, now, ", ".join(changed))

    def put_number(
        self, connection: Connection, person_id: str, number_id: str | None, now: float
    ) -> str | None:
        """Notes the vault's entry of a person's own number, or that there is none any more, in the transaction in which
        it is stored, as the last thing in it. Returns the entry before, which the caller of this has to shred.

        Raises NobodyOfThisId.
        """
        before = open_account(connection, person_id).number_id
        connection.execute(update(people).where(people.c.id == person_id).values(number_id=number_id))
        self._note(connection, person_id, now, "number")
        return before

    def _note(self, connection: Connection, person_id: str, now: float, changed: str) -> None:
        self._records.audit.append(
            connection,
            at=now,
            who=person_id,
            deed=Deed.PROFILE_CHANGED,
            about=person_id,
            details={"changed": changed},
        )


def _judge(languages: tuple[str, ...], gender: str, time_zone: str, reads: str) -> None:
    if len(languages) > MOST_LANGUAGES or not all(LANGUAGE.fullmatch(one) for one in languages):
        raise ProfileUnusable("languages")
    if gender not in GENDERS:
        raise ProfileUnusable("gender")
    if time_zone and time_zone not in available_timezones():
        raise ProfileUnusable("time_zone")
    if reads not in READS:
        raise ProfileUnusable("reads")
