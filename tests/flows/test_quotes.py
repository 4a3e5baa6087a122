"""Quotation marks that are missing or bent: the commonest slip in a file that is written by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.examine import examine
from flows.load import load_pack
from tests.flows.test_load import FLOW, SCRIPTS

BENT = "There are curly quotation marks here, which mean nothing in this file."
OPEN = "A quotation mark is opened here and not closed in this line."


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A pack without mistakes in its writing."""
    (tmp_path / "scripts").mkdir()
    (tmp_path / "flow.yaml").write_text(FLOW, encoding="utf-8")
    (tmp_path / "scripts" / "en.yaml").write_text(SCRIPTS, encoding="utf-8")
    return tmp_path


def said_of_flow(folder: Path, text: str) -> list[tuple[int | None, str]]:
    (folder / "flow.yaml").write_text(text, encoding="utf-8")
    problems = load_pack(folder).problems
    return [(problem.line, problem.message) for problem in problems if problem.file == "flow.yaml"]


@pytest.mark.parametrize(
    "text",
    [
        'flow: f\nspec: 1\nnodes:\n  a: {play: x}\n  b: {play: "y, then: c}\n  c: {end: z}\n  d: {end: z}\n  e: "q"\n',
        'a: 1\nb: 2\nc: 3\nd: 4\ntext: "Hello there\ndirection: "softly"\nf: 1\ng: 1\nh: 1\n',
        "a: 1\nb: 2\nc: 3\nd: 4\ntext: 'Hello there\ndirection: 'softly'\nf: 1\n",
        'a: 1\nb: 2\nc: 3\nd: 4\ne: ["one, two]\nf: 1\ng: "x"\n',
        'a: 1\nb: 2\nc: 3\nd: 4\n"9: again\n"0": crisis\n',
    ],
)
def test_an_open_quotation_mark_is_found_where_it_was_opened(folder: Path, text: str) -> None:
    """However far below the reading stumbles, Sara is sent to the line with the quotation mark that isn't closed."""
    assert said_of_flow(folder, text) == [(5, OPEN)]


def test_a_text_may_go_on_in_the_next_line(folder: Path) -> None:
    """A long text in quotes over two lines is fine, and isn't blamed for a mistake further down."""
    text = 'flow: f\ntitle: "A long\n  title, that goes on"\nother: "x" y\nspec: 1\n'
    assert said_of_flow(folder, text) == [(4, "Something follows here after a text has already ended.")]


@pytest.mark.parametrize("bad", ["text: 'it's me'", "{text: 'it's me', direction: 'softly'}"])
def test_an_apostrophe_inside_single_quotes_is_named(folder: Path, bad: str) -> None:
    """An apostrophe that ends a text by accident is told as that, also inside brackets."""
    [(line, message)] = said_of_flow(folder, f"flow: f\nwords:\n  a:\n    {bad}\n  b: 1\n")
    assert (line, message) == (4, "Something follows here after a text has already ended.")


@pytest.mark.parametrize(
    ("was", "becomes", "line"),
    [
        ("{1: {", "{“1”: {", 7),
        ("{1: {", "{‘1’: {", 7),
        ("menu: welcome", "menu: “welcome”", 7),
        ("go: goodbye", "go: „goodbye“", 7),
        ("[en]", "[“en”]", 4),
        ("start: main", "start: main\nkeys: {“9”: again}", 6),
    ],
)
def test_curly_quotation_marks_are_named_and_read_as_meant(
    folder: Path, was: str, becomes: str, line: int
) -> None:
    """A word processor bends quotation marks: that is said once, and nothing else is held against the line."""
    before = {problem.message for problem in examine(folder).problems}
    assert said_of_flow(folder, FLOW.replace(was, becomes)) == [(line, BENT)]
    assert load_pack(folder).pack is None
    loud = [p for p in examine(folder).problems if p.severity == "error" and p.message not in before]
    assert [problem.message for problem in loud] == [BENT]
    assert "straight" in loud[0].hint


def test_a_spoken_text_may_have_curly_quotation_marks(folder: Path) -> None:
    """What is read aloud, and a title, may quote somebody: “Hello” is as good a text as any other."""
    (folder / "scripts" / "en.yaml").write_text(SCRIPTS.replace('"Welcome."', "“Welcome.”"), encoding="utf-8")
    (folder / "flow.yaml").write_text(FLOW + "title: “First line”\n", encoding="utf-8")
    loaded = load_pack(folder)
    assert loaded.problems == ()
    assert loaded.pack is not None
    assert loaded.pack.scripts["welcome", "en"].text == "“Welcome.”"


@pytest.mark.parametrize("text", ["{text: “Hello, you”, direction: softly}", "{text: “Hello: you”}"])
def test_a_text_that_curly_marks_do_not_hold_together_is_explained(folder: Path, text: str) -> None:
    """A comma or a colon ends a text in curly marks; the line is named, with what to write instead."""
    (folder / "scripts" / "en.yaml").write_text(SCRIPTS.replace('"Welcome."', text), encoding="utf-8")
    found = [(problem.line, problem.message) for problem in load_pack(folder).problems]
    assert found == [(6, BENT)]


@pytest.mark.parametrize("name", ["flow.yaml", "scripts/en.yaml"])
def test_a_file_instead_of_its_folder_is_explained(folder: Path, name: str) -> None:
    """Whoever names a file of the pack is told to give its folder, and which one that is."""
    [problem] = load_pack(folder / name).problems
    assert problem.message == f"“{Path(name).name}” is a file, not a folder."
    assert problem.hint == f"Give the folder of the pack: {folder}"
