"""Makes the clips of many takes, on all processors. The process that asked alone writes the database, one by one.

Killed at any moment, it has lost at most the clips it was just making: run again, it goes on with the rest.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from functools import partial
from itertools import islice

from audio.confined import WorkBroke
from audio.fingerprint import PIPELINE_VERSION
from audio.making import Expected, make_take_clip
from audio.media import Media
from audio.originals import Originals
from audio.refusals import Refused
from audio.side_by_side import new_pool
from audio.stores import NotKept
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


def make_clip(original_sha: str, expected: Expected, originals: Originals, media: Media) -> Made:
    """Makes one clip and keeps it. Raises Refused, WorkBroke, NotKept, StoreOutOfReach."""
    clip = make_take_clip(originals.read(original_sha), expected)
    return Made(media.put(clip.wav), clip.seconds, PIPELINE_VERSION, clip.report.as_json(), clip.waveform)


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
        tally = Tally()
        for one, future in self._each(takes, self._begun, tally):
            self._note(tally, one.take, future, self._refuse, partial(self._finish, one.take))
        return tally

    def rebuild(self, takes: Sequence[ToMake]) -> Tally:
        """Anew, of takes whose clip was made in an older way. What can't be made now keeps its old clip."""
        tally = Tally()
        for one, future in self._each(takes, _as_it_is, tally):
            self._note(tally, one.take, future, _keep_the_old, partial(self._work.remade, one.take))
        return tally

    def _begun(self, one: ToMake) -> ToMake | None:
        take = self._work.begin(one.take.id, self._clock())
        return ToMake(take, one.expected) if take is not None else None

    def _finish(self, take: Take, made: Made) -> bool:
        return self._work.finish(take, made, self._clock())

    def _refuse(self, take: Take, code: str) -> object:
        return self._work.refuse(take, code, {}, self._clock())

    def _note(
        self,
        tally: Tally,
        take: Take,
        future: Future[Made],
        refuse: Callable[[Take, str], object],
        keep: Callable[[Made], bool],
    ) -> None:
        try:
            made = future.result()
        except (Refused, NotKept) as error:
            code = error.code if isinstance(error, Refused) else ORIGINAL_LOST
            refuse(take, code)
            tally.refused.append((take, code))
        except WorkBroke as error:
            tally.broken.append((take, str(error)))
        else:
            if keep(made):
                tally.made += 1
            else:
                tally.passed_over += 1

    def _each(
        self, takes: Sequence[ToMake], take_up: Callable[[ToMake], ToMake | None], tally: Tally
    ) -> Iterator[tuple[ToMake, Future[Made]]]:
        """Each take with its finished work, in the order of finishing. A take is taken up only when its turn comes
        soon: what a killed command had taken up has to wait until it is given back."""
        if not takes:
            return
        pool = new_pool(min(self._processes, len(takes)))
        running: dict[Future[Made], ToMake] = {}
        coming = iter(takes)
        done = 0
        try:
            while True:
                for one in _next(coming, AHEAD * self._processes - len(running)):
                    taken = take_up(one)
                    if taken is None:
                        tally.passed_over += 1
                        done += 1
                        continue
                    running[
                        pool.submit(make_clip, taken.take.original_sha, taken.expected, *self._stores)
                    ] = taken
                if not running:
                    return
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    one = running.pop(future)
                    yield one, future
                    done += 1
                    self._progress(done, len(takes), f"{one.take.prompt} ({one.take.language})")
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _next(takes: Iterator[ToMake], most: int) -> Iterable[ToMake]:
    """At most so many of those that come; none only when there are none left."""
    return list(islice(takes, max(most, 1)))


def _as_it_is(one: ToMake) -> ToMake:
    return one


def _keep_the_old(_take: Take, _code: str) -> None:
    """Its old clip can be heard and published as before."""
