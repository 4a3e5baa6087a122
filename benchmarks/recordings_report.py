"""docs/recordings-quality.md: the aims first, then the tables, then how they came about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from benchmarks.recordings_sound import DISTANCES, NOISES, OTHER_NOISES

if TYPE_CHECKING:
    from benchmarks.recordings import Found
    from benchmarks.recordings_sound import Trimming

_NOISES = {
    "white": "hiss",
    "fan": "a fan",
    "hum": "mains hum",
    "road": "a road",
    "generator": "a generator",
    "rain": "rain",
    "wind": "wind",
}

_DISTANCES = tuple(f"{distance} dB below the voice" for distance in DISTANCES)

_INTRODUCTION = """\
What becomes of a recording on its way to callers, in figures. Everything is measured with recordings that are put
together from the demo voice and arithmetic, so that what is true of each is known. A person's voice differs, and so
will your figures. `tests/audio` holds the same aims in the small with every change."""

_HOW = """\
- **Speed** is counted in time of a processor, of the process that asks and of the one that makes the clip, from bytes
  to bytes. Beside it stands FFmpeg's program with its own way to one loudness: `loudnorm` in two passes (measure, then
  change linearly), to the same 8 kHz file, on one thread. It finds no speech, cuts nothing, and reports nothing.
- **Loudness** is that of the finished clip by EBU R 128, silence around the words and all, for four languages,
  recordings 25 dB too faint to 9 dB too loud, four kinds of file, with hiss in the room.
- **Folding back**: whistles of full scale from 4.2 kHz to 24 kHz, at rates from 16 to 96 kHz; what is left below 4 kHz.
- **Cutting**: readings in four languages at a known place, in noise of a known distance below the voice. The truth is
  from where to where the reading without noise can be heard over a telephone: not fainter than 26 dB below the voice. A
  soft last consonant may be fainter than the noise; so a clip keeps 60 ms before and 100 ms after what is found, faded.
  A first "s" begins a tenth of a second before it can be heard over a telephone; where it is found, it is kept.
- **Doors, knocks, chairs and coughs** before and after the words are in `tests/audio/bangs.py`. One alone is refused,
  except for a cough, which is a voice. What is nearer to a word than a seventh of a second may stay with it.
- **Memory** is the most that a process ever held; pages that two processes share count in both. A worker has its clips
  made in a process that is started for each and holds nothing of the hotline."""


def report(found: Found) -> str:
    """The page, in Markdown."""
    sections = [
        "# What recordings become",
        _INTRODUCTION,
        "## What was aimed at",
        _table(("aim", "measured", ""), _aims(found)),
        "## How fast",
        "Minutes of recording that become clips in one second of a processor.",
        _table(
            (
                "file",
                "minutes of recording a second of a processor",
                "FFmpeg's two passes",
                "times",
                "clips of 4 s a second",
            ),
            [
                (
                    one.kind,
                    f"{one.ours:.1f}",
                    _or_none(one.loudnorm),
                    _times(one.ours, one.loudnorm),
                    f"{one.short:.0f}",
                )
                for one in found.speed
            ],
        ),
        "## Where it is cut",
        "The share of first and last words found within 100 ms; the share that loses more than that, which is worse"
        " than to keep some of the room; and the error that 95 of 100 stay under.",
        _table(("noise", *_DISTANCES), _trimmed(found, NOISES)),
        "The same with words and languages that were never looked at while finding speech was made better, and with"
        " noises of a kind that decided only between settings that did as well with the others:",
        _table(("noise", *_DISTANCES), _trimmed(found, OTHER_NOISES)),
        *_beside(found),
        "## How it is measured",
        _HOW,
        _table(
            ("", "this run"), [("Command", f"`{found.command}`"), ("Date", found.date), *found.facts.items()]
        ),
    ]
    return "\n\n".join(sections) + "\n"


def summary(found: Found) -> str:
    """The aims as lines for the terminal."""
    return "\n".join(f"  {verdict:4}  {aim}: {measured}" for aim, measured, verdict in _aims(found))


def _aims(found: Found) -> list[tuple[str, str, str]]:
    loudest = max(abs(error) for error in found.loudness)
    slowest = min((one.ours / one.loudnorm for one in found.speed if one.loudnorm), default=0.0)
    both = f"{found.memory.asking:.0f} and {found.memory.making:.0f} MB"
    small = max(found.memory.asking, found.memory.making)
    worker = f"{found.worker.asking:.0f} MB, {found.worker.before:.0f} of them before the first clip"
    rows = [
        (
            "faster than FFmpeg's two passes",
            f"{slowest:.0f} times" if slowest else "no FFmpeg here",
            slowest > 1,
        ),
        (
            "at most 100 MB: what asks for a clip, what makes it",
            both,
            small <= 100,
        ),
        ("at most 100 MB: a worker with all of the hotline", worker, found.worker.asking <= 100),
        ("loudness within 1 LU of the target", f"at most {loudest:.2f} LU away", loudest <= 1),
        (
            "nothing folds back above −60 dBFS",
            f"at most {found.alias:.0f} dBFS".replace("-", "−"),
            found.alias < -60,
        ),
        *(
            (f"cut within 100 ms, {distance} dB", _share(found, distance), _within(found, distance) >= 0.95)
            for distance in DISTANCES
        ),
        ("the same file gives the same bytes", "yes" if found.repeatable else "no", found.repeatable),
    ]
    return [(aim, measured, "pass" if met else "MISS") for aim, measured, met in rows]


def _within(found: Found, distance: int) -> float:
    shares = [one.within for one in _known(found) if one.distance == distance]
    return sum(shares) / len(shares)


def _share(found: Found, distance: int) -> str:
    cut = [one.cut for one in _known(found) if one.distance == distance]
    lost = sum(cut) / len(cut)
    return f"{_within(found, distance):.1%} of first and last words; {lost:.1%} lose more"


def _known(found: Found) -> list[Trimming]:
    return [one for one in found.trimming if one.noise in NOISES]


def _trimmed(found: Found, noises: Sequence[str]) -> list[tuple[str, ...]]:
    by_place = {(one.noise, one.distance): one for one in found.trimming}
    rows = []
    for noise in noises:
        cells = [by_place[noise, distance] for distance in DISTANCES]
        rows.append(
            (
                _NOISES[noise],
                *(f"{one.within:.0%}, {one.cut:.0%}, {one.of_95 * 1000:.0f} ms" for one in cells),
            )
        )
    return rows


def _beside(found: Found) -> Sequence[str]:
    if found.beside is None:
        return ()
    one = found.beside
    rows = [
        ("before", f"{one.before[0]:.0f} ms", f"{one.before[1]:.0f} ms"),
        (f"while {one.clips} clips are made", f"{one.meanwhile[0]:.0f} ms", f"{one.meanwhile[1]:.0f} ms"),
    ]
    return (
        "## What callers notice",
        f"{one.clips} recordings were brought in with `warmline audio import --here` in {one.seconds:.0f} s, on all"
        " processors, while callers pressed 20 keys a second on a web process of the same hotline (SQLite). The work"
        " on recordings takes what others leave: the more they do, the longer it lasts.",
        _table(("a turn of a menu", "median", "99 of 100 within"), rows),
    )


def _or_none(value: float) -> str:
    return f"{value:.1f}" if value else "—"


def _times(ours: float, theirs: float) -> str:
    return f"{ours / theirs:.0f}" if theirs else "—"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])
