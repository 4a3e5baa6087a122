"""Whom a caller can be connected with: helpers for a life at risk, or the emergency number."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ivr.callbacks.crisis import AskedFor, CrisisRinging
from ivr.callbacks.crisis_talks import CrisisTalks
from ivr.callbacks.matching import CRISIS
from ivr.calls.live import OnLine
from ivr.store.hot import Addition
from ivr.telephony.contract import Party

EMERGENCY = "emergency"


class PeopleToTalkTo:
    """Connects with every helper who is trained for a crisis and free, or with the emergency number on lines that
    allow it."""

    def __init__(
        self, ringing: CrisisRinging, talks: CrisisTalks, ring_seconds: int, clock: Callable[[], float]
    ) -> None:
        """`ring_seconds`: how long helpers are rung at the most."""
        self._ringing = ringing
        self._talks = talks
        self._ring_seconds = ring_seconds
        self._clock = clock

    def parties_for(
        self, to: str, line: OnLine, *, call: str, provider: str, language: str | None, at: float
    ) -> Sequence[Party]:
        """Helpers for `crisis`, the line's emergency number for `emergency`; nobody where nobody can be rung."""
        if to == CRISIS:
            return self._ringing.parties(call=call, provider=provider, language=language, at=at)
        return (Party(line.emergency_number),) if to == EMERGENCY and line.dial_emergency else ()

    def kept_for(self, to: str, line: OnLine, asked: AskedFor, *, at: float) -> Sequence[Addition]:
        """What is stored with the turn in which `parties_for` found somebody."""
        return self._ringing.rows(line, asked, at) if to == CRISIS else ()

    def ring_seconds(self, to: str, wanted: int) -> int:
        """How long they are rung: as long as the flow wants, and in a crisis no longer than the hotline allows."""
        return min(wanted, self._ring_seconds) if to == CRISIS else wanted

    def has_talked(self, to: str, call: str, *, answered: bool) -> bool:
        """Whether the caller has talked with somebody. In a crisis only if a helper had pressed the key: the provider
        calls it answered, too, when a mailbox picks up. The talk is over from then on.
        """
        if to != CRISIS:
            return answered
        return self._talks.dial_is_over(call, self._clock()) and answered
