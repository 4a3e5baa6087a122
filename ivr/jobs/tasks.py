"""What workers run. Each task may be run again, at any time, by two workers at once, without doing anything twice.

A task is in the table at the end, or no worker runs it; docs/jobs.md shows the same table to people.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
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
from ivr.store.queue import DEFAULT_QUEUE, URGENT
from ivr.telephony.simulator.parts import tell_unanswered
from ivr.vault import upkeep as vault_upkeep
from ivr.vault.errors import VaultOutOfReach
from ivr.wiring import Wiring, times_of, wire

MINUTE = 60
HOUR = 3600
DAY = 86_400
RING_BACK_SECONDS = 0.5
"""For so long at most the one that rings helpers may be kept waiting."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Task:
    """A function that workers run, and what people should know of it.

    `every_seconds` is how often the timetable asks for it, None for never; `ids` how many ids it is given. It is
    stopped after `longest_seconds`; what it has not done by then is done the next time.
    """

    run: Callable[..., object]
    does: str
    every_seconds: int | None
    longest_seconds: int
    ids: int = 0
    queue: str = DEFAULT_QUEUE

    @property
    def name(self) -> str:
        """What people call it."""
        return self.run.__name__

    @property
    def place(self) -> str:
        """What jobs call it."""
        return f"{self.run.__module__}.{self.run.__qualname__}"


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


TASKS = (
    Task(
        dispatch,
        "Offers callbacks that wait to helpers who are free; also asked for whenever somebody becomes free.",
        every_seconds=3,
        longest_seconds=3,
        queue=URGENT,
    ),
    Task(
        ring_helper,
        "Rings the helper of one attempt, once.",
        every_seconds=None,
        longest_seconds=45,
        ids=1,
        queue=URGENT,
    ),
    Task(
        find_lost_answers,
        "Asks providers whether calls exist of which nobody knows any more whether they were asked for.",
        every_seconds=30,
        longest_seconds=30,
    ),
    Task(
        sweep_callbacks,
        "Ends waits that are over, finds lost jobs, hangs up legs that were left on the line.",
        every_seconds=10,
        longest_seconds=10,
    ),
    Task(
        page_supervisors,
        "Rings supervisors, one after the other, when somebody in crisis was reached by nobody or a life is at risk.",
        every_seconds=5,
        longest_seconds=45,
        queue=URGENT,
    ),
    Task(
        tidy_crisis_calls,
        "Ends talks in a crisis whose end was never reported; shreds the numbers of callers whom nobody could help.",
        every_seconds=MINUTE,
        longest_seconds=MINUTE,
    ),
    Task(
        ring_back,
        "Rings missed calls back, in the order of their coming; also asked for when the first of them comes.",
        every_seconds=1,
        longest_seconds=45,
        queue=URGENT,
    ),
    Task(
        clear_ring_backs,
        "Shreds the numbers of missed calls that were rung back or came too late.",
        every_seconds=MINUTE,
        longest_seconds=MINUTE,
    ),
    Task(
        close_callback,
        "Writes the outcome of one callback that is over, shreds its number and deletes it.",
        every_seconds=None,
        longest_seconds=30,
        ids=1,
    ),
    Task(
        close_callbacks,
        "Does so for all that are left, reminds helpers of outcomes, and rings again for lives in danger.",
        every_seconds=MINUTE,
        longest_seconds=MINUTE,
    ),
    Task(
        mix_outcomes,
        "Forgets in which order outcomes were written, where the database keeps it.",
        every_seconds=DAY,
        longest_seconds=MINUTE,
    ),
    Task(
        make_clip,
        "Makes the clip of one recording, so that it can be listened to and reviewed.",
        every_seconds=None,
        longest_seconds=240,
        ids=1,
    ),
    Task(
        sweep_takes,
        "Asks for clips of recordings that no worker has looked at, and of those that a killed worker left.",
        every_seconds=10,
        longest_seconds=10,
    ),
    Task(
        clear_sounds,
        "Erases recordings that were withdrawn a week ago, and removes sounds that nothing speaks of any more.",
        every_seconds=HOUR,
        longest_seconds=5 * MINUTE,
    ),
    Task(
        fetch_spoken,
        "Fetches recordings that were made by phone; deletes at the provider those that are here or not wanted.",
        every_seconds=30,
        longest_seconds=30,
    ),
    Task(
        shred_comments,
        "Destroys the spoken comments of listening panels that ended ninety days ago.",
        every_seconds=HOUR,
        longest_seconds=5 * MINUTE,
    ),
    Task(
        end_lost_calls,
        "Ends calls whose end the provider never reported, and forgets the marks of calls that ended.",
        every_seconds=MINUTE,
        longest_seconds=MINUTE,
    ),
    Task(
        scrub_due,
        "Deletes at the provider the records and recordings of calls that are over.",
        every_seconds=MINUTE,
        longest_seconds=MINUTE,
    ),
    Task(
        reconcile,
        "Asks the provider which records and recordings it still has, and puts them on the list.",
        every_seconds=DAY,
        longest_seconds=10 * MINUTE,
    ),
    Task(
        shred_due_numbers,
        "Shreds the numbers of callers whose time is over and that nobody holds.",
        every_seconds=MINUTE,
        longest_seconds=MINUTE,
    ),
    Task(
        tend_keys,
        "Destroys the keys of old epochs, sweeps left-overs of the vault, and notes where the audit log ends.",
        every_seconds=HOUR,
        longest_seconds=5 * MINUTE,
    ),
    Task(
        forget_old_sign_ins,
        "Forgets sign-ins, links and wrong attempts that are over.",
        every_seconds=HOUR,
        longest_seconds=MINUTE,
    ),
    Task(
        tell_unanswered_calls,
        "Tells the hotline which calls to simulated phones rang for nothing, where the simulator is on.",
        every_seconds=MINUTE,
        longest_seconds=MINUTE,
    ),
)
LISTED = {task.place: task for task in TASKS}
