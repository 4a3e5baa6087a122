"""The measuring of clips: it runs, its page says all of it, and a miss is called one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from benchmarks.recordings import Found
from benchmarks.recordings_beside import Beside
from benchmarks.recordings_report import report, summary
from benchmarks.recordings_sound import DISTANCES, NOISES, OTHER_NOISES, Memory, Speed, Trimming, megabytes

FOUND = Found(
    command="python -m benchmarks.recordings",
    date="2026-03-01",
    facts={"Machine": "two cores"},
    speed=[Speed("wav", 8.0, 0.5, 30.0), Speed("amr", 6.0, 0.0, 30.0)],
    memory=Memory(10, 60, 50),
    worker=Memory(90, 99, 60),
    loudness=[-0.4, 0.2],
    alias=-88.0,
    trimming=[
        Trimming(noise, distance, 1.0, 0.02, 0.09)
        for noise in (*NOISES, *OTHER_NOISES)
        for distance in DISTANCES
    ],
    repeatable=True,
    beside=Beside(500, 60.0, (4.0, 20.0), (5.0, 40.0)),
)


def test_the_page_says_everything_that_was_measured() -> None:
    """Daniel reads the aims, the speed beside FFmpeg, where words are cut, and what callers notice, on one page."""
    page = report(FOUND)
    for words in (
        "16 times",
        "0.40 LU",
        "−88 dBFS",
        "500 recordings",
        "| a fan |",
        "60 and 50 MB",
        "two cores",
    ):
        assert words in page
    assert "MISS" not in page


def test_a_miss_is_called_a_miss() -> None:
    """A figure that misses its aim is never hidden among the others."""
    worse = replace(FOUND, loudness=[1.2], alias=-40.0, repeatable=False, worker=Memory(90, 120, 60))
    missed = [line for line in summary(worse).splitlines() if "MISS" in line]
    assert len(missed) == 4


def test_memory_is_that_of_another_process(tmp_path: Path) -> None:
    """What makes a clip holds more than nothing and less than this test does with all that it has loaded."""
    found = megabytes(tmp_path, worker=False)
    assert 5 < found.before < found.asking < 200
    assert 10 < found.making < 200
