"""Which clip says a prompt."""

from __future__ import annotations

import dataclasses
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from sqlalchemy import func, select

from audio.fingerprint import script_fingerprint
from audio.library import Clip
from audio.tables import clips

DAY = date(2026, 3, 1)
HELLO = script_fingerprint("Hello")


@pytest.fixture
def add(library):
    """Notes a clip of the prompt `hello` whose sound is the given word."""

    def note(sound, state="demo", fingerprint=HELLO, **changes):
        clip = Clip("hello", "en", "Sara", library.media.put(sound.encode()), 1.5, state)
        clip = dataclasses.replace(clip, **changes)
        library.add(clip, fingerprint, DAY)
        return clip

    return note


WANTED = {("hello", "en"): HELLO}


def test_a_clip_that_was_added_is_found(library, add):
    """Sara's recording is played for the prompt and the language she recorded, and for no other."""
    clip = add("one")
    others = {("hello", "fr"): HELLO, ("goodbye", "en"): HELLO}
    assert library.clips_for({**WANTED, **others}) == {("hello", "en"): clip}
    assert library.clips_for({}) == {}


def test_the_newest_recording_is_played(library, add):
    """Of two recordings made on the same day the later is played, in whatever order the hashes fall."""
    for sound in ("one", "two", "three", "four"):
        newest = add(sound)
        assert library.clips_for(WANTED)["hello", "en"] == newest


def test_a_recording_of_an_older_script_is_never_played(library, add):
    """When the words change, the old recording would say what nobody has reviewed."""
    add("one")
    changed = {("hello", "en"): script_fingerprint("Hello, welcome")}
    assert library.clips_for(changed) == {}
    assert library.missing(changed) == [("hello", "en")]


def test_a_persons_approved_recording_goes_before_the_demo_voice(library, add):
    """Making the demo again must not take Sara's approved recording off the line."""
    approved = add("Sara", state="approved")
    add("machine", state="demo")
    assert library.clips_for(WANTED)["hello", "en"] == approved


@pytest.mark.parametrize("state", ["withdrawn"])
def test_what_is_not_approved_is_not_played(library, add, state):
    """A recording that nobody has listened to yet, or that was withdrawn, doesn't reach a caller."""
    add("one", state=state)
    assert library.clips_for(WANTED) == {}


def test_the_same_clip_is_noted_once(library, add):
    """Importing a folder of recordings twice changes nothing."""
    add("one")
    add("one")
    with library.engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(clips)).scalar() == 1


def test_the_same_clip_added_at_once_is_noted_once(library, add):
    """Two processes that finish the same clip at the same moment don't stop each other."""
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: add("one"), range(8)))
    with library.engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(clips)).scalar() == 1


def test_a_clip_whose_file_is_gone_counts_as_missing(library, add):
    """A lost disk is noticed before a caller hears silence, and everything still there is kept."""
    clip = add("one")
    assert library.missing(WANTED) == []
    library.media.remove(clip.sha)
    assert library.missing(WANTED) == [("hello", "en")]


def test_a_clip_cannot_be_noted_without_its_facts(library, add):
    """An incomplete row is refused by the database, not quietly kept."""
    with pytest.raises(Exception, match="NOT NULL"):
        add("one", voice=None)


def test_a_fingerprint_follows_the_words_and_not_the_space_around_them():
    """An empty line at the end of a script doesn't cost a new recording; a changed word does."""
    assert script_fingerprint("Hello\n") == script_fingerprint("Hello")
    assert script_fingerprint("Hello.") != script_fingerprint("Hello")
