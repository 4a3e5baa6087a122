"""`warmline flow`, as programme staff type it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from flows.load import pack_from_document
from ivr.flow_commands import flow

PACKS = Path(__file__).parent / "packs"
SMALL = PACKS / "small"


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(flow, [str(word) for word in words])


def test_good_pack_ends_with_zero() -> None:
    """A pack without mistakes says so in one sentence and lets a script go on."""
    result = run("check", SMALL)
    assert result.exit_code == 0
    assert result.output == (
        "This pack can go on air once it is recorded: 14 nodes, in en and ar. Nothing to improve was found. "
        "How long things take is estimated from the texts here; publishing measures the recordings.\n"
    )


def test_warnings_alone_do_not_stop_anything(tmp_path: Path) -> None:
    """A warning is told, and the pack may still go on air."""
    shutil.copytree(SMALL, tmp_path / "pack")
    text = (SMALL / "flow.yaml").read_text(encoding="utf-8")
    (tmp_path / "pack" / "flow.yaml").write_text(text + "  lost: {end: goodbye}\n", encoding="utf-8")
    result = run("check", tmp_path / "pack")
    assert result.exit_code == 0
    assert (
        f"warning  line {len(text.splitlines()) + 1}, node “lost”: No call ever comes to this node."
        in result.output
    )
    assert "in en and ar. 1 warning. How long" in result.output


def test_check_speaks_to_programs() -> None:
    """With --json the same problems come as one document."""
    result = run("check", PACKS / "references", "--json")
    document = json.loads(result.output)
    assert result.exit_code == 1
    assert document["errors"] == sum(problem["severity"] == "error" for problem in document["problems"]) > 0
    assert document["warnings"] == len(document["problems"]) - document["errors"]
    assert {"severity": "error", "file": "flow.yaml", "line": 4}.items() <= document["problems"][0].items()
    good = json.loads(run("check", SMALL, "--json").output)
    assert good == {"errors": 0, "warnings": 0, "problems": []}


def test_missing_folder_is_no_crash() -> None:
    """A folder that isn't there is a plain sentence, whatever was asked."""
    assert run("check", "nowhere").exit_code == 1
    for words in (["check", "nowhere"], ["graph", "nowhere"], ["export", "nowhere", "--as", "sheet"]):
        result = run(*words)
        assert result.exit_code == 1
        assert "There is no folder “nowhere”." in result.output
        assert isinstance(result.exception, SystemExit)


def test_graph_writes_a_picture(tmp_path: Path) -> None:
    """The picture is written to a file, or printed when no file is named."""
    target = tmp_path / "small.svg"
    assert run("graph", SMALL, "-o", target).exit_code == 0
    printed = run("graph", SMALL, "--as", "drawing").stdout
    assert target.read_text(encoding="utf-8") == printed
    assert ElementTree.fromstring(printed.encode()).tag.endswith("svg")


def test_graph_writes_sheets_to_print(tmp_path: Path) -> None:
    """Unless a drawing is asked for, sheets are written that print on A4, or on A3."""
    target = tmp_path / "small.html"
    assert run("graph", SMALL, "-o", target).exit_code == 0
    assert target.read_text(encoding="utf-8") == run("graph", SMALL).stdout
    assert "size: 297mm 210mm" in run("graph", SMALL).stdout
    assert "size: 420mm 297mm" in run("graph", SMALL, "--paper", "a3").stdout
    assert run("graph", SMALL, "--paper", "letter").exit_code == 2


def test_graph_shows_the_flow_and_language_asked_for() -> None:
    """Any flow of the pack can be drawn, in any of its languages."""
    picture = run("graph", SMALL, "--flow", "listening", "--language", "ar").stdout
    assert "This flow starts here" in picture
    assert "What callers hear in Arabic" in picture
    assert "تنفسوا" in picture


def test_graph_of_a_broken_pack_marks_what_is_wrong() -> None:
    """A pack with mistakes can still be drawn, so that they can be seen in place."""
    result = run("graph", PACKS / "references")
    assert result.exit_code == 0
    assert "Mistake:" in result.stdout
    assert "mian (missing)" in result.stdout


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (["graph", SMALL, "--flow", "lisening"], "The flows are: small and listening."),
        (["graph", SMALL, "--language", "fr"], "The languages are: en and ar."),
        (["export", SMALL, "--as", "sheet", "--language", "fr"], "The languages are: en and ar."),
        (["graph", PACKS / "writing"], "Too little of this pack can be read."),
        (["export", PACKS / "references", "--as", "json"], "A pack with mistakes isn't exported."),
        (["graph", SMALL, "-o", "/nowhere/at/all.svg"], "can't be written"),
    ],
)
def test_what_cannot_be_done_is_said(words: list[str | Path], answer: str) -> None:
    """What can't be drawn or exported is refused in a sentence that says what can."""
    result = run(*words)
    assert result.exit_code == 1
    assert answer in result.output


def test_export_gives_document_and_sheet(tmp_path: Path) -> None:
    """The document can be read by programs; the sheet holds one language or all."""
    document = json.loads(run("export", SMALL, "--as", "json").stdout)
    assert pack_from_document(document).id == "small"
    target = tmp_path / "sheet.html"
    assert run("export", SMALL, "--as", "sheet", "-o", target).exit_code == 0
    both = target.read_text(encoding="utf-8")
    assert "English: what to record" in both
    assert "Arabic: what to record" in both
    assert "English: what to record" not in run("export", SMALL, "--as", "sheet", "--language", "ar").stdout


def test_sheet_of_a_broken_pack_comes_with_a_warning() -> None:
    """Texts may be read through before a pack is finished, but nobody records it unwarned."""
    result = run("export", PACKS / "references", "--as", "sheet")
    assert result.exit_code == 0
    assert "This pack has mistakes" in result.stderr
