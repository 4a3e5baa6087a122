"""Makes the clips of many takes, on all processors. The process that asked alone writes the database, one by one.

Killed at any moment, it has lost at most the clips it was just making: run again, it goes on with the rest. Stopped in
any other way, by Ctrl-C, a full disk or a bucket that is away, it gives back at once what it had taken up.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice

from sqlalchemy.exc import IntegrityError

from audio.apart import make_clip_apart
from audio.confined import WorkBroke
from audio.fingerprint import PIPELINE_VERSION
from audio.making import Expected, MadeClip, make_take_clip
from audio.media import Media
from audio.originals import Originals
from audio.refusals import Refused
from audio.side_by_side import new_pool
from audio.stores import NotKept, StoreOutOfReach
from audio.take_rows import Take
from audio.take_work import Made, TakeWork

ORIGINAL_LOST = "original_lost"
"""The refusal of a take whose original is gone from its store."""
AHEAD = 2
"""Takes that are taken up for each process: one that is worked on, and the next."""

Progress = Callable[[int, int, str], None]
"""(done, total, what was just done, such as "breathing (sw)")"""


@dataclass(frozen=True, slots=True)
class ToMake:
    """A take, and what its recording should be like."""

    take: Take
    expected: Expected


@dataclass
class Tally:
    """What has become of many takes. `refused` are those that can't become a clip, with the code that says why, and
    `broken` those on which our own work broke, with its words."""

    made: int = 0
    passed_over: int = 0
    """Somebody else has them, or has changed them meanwhile."""
    refused: list[tuple[Take, str]] = field(default_factory=list)
    broken: list[tuple[Take, str]] = field(default_factory=list)
    stopped: Exception | None = None
    """Why it ended before its end: StoreOutOfReach, BrokenProcessPool where the system ended one of the processes, or
    OSError where the machine has no room left. Run again, it goes on."""


def make_clip(original_sha: str, expected: Expected, originals: Originals, media: Media) -> Made:
    """Makes one clip, apart from this process, and keeps it. Raises Refused, WorkBroke, NotKept, StoreOutOfReach."""
    return _keep(make_clip_apart(originals.read(original_sha), expected), media)


def _make_one_of_many(original_sha: str, expected: Expected, originals: Originals, media: Media) -> Made:
    return _keep(make_take_clip(originals.read(original_sha), expected), media)


def _keep(clip: MadeClip, media: Media) -> Made:
    return Made(media.put(clip.wav), clip.seconds, PIPELINE_VERSION, clip.report.as_json(), clip.waveform)


@dataclass(frozen=True, slots=True)
class _Way:
    """What is done with a take before, after and instead of its work."""

    take_up: Callable[[ToMake], ToMake | None]
    keep: Callable[[Take, Made], bool]
    refuse: Callable[[Take, str], object]
    give_back: Callable[[Take], object]
    lose: Callable[[Take], object]


class MakeMany:
    """Makes clips of many takes. Call it under `if __name__ == "__main__"` or from an installed command."""

    def __init__(
        self,
        work: TakeWork,
        originals: Originals,
        media: Media,
        clock: Callable[[], float],
        progress: Progress = lambda _done, _total, _label: None,
        processes: int | None = None,
    ) -> None:
        self._work = work
        self._stores = originals, media
        self._clock = clock
        self._progress = progress
        self._processes = processes or os.cpu_count() or 1

    def received(self, takes: Sequence[ToMake]) -> Tally:
        """Of takes that nobody has worked on yet. A worker that is faster with one of them is no harm."""
        way = _Way(self._begun, self._finish, self._refuse, self._give_back, self._lose)
        return self._all(takes, way)

    def rebuild(self, takes: Sequence[ToMake]) -> Tally:
        """Anew, of takes whose clip was made in an older way. What can't be made now keeps its old clip."""
        return self._all(takes, _Way(_as_it_is, self._work.remade, _keep_the_old, _leave, _leave))

    def _begun(self, one: ToMake) -> ToMake | None:
        take = self._work.begin(one.take.id, self._clock())
        return ToMake(take, one.expected) if take is not None else None

    def _finish(self, take: Take, made: Made) -> bool:
        return self._work.finish(take, made, self._clock())

    def _refuse(self, take: Take, code: str) -> object:
        return self._work.refuse(take, code, {}, self._clock())

    def _give_back(self, take: Take) -> object:
        return self._work.give_back(take, self._clock())

    def _lose(self, take: Take) -> object:
        return self._work.lose(take, self._clock())

    def _all(self, takes: Sequence[ToMake], way: _Way) -> Tally:
        tally = Tally()
        with closing(self._each(takes, way, tally)) as each:
            try:
                for one, future in each:
                    _note(tally, one.take, future, way)
            except (StoreOutOfReach, BrokenProcessPool, OSError) as error:
                tally.stopped = error
        return tally

    def _each(
        self, takes: Sequence[ToMake], way: _Way, tally: Tally
    ) -> Generator[tuple[ToMake, Future[Made]]]:
        """Each take with its finished work, in the order of finishing. A take is taken up only when its turn comes
        soon; what nobody has noted when it is closed is given back."""
        if not takes:
            return
        pool = new_pool(min(self._processes, len(takes)))
        running: dict[Future[Made], ToMake] = {}
        coming = iter(takes)
        done = 0
        try:
            while True:
                for one in _next(coming, AHEAD * self._processes - len(running)):
                    taken = way.take_up(one)
                    if taken is None:
                        tally.passed_over += 1
                        done += 1
                    else:
                        running[self._begin(pool, taken, way)] = taken
                if not running:
                    return
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    one = running[future]
                    yield one, future
                    del running[future]
                    done += 1
                    self._progress(done, len(takes), f"{one.take.prompt} ({one.take.language})")
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
            for future, one in running.items():
                (way.lose if _was_killed(future) else way.give_back)(one.take)

    def _begin(self, pool: ProcessPoolExecutor, one: ToMake, way: _Way) -> Future[Made]:
        try:
            return pool.submit(make_clip, one.take.original_sha, one.expected, *self._stores)
        except BrokenProcessPool:
            way.give_back(one.take)
            raise


def _note(tally: Tally, take: Take, future: Future[Made], way: _Way) -> None:
    try:
        if way.keep(take, future.result()):
            tally.made += 1
        else:
            tally.passed_over += 1
    except (Refused, NotKept) as error:
        code = error.code if isinstance(error, Refused) else ORIGINAL_LOST
        way.refuse(take, code)
        tally.refused.append((take, code))
    except (WorkBroke, IntegrityError) as error:
        way.lose(take)
        tally.broken.append((take, str(error)))


def _was_killed(future: Future[Made]) -> bool:
    """Whether its process was ended while it may have been at work on it."""
    return future.done() and not future.cancelled() and isinstance(future.exception(), BrokenProcessPool)


def _next(takes: Iterator[ToMake], most: int) -> Iterable[ToMake]:
    """At most so many of those that come; none only when there are none left."""
    return list(islice(takes, max(most, 1)))


def _as_it_is(one: ToMake) -> ToMake:
    return one


def _keep_the_old(_take: Take, _code: str) -> None:
    """Its old clip can be heard and published as before."""


def _leave(_take: Take) -> None:
    """Nothing was taken up."""
