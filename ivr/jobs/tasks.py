"""What workers run. Each task may be run again, at any time, by two workers at once, without doing anything twice.

A task is in the table (`ivr/jobs/table.py`), or no worker runs it.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from functools import lru_cache

import structlog

from ivr.callbacks.ring_backs import RingBacks
from ivr.calls.sweep import Swept, sweep_calls
from ivr.jobs.callbacks import ringing_of, sweep_of
from ivr.jobs.paging import page_ringing_of
from ivr.jobs.recordings import clear_sounds_of, make_clip_of, sweep_takes_of
from ivr.jobs.ring_backs import ring_backs_of
from ivr.jobs.scrubs import reconcile_with_providers, scrub_what_is_due
from ivr.jobs.spoken import fetching_of
from ivr.outcomes import mixing
from ivr.people import upkeep as people_upkeep
from ivr.settings import load_settings
from ivr.telephony.simulator.parts import tell_unanswered
from ivr.vault import upkeep as vault_upkeep
from ivr.vault.errors import VaultOutOfReach
from ivr.wiring import Wiring, times_of, wire

RING_BACK_SECONDS = 0.5
"""For so long at most the one that rings helpers may be kept waiting."""

log = structlog.get_logger()


@lru_cache(maxsize=1)
def _wiring() -> Wiring:
    return wire(load_settings())


@lru_cache(maxsize=1)
def _ring_backs() -> RingBacks:
    return ring_backs_of(_wiring())


def end_lost_calls() -> dict[str, int]:
    """Ends the calls whose end was never reported, and forgets what may be forgotten."""
    wiring = _wiring()
    swept: Swept = sweep_calls(wiring.database, wiring.rows, wiring.turns, wiring.clock())
    if swept.ended:
        log.info("lost_calls_ended", count=swept.ended)
    return {"ended": swept.ended, "forgotten": swept.forgotten}


def scrub_due() -> dict[str, int]:
    """Deletes at the providers what is due: call records and recordings of calls that are over."""
    scrubbed = scrub_what_is_due(_wiring())
    if scrubbed.done:
        log.info("provider_records_deleted", count=scrubbed.done)
    return scrubbed._asdict()


def reconcile() -> dict[str, int]:
    """Asks the providers what they still have. How much was left, by provider."""
    found = reconcile_with_providers(_wiring())
    for left in found:
        if left.calls or left.recordings:
            log.warning(
                "left_at_the_provider", provider=left.provider, calls=left.calls, recordings=left.recordings
            )
    return {left.provider: left.calls + left.recordings for left in found}


def shred_due_numbers() -> dict[str, int]:
    """Shreds the numbers whose time is over. Those that the vault can't reach now are shredded the next time."""
    wiring = _wiring()
    try:
        return {"shredded": vault_upkeep.shred_due_numbers(wiring.database, wiring.vault, wiring.clock())}
    except VaultOutOfReach as error:
        log.error("numbers_not_shredded", error=type(error).__name__)
        return {"shredded": 0}


def tend_keys() -> dict[str, int]:
    """Destroys the keys of old epochs and what was left over; the next time, where the vault is out of reach."""
    wiring = _wiring()
    try:
        wiring.people.accounts.shred_left_over()
        return vault_upkeep.tend_keys(wiring.database, wiring.vault, wiring.clock())
    except VaultOutOfReach as error:
        log.error("keys_not_tended", error=type(error).__name__)
        return {}


def forget_old_sign_ins() -> dict[str, int]:
    """Forgets sign-ins, links and wrong attempts that are over."""
    wiring = _wiring()
    forgotten = people_upkeep.forget_old(wiring.database, times_of(wiring.settings), wiring.clock())
    return asdict(forgotten)


def tell_unanswered_calls() -> dict[str, int]:
    """Tells the hotline which calls to simulated phones rang for nothing, while no page was open to say so."""
    wiring = _wiring()
    return {"told": tell_unanswered(wiring) if wiring.settings.simulator else 0}


