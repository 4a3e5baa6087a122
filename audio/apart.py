"""One clip, made in a process that is started for it alone.

A worker is large, and has all of the hotline in its memory, keys and all; a process that is forked from it has them
too. This one is small and gets the bytes of one recording, nothing else: no settings, and no surroundings. It costs a
tenth of a second; whoever makes many clips in a row forks from a process that has nothing to hide (`make_many`).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import asdict

from audio.alone import die_with
from audio.confined import PATIENCE, WorkBroke, answer_of, opened
from audio.limits import Limits
from audio.making import NOTHING_EXPECTED, USUAL, MadeClip, make_take_clip, received, sent
from audio.refusals import TooHeavy
from audio.report import Expected
from audio.standing_back import stand_back

_PROGRAM = "import sys; sys.path[:] = sys.argv[2:]; from audio.apart import main; main(sys.argv[1])"
_START_SECONDS = 30.0


def make_clip_apart(
    original: bytes, expected: Expected = NOTHING_EXPECTED, limits: Limits = USUAL
) -> MadeClip:
    """What `make_take_clip` makes, and raises what it raises."""
    asked = json.dumps({"expected": asdict(expected), "limits": asdict(limits)})
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-c", _PROGRAM, asked, *filter(None, sys.path)],
            input=original,
            stdout=subprocess.PIPE,
            env={"PATH": os.defpath},
            timeout=limits.work * PATIENCE + _START_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise TooHeavy("took too long") from error
    if done.returncode:
        raise WorkBroke(f"ended with {done.returncode}")
    return received(opened(done.stdout))


def main(told: str) -> None:
    """The program: reads what is asked and the recording, writes the answer. It ends with the worker that asks."""
    die_with(os.getppid())
    stand_back()
    original = sys.stdin.buffer.read()
    asked = json.loads(told)
    expected, limits = Expected(**asked["expected"]), Limits(**asked["limits"])
    sys.stdout.buffer.write(answer_of(lambda: sent(make_take_clip(original, expected, limits))))
