"""`warmline staffing`, as programme staff use it."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from ivr.staffing import textbook
from ivr.staffing_commands import staffing
from tests.staffing.test_reading import DAY_OF_CALLS

QUICK = ("--calls-a-day", "24", "--days", "4", "--runs", "6", "--helpers", "1-3")


def run(*options: str) -> Result:
    return CliRunner().invoke(staffing, options)


def test_the_answer_comes_first() -> None:
    """The first line is the answer in one sentence, and a table with a line for each number of helpers follows."""
    done = run(*QUICK)
    assert done.exit_code == 0, done.output
    first, *rest = done.stdout.splitlines()
    assert re.fullmatch(r"With \d helpers? on call, 8 of 10 callers are called back within [\w ]+\.", first)
    table = [line.split()[0] for line in rest if re.match(r" *(helpers|\d|no limit) ", line)]
    assert table == ["helpers", "1", "2", "3", "no"]
    assert "while it is safe to ring" in rest[-1]


def test_the_same_seed_says_the_same() -> None:
    """Who repeats a simulation reads the same figures; with another seed they differ a little."""
    first, again, other = run(*QUICK), run(*QUICK), run(*QUICK, "--seed", "2")
    assert first.stdout == again.stdout != other.stdout


def test_a_night_service_is_told_whom_it_can_never_call() -> None:
    """A programme that opens by night learns that those who ask for the morning are never called."""
    done = run(*QUICK, "--hours", "18:00-06:00", "--windows", "soon=50,morning=50")
    assert (
        "Nobody who asks for a call in the morning (08:00–12:00, 50 % of callers) can be called"
        in done.stdout
    )
    assert "No number of helpers reaches it." in done.stdout
    assert "fewer than the 8 of 10 that you aim at" in done.stdout
    assert "helpers on call 18:00–06:00" in done.stdout


def test_impatience_is_told_apart_from_closed_doors() -> None:
    """Where callers withdraw before anybody could ring them, the programme is told that too."""
    done = run(*QUICK, "--hours", "18:00-06:00", "--patience-hours", "1")
    assert "or withdraw first" in done.stdout
    assert "or withdraw first" not in run(*QUICK, "--hours", "18:00-06:00").stdout


def test_too_few_helpers_are_told_apart_from_closed_doors() -> None:
    """Where more helpers would do, the programme is told so, and that callers are lost until then."""
    done = run("--calls-a-day", "80", "--days", "4", "--runs", "6", "--helpers", "1")
    assert "More helpers would reach it" in done.stdout
    assert "With 1 helper, callers are lost who could have been called" in done.stdout


def test_figures_can_be_taken_into_a_spreadsheet(tmp_path: Path) -> None:
    """The file holds a line for each number of helpers, every figure with its range, and “never” as a word."""
    file = tmp_path / "staffing.csv"
    assert run(*QUICK, "--hours", "18-6", "--csv", str(file)).exit_code == 0
    rows = list(csv.DictReader(file.read_text("utf-8").splitlines()))
    assert [row["helpers"] for row in rows] == ["1", "2", "3", "no limit"]
    assert [row["shifts_a_day"] for row in rows] == ["3", "6", "9", ""]
    assert rows[0]["wait_of_most_minutes"] == "never"
    assert float(rows[2]["busy_percent_low"]) <= float(rows[2]["busy_percent"]) < 100


def test_the_plot_is_drawn_into_a_file(tmp_path: Path) -> None:
    """The plot bears the very sentence that the command says."""
    file = tmp_path / "staffing.svg"
    done = run(*QUICK, "--svg", str(file))
    drawn = ElementTree.fromstring(file.read_text("utf-8"))
    assert drawn.findtext("{http://www.w3.org/2000/svg}title") == done.stdout.splitlines()[0]


def test_a_programme_s_own_arrivals_are_used(tmp_path: Path) -> None:
    """With a file of arrivals, the simulation plays that day, and says how many callers it has."""
    file = tmp_path / "arrivals.csv"
    file.write_text(DAY_OF_CALLS, "utf-8")
    done = run("--arrivals", str(file), "--days", "1", "--runs", "6", "--helpers", "9")
    assert done.exit_code == 0, done.output
    assert "138 callers a day;" in done.stdout


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ((), "Say how many callers ask: with --arrivals FILE, or with --calls-a-day NUMBER."),
        (("--calls-a-day", "9", "--arrivals", "a.csv"), "Say how many callers ask"),
        (("--arrivals", "nowhere.csv"), "nowhere.csv can't be read: No such file or directory."),
        (("--calls-a-day", "1"), "About 28 callers in 28 days are too few to say anything"),
        ((*QUICK, "--hours", "by night"), "“by night” is not a span of hours."),
        (("--calls-a-day", "nan"), "“nan” is not a number that can be used."),
        ((*QUICK, "--patience-hours", "inf"), "“inf” is not a number that can be used."),
        ((*QUICK, "--call-minutes", "90"), "90.0 is not in the range 0<x<=60."),
        ((*QUICK, "--reach-rates", "50,26"), "“50,26” goes down."),
        ((*QUICK, "--csv", "no/such/folder/a.csv"), "a.csv can't be written: No such file or directory."),
    ],
)
def test_what_cannot_be_done_is_said_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...], told: str
) -> None:
    """A mistake ends with a sentence that helps, and with no figures."""
    monkeypatch.chdir(tmp_path)
    done = run(*options)
    assert done.exit_code != 0
    assert told in re.sub(r"\s+", " ", done.stderr)
    assert "Traceback" not in done.output


def test_a_file_that_is_no_text_is_said_to_be_none(tmp_path: Path) -> None:
    """Who gives the spreadsheet itself is told to save it as CSV, with the line of a mistake otherwise."""
    file = tmp_path / "arrivals.xls"
    file.write_bytes(b"\xd0\xcf\x11\xe0")
    assert "Save the sheet as CSV" in run("--arrivals", str(file)).stderr
    file.write_text(DAY_OF_CALLS.replace("7,3.5", "7,?"), "utf-8")
    assert "arrivals.xls, line 9: “?” is not a number of calls." in run("--arrivals", str(file)).stderr


def test_the_check_says_whether_theory_and_simulation_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    """Anybody can hold the simulation against Erlang C, and it fails loudly where the theory is another one."""
    monkeypatch.setattr(textbook, "CASES", ((1, 0.5),))
    good = run("--check")
    assert good.exit_code == 0, good.output
    assert "1 on call, 50 % busy" in good.stdout
    assert "agrees with Erlang C" in good.stdout
    monkeypatch.setattr(textbook, "mean_wait", lambda *_: 90.0)
    bad = run("--check")
    assert bad.exit_code == 1
    assert "lies outside of a range" in bad.stdout
