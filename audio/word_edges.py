"""Where the word begins to which a voice belongs: its first consonant may be no voice, and fainter than the room.

What is searched is where the room is no longer alone. The room is known in six bands from the moments before, how loud
it is and how it flickers; what makes one band louder than that, and not all of them alike, as a lorry does, is speech.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Sequence
from itertools import accumulate

from audio.bands import Bands
from audio.levels import mean_level, power_of, undisturbed

_BEFORE = 50
"""Frames before the voice in which its word may begin: "s" and "t" are no voice, and a "t" is held back for a while."""
_ROOM, _FEWEST, _ELSEWHERE = 150, 15, 300
_AFTER = 4
_GAP, _WORD_GAP = 35, 26
"""Frames for which a word may be out of hearing: drowned in noise, or where one would hear everything."""
_LOUD_DB, _APART = 9.0, 12
"""What is nearly as loud as speech, apart from it, and no voice is a door."""

_FAINTEST_DB = -80.0
_LEAST_SPREAD_DB = 0.7
_FLICKER = 0.5
_NEAR, _NEAR_SPREADS, _FAR_SPREADS, _SPREADS_A_FRAME = 5, 3.5, 5.0, 0.1
_LASTING = 3
_SLOWLY, _LATELY = 20, 8
_AUDIBLE_DB = 28.0
"""What is fainter than speech by more than this isn't heard over a telephone."""
_CLEARLY, _ABOVE_DB = 2.0, 14.0
"""An "s" is about so much louder above the telephone's band than in it."""

_DROWNED_DB, _DEEP_DB = 18.0, 10.0
"""Where speech stands out of the room by less than this, its first and last sounds can't be measured any more …"""
_DROWNED, _DEEP = 8, 9
"""… but they are there, for about so many frames."""
_CONSONANT = 5

Look = Callable[[int, int], Bands]
"""(first frame, end) of a stretch whose bands are wanted."""


def word_edge(levels: Sequence[float], voice: int, look: Look) -> int:
    """The frame in which the word begins whose voice is first heard in the frame `voice`; `levels` (dBFS) are of the
    telephone's band."""
    room = range(max(0, voice - _BEFORE - _ROOM), max(0, voice - _BEFORE))
    first, end = room.start, min(len(levels), voice + _AFTER)
    if len(room) >= _FEWEST:
        return _Edge(levels, voice, look(first, end), undisturbed(room, levels)).begin()
    bands = look(first, min(len(levels), voice + _ELSEWHERE))
    quietest = sorted(bands.frames, key=lambda at: levels[at])
    return _Edge(levels, voice, bands, quietest[: max(_FEWEST, len(quietest) // 7)]).begin()


class _Edge:
    """The surroundings of the first voice of a recording."""

    def __init__(self, levels: Sequence[float], voice: int, bands: Bands, room: Sequence[int]) -> None:
        self._levels, self._voice, self._bands = levels, voice, bands
        self._speech = mean_level(levels[voice : voice + 100])
        self._room = mean_level([levels[at] for at in room])
        known = [at for at in room if at in bands.frames]
        each = [[bands.at(at)[band] for at in known] for band in range(len(bands.levels))]
        self._usual = [max(_FAINTEST_DB, mean_level(one)) for one in each]
        self._middle = [max(_FAINTEST_DB, statistics.fmean(one)) for one in each]
        self._spread = [max(_LEAST_SPREAD_DB, statistics.pstdev(one)) for one in each]
        self._sums = [[0.0, *accumulate(max(_FAINTEST_DB, level) for level in one)] for one in bands.levels]
        alone = [self._strangeness(at) for at in known]
        self._alone, self._alone_spread = statistics.fmean(alone), statistics.pstdev(alone)

    def begin(self) -> int:
        """The frame in which the word begins."""
        begin, lasting, frames = self._voice, 0, self._bands.frames
        gap = _GAP if self._distance < _DROWNED_DB else _WORD_GAP
        for at in range(min(frames.stop, self._voice + _AFTER) - 1, frames.start - 1, -1):
            if begin - at > gap + lasting:
                break
            lasting = lasting + 1 if self._is_speech(at, begin) else 0
            if lasting and begin - at <= 1:
                begin = at
            elif lasting >= _LASTING:
                if self._is_bang(at, begin):
                    break
                begin = at
        return max(0, begin - self._unheard(begin))

    @property
    def _distance(self) -> float:
        return self._speech - self._room

    def _is_speech(self, at: int, begin: int) -> bool:
        spreads = _FAR_SPREADS + _SPREADS_A_FRAME * max(0, begin - at)
        if at >= self._voice - _NEAR:
            spreads = _NEAR_SPREADS
        return self._strangeness(at) > self._alone + spreads * self._alone_spread and self._is_audible(at)

    def _strangeness(self, at: int) -> float:
        """How far a frame is from how the room alone sounds."""
        now = [max(_FAINTEST_DB, level) for level in self._bands.at(at)]
        over = [level - usual for level, usual in zip(now, self._middle, strict=True)]
        over = [one - self._drift(at) for one in over]
        alike = max(0.0, min(over))
        return math.hypot(
            *(
                max(0.0, (one - alike) / spread - _FLICKER)
                for one, spread in zip(over, self._spread, strict=True)
            )
        )

    def _drift(self, at: int) -> float:
        """By how much all of the room has become louder lately: a lorry comes nearer."""
        end = at - self._bands.first - _LATELY
        start = max(0, end - _SLOWLY)
        if end - start < _SLOWLY // 2:
            return 0.0
        means = [
            (sums[end] - sums[start]) / (end - start) - usual
            for sums, usual in zip(self._sums, self._middle, strict=True)
        ]
        return max(0.0, sorted(means)[len(means) // 2])

    def _is_audible(self, at: int) -> bool:
        """Whether what isn't the room could be heard over a telephone, if the room were quiet."""
        *telephone, above = zip(self._bands.at(at), self._usual, self._middle, self._spread, strict=True)
        least = power_of(self._speech - _AUDIBLE_DB)
        heard = sum(
            power_of(level) - power_of(usual)
            for level, usual, middle, spread in telephone
            if level - middle > _CLEARLY * spread
        )
        return heard > least or power_of(above[0]) - power_of(above[1]) > least * power_of(_ABOVE_DB)

    def _is_bang(self, at: int, begin: int) -> bool:
        """Whether what ends in the frames from `at` on is too loud for a consonant that stands apart from its word."""
        if begin - at - _LASTING < _APART or self._distance < _DROWNED_DB:
            return False
        return max(self._levels[max(0, at - 2) : at + _LASTING]) > self._speech - _LOUD_DB

    def _unheard(self, begin: int) -> int:
        """For how many frames the word has probably lasted already; none where its first consonant was found."""
        if self._distance >= _DROWNED_DB or self._is_consonant(begin):
            return 0
        return _DEEP if self._distance < _DEEP_DB else _DROWNED

    def _is_consonant(self, begin: int) -> bool:
        if self._voice - begin < _CONSONANT:
            return False
        frames = [self._bands.at(at) for at in range(begin, begin + _CONSONANT - 1)]
        far = [
            statistics.fmean(one) - middle
            for one, middle in zip(zip(*frames, strict=True), self._middle, strict=True)
        ]
        far = [one / spread for one, spread in zip(far, self._spread, strict=True)]
        return max(far[4:]) > max(far[:4])
