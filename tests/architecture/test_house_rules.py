"""Rules of the house that no reader should have to check by eye."""

from __future__ import annotations

import ast
import re

from tests.architecture.test_repository import ROOT, files

LONGEST_MODULE = 400
LONGEST_OF_TESTS = 600
LONGEST_FUNCTION = 80
OF_THE_HOUSE = ("ivr", "flows", "audio", "referrals")


def texts(*kinds: str) -> dict[str, str]:
    """Every text of these kinds that git keeps, by its place."""
    return {
        str(path.relative_to(ROOT)): path.read_text("utf-8", "replace")
        for path in files()
        if path.suffix in kinds
    }


def test_every_module_says_what_it_is_for_and_is_short() -> None:
    """Each module begins with a sentence about its one subject, and neither it nor a function grows out of hand."""
    for place, text in texts(".py").items():
        of_the_house = place.startswith(OF_THE_HOUSE)
        assert text.count("\n") <= (LONGEST_MODULE if of_the_house else LONGEST_OF_TESTS), place
        if not of_the_house or "migrations" in place:
            continue
        tree = ast.parse(text)
        assert ast.get_docstring(tree), place
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                assert (node.end_lineno or 0) - node.lineno < LONGEST_FUNCTION, f"{place}:{node.name}"


def test_no_file_holds_a_key_or_the_path_of_a_machine() -> None:
    """Whoever reads the repository learns neither a secret nor where somebody works."""
    private = re.compile("-----BEGIN " + "[A-Z ]*PRIVATE KEY|/home/" + "[a-z]|/Users/" + "[a-z]|/ro" + "ot/")
    everything = texts(".py", ".md", ".yaml", ".yml", ".toml", ".txt", ".js", ".json", ".sh", ".cfg", "")
    assert [place for place, text in everything.items() if private.search(text)] == []


def test_nothing_is_left_unfinished() -> None:
    """No file of code says that something has still to be done."""
    marks = re.compile("TO" + "DO|FIX" + "ME|X" + "XX")
    assert [place for place, text in texts(".py", ".js", ".css").items() if marks.search(text)] == []
