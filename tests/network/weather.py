"""What can happen to webhooks on their way: late, twice, out of order, not at all, or their answer is lost."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from random import Random
from typing import Literal
from urllib.parse import urlencode

from ivr.telephony.simulator.words import Params

Kind = Literal["delayed", "repeated", "refused", "unanswered", "lost"]


@dataclass
class WebhookFault:
    """Something that happens to the next webhooks that fit, `times` times.

    `delayed`: sent off so many seconds later. `repeated`: the same again, so many seconds later. `refused`: a try finds
    nobody listening. `unanswered`: a try arrives and its answer doesn't come back. `lost`: never arrives, however often
    it is tried. The provider's own rule says what is tried again.
    """

    kind: Kind
    where: str = ""
    """A pattern that is searched for in the address and the form after it; "" fits everything."""
    of: Literal["", "voice", "status"] = ""
    times: float = 1
    seconds: tuple[float, float] = (5.0, 5.0)
    """From, to; drawn anew each time."""
    chance: float = 1.0


@dataclass
class Weather:
    """The faults in force. Asked under the network's lock."""

    random: Random = field(default_factory=lambda: Random(4))
    faults: list[WebhookFault] = field(default_factory=list)

    def add(self, kind: Kind, where: str = "", **more: object) -> WebhookFault:
        """One more fault; `calm` or its `times` ends it."""
        fault = WebhookFault(kind, where, **more)  # type: ignore[arg-type]
        self.faults.append(fault)
        return fault

    def storm(self, late: float = 0.2, twice: float = 0.2, seconds: float = 20.0) -> None:
        """From now on status callbacks come late and so in any order, and every webhook may come twice."""
        self.add("delayed", of="status", times=math.inf, seconds=(0.0, seconds), chance=late)
        self.add("repeated", times=math.inf, seconds=(0.0, seconds), chance=twice)

    def calm(self) -> None:
        """Nothing goes wrong any more."""
        self.faults.clear()

    def draw(self, kind: Kind, of: str, url: str, params: Params) -> float | None:
        """Whether this happens to this webhook: after how many seconds, or None."""
        said = f"{url} {urlencode(params)}"
        for fault in self.faults:
            fits = fault.kind == kind and fault.times > 0 and fault.of in ("", of)
            if fits and re.search(fault.where, said) and self.random.random() < fault.chance:
                fault.times -= 1
                return self.random.uniform(*fault.seconds)
        return None
