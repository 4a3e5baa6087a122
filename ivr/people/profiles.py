"""What a person says of themself: languages, gender, time zone, the console's language, and the own number."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

GENDERS = ("", "woman", "man", "other")
READS = ("", "en", "fr", "ar")
"""The languages that the console speaks; empty for the browser's."""


class Profiles:
    """Changes of profiles."""

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
        """A person changes their own profile; with its row in the audit log. `time_zone` such as Africa/Nairobi.

        Raises ProfileUnusable (its `field` says where), NameUnusable, NobodyOfThisId.
        """
        raise NotImplementedError

    def put_number(
        self, connection: Connection, person_id: str, number_id: str | None, now: float
    ) -> str | None:
        """Notes the vault's entry of a person's own number, or that there is none any more, in the transaction in which
        it is stored. Returns the entry before, which the caller of this has to shred. Raises NobodyOfThisId.
        """
        raise NotImplementedError
