"""What Mallory sends instead of a recording: files that make a reader open other files, or take all there is."""

from __future__ import annotations

import io
import json
import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from threading import Thread

import av
import pytest

from audio import ingest, pipeline
from audio.confined import WorkBroke, confined
from audio.limits import Limits
from audio.making import NOTHING_EXPECTED, make_take_clip, received, sent
from audio.refusals import NotARecording, NothingToHear, Refused, TooHeavy
from tests.audio.corpus import KINDS, encoded, quiet, spoken

SMALL = Limits(memory=100_000_000, work=1.0)


@pytest.fixture
def others_recording(tmp_path) -> Path:
    """Somebody else's recording, on the machine that makes the clips."""
    path = tmp_path / "secret.wav"
    path.write_bytes(encoded(spoken(), KINDS["wav"], 8_000))
    return path


def play_list(path: Path) -> bytes:
    return f"ffconcat version 1.0\nfile file:{path}\n".encode()


def hls(path: Path) -> bytes:
    return f"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{path}\n#EXT-X-ENDLIST\n".encode()


TAG = b"ID3\x04\0\0\0\0\0\0"
ATTACKS: dict[str, Callable[[Path], bytes]] = {
    "concat": lambda path: play_list(path),
    "concat behind a tag": lambda path: TAG + play_list(path),
    "concat that begins like an MP3": lambda path: b"\xff\xfb" + play_list(path),
    "concat inside an AMR": lambda path: b"#!AMR\n" + play_list(path),
    "HLS": lambda path: hls(path),
    "HLS behind a tag": lambda path: TAG + hls(path),
    "HLS inside a WAV": lambda path: b"RIFF\xff\0\0\0WAVE" + hls(path),
    "HLS inside an Ogg": lambda path: b"OggS\0\2" + hls(path),
    "DASH": lambda path: (
        f'<?xml version="1.0"?><MPD><Period><BaseURL>{path}</BaseURL></Period></MPD>'.encode()
    ),
    "SDP": lambda _path: b"v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nm=audio 9 RTP/AVP 0\n",
    "film that lies elsewhere": lambda path: film_elsewhere(path),
}
"""Files of kinds that name other files, and such files in the clothes of a recording."""


def film_elsewhere(path: Path) -> bytes:
    """The head of an m4a, with its sound said to lie in another file (a `url ` reference)."""
    original = encoded(spoken(), KINDS["m4a"])
    reference = f"file://{path}\0".encode()
    inside = b"\0\0\0\x0curl \0\0\0\1"
    assert inside in original
    return original.replace(inside, (len(reference) + 12).to_bytes(4, "big") + b"url \0\0\0\0" + reference)


@pytest.mark.parametrize("name", ATTACKS)
def test_no_file_makes_the_reader_open_another(others_recording, name):
    """Mallory's list of files gets her nothing: it is refused, and never says what is in somebody else's recording."""
    with pytest.raises(Refused) as refusal:
        make_take_clip(ATTACKS[name](others_recording))
    assert refusal.value.code in ("not_a_recording", "no_sound", "silent")


@pytest.mark.parametrize("name", ATTACKS)
def test_the_reader_refuses_by_itself_too(others_recording, name):
    """Even where files could be opened, the reader opens none: each of the two walls holds alone."""
    with pytest.raises(Refused):
        pipeline.clip_of(ATTACKS[name](others_recording), NOTHING_EXPECTED, Limits())


def seconds_read(content: bytes, **options: str) -> float:
    with av.open(io.BytesIO(content), options=options) as container:
        return sum(frame.samples / frame.sample_rate for frame in container.decode(audio=0))


def test_the_attack_is_real(others_recording):
    """A reader that is left to its own devices does play somebody else's recording; it is this that is held off."""
    stolen = seconds_read(play_list(others_recording), safe="0", protocol_whitelist="file")
    assert stolen == pytest.approx(4.4, abs=0.5)


def test_a_reader_that_obeys_mallory_still_finds_nothing_to_open(others_recording):
    """The same reader in the confined process can't open the file, whatever it is told."""
    attack = play_list(others_recording)

    def steal() -> bytes:
        return str(seconds_read(attack, safe="0", protocol_whitelist="file")).encode()

    with pytest.raises(WorkBroke, match="Too many open files"):
        confined(steal, Limits())


@pytest.mark.parametrize("wall", ["format", "format_whitelist", "protocol_whitelist"])
def test_each_wall_around_the_reader_holds_alone(monkeypatch, others_recording, wall):
    """Were a play list taken for a recording, then that only one reader is named, that no other may be tried, and that
    no address may be followed would each keep it from being read: with any two of them gone, the third is left."""
    open_file, asked = av.open, []

    def with_one_wall(file, mode, format, options):
        kept = {"format": format, **options}
        walls = ("format", "format_whitelist", "protocol_whitelist")
        assert set(walls) <= set(kept)
        opened = {name: value for name, value in kept.items() if name == wall or name not in walls}
        asked.append(name := opened.pop("format", None))
        return open_file(
            file, mode, format=name, options={"safe": "0", "protocol_whitelist": "file", **opened}
        )

    monkeypatch.setattr(ingest, "reader_of", lambda _original: "mp3")
    monkeypatch.setattr(ingest, "is_broken_off", lambda *_: False)
    monkeypatch.setattr(ingest.av, "open", with_one_wall)
    for attack in (play_list, hls):
        with pytest.raises(Refused):
            ingest.decoded(attack(others_recording), Limits())
    assert asked == ["mp3" if wall == "format" else None] * 2


