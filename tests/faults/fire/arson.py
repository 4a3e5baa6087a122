"""The damage: processes killed one by one and together, a provider that loses answers, a network in a storm."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Callable
from random import Random

from tests.faults.fire.parts import QUEUE, Parts
from tests.faults.fire.plan import Plan
from tests.network import PhoneNetwork
from tests.postgres import PostgresServer
from tests.telephony.provider.faults import Fault, Refusal

EVERYTHING = "everything at once"
POSTGRES = "PostgreSQL"
CALLS = r"/Calls\.json"
TROUBLES: dict[str, Callable[[], Fault]] = {
    "the answer to a call lost": lambda: Fault("lost", "POST", CALLS),
    "a connection cut": lambda: Fault("cut", "POST", CALLS),
    "too many requests": lambda: Fault("refused", "POST", CALLS, refusal=Refusal(429, 20429)),
    "a fault of the provider's": lambda: Fault("refused", "POST", CALLS, refusal=Refusal(503, 20500)),
    "hanging up refused": lambda: Fault("refused", "POST", r"/Calls/", refusal=Refusal(500, 20500)),
}


class Arson:
    """What is struck and when is drawn; each kind of blow has its turn before any is repeated."""

    def __init__(
        self, plan: Plan, random: Random, parts: Parts, network: PhoneNetwork, postgres: PostgresServer | None
    ) -> None:
        self.struck: Counter[str] = Counter()
        self._plan = plan
        self._random = random
        self._parts = parts
        self._network = network
        self._postgres = postgres

    def burn(self, say: Callable[[str], None]) -> None:
        """Strikes until the time is over and every kind has had its turn."""
        self._storm()
        ends = time.monotonic() + self._plan.fire_seconds
        turn = self._in_some_order()
        while turn or time.monotonic() < ends:
            turn = turn or self._in_some_order()
            time.sleep(self._random.uniform(*self._plan.gap_seconds))
            self._wait_for_a_call()
            self._trouble()
            name = turn.pop()
            say(f"struck: {name}")
            self._strike(name)
            self.struck[name] += 1
        self._network.weather.calm()
        with self._network.lock:
            self._network.provider.faults.clear()

    def _wait_for_a_call(self) -> None:
        """Nothing is proved by killing processes that have nothing to do."""
        ends = time.monotonic() + self._plan.most_idle_seconds
        while time.monotonic() < ends and not self._network.live():
            time.sleep(0.02)

    def _in_some_order(self) -> list[str]:
        names = [*self._parts.all, EVERYTHING, *([POSTGRES] if self._postgres else [])]
        self._random.shuffle(names)
        return names

    def _strike(self, name: str) -> None:
        down = self._random.uniform(*self._plan.down_seconds)
        if name == POSTGRES:
            assert self._postgres is not None
            self._postgres.stop()
            time.sleep(down)
            self._postgres.start()
            return
        struck = tuple(self._parts.all) if name == EVERYTHING else (name,)
        self._parts.kill(*struck)
        time.sleep(down)
        # The queue server comes back last, so that the others have to wait for it.
        self._parts.revive(*sorted(struck, key=lambda part: part == QUEUE))

    def _trouble(self) -> None:
        if sum(self.struck[name] for name in TROUBLES) >= self._plan.troubles:
            return
        name = self._random.choice(list(TROUBLES))
        with self._network.lock:
            self._network.provider.faults[:] = [TROUBLES[name]()]
        self.struck[name] += 1

    def _storm(self) -> None:
        weather = self._network.weather
        weather.random = Random(self._random.random())
        weather.storm(late=0.2, twice=0.2, seconds=60.0)
        weather.add("lost", of="status", times=math.inf, chance=self._plan.lost)
        weather.add("refused", of="voice", times=math.inf, chance=0.02)
        weather.add("unanswered", times=math.inf, chance=0.02)
