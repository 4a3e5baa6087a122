"""The gate: nothing goes on air with a mistake, a missing clip, or a voice that isn't a person's.

It says everything that stands in the way at once, so that staff can work through a list; and, of what may go on air,
what could be better.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Engine

from audio.fingerprint import script_fingerprint
from audio.library import Clip, ClipLibrary
from flows.check import check
from flows.model import Pack, VoiceMessage
from flows.problems import Problem
from flows.prompts import needed_by_pack
from ivr.publishing.lines import put_on_air
from ivr.publishing.releases import Release, ReleasedClip, make_release, store_release

MOST_NAMED = 3
"""Texts without a recording that are named one by one; a pack that isn't recorded at all has hundreds."""


class NotReadyForAir(Exception):
    """A pack can't be published. `reasons` says why, one sentence each. Permanent until they are dealt with.

    `unrecorded`: how many of its texts have no clip, in all its languages.
    """

    def __init__(self, reasons: Sequence[str], unrecorded: int = 0) -> None:
        self.reasons = tuple(reasons)
        self.unrecorded = unrecorded
        super().__init__("\n".join(reasons))


def wanted_clips(pack: Pack) -> dict[tuple[str, str], str]:
    """The fingerprint of every script a pack needs a clip for, by (prompt, language)."""
    needed = [(prompt, language) for language in pack.languages for prompt in needed_by_pack(pack)]
    return {key: script_fingerprint(pack.scripts[key].text) for key in needed if key in pack.scripts}


def scripts_to_record(pack: Pack) -> dict[tuple[str, str], str]:
    """The fingerprint of every script of a pack in its languages: what flows say, and what services are said with."""
    return {
        key: script_fingerprint(script.text)
        for key, script in pack.scripts.items()
        if script.language in pack.languages
    }


def prepare(pack: Pack, library: ClipLibrary, demo_allowed: bool) -> Release:
    """The release of a pack as it would go on air now. Raises NotReadyForAir."""
    wanted = wanted_clips(pack)
    there = library.clips_for(scripts_to_record(pack))
    clips = {key: clip for key, clip in there.items() if library.media.has(clip.sha)}
    missing = [key for key in wanted if key not in clips]
    lengths = {key: clip.seconds for key, clip in clips.items()}
    reasons = [in_one_line(problem) for problem in check(pack, lengths) if problem.severity == "error"]
    reasons += _by_language(missing, "no clip, and has to be recorded", "no clip, and have to be recorded")
    if not demo_allowed:
        demo = [key for key, clip in clips.items() if clip.state == "demo"]
        reasons += _by_language(
            demo, "only the demo voice: record a person", "only the demo voice: record people"
        )
        reasons += [
            f"{node.id} records the caller, and no room to keep messages safely has been set up."
            for flow in pack.flows.values()
            for node in flow.nodes.values()
            if isinstance(node, VoiceMessage)
        ]
    if reasons:
        raise NotReadyForAir(reasons, len(missing))
    return make_release(pack, {key: _released(clip) for key, clip in clips.items()})


def warnings_about(release: Release) -> list[Problem]:
    """What could be better for callers in what is on air, or is about to be: real clips are measured, so this says
    more than reading the texts does. Nothing of it keeps a release off the air."""
    lengths = {key: clip.seconds for key, clip in release.clips.items()}
    return [problem for problem in check(release.pack, lengths) if problem.severity == "warning"]


def publish(engine: Engine, release: Release, line_numbers: Sequence[str], today: date) -> None:
    """Stores the release and puts the lines on it, together."""
    with engine.begin() as connection:
        store_release(connection, release, today)
        for number in line_numbers:
            put_on_air(connection, number, release.id)


def _by_language(keys: Sequence[tuple[str, str]], one: str, several: str) -> list[str]:
    """A sentence for each text, or for each language that lacks many."""
    found = []
    for language in dict.fromkeys(language for _, language in keys):
        prompts = [prompt for prompt, code in keys if code == language]
        if len(prompts) <= MOST_NAMED:
            found += [f"{prompt} ({language}) has {one}." for prompt in prompts]
        else:
            named = ", ".join(prompts[:MOST_NAMED])
            more = len(prompts) - MOST_NAMED
            found.append(f"In {language}, {len(prompts)} texts have {several}: {named} and {more} more.")
    return found


def _released(clip: Clip) -> ReleasedClip:
    return ReleasedClip(clip.sha, clip.seconds)


def in_one_line(problem: Problem) -> str:
    """A problem of a pack as one sentence or two, with the node it is about."""
    return f"{with_its_place(problem)} {problem.hint}".strip()


def with_its_place(problem: Problem) -> str:
    """What is wrong and where, without what to do about it."""
    return f"{problem.node}: {problem.message}" if problem.node else problem.message
