"""The gate: nothing goes on air with a mistake, a missing clip, or a voice that isn't a person's.

It says everything that stands in the way at once, so that staff can work through a list; and, of what may go on air,
what could be better.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date

from sqlalchemy import Connection, Engine

from audio.library import Clip, ClipLibrary
from flows.check import check
from flows.house import AT_WILL_PROMPTS
from flows.model import Pack, VoiceMessage
from flows.problems import Problem
from ivr.publishing.lines import put_on_air
from ivr.publishing.releases import Release, ReleasedClip, make_release, store_release
from ivr.recording.drafts import Drafts
from ivr.recording.gate_reasons import Kind, Reason, in_words, reasons_of
from ivr.recording.matrix import Cell
from ivr.recording.scripts import Key, scripts_to_record, wanted_clips
from ivr.recording.shelves import Shelves
from ivr.recording.voices import Mix, mixes, mixes_that_are_meant
from ivr.store.engine import reading

__all__ = ["NotReadyForAir", "prepare", "publish", "scripts_to_record", "wanted_clips", "warnings_about"]


class NotReadyForAir(Exception):
    """A pack can't be published. `reasons` says why, one sentence each, and `found` the same for pages, one by one.
    Permanent until they are dealt with.

    `unrecorded`: how many of its texts have no clip, in all its languages.
    """

    def __init__(self, reasons: Sequence[str], unrecorded: int = 0, found: Sequence[Reason] = ()) -> None:
        self.reasons = tuple(reasons)
        self.unrecorded = unrecorded
        self.found = tuple(found)
        super().__init__("\n".join(reasons))


def prepare(pack: Pack, library: ClipLibrary, demo_allowed: bool) -> Release:
    """The release of a pack as it would go on air now. Raises NotReadyForAir."""
    cells = Shelves(library.engine, library).cells(pack)
    if not demo_allowed:
        cells = {key: one for key, one in cells.items() if not _is_left_out(one)}
    there = {key: one.clip for key, one in cells.items() if one.clip is not None}
    kept = library.media.there({clip.sha for clip in there.values()})
    clips = {key: clip for key, clip in there.items() if clip.sha in kept}
    found = [*_mistakes(pack, clips), *_not_recorded(pack, library, cells, clips, demo_allowed)]
    if not demo_allowed:
        found += _records_callers(pack)
    if found:
        wanted = wanted_clips(pack)
        raise NotReadyForAir(in_words(found), sum(key not in clips for key in wanted), found)
    return make_release(pack, {key: _released(clip) for key, clip in clips.items()})


def _is_left_out(one: Cell) -> bool:
    """What a pack may go on air without goes on air when a person has recorded it, and keeps nothing off the air."""
    return one.prompt in AT_WILL_PROMPTS and (one.clip is None or one.clip.state == "demo")


def standing_in_the_way(pack: Pack, library: ClipLibrary, demo_allowed: bool) -> tuple[Reason, ...]:
    """Everything that keeps a pack off the air now; nothing when it may go on air."""
    try:
        prepare(pack, library, demo_allowed)
    except NotReadyForAir as error:
        return error.found
    return ()


def _mistakes(pack: Pack, clips: dict[Key, Clip]) -> list[Reason]:
    lengths = {key: clip.seconds for key, clip in clips.items()}
    return [
        Reason(Kind.MISTAKE, node=problem.node or "", words=in_one_line(problem))
        for problem in check(pack, lengths)
        if problem.severity == "error"
    ]


def _not_recorded(
    pack: Pack, library: ClipLibrary, cells: dict[Key, Cell], clips: dict[Key, Clip], demo_allowed: bool
) -> list[Reason]:
    has_file = dict.fromkeys(clips, True)
    mixed = _mixes_not_meant(pack, library.engine, clips)
    elsewhere = Drafts(library.engine).said_otherwise(pack)
    return reasons_of(wanted_clips(pack), cells, has_file, mixed, demo_allowed, elsewhere)


def _mixes_not_meant(pack: Pack, database: Engine, clips: dict[Key, Clip]) -> Iterable[Mix]:
    voices = {key: clip.voice for key, clip in clips.items() if clip.state == "approved"}
    with reading(database) as connection:
        meant = mixes_that_are_meant(connection, pack.id)
    return [mix for mix in mixes(pack, voices) if (mix.language, mix.node) not in meant]


def _records_callers(pack: Pack) -> list[Reason]:
    return [
        Reason(Kind.RECORDS_CALLER, node=node.id)
        for flow in pack.flows.values()
        for node in flow.nodes.values()
        if isinstance(node, VoiceMessage)
    ]


def warnings_about(release: Release) -> list[Problem]:
    """What could be better for callers in what is on air, or is about to be: real clips are measured, so this says
    more than reading the texts does. Nothing of it keeps a release off the air."""
    lengths = {key: clip.seconds for key, clip in release.clips.items()}
    return [problem for problem in check(release.pack, lengths) if problem.severity == "warning"]


def publish(
    engine: Engine,
    release: Release,
    line_numbers: Sequence[str],
    today: date,
    note: Callable[[Connection], object] = lambda _: None,
) -> None:
    """Stores the release and puts the lines on it, together, and what is noted of it with them."""
    with engine.begin() as connection:
        store_release(connection, release, today)
        for number in line_numbers:
            put_on_air(connection, number, release.id)
        note(connection)


def _released(clip: Clip) -> ReleasedClip:
    return ReleasedClip(clip.sha, clip.seconds)


def in_one_line(problem: Problem) -> str:
    """A problem of a pack as one sentence or two, with the node it is about."""
    return f"{with_its_place(problem)} {problem.hint}".strip()


def with_its_place(problem: Problem) -> str:
    """What is wrong and where, without what to do about it."""
    return f"{problem.node}: {problem.message}" if problem.node else problem.message
