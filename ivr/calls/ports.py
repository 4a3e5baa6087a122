"""What a turn asks of the rest of the house while the caller waits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from flows.effects import FindServices, RequestCallback
from flows.inputs import NumberFact
from ivr.callbacks.crisis import AskedFor
from ivr.callbacks.desk import AskedOn
from ivr.callbacks.requested import Pending, Requested, TakenBack
from ivr.calls.live import OnLine
from ivr.store.hot import Addition
from ivr.telephony.contract import Party
from ivr.vault.number import PhoneNumber


class CallbackDesk(Protocol):
    """Where callers' wishes for a callback are left."""

    def number_of(self, caller: PhoneNumber | None) -> NumberFact:
        """What the caller's number is good for, whether or not a wish can be noted now."""

    def is_open(self) -> bool:
        """Whether a wish can be noted now. Quick: every turn asks."""

    def request(
        self,
        line: AskedOn,
        wish: RequestCallback,
        *,
        caller: PhoneNumber | None,
        at: float,
        test: bool,
    ) -> Requested:
        """Notes a wish; one that corrects another of the same call takes its place."""

    def pending(self, line: AskedOn, *, caller: PhoneNumber | None, at: float) -> Pending:
        """Whether a callback is noted for this phone, or can be. Only calls that come to such a question ask."""

    def take_back(self, line: AskedOn, *, caller: PhoneNumber | None, at: float) -> TakenBack:
        """Takes back the callback that is noted; not done when there is none, or the two are talking already."""


class Connector(Protocol):
    """Who can be rung for a caller now."""

    def parties_for(
        self, to: str, line: OnLine, *, call: str, provider: str, language: str | None, at: float
    ) -> Sequence[Party]:
        """Whom to ring at once for a call (our own random id of it); none when nobody can be."""

    def kept_for(self, to: str, line: OnLine, asked: AskedFor, *, at: float) -> Sequence[Addition]:
        """What is stored with the turn that rings somebody."""

    def ring_seconds(self, to: str, wanted: int) -> int:
        """How long they are rung, where the flow wants so long."""

    def has_talked(self, to: str, call: str, *, answered: bool) -> bool:
        """Whether the caller has talked with somebody. `answered`: the provider's word that somebody picked up."""


class Directory(Protocol):
    """Help near the caller."""

    def find(self, wanted: FindServices, *, at: float, time_zone: str) -> tuple[tuple[str, ...], ...]:
        """At most three whitelisted services, best first, each as the prompts that say it."""
