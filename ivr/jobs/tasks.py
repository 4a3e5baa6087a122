"""What workers run. Each task may be run again, at any time, by two workers at once, without doing anything twice."""

from __future__ import annotations

from functools import lru_cache

import structlog

from ivr.calls.sweep import Swept, sweep_calls
from ivr.settings import load_settings
from ivr.wiring import Wiring, wire

log = structlog.get_logger()


@lru_cache(maxsize=1)
def _wiring() -> Wiring:
    return wire(load_settings())


def end_lost_calls() -> dict[str, int]:
    """Ends the calls whose end was never reported, and forgets what may be forgotten."""
    wiring = _wiring()
    swept: Swept = sweep_calls(wiring.database, wiring.rows, wiring.turns, wiring.clock())
    if swept.ended:
        log.info("lost_calls_ended", count=swept.ended)
    return {"ended": swept.ended, "forgotten": swept.forgotten}
