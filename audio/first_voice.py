"""Where in a recording the first voice is heard, and not a door, a knock, or somebody who coughs before speaking."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from audio.levels import FRAMES, mean_level
from audio.refusals import NothingToHear
from audio.samples import SILENT_DB
from audio.voice import CHUNK_SECONDS, Voice

_BELOW_SPEECH_DB = 30.0
_QUIET_SHARE = 0.15
_OVER_ROOM_DB = 4.0
_SHORTEST = 6

_SURE, _MAYBE = 0.5, 0.3
_SURE_CHUNKS, _CLEAR_CHUNKS = 3, 2
"""A tenth of a second; for less, a click can look like a voice. What stands out clearly may be shorter."""
_CLEAR_DB = 12.0
_LEAD_CHUNKS = 30
"""A second: the network needs to have heard the room before it knows a single word."""

_BRIEF_CHUNKS = 13
_ALONE = 25
"""Frames: after a cough, nobody speaks for so long."""
_BURST, _BURST_DB = 25, 3.0
_QUIET_ROOM_DB = 18.0

IsCough = Callable[[int, int], bool]
"""(first frame, end) of something brief."""


@dataclass(frozen=True, slots=True)
class _Run:
    """Frames in which there may be a voice. `end` is where it ends if it is brief; otherwise it goes on."""

    first: int
    end: int
    brief: bool


class FirstVoice:
    """A recording at 16 kHz in one direction; `levels` (dBFS) are of its frames, `loud` of its loud moments."""

    def __init__(self, pcm: bytes, levels: Sequence[float], loud: float) -> None:
        self._voice, self._levels, self._loud = Voice(pcm, loud), levels, loud
        floor = sorted(levels)[: max(1, int(len(levels) * _QUIET_SHARE))]
        self._floor = mean_level(floor)
        self._stands_out = max(floor[-1] + _OVER_ROOM_DB, loud - _BELOW_SPEECH_DB)

    def first_sound(self) -> int:
        """The frame in which something stands out of the room. Raises NothingToHear."""
        lasting = 0
        for at, level in enumerate(self._levels):
            lasting = lasting + 1 if level > self._stands_out else 0
            if lasting == _SHORTEST:
                return at + 1 - _SHORTEST
        raise NothingToHear("nothing stands out of the room")

    def first_voice(self, is_cough: IsCough) -> int | None:
        """The frame in which the network first hears a voice, coughs passed over unless there is nothing else; None
        where it hears none. Raises NothingToHear."""
        cough: _Run | None = None
        for run in self._runs(_chunk(self.first_sound())):
            if cough is not None and run.first - cough.end < _ALONE:
                return cough.first
            if not run.brief or not is_cough(run.first, run.end):
                return run.first
            cough = cough or run
        return cough.first if cough is not None else None

    def is_cough(self, first: int, end: int) -> bool:
        """Whether something brief that seems to be a voice is rather a cough, which bursts out before there is a voice
        in it; words don't. In a noisy room that can't be told, and no word must be lost."""
        if self._loud < self._floor + _QUIET_ROOM_DB:
            return False
        begin, chunks = _chunk(first), _chunk(end) - _chunk(first) + 1
        heard = self._voice.sureness(begin - _LEAD_CHUNKS, _chunk(self.first_sound()))
        sureness = list(islice(heard, _LEAD_CHUNKS + chunks))
        sure = [at for at, one in enumerate(sureness[_LEAD_CHUNKS - _chunk(_BURST) :]) if one > _SURE]
        if not sure:
            return True
        voiced = _frame(begin - _chunk(_BURST) + sure[0])
        burst = self._levels[max(0, voiced - _BURST) : voiced]
        return max(burst, default=SILENT_DB) > max(self._levels[voiced:end], default=SILENT_DB) + _BURST_DB

    def _runs(self, sound: int) -> Iterator[_Run]:
        """What may be voices, of a recording whose first sound is in this chunk: each that is brief, and the first that
        isn't."""
        heard: list[float] = []
        first = sound - _LEAD_CHUNKS
        for at, sure in enumerate(chain(self._voice.sureness(first, sound), (0.0,)), start=first):
            if sure > _MAYBE:
                heard.append(sure)
                if len(heard) <= _BRIEF_CHUNKS:
                    continue
            begin, end = _frame(max(0, at - len(heard) + (sure > _MAYBE))), _frame(max(0, at))
            if self._is_voice(heard, begin):
                yield _Run(begin, end, brief=sure <= _MAYBE)
            if sure <= _MAYBE:
                heard = []

    def _is_voice(self, heard: Sequence[float], frame: int) -> bool:
        """Whether what may be a voice from this frame on lasts, or is so clear that it needn't."""
        sure = sum(one > _SURE for one in heard)
        if sure >= _SURE_CHUNKS:
            return True
        levels = self._levels[frame : frame + _frame(len(heard))]
        return sure >= _CLEAR_CHUNKS and max(levels, default=SILENT_DB) > self._floor + _CLEAR_DB


def _frame(chunk: int) -> int:
    return round(chunk * CHUNK_SECONDS * FRAMES)


def _chunk(frame: int) -> int:
    return int(frame / FRAMES / CHUNK_SECONDS)
