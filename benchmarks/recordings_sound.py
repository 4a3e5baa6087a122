"""What is measured of clips: how fast they are made, how loud they come out, what folds back, where they are cut."""

from __future__ import annotations

import array
import json
import math
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from audio import samples
from audio.filters import loudness, telephone_band
from audio.ingest import HEADROOM_DB, decoded
from audio.limits import Limits
from audio.making import NOTHING_EXPECTED, make_take_clip
from audio.pipeline import clip_of
from audio.sound import Sound
from audio.telephone_sound import TARGET_LUFS
from tests.audio.corpus import KINDS, encoded, louder, mixed, noise, spoken
from tests.audio.trimming import trimming_error

TEXTS = {
    "en": ("To talk to someone who will listen, press one.", "If you are in danger now, press zero."),
    "fr": ("Pour parler à quelqu'un qui vous écoute, appuyez sur un.", "Fermez les yeux si vous le voulez."),
    "ar": ("للتحدث مع شخص يستمع إليك، اضغط واحد.", "ثلاثة"),
    "sw": ("Ili kuzungumza na mtu atakayekusikiliza, bonyeza moja.", "Hospitali."),
}
NOISES = ("white", "fan", "hum", "road")
OTHER_TEXTS = {
    "en": ("We are open from eight to five.",),
    "fr": ("Votre appel ne coûte rien.",),
    "ar": ("نحن هنا من أجلك.",),
    "sw": ("Karibu tena wakati wowote.",),
    "es": ("Llame a este número cuando quiera.",),
    "pt": ("Aqui ninguém pergunta o seu nome.",),
    "uk": ("Натисніть нуль, щоб повторити.",),
}
OTHER_NOISES = ("generator", "rain", "wind")
"""Words and languages with which speech was never looked for while finding it was made better, and noises of a kind
that decided only between settings that did as well with the others."""
DISTANCES = (20, 10, 5)
MOST_AWAY = 0.1
SPEED_KINDS = ("wav", "mp3", "m4a", "webm", "amr")
LOUDNORM = "highpass=f=150,aresample=8000,loudnorm=I=-19:TP=-1:LRA=11"

_SHORTS = 10
"""The clock of a processor ticks a hundred times a second: one short clip is too short for it."""

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Speed:
    """Of one kind of file: minutes of recording that become clips in one second of a processor, by us, and by FFmpeg's
    program (0 where there is none); and how many clips of four seconds do."""

    kind: str
    ours: float
    loudnorm: float
    short: float


@dataclass(frozen=True, slots=True)
class Trimming:
    """Of one noise and distance: the share of ends found within 100 ms, and of those by which a word loses more; the
    95th percentile in seconds, either way."""

    noise: str
    distance: int
    within: float
    cut: float
    of_95: float


def speed(rounds: int, say: Say) -> list[Speed]:
    """The median of so many rounds."""
    minute, short = _minute(), spoken()
    found = []
    for kind in SPEED_KINDS:
        say(f"clips of {kind} files")
        long_file, short_file = (
            encoded(minute, KINDS[kind], KINDS[kind].rates[-1]),
            encoded(short, KINDS[kind]),
        )
        make_take_clip(short_file)
        minutes = minute.seconds / 60
        ours = minutes / _median(rounds, partial(_clips, long_file, 1))
        clips = _SHORTS / _median(rounds, partial(_clips, short_file, _SHORTS))
        found.append(Speed(kind, ours, _loudnorm(long_file, minutes, rounds), clips))
    return found


def _clips(file: bytes, count: int) -> None:
    for _ in range(count):
        make_take_clip(file)


