"""The telephones of a test in which anything may happen: who is really on the line, whatever the rows say.

They are a provider, too: it is asked to ring somebody, and what it answers may be lost. What becomes of legs lies here
as words, which arrive at any time, twice, or never.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, event

from ivr.callbacks import machine as m
from ivr.callbacks.ringing import Addressed
from ivr.telephony.contract import AnswerLost, NumberRefused, ProviderBusy
from ivr.vault.number import PhoneNumber
from tests.callbacks.any_order_people import NUMBERS

RINGS_SECONDS = 30.0
ALONE_SECONDS = 120.0
"""For so long a helper stays on the line after the last word with the caller."""
FATES = ("rings", "rings", "rings", "answer lost", "request lost", "busy", "refused")
"""What becomes of a request to ring somebody."""
WRITES = ("INSERT", "UPDATE", "DELETE")


class Died(BaseException):
    """The process was killed. Nothing that catches errors catches this."""


class Death:
    """Kills the process before the so many-th write, commit, or request to the provider; 0 for never."""

    def __init__(self, engine: Engine) -> None:
        self._left = 0
        event.listen(engine, "before_cursor_execute", self._statement)
        event.listen(engine, "commit", self._commit)

    def comes_before(self, step: int) -> None:
        self._left = step

    def step(self) -> None:
        """One thing more is about to be done."""
        if self._left:
            self._left -= 1
            if not self._left:
                raise Died

    def _statement(self, _connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.lstrip().startswith(WRITES):
            self.step()

    def _commit(self, _connection: Connection) -> None:
        self.step()


@dataclass
class Phones:
    """Legs are named after their attempts. `words` is what is still to be told."""

    death: Death
    now: float = 0.0
    fate: str = "rings"
    helper: dict[str, str] = field(default_factory=dict)
    """Which helper's phone rings, or is talked on, by attempt."""
    picked_up: set[str] = field(default_factory=set)
    caller: dict[str, str] = field(default_factory=dict)
    """Which caller's phone does, by the attempt whose helper's leg has dialled it."""
    dialled: set[str] = field(default_factory=set)
    """The attempts whose helper's leg has dialled: it does so once."""
    joined: set[str] = field(default_factory=set)
    since: dict[str, float] = field(default_factory=dict)
    """Since when each leg is as it is."""
    words: list[m.Happening] = field(default_factory=list)
    rang: dict[str, tuple[str, float]] = field(default_factory=dict)
    """Whose phone rang in each attempt, and since when."""

    name = "twilio"

    # What the hotline asks of a provider

    def place_call(self, to: PhoneNumber, caller_id: str, voice_url: str, *_: Any) -> str:
        del caller_id
        self.death.step()
        if self.fate == "busy":
            raise ProviderBusy
        if self.fate == "refused":
            raise NumberRefused
        if self.fate == "request lost":
            raise AnswerLost
        assert voice_url not in self.rang, "the provider is asked twice for one attempt"
        helper = next(name for name, number in NUMBERS.items() if PhoneNumber(number) == to)
        self.helper[voice_url] = helper
        self.rang[voice_url] = helper, self.now
        self.since[voice_url] = self.now
        self.death.step()
        if self.fate == "answer lost":
            raise AnswerLost
        return voice_url

    def placed(self, to: PhoneNumber, caller_id: str, since: float) -> list[str]:
        del caller_id
        found = [
            attempt
            for attempt, (helper, at) in self.rang.items()
            if at >= since and PhoneNumber(NUMBERS[helper]) == to
        ]
        return found[::-1]

    def hangup(self, leg: str) -> None:
        self.death.step()
        self.helper_ends(leg)

    # What becomes of legs

    def helper_picks_up(self, attempt: str) -> None:
        self.picked_up.add(attempt)
        self.since[attempt] = self.now

    def caller_rings(self, attempt: str, caller: str) -> None:
        """The helper's leg dials."""
        self.dialled.add(attempt)
        self.caller[attempt] = caller
        self.since[attempt] = self.now

    def join(self, attempt: str) -> None:
        self.joined.add(attempt)
        self.since[attempt] = self.now

    def helper_ends(self, attempt: str) -> None:
        """A helper's leg is over, and with it whatever it dialled."""
        if self.helper.pop(attempt, None) is not None:
            self.words.append(m.HelperLegOver(attempt))
        self.picked_up.discard(attempt)
        self.caller_ends(attempt, m.Missed.HELPER_GONE)

    def caller_ends(self, attempt: str, missed: m.Missed) -> None:
        """A caller's leg is over; the helper's goes on."""
        if self.caller.pop(attempt, None) is not None:
            self.words.append(m.CallerLegOver(attempt, missed))
            self.since[attempt] = self.now
        self.joined.discard(attempt)

    def time_passes(self, seconds: float, longest_talk: float) -> None:
        """Nobody lets a phone ring for ever, and the provider lets nobody talk for longer than it was told."""
        for attempt in sorted(self.helper):
            ends_at = self.since[attempt] + RINGS_SECONDS
            if attempt in self.joined:
                ends_at = self.since[attempt] + longest_talk
            if attempt in self.caller and self.now + seconds > ends_at:
                self.caller_ends(attempt, m.Missed.NO_KEY if attempt in self.joined else m.Missed.NO_ANSWER)
                self.since[attempt] = ends_at
            patience = ALONE_SECONDS if attempt in self.picked_up else RINGS_SECONDS
            if attempt not in self.caller and self.now + seconds > self.since[attempt] + patience:
                self.helper_ends(attempt)
        self.now += seconds


class OpenVault:
    """Opens the numbers of helpers, which are no secret here."""

    def open(self, connection: Connection, entry: str, now: float) -> PhoneNumber:
        del connection, now
        return PhoneNumber(NUMBERS[entry.removeprefix("number-of-")])


def named_after(_provider: str, attempt: str) -> Addressed:
    """A leg asks what to say under the name of its attempt."""
    return Addressed(attempt, attempt)
