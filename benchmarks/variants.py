"""What is compared: names as they stand in the tables, and the webhooks that each is given."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from benchmarks.calling import Application
from benchmarks.hotlines import TURNS_IN_A_CALL, Hotline
from benchmarks.webhooks import Caller, Webhook

BARE = "A bare WSGI application"
FLASK = "A bare Flask route"
STATELESS_CALLERS = 100


def plain_name(database: str) -> str:
    """The plain way, in tables."""
    return f"A turn the plain way, {database}"


def real_name(database: str, stored: int) -> str:
    """A turn of Warmline, in tables."""
    calls = "1 call" if stored == 1 else f"{thousands(stored)} calls"
    return f"A turn of Warmline, {database}, {calls} stored"


def thousands(number: float) -> str:
    """A number that people can read at a glance."""
    return f"{number:,.0f}".replace(",", " ")


@dataclass
class Variant:
    """One thing to measure. `hotline` is None for what keeps no calls; `module` is what a web server loads."""

    name: str
    application: Application
    module: str
    environment: dict[str, str] = field(default_factory=dict)
    hotline: Hotline | None = None

    @property
    def is_warmline(self) -> bool:
        return self.hotline is not None

    @property
    def database(self) -> str:
        """SQLite, PostgreSQL, or "" for what stores nothing."""
        return next((kind for kind in ("SQLite", "PostgreSQL") if kind in self.name), "")


class Crowd:
    """Callers whose turns are interleaved. A caller's next key comes only after the answer to the last one."""

    def __init__(self, variant: Variant, callers: int) -> None:
        self._hotline = variant.hotline
        self._size = callers
        self._callers: deque[Caller] = deque()
        self.checked = variant.is_warmline

    def next(self) -> tuple[Caller, Webhook]:
        """Whoever has waited longest presses a key. New calls are there as soon as old ones have had their turns."""
        if not self._callers:
            self.refill()
        caller = self._callers.popleft()
        return caller, caller.press()

    def refill(self) -> None:
        """Lets in as many callers as can be on the line at once."""
        if self._hotline is not None:
            self._callers.extend(self._hotline.callers(self._size))
        else:
            self._callers.extend(Caller(f"CA{number:032x}", 3) for number in range(self._size))

    def answered(self, caller: Caller) -> None:
        """The caller has heard the answer and can press the next key."""
        if caller.turn < TURNS_IN_A_CALL:
            self._callers.append(caller)

    def ready_for(self, turns: int) -> None:
        """Lets in as many callers as so many turns need, so that nobody has to be let in while time is taken."""
        while sum(TURNS_IN_A_CALL - caller.turn for caller in self._callers) < turns:
            self.refill()

    def turns(self, count: int) -> Iterator[Webhook]:
        """The next webhooks, for whoever answers them one after the other."""
        for _ in range(count):
            caller, hook = self.next()
            self.answered(caller)
            yield hook
