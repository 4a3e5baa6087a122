"""What must never stand in a file that everybody can read."""

from __future__ import annotations

import re
import subprocess
from functools import lru_cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
REGISTRIES = re.compile(r"https?://[a-z0-9.-]*(pypi|pythonhosted|npmjs|yarnpkg|deb\.debian)", re.IGNORECASE)
NUMBER = re.compile(r"\+[1-9][0-9]{7,14}(?![0-9])")
FOR_FICTION = re.compile(r"\+1[2-9][0-9]{2}55501[0-9]{2}|\+[1-9][0-9]{0,2}[0-9]*55501?[0-9]{2,3}")
KNOWN = {
    "+266696687": "how networks spell ANONYMOUS",
    "+7378742833": "how networks spell RESTRICTED",
    "+86282452253": "how networks spell UNAVAILABLE",
    "+120255501": "the beginning of numbers for fiction",
    "+255555010147": "no country's plan has it",
    "+14158675309": "of the provider's own published example of a signature, and only ever hashed",
    "+18005551212": "of the same example",
}
LARGEST_BYTES = 500_000


@lru_cache(maxsize=1)
def files() -> tuple[Path, ...]:
    """Every file that git keeps, or would."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout
    return tuple(path for name in listed.decode().split("\0") if name and (path := ROOT / name).is_file())


def lines_with(pattern: re.Pattern[str]) -> list[tuple[str, str]]:
    """(file, what was found) for every text file but the lock files, which hold nothing but hashes."""
    found = []
    for path in files():
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        found += [(str(path.relative_to(ROOT)), match.group()) for match in pattern.finditer(text)]
    return found


@pytest.fixture(autouse=True)
def _in_a_checkout() -> None:
    assert files(), "these tests look at what git keeps"


def test_no_file_names_a_registry() -> None:
    """Whoever installs Warmline decides where its parts come from."""
    assert [place for place in lines_with(REGISTRIES) if "test_repository" not in place[0]] == []


def test_every_phone_number_is_one_for_fiction() -> None:
    """A number in a test or a document can be dialled by mistake, so none of them may belong to anybody."""
    real = [
        (place, number)
        for place, number in lines_with(NUMBER)
        if not FOR_FICTION.fullmatch(number) and number not in KNOWN and not place.endswith(".svg")
    ]
    assert real == []


def test_no_large_file_is_kept() -> None:
    """Sounds and pictures are made when they are needed; a clone stays small."""
    large = [str(path.relative_to(ROOT)) for path in files() if path.stat().st_size > LARGEST_BYTES]
    assert large == []


def test_every_dependency_is_locked_with_a_hash() -> None:
    """What is installed tomorrow is what was tested today."""
    for path in (ROOT / "requirements").glob("*.txt"):
        pinned = re.findall(r"^[a-z0-9][^\n]*(?:\n    --hash=[^\n]*)*", path.read_text(), re.MULTILINE)
        assert pinned
        assert [entry for entry in pinned if "--hash=sha256:" not in entry] == []