@pytest.mark.parametrize("tag", [0x22, 0x160, 0x130], ids=["TrueSpeech", "WMA", "Sipro"])
def test_ways_of_writing_that_no_phone_uses_are_never_decoded(tag):
    """A file may name any of hundreds of decoders, old ones with holes: those that no recorder needs aren't run."""
    asks = bytearray(encoded(spoken(), KINDS["wav"], 8_000))
    asks[20:22] = tag.to_bytes(2, "little")
    with pytest.raises(Refused) as refused:
        pipeline.clip_of(bytes(asks), NOTHING_EXPECTED, Limits())
    assert refused.value.code == NotARecording.code


def test_the_confined_process_has_nothing(others_recording):
    """It has no file, no database and no network: it can't open one, and what its parent had open is closed."""

    def look() -> bytes:
        found = [number for number in range(3, 64) if _is_open(number)]
        refused = []
        new = others_recording.with_name("new")
        for attempt in (others_recording.read_bytes, new.touch):
            try:
                attempt()
            except OSError:
                refused.append("refused")
        return f"{len(found)} {refused}".encode()

    with others_recording.open("rb"):
        assert confined(look, Limits()) == b"1 ['refused', 'refused']", "only the pipe to its parent is left"


def _is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


@pytest.mark.parametrize(
    "work",
    [
        pytest.param(lambda: bytes(1_000_000_000), id="takes all memory"),
        pytest.param(lambda: _for_ever(), id="never ends"),
        pytest.param(lambda: os.kill(os.getpid(), signal.SIGSEGV), id="crashes"),
        pytest.param(lambda: os._exit(0), id="goes away without a word"),
    ],
)
def test_what_takes_all_there_is_is_stopped(work):
    """A file that makes the reader eat memory, run for ever or crash costs a second, and the worker goes on."""
    began = time.monotonic()
    with pytest.raises(TooHeavy):
        confined(work, SMALL)
    assert time.monotonic() - began < 10
    assert confined(lambda: b"well", SMALL) == b"well"


@pytest.mark.parametrize("start", [os.fork, lambda: Thread(target=print).start() or 0])
def test_the_confined_process_starts_no_other(start):
    """Whoever has taken over a decoder can't leave processes behind that go on after it."""
    with pytest.raises(WorkBroke, match=r"unavailable|can't start new thread"):
        confined(lambda: str(start()).encode(), SMALL)


def test_the_confined_process_cannot_fill_its_parent():
    """An answer without end is stopped: the worker's memory isn't Mallory's to fill."""

    def answer_for_ever() -> bytes:
        (pipe,) = (number for number in range(3, 64) if _is_open(number))
        while True:
            os.write(pipe, bytes(1 << 20))

    with pytest.raises(TooHeavy, match="too much"):
        confined(answer_for_ever, Limits(memory=100_000_000, work=5.0))


KILLED = """
import os, time
from audio.confined import confined
from audio.limits import Limits
fork = os.fork
def told():
    if child := fork():
        print(child, flush=True)
    return child
os.fork = told
confined(lambda: time.sleep(60), Limits())
"""


