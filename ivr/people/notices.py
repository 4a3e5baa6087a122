"""Notices: what everybody on duty has to be told. Each is shown to each of them until they have seen it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection


class NoticeKind(StrEnum):
    """What has happened. The console says each in words."""

    NUMBER_REVEALED = "number_revealed"
    NUMBER_HELD = "number_held"
    HOLD_ENDED = "hold_ended"


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice. `who` did it, to `about`; numbers in `details` are hidden."""

    id: str
    at: float
    kind: str
    who: str
    about: str
    details: Mapping[str, str]


class Notices:
    """On duty are all active supervisors and admins, and everybody who is signed in at that moment."""

    def __init__(self, new_id: Callable[[], str], signed_in_seconds: float) -> None:
        self._new_id = new_id
        self._signed_in_seconds = signed_in_seconds

    def tell(
        self,
        connection: Connection,
        kind: NoticeKind,
        who: str,
        about: str,
        details: Mapping[str, str],
        now: float,
    ) -> str:
        """Tells everybody on duty, in the caller's transaction. Returns the notice's id."""
        raise NotImplementedError

    def unseen(self, connection: Connection, person_id: str) -> list[Notice]:
        """What this person hasn't seen yet, newest first."""
        raise NotImplementedError

    def seen(self, connection: Connection, person_id: str, notice_id: str) -> None:
        """This person has seen it. Nothing happens for a notice that isn't theirs."""
        raise NotImplementedError
