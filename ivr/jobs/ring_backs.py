"""Ringing back, put together from the parts of a process: for the tasks."""

from __future__ import annotations

from ivr.callback_wiring import flash_rules_of
from ivr.callbacks.ring_backs import RingBacks
from ivr.callbacks.ringing import Addressed
from ivr.legs.ring_back_leg import FLASH
from ivr.outcomes.numbers import let_go
from ivr.wiring import Wiring, networks_of


def ring_backs_of(wiring: Wiring) -> RingBacks:
    """What a worker rings back with."""

    def addressed(provider: str, flash_id: str) -> Addressed:
        addresses = wiring.addresses
        voice = addresses.of_leg(provider, FLASH, flash_id).on_keys
        return Addressed(
            voice, addresses.leg_status(provider, FLASH, flash_id), addresses.leg_fallback(provider, FLASH)
        )

    return RingBacks(
        database=wiring.database,
        vault=wiring.vault,
        networks=networks_of(wiring),
        addressed=addressed,
        let_go=lambda connection, number_id, now: let_go(connection, wiring.vault, number_id, now),
        rules=flash_rules_of(wiring.settings),
        clock=wiring.clock,
    )
