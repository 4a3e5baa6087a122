"""Making clips of takes: for the tasks of workers. Sound is opened here and in commands, never in a web process."""

from __future__ import annotations

import structlog

from audio.fingerprint import PIPELINE_VERSION
from audio.making import NOTHING_EXPECTED, Expected
from audio.refusals import Refused
from audio.stores import NotKept
from audio.take_rows import Take
from audio.take_work import Made
from flows.lengths import estimated_seconds
from ivr.recording.parts import RecordingParts
from ivr.store.queue import DEFAULT_QUEUE
from ivr.wiring import Wiring

ALONE_SECONDS = 20.0
"""So long a take is left to the job that was asked for when it came; afterwards it is asked for again."""
MOST_AT_ONCE = 40
"""How many are asked for at a time: workers do about as many until the next look, and what rings somebody waits for
none of them."""
LOST = "original_lost"
"""The refusal of a take whose original is gone from its store."""

log = structlog.get_logger()


def make_clip_of(wiring: Wiring, take_id: str) -> str:
    """Makes the clip of one take; what has become of it, in a word. Run twice, at once or again, it is made once."""
    room = wiring.recording
    take = room.work.begin(take_id, wiring.clock())
    if take is None:
        return "nothing to do"
    try:
        original = room.originals.read(take.original_sha)
    except NotKept:
        log.error("original_lost", take=take.id)
        room.work.refuse(take, LOST, {}, wiring.clock())
        return "refused"
    return _make(room, take, original, wiring)


def _make(room: RecordingParts, take: Take, original: bytes, wiring: Wiring) -> str:
    # Imported here: the audio libraries take a while to load, and most tasks never need them.
    from audio.making import make_take_clip

    try:
        clip = make_take_clip(original, expected_of(room, take))
    except Refused as error:
        room.work.refuse(take, error.code, {}, wiring.clock())
        return "refused"
    sha = room.media.put(clip.wav)
    made = Made(sha, clip.seconds, PIPELINE_VERSION, clip.report.as_json(), clip.waveform)
    return "made" if room.work.finish(take, made, wiring.clock()) else "taken away"


def expected_of(room: RecordingParts, take: Take) -> Expected:
    """How long a take should be, going by the words of its script as they are now."""
    script = room.drafts.script(take.prompt, take.language)
    if script is None:
        return NOTHING_EXPECTED
    seconds = script.aim_seconds or estimated_seconds(script.text, script.language)
    return Expected(seconds=seconds)


def sweep_takes_of(wiring: Wiring) -> dict[str, int]:
    """Gives back what killed workers left, and asks for what nobody has looked at."""
    now = wiring.clock()
    room = wiring.recording
    lost = room.work.find_lost(now)
    waiting = room.work.waiting(now - ALONE_SECONDS, MOST_AT_ONCE)
    asked = 0
    for take_id in waiting:
        if not wiring.callbacks.jobs.ask("make_clip", take_id, queue=DEFAULT_QUEUE):
            break
        asked += 1
    return {"lost": lost, "asked": asked}
