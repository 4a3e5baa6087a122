"""What callbacks ask of the rest of the house."""

from __future__ import annotations

from typing import Protocol

from sqlalchemy import Connection

from ivr.callbacks.machine import Deed


class HelperClaims(Protocol):
    """Who among the helpers is in a call. All of it in the transaction that changes the callback."""

    def claim(
        self, connection: Connection, person_id: str, attempt_id: str, now: float, until: float
    ) -> bool:
        """This helper is in this attempt from now on, until then at the latest; False when in another already."""

    def release(self, connection: Connection, attempt_id: str) -> None:
        """Whoever is in this attempt isn't any more."""

    def offered(self, connection: Connection, person_id: str, now: float) -> None:
        """It was this helper's turn."""

    def rest(self, connection: Connection, person_id: str, until: float) -> None:
        """This helper's phone isn't rung before."""

    def talked(
        self, connection: Connection, attempt_id: str, person_id: str, began: float, ended: float
    ) -> None:
        """This helper has had a call."""


class MayHave(Protocol):
    """Who may be given a call at all, asked in the moment in which somebody takes it."""

    def may_have(self, connection: Connection, person_id: str, *, crisis: bool) -> bool:
        """Whether this person has an open account, the role, and the training for a crisis where it is one."""


class CrisisClaims(HelperClaims, MayHave, Protocol):
    """Both, for whoever picks up while somebody in crisis is on the line."""


class OutcomeTasks(Protocol):
    """What helpers still have to fill in."""

    def open_task(
        self, connection: Connection, callback_id: str, helper_id: str, seconds: int, now: float
    ) -> None:
        """This helper owes the outcome of a talk of so many seconds."""


class Hurry(Protocol):
    """Asks workers to do at once what a sweep would find some seconds later. Never raises, never waits long."""

    def after(self, callback_id: str, deeds: tuple[Deed, ...]) -> None:
        """What follows from a change that is stored."""

    def dispatch(self) -> None:
        """Somebody may be free, or may wait."""
