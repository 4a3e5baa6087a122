"""Making clips of takes: for the tasks of workers. Sound is opened here and in commands, never in a web process."""

from __future__ import annotations

import structlog

from audio.make_many import ORIGINAL_LOST, make_clip
from audio.refusals import Refused
from audio.stores import NotKept
from ivr.recording.expecting import expected_of_take
from ivr.store.queue import DEFAULT_QUEUE
from ivr.wiring import Wiring

ALONE_SECONDS = 20.0
"""So long a take is left to the job that was asked for when it came; afterwards it is asked for again."""
MOST_AT_ONCE = 40
"""How many are asked for at a time: workers do about as many until the next look, and what rings somebody waits for
none of them."""

log = structlog.get_logger()


def make_clip_of(wiring: Wiring, take_id: str) -> str:
    """Makes the clip of one take; what has become of it, in a word. Run twice, at once or again, it is made once."""
    room = wiring.recording
    take = room.work.begin(take_id, wiring.clock())
    if take is None:
        return "nothing to do"
    expected = expected_of_take(room.drafts, take)
    try:
        made = make_clip(take.original_sha, expected, room.originals, room.media)
    except Refused as error:
        room.work.refuse(take, error.code, {}, wiring.clock())
        return "refused"
    except NotKept:
        log.error("original_lost", take=take.id)
        room.work.refuse(take, ORIGINAL_LOST, {}, wiring.clock())
        return "refused"
    return "made" if room.work.finish(take, made, wiring.clock()) else "taken away"


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
