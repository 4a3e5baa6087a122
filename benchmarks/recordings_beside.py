"""Whether callers notice that recordings come in: how long a menu turn takes while thousands of clips are made."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from audio.samples import amplified
from audio.sound import Sound
from benchmarks.hotlines import Hotline, build_hotline
from benchmarks.load import Load
from benchmarks.over_http import percentile
from benchmarks.servers import serving
from benchmarks.variants import Crowd, Variant
from ivr.demo import shipped_pack
from ivr.settings import PREFIX
from tests.audio.corpus import KINDS, encoded, spoken

TURNS_A_SECOND = 20
CONNECTIONS = 16
WINDOW_SECONDS = 5.0
VOICE = "Sara"


@dataclass(frozen=True, slots=True)
class Beside:
    """`clips` made in `seconds`; milliseconds of a menu turn (median, 99th percentile) before and meanwhile."""

    clips: int
    seconds: float
    before: tuple[float, float]
    meanwhile: tuple[float, float]


class ImportFailed(RuntimeError):
    """The import ended in an error. The message is the end of what it printed."""


def beside(folder: Path, clips: int) -> Beside:
    """Serves a hotline to callers who press keys, and brings in so many recordings at once."""
    hotline = build_hotline(folder / "hotline", "SQLite", f"sqlite:///{folder / 'hotline.db'}", 1)
    pack = shipped_pack()
    hotline.wiring.recording.drafts.bring(pack, date(2026, 3, 1))
    recordings = folder / "recordings"
    _write_recordings(recordings, clips, [key for key, script in sorted(pack.scripts.items()) if script.text])
    variant = Variant("SQLite", hotline.app, "ivr.wsgi:app", hotline=hotline)
    with serving("gthread", [variant], None, folder) as (port,):
        crowd = Crowd(variant, 100)
        _turns(port, crowd, iter((True, False)).__next__)
        until = time.monotonic() + 2 * WINDOW_SECONDS
        before = _turns(port, crowd, lambda: time.monotonic() < until)
        began = time.monotonic()
        importing = _import(hotline, recordings, folder / "import.log")
        meanwhile = _turns(port, crowd, lambda: importing.poll() is None)
        taken = time.monotonic() - began
    if importing.returncode:
        raise ImportFailed((folder / "import.log").read_text(errors="replace")[-2000:])
    return Beside(clips, taken, before, meanwhile)


def _write_recordings(folder: Path, clips: int, keys: list[tuple[str, str]]) -> None:
    """One recording for each script, and again, each a little softer, until there are as many as asked for."""
    base = spoken()
    for number in range(clips):
        prompt, language = keys[number % len(keys)]
        softer = Sound(amplified(base.pcm, -number * 12 / clips), base.rate)
        path = folder / str(number // len(keys)) / language / f"{prompt}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(encoded(softer, KINDS["wav"], 16_000))


def _import(hotline: Hotline, recordings: Path, log: Path) -> subprocess.Popen[bytes]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    environment |= hotline.environment
    for language in shipped_pack().languages:
        hotline.wiring.recording.voices.add(language, VOICE)
    command = [str(Path(sys.executable).parent / "warmline"), "audio", "import", str(recordings), "--here"]
    with log.open("wb") as output:
        return subprocess.Popen(command, env=environment, stdout=output, stderr=output)


def _turns(port: int, crowd: Crowd, going_on: Callable[[], bool]) -> tuple[float, float]:
    """Callers press keys as evenly as ever while something goes on."""
    latencies: list[float] = []
    while going_on():
        crowd.ready_for(int(TURNS_A_SECOND * WINDOW_SECONDS * 2))
        with closing(Load(port, crowd, CONNECTIONS)) as load:
            latencies += load.keep_pace(WINDOW_SECONDS, TURNS_A_SECOND).latencies
    return percentile(latencies, 50), percentile(latencies, 99)
