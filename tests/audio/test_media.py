"""Where clips lie."""

from __future__ import annotations

import hashlib
import os
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from audio.media import MediaStore
from audio.stores import NotAHash

SOUND = b"RIFF pretend this is a clip" * 50


@pytest.fixture
def media(tmp_path):
    return MediaStore(tmp_path / "not" / "yet" / "there")


def files_in(media):
    return sorted(path for path in media.root.rglob("*") if path.is_file())


def test_a_clip_is_found_by_the_hash_of_its_sound(media):
    """What was put comes back under its SHA-256, in a folder that never grows too large to list."""
    sha = media.put(SOUND)
    assert sha == hashlib.sha256(SOUND).hexdigest()
    assert media.has(sha)
    assert media.path(sha) == media.root / sha[:2] / sha[2:4] / f"{sha}.wav"
    assert media.path(sha).read_bytes() == SOUND
    assert files_in(media) == [media.path(sha)]


def test_the_same_clip_twice_is_one_file_left_untouched(media):
    """Making the demo again doesn't rewrite what providers may be fetching at this moment."""
    sha = media.put(SOUND)
    inode = media.path(sha).stat().st_ino
    assert media.put(SOUND) == sha
    assert media.path(sha).stat().st_ino == inode


def test_many_processes_may_put_the_same_clip_at_once(media):
    """Two people uploading the same recording at the same time end with one whole file."""
    with ThreadPoolExecutor(8) as pool:
        names = set(pool.map(lambda _: media.put(SOUND), range(40)))
    assert len(names) == 1
    assert files_in(media) == [media.path(names.pop())]


@pytest.mark.parametrize("failing", ["fsync", "replace"])
def test_a_full_disk_leaves_no_half_of_a_clip(media, monkeypatch, failing):
    """When writing fails, there is no clip at all under that name, and nothing left lying about."""

    def full(*_arguments, **_options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, failing, full)
    with pytest.raises(OSError, match="No space left"):
        media.put(SOUND)
    monkeypatch.undo()
    assert files_in(media) == []
    assert media.has(media.put(SOUND))


@pytest.mark.parametrize(
    "name",
    [
        "",
        "../../etc/passwd",
        "a" * 63,
        "a" * 65,
        "A" * 64,
        "g" * 64,
        "a" * 64 + "\n",
        "/" + "a" * 63,
        "../" + "a" * 61,
        "a" * 60 + "/../",
        "٠" * 64,
        "a" * 63 + "\0",
    ],
)
def test_mallory_cannot_name_other_files(media, name):
    """Only 64 lower-case hexadecimal digits name a clip; anything else is refused before the disk is touched."""
    for ask in (media.path, media.has, media.remove):
        with pytest.raises(NotAHash):
            ask(name)
    assert not media.root.exists()


def test_a_clip_can_be_removed(media):
    """A removed clip is gone, and removing it again is no error."""
    sha = media.put(SOUND)
    media.remove(sha)
    media.remove(sha)
    assert not media.has(sha)


def test_what_killed_processes_left_is_cleared_but_not_what_is_being_written(media):
    """Half-written files are removed once they are too old for anybody to be still writing them."""
    media.put(SOUND)
    old, young = media.root / ".unfinished" / "old", media.root / ".unfinished" / "young"
    old.write_bytes(b"half")
    young.write_bytes(b"half")
    long_ago = time.time() - 7_200
    os.utime(old, (long_ago, long_ago))
    assert media.clear_unfinished() == 1
    assert not old.exists()
    assert young.exists()
