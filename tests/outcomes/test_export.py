"""The outcome log as a table: every column explained, nothing in it that leads back to anybody."""

from __future__ import annotations

import csv
import re
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import insert

from ivr import outcome_commands
from ivr.callbacks.machine import Ending, Missed
from ivr.cli import cli
from ivr.outcomes.bands import WAITS
from ivr.outcomes.default_terms import DEFAULTS
from ivr.outcomes.export import COLUMNS
from ivr.outcomes.questions import SUICIDE_ANSWERS
from ivr.outcomes.tables import outcomes
from ivr.publishing.lines import all_lines
from ivr.store.ids import new_id
from tests.hotline import LINE, LINE_NUMBER, Hotline

PAGE = (Path(__file__).parents[2] / "docs" / "outcomes.md").read_text("utf-8")


def line_id(hotline: Hotline) -> str:
    with hotline.wiring.database.connect() as connection:
        return next(line.id for line in all_lines(connection))


def row(**changed: Any) -> dict[str, Any]:
    """An outcome."""
    return {
        "id": new_id(), "line_id": "", "date": "2026-03-01", "band": "12-16", "language": "sw",
        "path": "call>breathing>ask_callback", "need": "emotional_support", "ending": "talked", "missed": "",
        "attempts": 1, "wait": "0-15", "duration": "5-10", "filled_in": "phone", "contact_type": "support",
        "issue": "family", "distress_before": 7, "distress_after": None, "asked_about_suicide": "yes",
        "risk": "none", "action": "listened", "follow_up": "no", "test": False, **changed,
    }  # fmt: skip


@pytest.fixture
def on_air(hotline: Hotline, monkeypatch: pytest.MonkeyPatch) -> Hotline:
    """A hotline that the command finds."""
    monkeypatch.setattr(outcome_commands, "load_settings", lambda: hotline.wiring.settings)
    return hotline


def put(hotline: Hotline, *rows: dict[str, Any]) -> None:
    here = line_id(hotline)
    with hotline.wiring.database.begin() as connection:
        connection.execute(insert(outcomes), [{**one, "line_id": one["line_id"] or here} for one in rows])


def exported(*options: str) -> list[dict[str, str]]:
    done = CliRunner().invoke(cli, ["outcomes", "export", *options], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return list(csv.DictReader(StringIO(done.output)))


def test_everything_is_exported_as_it_is(on_air: Hotline) -> None:
    """Sara gets a header and a row: codes as they are, an empty field where nothing was answered, the line by name."""
    one = row()
    put(on_air, one)
    (found,) = exported()
    assert tuple(found) == COLUMNS
    kept = {name: "" if value is None else str(value) for name, value in one.items() if name != "line_id"}
    assert found == {**kept, "line": LINE.name, "test": "no"}


def test_without_outcomes_there_is_a_header(on_air: Hotline) -> None:
    """A new hotline has an empty table, and no error."""
    done = CliRunner().invoke(cli, ["outcomes", "export"])
    assert done.output == ",".join(COLUMNS) + "\n"


def test_rows_come_in_the_order_of_their_ids(on_air: Hotline) -> None:
    """Whatever order outcomes were written in, the table has the order of random ids."""
    put(on_air, *(row() for _ in range(30)))
    ids = [one["id"] for one in exported()]
    assert len(ids) == 30
    assert ids == sorted(ids)


def test_test_calls_are_left_out(on_air: Hotline) -> None:
    """What was tried isn't counted, unless it is asked for."""
    put(on_air, row(), row(test=True))
    assert [one["test"] for one in exported()] == ["no"]
    assert sorted(one["test"] for one in exported("--with-tests")) == ["no", "yes"]


def test_days_and_lines_can_be_chosen(on_air: Hotline) -> None:
    """The first and the last day are included, and a line is found by its number and by its name."""
    days = ["2026-02-28", "2026-03-01", "2026-03-31", "2026-04-01"]
    put(on_air, *(row(date=day) for day in days), row(line_id="f" * 32, date="2026-03-02"))
    found = exported("--from", "2026-03-01", "--to", "2026-03-31")
    assert sorted(one["date"] for one in found) == ["2026-03-01", "2026-03-02", "2026-03-31"]
    for name in (LINE_NUMBER, LINE.name):
        assert sorted(one["date"] for one in exported("--line", name)) == days


@pytest.mark.parametrize("options", [("--from", "yesterday"), ("--to", "2026-02-30"), ("--line", "nowhere")])
def test_what_can_t_be_is_said(on_air: Hotline, options: tuple[str, str]) -> None:
    """A date that is none, and a line that there isn't, are said to be that."""
    done = CliRunner().invoke(cli, ["outcomes", "export", *options])
    assert done.exit_code != 0
    assert options[1] in done.output


def test_a_spreadsheet_takes_nothing_for_a_formula(on_air: Hotline) -> None:
    """A line that somebody has named like a formula comes out as plain text."""
    put(on_air, row(path="=cmd|'/c calc'!A1"))
    assert exported()[0]["path"] == "'=cmd|'/c calc'!A1"


def test_every_column_and_code_is_explained() -> None:
    """docs/outcomes.md has every column of the table, and every code that Warmline itself writes."""
    explained = set(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE))
    assert set(COLUMNS) <= explained
    assert {one.value for one in (*Ending, *Missed)} <= explained
    for kind, terms in DEFAULTS.items():
        table = PAGE.partition(f"| `{kind}` | key | |")[2].partition("\n\n")[0]
        assert re.findall(r"^\| `(\w+)` \| ?(\d*) ?\|", table, re.MULTILINE) == [
            (one.code, one.key) for one in terms
        ]
    mentioned = set(re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", PAGE, flags=re.DOTALL)))
    assert {*WAITS, *SUICIDE_ANSWERS, "phone", "web", "partly", "never", "20+", "0-1"} <= mentioned


def test_the_table_has_every_column_of_the_log() -> None:
    """Nothing is in the log that the table doesn't show; the line goes by its name."""
    assert {column.name.replace("line_id", "line") for column in outcomes.columns} == set(COLUMNS)
