"""Zip files are opened without trusting them: whatever Mallory packs, little is read, and what is good is taken."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable

import pytest

import ivr.recording.archives as archives
from ivr.recording.archives import Archive, ArchiveUnusable, FileUnusable, is_archive

SOUND = b"RIFF" + bytes(range(256)) * 40


def packed(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> io.BytesIO:
    """A zip file."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    made.seek(0)
    return made


def opened(archive: io.BytesIO) -> dict[str, bytes | str]:
    """What is in it: contents, or why a file isn't taken."""
    found: dict[str, bytes | str] = {}
    whole = Archive(archive)
    for one in whole.files():
        try:
            with whole.unpacked(one) as path:
                found[one.name] = path.read_bytes()
        except FileUnusable as error:
            found[one.name] = error.code
    return found


def test_recordings_come_out_as_they_went_in() -> None:
    """Sara's folder arrives whole; what her computer put beside it is left out."""
    files = {
        "sw/welcome.wav": SOUND,
        "17.m4a": SOUND[:50],
        "__MACOSX/sw/._welcome.wav": b"x",
        "sw/.DS_Store": b"x",
    }
    assert opened(packed(files)) == {"sw/welcome.wav": SOUND, "17.m4a": SOUND[:50]}


def test_a_zip_file_is_known_by_its_first_bytes() -> None:
    """What it is called says nothing."""
    assert is_archive(packed({"a": b"b"}))
    assert not is_archive(io.BytesIO(SOUND))


@pytest.mark.parametrize("name", ["\0", "\0evil.wav", "", "sw/\0"])
def test_a_name_that_is_none_stops_nothing(name: str) -> None:
    """An entry without a name is left out, and what is beside it is taken."""
    archive = packed({"any-name.wav": b"x", "17.m4a": SOUND})
    raw = archive.getvalue().replace(b"any-name.wav", name.encode().ljust(12, b"\0"))
    assert opened(io.BytesIO(raw)) == {"17.m4a": SOUND}


def test_a_name_never_becomes_a_path() -> None:
    """A name that leads out of its folder is a label like any other: the file lies under a name of ours."""
    archive = Archive(packed({"../../../../tmp/evil.wav": SOUND}))
    (one,) = archive.files()
    with archive.unpacked(one) as path:
        assert path.name == "recording"
        assert path.read_bytes() == SOUND
    assert not path.exists()


def test_a_bomb_is_left_packed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Gigabytes of nothing in a few kilobytes aren't unpacked; the recording beside them is taken."""
    monkeypatch.setattr(archives, "FREE_OF_DOUBT", 10_000)
    files = {"bomb.wav": bytes(10_000_000), "welcome.wav": SOUND}
    assert opened(packed(files)) == {"bomb.wav": "squeezed", "welcome.wav": SOUND}


def test_a_lie_about_a_size_is_found_while_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    """A listing that says ten bytes where there are thousands doesn't get thousands read beyond the limit."""
    monkeypatch.setattr(archives, "LARGEST_BYTES", 1000)
    archive = Archive(packed({"welcome.wav": SOUND}, zipfile.ZIP_STORED))
    (one,) = archive.files()
    info = archive._infos[0]
    monkeypatch.setattr(info, "file_size", 10)
    with pytest.raises(FileUnusable, match=r"too_large|damaged"), archive.unpacked(one):
        pass


def test_lies_about_many_sizes_are_found_in_their_sum(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files that are each small enough, and in the listing all together too, aren't unpacked beyond what an archive may
    hold."""
    archive = Archive(packed({f"{number}.wav": SOUND for number in range(4)}, zipfile.ZIP_STORED))
    monkeypatch.setattr(archive, "_left", 2 * len(SOUND) + 5)
    found = []
    for one in archive.files():
        try:
            with archive.unpacked(one):
                found.append("taken")
        except FileUnusable as error:
            found.append(error.code)
    assert found == ["taken", "taken", "too_large", "too_large"]


def test_a_zip_file_in_a_zip_file_is_not_opened() -> None:
    """It is named, and its content isn't looked at."""
    assert opened(packed({"more.wav": packed({"welcome.wav": SOUND}).getvalue()})) == {"more.wav": "nested"}


def _too_many(archive: io.BytesIO) -> io.BytesIO:
    return packed({f"{number}.wav": b"" for number in range(archives.MOST_FILES + 1)})


def _cut_off(archive: io.BytesIO) -> io.BytesIO:
    return io.BytesIO(archive.getvalue()[:-30])


def _endless_listing(archive: io.BytesIO) -> io.BytesIO:
    content = bytearray(archive.getvalue())
    struct.pack_into("<I", content, content.rfind(b"PK\x05\x06") + 12, 0x7FFFFFFF)
    return io.BytesIO(content)


def _second_ending(archive: io.BytesIO) -> io.BytesIO:
    content = archive.getvalue()
    at = content.rfind(b"PK\x05\x06")
    return io.BytesIO(content[:at] + b"PK\x06\x07" + bytes(16) + content[at:])


def _one_body_many_names(archive: io.BytesIO) -> io.BytesIO:
    content = archive.getvalue()
    at, end = content.find(b"PK\x01\x02"), content.rfind(b"PK\x05\x06")
    listing = content[at:end] * 9
    ending = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 9, 9, len(listing), at, 0)
    return io.BytesIO(content[:at] + listing + ending)


@pytest.mark.parametrize(
    ("spoil", "code"),
    [(_too_many, "too_many_files"), (_cut_off, "damaged"), (_endless_listing, "too_many_files"),
     (_one_body_many_names, "damaged"), (_second_ending, "too_many_files")],
)  # fmt: skip
def test_what_can_t_be_gone_through_is_refused_as_a_whole(
    spoil: Callable[[io.BytesIO], io.BytesIO], code: str
) -> None:
    """Too many files, an end that is missing, a list of contents without end, one recording under many names, or an end
    that hides another."""
    with pytest.raises(ArchiveUnusable) as refused:
        Archive(spoil(packed({"welcome.wav": SOUND})))
    assert refused.value.code == code


def test_a_damaged_file_harms_no_other() -> None:
    """One file whose content doesn't match its sum is named; the next one is taken."""
    content = bytearray(packed({"a.wav": SOUND, "b.wav": SOUND}, zipfile.ZIP_STORED).getvalue())
    content[content.find(SOUND) + 100] ^= 0xFF
    assert opened(io.BytesIO(content)) == {"a.wav": "damaged", "b.wav": SOUND}
