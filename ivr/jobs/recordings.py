"""Making clips of takes, and clearing sounds away: for the tasks of workers. Sound is opened here and in commands,
never in a web process."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

import structlog
from sqlalchemy.exc import OperationalError

from audio.erasing import clear_unnamed, erase_withdrawn
from audio.make_many import ORIGINAL_LOST, make_clip
from audio.refusals import Refused
from audio.stores import NotKept, StoreOutOfReach
from ivr.recording.expecting import expected_of_take
from ivr.recording.whole_library import sounds_kept, stores_of
from ivr.store.queue import DEFAULT_QUEUE
from ivr.wiring import Wiring

ALONE_SECONDS = 20.0
"""So long a take is left to the job that was asked for when it came; afterwards it is asked for again."""
MOST_AT_ONCE = 40
"""How many are asked for at a time: workers do about as many until the next look, and what rings somebody waits for
none of them."""
MOST_CLEARED_AT_ONCE = 500

log = structlog.get_logger()


def make_clip_of(wiring: Wiring, take_id: str) -> str:
    """Makes the clip of one take; what has become of it, in a word. Run twice, at once or again, it is made once."""
    room = wiring.recording
    take = room.work.begin(take_id, wiring.clock())
    if take is None:
        return "nothing to do"
    try:
        expected = expected_of_take(room.drafts, take)
        made = make_clip(take.original_sha, expected, room.originals, room.media)
        done = room.work.finish(take, made, wiring.clock())
    except Refused as error:
        room.work.refuse(take, error.code, {}, wiring.clock())
        return "refused"
    except NotKept:
        log.error("original_lost", take=take.id)
        room.work.refuse(take, ORIGINAL_LOST, {}, wiring.clock())
        return "refused"
    except (StoreOutOfReach, OSError, OperationalError) as error:
        # The bucket, the disk, the database: nothing is wrong with what was recorded. It waits until they are back.
        log.error("clip_put_off", take=take.id, error=type(error).__name__)
        room.work.give_back(take, wiring.clock())
        return "put off"
    except Exception:
        room.work.lose(take, wiring.clock())
        raise
    return "made" if done else "taken away"


def sweep_takes_of(wiring: Wiring) -> dict[str, int]:
    """Gives back what killed workers left, and asks for what nobody has looked at."""
    now = wiring.clock()
    room = wiring.recording
    lost = room.work.find_lost(now)
    room.work.give_up_on_providers(now)
    for store in (room.originals, room.media):
        store.clear_unfinished()
    waiting = room.work.waiting(now - ALONE_SECONDS, MOST_AT_ONCE)
    asked = 0
    for take_id in waiting:
        if not wiring.callbacks.jobs.ask("make_clip", take_id, queue=DEFAULT_QUEUE):
            break
        asked += 1
    return {"lost": lost, "asked": asked}


def clear_sounds_of(wiring: Wiring) -> dict[str, int]:
    """Erases what was withdrawn a week ago, and removes the sounds that nothing speaks of any more."""
    now = wiring.clock()
    database, stores = wiring.database, stores_of(wiring.recording)
    erased = erase_withdrawn(database, now)
    kept = partial(sounds_kept, datetime.fromtimestamp(now, UTC).date())
    try:
        removed = clear_unnamed(database, stores, kept, now, MOST_CLEARED_AT_ONCE)
    except StoreOutOfReach as error:
        log.error("sounds_not_cleared", error=str(error))
        removed = 0
    if erased or removed:
        log.info("sounds_cleared", erased=erased, removed=removed)
    return {"erased": erased, "removed": removed}
