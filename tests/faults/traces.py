"""Looks for a phone number in files, in every spelling and disguise that would lead back to it."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import re
import zlib
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote

_NOTHING = re.compile(rb"\0{17,}")


def disguises_of(number: str) -> dict[str, bytes]:
    """What a number may look like in a file: spelled, grouped, encoded, or hashed without a key."""
    digits = number.lstrip("+")
    national, subscriber = digits[-10:], digits[-7:]
    spelled = {
        "E.164": number,
        "digits": digits,
        "national": national,
        "subscriber": subscriber,
        "grouped": f"{subscriber[:3]}-{subscriber[3:]}",
        "spaced": f"{subscriber[:3]} {subscriber[3:]}",
        "dotted": f"{subscriber[:3]}.{subscriber[3:]}",
        "in a web address": quote(number, safe=""),
        "backwards": digits[::-1],
        "base64": base64.b64encode(number.encode()).decode().rstrip("="),
        "base64 of the digits": base64.b64encode(digits.encode()).decode().rstrip("="),
        "hex of the digits": subscriber.encode().hex(),
    }
    found = {name: text.encode() for name, text in spelled.items()}
    found |= {f"{name} in 16 bits": text.encode("utf-16-le") for name, text in spelled.items()}
    for algorithm in ("md5", "sha1", "sha256"):
        for name, text in (("E.164", number), ("digits", digits)):
            digest = hashlib.new(algorithm, text.encode())
            found[f"{algorithm} of the {name}"] = digest.digest()
            found[f"{algorithm} of the {name} in hex"] = digest.hexdigest().encode()
    found["as a figure"] = int(digits).to_bytes(8, "big").lstrip(b"\0")
    return found


def traces_in(folder: Path, *numbers: str) -> list[str]:
    """Where in a folder numbers show, file by file; packed contents are looked into as well."""
    wanted = [disguise for number in numbers for disguise in disguises_of(number).items()]
    # Backwards, so that SQLite's log is read before its file: what moves from the one to the other meanwhile is seen.
    return [
        f"{path.relative_to(folder)}: {name}"
        for path in sorted(folder.rglob("*"), reverse=True)
        if path.is_file()
        for content in _contents(path)
        for name, disguise in wanted
        if disguise in content
    ]


def _contents(path: Path) -> Iterable[bytes]:
    # The files of a database server are mostly nothing at all.
    content = _NOTHING.sub(b"\0" * 16, path.read_bytes())
    yield content
    place = content.find(b"\x78\x9c")
    while place >= 0:
        with contextlib.suppress(zlib.error):
            yield zlib.decompressobj().decompress(content[place : place + 1_000_000])
        place = content.find(b"\x78\x9c", place + 2)
