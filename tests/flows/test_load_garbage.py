"""No bytes on disk raise an exception."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from flows.check import check
from flows.load import Loaded, load_pack

PACKS = Path(__file__).parent / "packs"
GOOD_FLOW = (PACKS / "small" / "flow.yaml").read_text(encoding="utf-8")
GOOD_SCRIPTS = (PACKS / "small" / "scripts" / "en.yaml").read_text(encoding="utf-8")

SIGNS = "\t \n:-*&!%@`{}[]\"'|>#?,\\…\x00\u2028\ufeff~$١\u202e\U0001f600"
WORDS = "--- ... << no yes null 0x1 1e9 nodes: menu: options: flow: spec:2 go:back"
PIECES = st.sampled_from([*SIGNS, *WORDS.split(" "), "  ", "a" * 40])


def read(flow: bytes, scripts: bytes) -> Loaded:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "scripts").mkdir()
        (folder / "flow.yaml").write_bytes(flow)
        (folder / "scripts" / "en.yaml").write_bytes(scripts)
        return load_pack(folder)


def hold(loaded: Loaded) -> None:
    """What is true of every folder that was read."""
    for problem in loaded.problems:
        assert problem.message
        assert problem.hint
        assert problem.line is None or problem.line >= 1
    errors = [problem for problem in loaded.problems if problem.severity == "error"]
    assert (loaded.pack is None) == bool(errors or loaded.draft is None)
    if loaded.draft is not None:
        check(
            loaded.draft,
            places=loaded.places,
            unreadable=loaded.unreadable,
            unreadable_scripts=loaded.unreadable_scripts,
        )


@st.composite
def mutated(draw: st.DrawFn, good: str) -> bytes:
    """A good file into which something was typed, or from which something was taken."""
    text = good
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        removed = draw(st.integers(0, 12))
        text = text[:start] + draw(PIECES | st.text(max_size=4)) + text[start + removed :]
    return text.encode("utf-8", "surrogatepass")


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300), st.binary(max_size=300))
def test_any_bytes_can_be_read(flow: bytes, scripts: bytes) -> None:
    """Whatever stands in the files, somebody is told what is wrong; nothing crashes."""
    loaded = read(flow, scripts)
    hold(loaded)
    assert loaded.problems


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300), st.lists(PIECES, max_size=30).map("".join))
def test_any_text_can_be_read(flow: str, scripts: str) -> None:
    """Text that looks a little like a flow is read without a crash, too."""
    hold(read(flow.encode("utf-8", "surrogatepass"), scripts.encode("utf-8", "surrogatepass")))


@settings(max_examples=200, deadline=None)
@given(mutated(GOOD_FLOW), mutated(GOOD_SCRIPTS))
def test_any_slip_of_the_hand_can_be_read(flow: bytes, scripts: bytes) -> None:
    """A good pack with typing mistakes anywhere is read, and what is left of it can be checked."""
    hold(read(flow, scripts))
