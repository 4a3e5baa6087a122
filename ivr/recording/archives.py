"""Zip files with recordings, opened without trusting them: nothing in one decides how much is read, kept or written,
and the names in it are labels alone."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

from audio.limits import Limits

LARGEST_BYTES = Limits().size
"""Of one recording."""
MOST_FILES = 500
LARGEST_CONTENTS = 8 * LARGEST_BYTES
"""What all files of an archive may hold together, unpacked."""
LARGEST_LISTING = 512 * 1024
"""Bytes of an archive's list of contents. Python reads all of it before anybody can count."""
MOST_SQUEEZED = 200
"""How many times smaller than its content a file may be packed: silence is a hundred times, a bomb a thousand."""
FREE_OF_DOUBT = 4 * 1024 * 1024
"""Up to this size it doesn't matter how small a file was packed."""

ZIP = b"PK\x03\x04"
_END = b"PK\x05\x06"
_END_SIZE = 22
_HEADER_SIZE = 30
_LARGE_END = b"PK\x06\x07"
_LARGE_END_SIZE = 20
_LONGEST_REMARK = 0xFFFF
_AT_ONCE = 1 << 18
_PLAIN = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1
_CLUTTER = ("Thumbs.db", "desktop.ini")


class ArchiveUnusable(ValueError):
    """The archive isn't opened at all. `code` says why: damaged, too_many_files or too_much_inside."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class FileUnusable(ValueError):
    """One file of an archive isn't taken. `code` says why: too_large, squeezed, nested, locked or damaged."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class Packed:
    """One file of an archive. `place` tells it apart from others of the same name."""

    place: int
    name: str


def is_archive(stream: IO[bytes]) -> bool:
    """Whether it begins like a zip file; what it is called doesn't matter. Leaves the stream at its beginning."""
    stream.seek(0)
    found = stream.read(len(ZIP)) == ZIP
    stream.seek(0)
    return found


class Archive:
    """An archive that has been looked at and is safe to go through. Raises ArchiveUnusable."""

    def __init__(self, stream: IO[bytes]) -> None:
        _check_listing(stream)
        try:
            self._zip = zipfile.ZipFile(stream)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            raise ArchiveUnusable("damaged") from error
        self._infos = [info for info in self._zip.infolist() if not _is_clutter(info)]
        if len(self._infos) > MOST_FILES:
            raise ArchiveUnusable("too_many_files")
        if sum(info.file_size for info in self._infos) > LARGEST_CONTENTS:
            raise ArchiveUnusable("too_much_inside")
        if _do_overlap(self._infos):
            raise ArchiveUnusable("damaged")
        self._left = LARGEST_CONTENTS

    def files(self) -> Iterator[Packed]:
        """What is in it."""
        for place, info in enumerate(self._infos):
            yield Packed(place, info.filename)

    @contextmanager
    def unpacked(self, packed: Packed) -> Iterator[Path]:
        """One file, on its own and under a name of ours. Raises FileUnusable."""
        info = self._infos[packed.place]
        _check(info)
        with TemporaryDirectory(prefix="warmline-") as folder:
            path = Path(folder) / "recording"
            try:
                with self._zip.open(info) as packed_file, path.open("wb") as file:
                    self._copy(packed_file, file)
            except FileUnusable:
                raise
            except (zipfile.BadZipFile, EOFError, ValueError, RuntimeError, zlib.error) as error:
                raise FileUnusable("damaged") from error
            yield path

    def _copy(self, source: IO[bytes], target: IO[bytes]) -> None:
        size = 0
        while piece := source.read(_AT_ONCE):
            if not size and piece.startswith(ZIP):
                raise FileUnusable("nested")
            size += len(piece)
            self._left -= len(piece)
            # What a listing says of a size may be a lie; what has been read isn't.
            if size > LARGEST_BYTES or self._left < 0:
                raise FileUnusable("too_large")
            target.write(piece)


def _check_listing(stream: IO[bytes]) -> None:
    """Reads the end of the archive by hand: how long its list is has to be known before anything reads that list."""
    stream.seek(0, 2)
    size = stream.tell()
    start = max(0, size - _END_SIZE - _LONGEST_REMARK - _LARGE_END_SIZE)
    stream.seek(start)
    tail = stream.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < _END_SIZE:
        raise ArchiveUnusable("damaged")
    count, length = struct.unpack("<HI", tail[at + 10 : at + 16])
    # An archive over 4 GiB has a second ending that would hold in place of this one.
    if tail[max(0, at - _LARGE_END_SIZE) : at].startswith(_LARGE_END) or length > LARGEST_LISTING:
        raise ArchiveUnusable("too_many_files")
    if count > 4 * MOST_FILES:
        raise ArchiveUnusable("too_many_files")
    stream.seek(0)


def _check(info: zipfile.ZipInfo) -> None:
    if info.flag_bits & _ENCRYPTED:
        raise FileUnusable("locked")
    if info.compress_type not in _PLAIN:
        raise FileUnusable("damaged")
    if info.file_size > LARGEST_BYTES:
        raise FileUnusable("too_large")
    if info.file_size > max(FREE_OF_DOUBT, MOST_SQUEEZED * info.compress_size):
        raise FileUnusable("squeezed")


def _do_overlap(infos: list[zipfile.ZipInfo]) -> bool:
    """Whether two entries claim the same bytes: so a few kilobytes become hundreds of files, and no program that people
    use writes such an archive."""
    ordered = sorted(infos, key=lambda info: info.header_offset)
    return any(
        before.header_offset + _HEADER_SIZE + before.compress_size > after.header_offset
        for before, after in pairwise(ordered)
    )


def _is_clutter(info: zipfile.ZipInfo) -> bool:
    """Folders, names that are none, and what computers put beside files without being asked."""
    parts = info.filename.replace("\\", "/").split("/")
    return (
        not parts[-1]
        or "__MACOSX" in parts
        or parts[-1].startswith(".")
        or parts[-1] in ("Thumbs.db", "desktop.ini")
    )
