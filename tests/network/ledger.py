"""Everything that happened on the network, for assertions. Times are the network's seconds since it began."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations
from typing import Literal

from tests.network.people import Heard

Kind = Literal["incoming", "placed", "dialled"]
WebhookKind = Literal["voice", "status"]


@dataclass(eq=False)
class LegRecord:
    """One phone's part in a call. `incoming`: it rings the hotline; `placed`: by REST; `dialled`: by a reply."""

    sid: str
    kind: Kind
    number: str
    """The phone."""
    shown: str
    """The number at the other end, as the phone shows it: the line, or the callerId."""
    parent: str
    """The call that dialled it, or ""."""
    asked_at: float
    url: str = ""
    rang_at: float | None = None
    answered_at: float | None = None
    ended_at: float | None = None
    outcome: str = ""
    """completed, busy, no-answer, failed, canceled; "" while it isn't over."""
    keys: list[tuple[float, str]] = field(default_factory=list)
    heard: list[Heard] = field(default_factory=list)
    played: list[str] = field(default_factory=list)
    """The addresses of all clips that were begun."""
    troubles: list[str] = field(default_factory=list)
    """Codes of what nobody should meet, as the simulator has them."""

    @property
    def pressed(self) -> str:
        """All keys in a row."""
        return "".join(key for _, key in self.keys)


@dataclass(eq=False)
class Bridge:
    """Two people connected."""

    dialler: LegRecord
    dialled: LegRecord
    began: float
    ended: float | None = None

    @property
    def numbers(self) -> frozenset[str]:
        """Whose phones."""
        return frozenset((self.dialler.number, self.dialled.number))

    def overlaps(self, other: Bridge) -> bool:
        """Whether the two lasted at the same time."""
        return _ends(self) > other.began and _ends(other) > self.began


@dataclass(eq=False)
class Webhook:
    """Something the network has told the hotline, or asked it."""

    kind: WebhookKind
    url: str
    params: dict[str, str]
    at: float = 0.0
    """When it was sent off for the first time."""
    repeated: bool = False
    """Sent again although it had arrived."""
    lost: bool = False
    """Never arrives, however often it is tried."""
    tries: int = 0
    status: int | None = None
    """What was answered at last; None for nothing yet, or nothing at all."""


@dataclass
class Ledger:
    """All of it. Read it once `network.wait_quiet()` is true, or under the network's lock."""

    legs: list[LegRecord] = field(default_factory=list)
    talks: list[Bridge] = field(default_factory=list)
    webhooks: list[Webhook] = field(default_factory=list)

    def leg(self, sid: str) -> LegRecord:
        """One leg by its id."""
        return next(leg for leg in self.legs if leg.sid == sid)

    def legs_of(self, number: str) -> list[LegRecord]:
        """Every leg of this phone, first come first."""
        return [leg for leg in self.legs if leg.number == number]

    def rings_of(self, number: str) -> list[LegRecord]:
        """Every time somebody tried to ring this phone, whatever came of it."""
        return [leg for leg in self.legs_of(number) if leg.kind != "incoming"]

    def bridges(self, number: str = "") -> list[Bridge]:
        """Who was connected with whom: all of them, or those of one phone."""
        return [bridge for bridge in self.talks if not number or number in bridge.numbers]

    def bridges_between(self, one: str, other: str) -> list[Bridge]:
        """The talks of these two."""
        return [bridge for bridge in self.talks if bridge.numbers == {one, other}]

    def overlapping_bridges(self, number: str = "") -> list[tuple[Bridge, Bridge]]:
        """Talks that the same phone was in at the same time: nothing, if all is well."""
        return [
            (one, other)
            for one, other in combinations(self.bridges(number), 2)
            if one.numbers & other.numbers and one.overlaps(other)
        ]

    def rung_while_busy(self, number: str = "") -> list[LegRecord]:
        """Rings that met a phone in use."""
        return [leg for leg in self.legs if leg.outcome == "busy" and leg.number == (number or leg.number)]

    def told(self, sid: str, kind: WebhookKind = "status") -> list[Webhook]:
        """The webhooks about one leg, in the order in which they were sent off."""
        return [hook for hook in self.webhooks if hook.kind == kind and hook.params.get("CallSid") == sid]


def _ends(bridge: Bridge) -> float:
    return float("inf") if bridge.ended is None else bridge.ended
