"""Where recordings lie as they came in."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from audio.originals import OriginalsStore
from audio.stores import NotAHash, NotKept


@pytest.fixture
def originals(tmp_path: Path) -> OriginalsStore:
    return OriginalsStore(tmp_path / "originals")


def test_a_recording_is_kept_as_it_came(originals: OriginalsStore, tmp_path: Path) -> None:
    """Whatever the file is and says it is, its bytes come back, whole or in part, and its name tells nothing of it."""
    file = tmp_path / "breathing.mp3"
    file.write_bytes(bytes(range(256)) * 9000)
    sha = originals.put_file(file)
    assert sha == hashlib.sha256(file.read_bytes()).hexdigest()
    assert originals.read(sha) == file.read_bytes()
    assert originals.read_part(sha, 100, 7) == bytes(range(100, 107))
    assert originals.size(sha) == 256 * 9000
    assert originals.path(sha).name == sha
    assert originals.put(file.read_bytes()) == originals.put_file(file) == sha
    assert list(originals.names()) == [sha]


def test_what_is_there_already_is_not_written_again(
    originals: OriginalsStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same recording a hundred times in one archive costs its reading, and no disk."""
    file = tmp_path / "breathing.mp3"
    file.write_bytes(b"one")
    sha = originals.put_file(file)

    def full_disk(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(originals, "_keep", full_disk)
    assert originals.put_file(file) == originals.put(b"one") == sha


def test_nobody_else_on_the_machine_can_look_into_the_folder(originals: OriginalsStore) -> None:
    """A recording holds whatever was said before and after the script: only Warmline's own user reads it."""
    originals.put(b"one")
    assert originals.root.stat().st_mode & 0o077 == 0


def test_what_is_not_there_is_said_so(originals: OriginalsStore) -> None:
    """A lost file is an answer and no crash; a made-up name never reaches the disk."""
    for ask in (originals.read, originals.size, lambda sha: originals.read_part(sha, 0, 1)):
        with pytest.raises(NotKept):
            ask("0" * 64)
        with pytest.raises(NotAHash):
            ask("../../../etc/passwd")
    assert originals.there({"0" * 64}) == set()


def test_only_recordings_are_listed(originals: OriginalsStore) -> None:
    """What somebody else has put into the folder isn't taken for a recording."""
    sha = originals.put(b"one")
    (originals.root / "ab" / "cd").mkdir(parents=True)
    (originals.root / "ab" / "cd" / "notes.txt").write_text("x")
    (originals.root / "ab" / "cd" / ("0" * 64)).write_text("in the wrong place")
    assert list(originals.names()) == [sha]
