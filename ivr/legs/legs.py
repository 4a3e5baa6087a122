"""The way from a leg's webhook to its reply: each kind of leg has its own module."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ivr.calls.screens import Addresses
from ivr.legs.parts import BackToTheCall, Leg
from ivr.telephony.contract import Dialect, LegEvent


class NoSuchLeg(LookupError):
    """A webhook of a kind of leg that isn't known here: of a newer Warmline, or mistaken. Permanent."""


class Legs:
    """All kinds of legs, by the word that stands in their addresses."""

    def __init__(
        self, kinds: Mapping[str, Leg], addresses: Addresses, rang_in_is_over: Callable[[str, str], None]
    ) -> None:
        self._kinds = kinds
        self._rang_in_is_over = rang_in_is_over
        self._addresses = addresses

    def answer(self, dialect: Dialect, event: LegEvent) -> str:
        """The reply; it may name entries of the vault. Raises NoSuchLeg, SQLAlchemyError, LookupError."""
        said = self._kind(event).answer(dialect, event)
        if isinstance(said.screen, BackToTheCall):
            return dialect.redirect(self._addresses.voice(dialect.name))
        urls = self._addresses.of_leg(dialect.name, said.part, said.of, said.step)
        return dialect.render(said.screen, urls)

    def tell(self, dialect: Dialect, event: LegEvent) -> None:
        """How a leg goes. Raises NoSuchLeg, SQLAlchemyError."""
        self._kind(event).tell(dialect, event)

    def call_is_over(self, dialect: Dialect, call: str) -> None:
        """A call that came in is over: of a helper who rang in, the attempt ends with it. Raises SQLAlchemyError."""
        self._rang_in_is_over(dialect.name, call)

    def _kind(self, event: LegEvent) -> Leg:
        found = self._kinds.get(event.part)
        if found is None:
            raise NoSuchLeg(event.part)
        return found
