"""Paging supervisors, put together from the parts of a process: for the tasks of workers."""

from __future__ import annotations

from functools import lru_cache

from ivr.callbacks import pace
from ivr.callbacks.page_ringing import PageRinging
from ivr.callbacks.ringing import Addressed
from ivr.legs.page_leg import PAGE
from ivr.wiring import Wiring, networks_of


@lru_cache(maxsize=1)
def page_ringing_of(wiring: Wiring) -> PageRinging:
    """What supervisors are rung with."""

    def addressed(provider: str, of: str) -> Addressed:
        addresses = wiring.addresses
        voice = addresses.of_leg(provider, PAGE, of).on_keys
        return Addressed(
            voice, addresses.leg_status(provider, PAGE, of), addresses.leg_fallback(provider, PAGE)
        )

    return PageRinging(
        database=wiring.database,
        vault=wiring.vault,
        pages=wiring.crisis.pages,
        networks=networks_of(wiring),
        addressed=addressed,
        reserve=lambda connection, provider, now: pace.reserve(
            connection, provider, now, wiring.settings.calls_per_second
        ),
        clock=wiring.clock,
    )