def dispatch() -> dict[str, int]:
    """Offers what waits to whoever is free."""
    wiring = _wiring()
    return {"offered": wiring.callbacks.dispatcher.dispatch(wiring.clock())}


def sweep_callbacks() -> dict[str, int]:
    """Ends waits that are over, finds lost jobs and lost answers, and hangs up legs that were left on the line."""
    wiring = _wiring()
    return sweep_of(wiring).run(wiring.clock())


def find_lost_answers() -> dict[str, int]:
    """Asks providers whether calls exist of which nobody knows any more whether they were asked for."""
    wiring = _wiring()
    return {"found_out": ringing_of(wiring).look_again(wiring.clock())}


def ring_helper(attempt_id: str) -> dict[str, str]:
    """Rings the helper of one attempt, once."""
    return {"rung": ringing_of(_wiring()).ring(attempt_id)}


def ring_back() -> dict[str, int]:
    """Rings missed calls back."""
    return {"rung": _ring_backs().run(RING_BACK_SECONDS)}


def clear_ring_backs() -> dict[str, int]:
    """Shreds the numbers of missed calls that were rung back, unless something else needs them."""
    try:
        return {"cleared": _ring_backs().clear()}
    except VaultOutOfReach as error:
        log.error("ring_backs_not_cleared", error=type(error).__name__)
        return {"cleared": 0}


def page_supervisors() -> dict[str, int]:
    """Rings supervisors for whom nobody has reached, and for lives at risk."""
    wiring = _wiring()
    return page_ringing_of(wiring).run(wiring.clock())


def tidy_crisis_calls() -> dict[str, int]:
    """Ends talks whose end was never reported, and shreds the numbers of callers whom nobody had to call again."""
    wiring = _wiring()
    return {"tidied": wiring.crisis.talks.tidy(wiring.clock())}


def close_callback(callback_id: str) -> dict[str, int]:
    """Writes the outcome of a callback that is over, and deletes it. Where the vault can't be reached, later."""
    wiring = _wiring()
    try:
        return {"closed": int(wiring.outcomes.close(callback_id, wiring.clock()))}
    except VaultOutOfReach as error:
        log.error("callbacks_not_closed", error=type(error).__name__)
        return {"closed": 0}


def close_callbacks() -> dict[str, int]:
    """Closes what can be closed, reminds of outcomes, and pages again where the clock of a life in danger ran out."""
    wiring = _wiring()
    return asdict(wiring.outcomes.sweep(wiring.clock()))


def mix_outcomes() -> dict[str, bool]:
    """Forgets in which order outcomes were written, because it would say when."""
    return {"mixed": mixing.mix_outcomes(_wiring().database)}


def make_clip(take_id: str) -> dict[str, str]:
    """Makes the clip of one recording."""
    return {"clip": make_clip_of(_wiring(), take_id)}


def sweep_takes() -> dict[str, int]:
    """Finds recordings that no worker has looked at, and those that a killed worker left."""
    return sweep_takes_of(_wiring())


def clear_sounds() -> dict[str, int]:
    """Erases recordings that were withdrawn a week ago, and sounds that nothing speaks of any more."""
    return clear_sounds_of(_wiring())


def fetch_spoken() -> dict[str, int]:
    """Fetches recordings that were made by phone, and deletes at the providers those that are here or not wanted."""
    return fetching_of(_wiring()).run()


def shred_comments() -> dict[str, int]:
    """Destroys what listeners said in panels that ended long ago; the next time, where the vault is out of reach."""
    wiring = _wiring()
    today = datetime.fromtimestamp(wiring.clock(), UTC).date()
    try:
        return {"shredded": wiring.recording.comments.shred_due(today)}
    except VaultOutOfReach as error:
        log.error("comments_not_shredded", error=type(error).__name__)
        return {"shredded": 0}
