"""Gives every script that has no clip yet one in the demo voice.

The work is shared by all processors; the process that asked alone writes the database, one clip at a time, each after
its file is safely in the media store. Killed at any moment, it has lost at most the clips it was just making.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, as_completed
from dataclasses import dataclass
from datetime import date

from audio import demo_voice
from audio.fingerprint import script_fingerprint
from audio.library import Clip, ClipLibrary
from audio.media import Media
from audio.side_by_side import new_pool
from audio.telephone_sound import telephone_clip

Progress = Callable[[int, int, str], None]
"""(done, total, what was just made, such as "breathing (sw)")"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A script that should have a clip."""

    prompt: str
    language: str
    text: str


@dataclass(frozen=True, slots=True)
class Counts:
    """Clips made now, and clips that were there already."""

    made: int
    kept: int


class ClipsCouldNotBeMade(RuntimeError):
    """The demo voice failed on some scripts, named in `wanted`. All others are made; the cause is of the first."""

    def __init__(self, wanted: Sequence[Wanted]) -> None:
        self.wanted = tuple(wanted)
        super().__init__("The demo voice failed on " + ", ".join(_label(one) for one in wanted))


def make_demo(
    wanted: Iterable[Wanted],
    library: ClipLibrary,
    made_on: date,
    progress: Progress = lambda _done, _total, _label: None,
    processes: int | None = None,
) -> Counts:
    """Makes the clips that are missing, and notes them in the library with the state `demo`.

    `progress` is called in this process, after each clip. Call this under `if __name__ == "__main__"` or from an
    installed command: the other processes import the main module afresh.
    Raises DemoVoiceNotInstalled and LanguageNotSpoken before anything is made, ClipsCouldNotBeMade after.
    """
    scripts = {(one.prompt, one.language): one for one in wanted}
    missing = library.to_be_spoken({key: script_fingerprint(one.text) for key, one in scripts.items()})
    todo = [scripts[key] for key in missing]
    if todo:
        demo_voice.require({one.language for one in todo})
        library.media.clear_unfinished()
        _make_all(todo, library, made_on, progress, processes or os.cpu_count() or 1)
    return Counts(made=len(todo), kept=len(scripts) - len(todo))


def _make_all(
    todo: Sequence[Wanted], library: ClipLibrary, made_on: date, progress: Progress, processes: int
) -> None:
    failed: dict[Wanted, BaseException] = {}
    for done, (one, future) in enumerate(_made(todo, library.media, min(processes, len(todo))), start=1):
        error = future.exception()
        if error is None:
            sha, seconds = future.result()
            clip = Clip(one.prompt, one.language, demo_voice.voice_name(one.language), sha, seconds, "demo")
            library.add(clip, script_fingerprint(one.text), made_on)
        else:
            failed[one] = error
        progress(done, len(todo), _label(one))
    if failed:
        raise ClipsCouldNotBeMade(list(failed)) from next(iter(failed.values()))


def _made(
    todo: Sequence[Wanted], media: Media, processes: int
) -> Iterator[tuple[Wanted, Future[tuple[str, float]]]]:
    """Each script with its finished work, in the order of finishing. Longest first, so that no processor ends alone."""
    pool = new_pool(processes)
    try:
        longest_first = sorted(todo, key=lambda one: len(one.text), reverse=True)
        futures = {pool.submit(_make, one, media): one for one in longest_first}
        for future in as_completed(futures):
            yield futures[future], future
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _make(one: Wanted, media: Media) -> tuple[str, float]:
    """Runs in a process of its own. The clip's name and its length in seconds."""
    clip = telephone_clip(demo_voice.read_aloud(one.text, one.language))
    return media.put(clip.wav), clip.seconds


def _label(one: Wanted) -> str:
    return f"{one.prompt} ({one.language})"