def _minute() -> Sound:
    """A minute of reading in an ordinary room."""
    parts = [spoken(text, language) for language, texts in TEXTS.items() for text in texts]
    pcm = b"".join(part.pcm for part in parts)
    size = 60 * parts[0].rate * 2
    whole = Sound((pcm * (size // len(pcm) + 1))[:size], parts[0].rate)
    hiss = noise("white", 5.0, 40, whole.rate)
    return mixed(whole, Sound((hiss.pcm * 13)[:size], whole.rate))


def _median(rounds: int, work: Callable[[], object]) -> float:
    """Seconds of a processor, of this process and of those that it starts: others on the machine hardly change them."""
    times = []
    for _ in range(rounds):
        start = sum(os.times()[:4])
        work()
        times.append(sum(os.times()[:4]) - start)
    return statistics.median(times)


def _loudnorm(file: bytes, minutes: float, rounds: int) -> float:
    """Both passes of FFmpeg's own way to one loudness: measure, then change."""
    program = shutil.which("ffmpeg")
    if program is None:
        return 0.0
    with tempfile.TemporaryDirectory() as folder:
        source, clip = Path(folder) / "recording", Path(folder) / "clip.wav"
        source.write_bytes(file)
        return minutes / _median(rounds, lambda: _two_passes(program, source, clip))


def _two_passes(program: str, source: Path, clip: Path) -> None:
    quietly = [program, "-hide_banner", "-nostats", "-y", "-threads", "1", "-i", str(source), "-af"]
    first = subprocess.run(
        [*quietly, f"{LOUDNORM}:print_format=json", "-f", "null", "-"],
        capture_output=True,
        text=True,
        check=True,
    )
    told = json.loads(first.stderr[first.stderr.rindex("{") :])
    measured = ":".join(
        f"measured_{ours}={told[theirs]}"
        for ours, theirs in (
            ("I", "input_i"),
            ("TP", "input_tp"),
            ("LRA", "input_lra"),
            ("thresh", "input_thresh"),
        )
    )
    second = f"{LOUDNORM}:{measured}:linear=true"
    subprocess.run([*quietly, second, "-ar", "8000", "-ac", "1", str(clip)], capture_output=True, check=True)


def loudness_errors(say: Say) -> list[float]:
    """LU from the target, clip for clip: languages, levels, kinds of file, noise. The clip is measured as a whole."""
    errors = []
    for language, texts in TEXTS.items():
        say(f"loudness in {language}")
        for text in texts:
            reading = spoken(text, language)
            hiss = noise("white", reading.seconds, 150, reading.rate)
            for gain, kind in ((0.0, "wav"), (-25.0, "m4a"), (9.0, "webm"), (-12.0, "amr")):
                file = encoded(louder(mixed(reading, hiss), gain), KINDS[kind])
                clip = clip_of(file, NOTHING_EXPECTED, Limits())
                errors.append(loudness(clip.wav[44:]) - TARGET_LUFS)
    return errors


def worst_alias(say: Say) -> float:
    """The loudest that a whistle of full scale above the telephone's band leaves behind in it, in dBFS."""
    say("what folds back")
    worst = samples.SILENT_DB
    for rate in (16_000, 22_050, 44_100, 48_000, 96_000):
        for hertz in range(4_200, min(rate // 2, 24_000), 1_300):
            count = rate // 2
            tone = (round(32_440 * math.sin(math.tau * hertz * n / rate)) for n in range(count))
            file = encoded(Sound(array.array("h", tone).tobytes(), rate), KINDS["flac"], rate)
            band = telephone_band(decoded(file, Limits()).sound)
            middle = band[len(band) // 10 * 2 // 2 : -(len(band) // 10 * 2 // 2)]
            worst = max(worst, samples.level(middle) + HEADROOM_DB)
    return worst


def trimming(seeds: Sequence[int], say: Say) -> list[Trimming]:
    """Every text in every noise, and others in others."""
    known = [_trimming(TEXTS, kind, seeds, say) for kind in NOISES]
    other = [_trimming(OTHER_TEXTS, kind, [17], say) for kind in OTHER_NOISES]
    return [one for found in (*known, *other) for one in found]


def _trimming(
    texts: Mapping[str, Sequence[str]], kind: str, seeds: Sequence[int], say: Say
) -> Iterator[Trimming]:
    say(f"trimming beside {kind}")
    for distance in DISTANCES:
        errors = [
            trimming_error(text, language, kind, distance, 0.8 + seed / 7, 0.9, seed)
            for language, some in texts.items()
            for text in some
            for seed in seeds
        ]
        lost = [end for error in errors for end in (error.start, -error.end)]
        away = sorted(map(abs, lost))
        within = sum(end <= MOST_AWAY for end in away) / len(away)
        cut = sum(end > MOST_AWAY for end in lost) / len(lost)
        yield Trimming(kind, distance, within, cut, away[int(len(away) * 0.95)])


def is_repeatable() -> bool:
    """Whether two processes make the same bytes of the same file."""
    file = encoded(spoken(), KINDS["webm"])
    return make_take_clip(file) == make_take_clip(file)


WORKER = """
import resource, sys
from pathlib import Path
def most():
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM"))
if sys.argv[2]: import ivr.jobs.tasks, ivr.jobs.queue, ivr.wiring, rq
if sys.argv[2]: from audio.apart import make_clip_apart as make
else: from audio.making import make_take_clip as make
before = most()
make(Path(sys.argv[1]).read_bytes())
print(before, most(), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


@dataclass(frozen=True, slots=True)
class Memory:
    """The most that is held, in MB (10^6 bytes): before the first clip, by what asks for clips, by what makes them."""

    before: float
    asking: float
    making: float


def megabytes(folder: Path, worker: bool) -> Memory:
    """While a clip of a minute is made. `worker`: with all of the hotline loaded, as a worker has it."""
    file = folder / "minute"
    file.write_bytes(encoded(_minute(), KINDS["wav"], 44_100))
    told = [sys.executable, "-W", "ignore", "-c", WORKER, str(file), "worker" if worker else ""]
    asked = subprocess.run(told, capture_output=True, text=True, check=True)
    return Memory(*(int(kilobytes) * 1024 / 1_000_000 for kilobytes in asked.stdout.split()))
