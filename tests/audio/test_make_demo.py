"""Making the demo voice's clips, and only those that are missing."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from datetime import date

import pytest
from sqlalchemy import create_engine, select

from audio import demo_voice
from audio.fingerprint import script_fingerprint
from audio.library import ClipLibrary
from audio.make_demo import ClipsCouldNotBeMade, Counts, Wanted, make_demo
from audio.media import MediaStore
from audio.tables import clips

DAY = date(2026, 3, 1)


def clips_for(library, wanted):
    return library.clips_for({(one.prompt, one.language): script_fingerprint(one.text) for one in wanted})


def test_only_what_is_missing_is_made(library):
    """The first start makes every clip; the second none; a changed sentence costs one clip."""
    wanted = [
        Wanted("hello", "en", "Hello"),
        Wanted("hello", "fr", "Bonjour"),
        Wanted("goodbye", "en", "Goodbye"),
    ]
    steps = []
    assert make_demo(wanted, library, DAY, lambda *step: steps.append(step)) == Counts(made=3, kept=0)
    assert [(done, total) for done, total, _ in steps] == [(1, 3), (2, 3), (3, 3)]
    assert {label for *_, label in steps} == {"hello (en)", "hello (fr)", "goodbye (en)"}
    before = clips_for(library, wanted)
    assert {clip.state for clip in before.values()} == {"demo"}
    assert all(library.media.has(clip.sha) and clip.seconds > 0.6 for clip in before.values())

    steps.clear()
    assert make_demo(wanted, library, DAY, lambda *step: steps.append(step)) == Counts(made=0, kept=3)
    assert steps == []

    wanted[0] = Wanted("hello", "en", "Hello, welcome")
    assert make_demo(wanted, library, DAY, processes=1) == Counts(made=1, kept=2)
    after = clips_for(library, wanted)
    assert after["hello", "en"].seconds > before["hello", "en"].seconds
    assert after["goodbye", "en"] == before["goodbye", "en"]


def test_a_script_that_cannot_be_read_does_not_stop_the_others(library):
    """A script of nothing but silence is named in the error; every other clip is there."""
    wanted = [Wanted("empty", "en", "…"), Wanted("hello", "en", "Hello")]
    with pytest.raises(ClipsCouldNotBeMade, match=r"empty \(en\)") as failure:
        make_demo(wanted, library, DAY, processes=1)
    assert failure.value.wanted == (wanted[0],)
    assert failure.value.__cause__ is not None
    assert list(clips_for(library, wanted)) == [("hello", "en")]


def test_an_unknown_language_is_refused_before_anything_is_made(library):
    """Joseph learns at once that a language has no demo voice, not after minutes of waiting."""
    with pytest.raises(demo_voice.LanguageNotSpoken, match="xx"):
        make_demo([Wanted("hello", "en", "Hello"), Wanted("hello", "xx", "Hello")], library, DAY)
    assert not library.media.root.exists()


DIES_HALF_WAY = """
import os, signal, sys
from datetime import date
from pathlib import Path
from sqlalchemy import create_engine
from audio.library import ClipLibrary
from audio.make_demo import Wanted, make_demo
from audio.media import MediaStore

def die(done, total, label):
    if done == 5:
        os.kill(os.getpid(), signal.SIGKILL)

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    library = ClipLibrary(create_engine(f"sqlite:///{folder / 'clips.db'}"), MediaStore(folder / "media"))
    make_demo([Wanted(f"p{n}", "en", f"Number {n}") for n in range(40)], library, date(2026, 3, 1), die, 2)
"""


def test_killed_half_way_nothing_is_broken_and_the_next_run_goes_on(library, tmp_path):
    """After a power cut every clip in the library is whole, no process is left behind, and the rest is made next."""
    program = tmp_path / "dies_half_way.py"
    program.write_text(DIES_HALF_WAY)
    # The making processes share this pipe, so reading it to its end waits for the last of them.
    killed = subprocess.run(
        [sys.executable, program, tmp_path], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60
    )
    assert killed.returncode == -9

    engine = create_engine(f"sqlite:///{tmp_path / 'clips.db'}")
    media = MediaStore(tmp_path / "media")
    with engine.connect() as connection:
        noted = connection.execute(select(clips.c.sha)).scalars().all()
    assert len(noted) == 5
    for file in media.root.rglob("*.wav"):
        assert hashlib.sha256(file.read_bytes()).hexdigest() == file.stem
    assert all(media.has(sha) for sha in noted)

    wanted = [Wanted(f"p{n}", "en", f"Number {n}") for n in range(40)]
    assert make_demo(wanted, ClipLibrary(engine, media), DAY) == Counts(made=35, kept=5)
    engine.dispose()