def test_the_confined_process_ends_with_its_worker():
    """A worker that the system kills leaves nothing at work: what it had begun ends with it."""
    with subprocess.Popen([sys.executable, "-c", KILLED], stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdout is not None
        child = int(worker.stdout.readline())
        time.sleep(0.1)
        os.kill(child, 0)
        worker.kill()
    for _ in range(100):
        if not _is_at_work(child):
            return
        time.sleep(0.05)
    pytest.fail("it went on without its worker")


def _is_at_work(process: int) -> bool:
    """Whether it runs: one that has ended and that nobody has asked after doesn't."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2][0] != "Z"
    except FileNotFoundError:
        return False


def test_what_a_decoder_that_was_taken_over_says_is_not_believed():
    """It may answer anything: only what can be a clip becomes one, with its own length, a picture that pages can draw
    and findings that they know."""
    clip = pipeline.clip_of(encoded(spoken(), KINDS["wav"], 8_000), NOTHING_EXPECTED, Limits())
    telling, _, wav = sent(clip).partition(b"\n")
    assert received(telling + b"\n" + wav) == clip
    told = json.loads(telling)
    report, measured = told["report"], told["report"]["measured"]
    finding = {"code": "clipped", "at": 1.0}
    lies = [
        *({"seconds": value} for value in (math.nan, math.inf, -1, clip.seconds + 1, "4.2", True, 10**400)),
        *({"waveform": value} for value in ("", "00" * 300_000, "zz", 7)),
        *({"report": value} for value in ({}, [], {**report, "measured": {}})),
        *({"report": {**report, "measured": {**measured, "hum": value}}} for value in (math.nan, "x", None)),
        {"report": {**report, "measured": {**measured, "damaged": "<b>"}}},
        *(
            {"report": {**report, "findings": value}}
            for value in ([finding] * 2, [{"code": "<script>", "at": None}], [{**finding, "at": math.nan}])
        ),
    ]
    answers = [json.dumps({**told, **lie}).encode() + b"\n" + wav for lie in lies]
    others = (
        b"<html><script>",
        b"",
        wav[:-2],
        wav + b"\0\0",
        wav.replace(b"\x40\x1f", b"\x80\x3e"),
        wav[:44],
    )
    answers += [telling + b"\n" + other for other in others]
    for answer in (*answers, b"", b"[" * 60_000, b"{}", telling):
        with pytest.raises(TooHeavy):
            received(answer)


def _for_ever() -> bytes:
    while True:
        pass


def test_who_sleeps_is_stopped_too():
    """A process that waits uses no processor: the clock on the wall ends it."""
    began = time.monotonic()
    with pytest.raises(TooHeavy):
        confined(lambda: time.sleep(60), Limits(work=0.2))
    assert time.monotonic() - began < 5


def test_refusals_and_mistakes_come_out_as_what_they_are():
    """A refusal is one outside too; a mistake of ours is never told to Sara as hers."""

    def refuse() -> bytes:
        raise NothingToHear("nobody speaks")

    with pytest.raises(NothingToHear, match="nobody speaks"):
        confined(refuse, SMALL)
    with pytest.raises(WorkBroke, match="ZeroDivisionError"):
        confined(lambda: bytes(1 // 0), SMALL)


def test_no_process_is_left_behind(monkeypatch: pytest.MonkeyPatch):
    """After a thousand recordings a worker has as many children as before: each was ended and waited for."""
    begun: list[int] = []
    fork = os.fork
    monkeypatch.setattr(os, "fork", lambda: begun.append(child := fork()) or child)
    for _ in range(3):
        make_take_clip(encoded(spoken(), KINDS["opus"]))
    assert len(begun) == 3
    for child in begun:
        with pytest.raises(ChildProcessError):
            os.waitpid(child, os.WNOHANG)


BOMBS = ("channels", "rate", "samples", "cluster", "picture")


def bombs() -> dict[str, bytes]:
    """Small files that claim to be enormous."""
    wav = bytearray(encoded(spoken(), KINDS["wav"], 8_000))
    wav[22:24] = (60_000).to_bytes(2, "little")
    flac = bytearray(encoded(quiet(1.0), KINDS["flac"], 16_000))
    flac[18:22] = b"\x0f\xff\xff\xff"
    m4a = bytearray(encoded(spoken(), KINDS["m4a"]))
    sizes = m4a.index(b"stsz")
    m4a[sizes + 12 : sizes + 16] = b"\x7f\xff\xff\xff"
    webm = bytearray(encoded(spoken(), KINDS["webm"]))
    cluster = webm.index(b"\x1fC\xb6u")
    webm[cluster + 4 : cluster + 12] = b"\x01\x7f\xff\xff\xff\xff\xff\xff"
    tagged = b"ID3\x04\0\0\x7f\x7f\x7f\x7f" + b"APIC" + bytes(1000)
    files = {"channels": wav, "rate": flac, "samples": m4a, "cluster": webm, "picture": tagged}
    return {name: bytes(content) for name, content in files.items()}


@pytest.mark.parametrize("name", BOMBS)
def test_files_that_claim_to_be_enormous_take_little(name):
    """Sixty thousand channels, two thousand million samples: a refusal or an ordinary clip, within seconds."""
    began = time.monotonic()
    try:
        assert make_take_clip(bombs()[name]).seconds < 10
    except Refused as refused:
        assert refused.code in (NotARecording.code, "no_sound", TooHeavy.code, "silent")
    assert time.monotonic() - began < 5


def test_damage_of_any_sort_gives_a_clip_or_a_refusal():
    """Bytes lost, doubled, changed and emptied, in every kind of file: nothing ever breaks the worker."""
    import random

    dice = random.Random(5)
    files = [encoded(spoken("Three.", lead=0.3, trail=0.3), kind) for kind in KINDS.values()]
    outcomes = {"clip": 0, "refused": 0}
    for original in files * 4:
        content = bytearray(original)
        start = dice.randrange(len(content))
        end = min(len(content), start + dice.randrange(1, 2_000))
        match dice.randrange(4):
            case 0:
                del content[start:end]
            case 1:
                content[start:start] = content[start:end]
            case 2:
                content[start:end] = bytes(end - start)
            case _:
                for _ in range(20):
                    content[dice.randrange(len(content))] = dice.randrange(256)
        try:
            pipeline.clip_of(bytes(content), NOTHING_EXPECTED, Limits())
            outcomes["clip"] += 1
        except Refused:
            outcomes["refused"] += 1
    assert outcomes["clip"] and outcomes["refused"], outcomes
