"""Calling back, put together from the parts of a process: for the tasks of workers."""

from __future__ import annotations

from functools import lru_cache

from ivr.callbacks import pace
from ivr.callbacks.ringing import Addressed, Ringing
from ivr.callbacks.sweep import Sweep
from ivr.legs.helper_leg import HELPER
from ivr.wiring import Wiring, networks_of


@lru_cache(maxsize=1)
def ringing_of(wiring: Wiring) -> Ringing:
    """What helpers are rung with. One a process: the way to a provider takes a while to make."""

    def addressed(provider: str, attempt: str) -> Addressed:
        addresses = wiring.addresses
        voice = addresses.of_leg(provider, HELPER, attempt).on_keys
        return Addressed(
            voice, addresses.leg_status(provider, HELPER, attempt), addresses.leg_fallback(provider, HELPER)
        )

    return Ringing(
        database=wiring.database,
        vault=wiring.vault,
        book=wiring.callbacks.book,
        helpers=wiring.people.helpers,
        networks=networks_of(wiring),
        addressed=addressed,
        reserve=lambda connection, provider, now: pace.reserve(
            connection, provider, now, wiring.settings.calls_per_second
        ),
        hurry=wiring.callbacks.jobs,
        clock=wiring.clock,
    )


def sweep_of(wiring: Wiring) -> Sweep:
    """What is tidied up with."""
    return Sweep(
        database=wiring.database,
        book=wiring.callbacks.book,
        networks=ringing_of(wiring).networks,
        hurry=wiring.callbacks.jobs,
        ring_later=wiring.callbacks.jobs.ring_later,
    )
