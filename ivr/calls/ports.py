"""What a turn asks of the rest of the house while the caller waits."""

from __future__ import annotations

from typing import Protocol

from flows.effects import FindServices, RequestCallback
from flows.inputs import NumberFact
from ivr.callbacks.desk import AskedOn
from ivr.callbacks.requested import Pending, Requested, TakenBack
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
        path: str,
        test: bool,
    ) -> Requested:
        """Notes a wish; one that corrects another of the same call takes its place. `path` is where in the flow."""

    def pending(self, line: AskedOn, *, caller: PhoneNumber | None, at: float) -> Pending:
        """Whether a callback is noted for this phone already. Only calls that come to such a question ask."""

    def take_back(self, line: AskedOn, *, caller: PhoneNumber | None, at: float) -> TakenBack:
        """Takes back the callback that is noted; not done when there is none, or the two are talking already."""


class Connector(Protocol):
    """Who can be rung for a caller now."""

    def numbers_for(self, to: str, emergency_number: str, dial_emergency: bool) -> tuple[str, ...]:
        """The numbers to ring at once; none when nobody can be."""


class Directory(Protocol):
    """Help near the caller."""

    def find(self, wanted: FindServices, *, at: float, time_zone: str) -> tuple[tuple[str, ...], ...]:
        """At most three whitelisted services, best first, each as the prompts that say it."""
