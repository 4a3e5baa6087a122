"""The directory is filled from a list that staff keep."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from ivr.cli import cli
from referrals.tables import services
from tests.hotline import Hotline
from tests.serving import environment_of

GOOD = """id,need,area,prompts,listing,verified_on
clinic,health,coast,clinic_name clinic_hours,whitelisted,2026-02-01
shelter,shelter,,shelter_name,pending,2026-02-01
"""


def replace_with(hotline: Hotline, tmp_path: Path, text: str) -> tuple[int, str]:
    """Sara gives the command her list."""
    path = tmp_path / "services.csv"
    path.write_text(text, "utf-8")
    environment = environment_of(hotline.wiring.settings)
    done = CliRunner().invoke(cli, ["services", "replace", str(path)], env=environment)
    return done.exit_code, done.output


def listed(hotline: Hotline) -> list[str]:
    with hotline.wiring.database.connect() as connection:
        return sorted(connection.execute(select(services.c.id)).scalars())


def test_a_list_takes_the_place_of_the_one_before(small_hotline: Hotline, tmp_path: Path) -> None:
    """Sara's new list is what the directory holds, and nothing of the old one."""
    assert replace_with(small_hotline, tmp_path, GOOD)[0] == 0
    assert listed(small_hotline) == ["clinic", "shelter"]
    assert replace_with(small_hotline, tmp_path, GOOD.rsplit("\n", 2)[0])[0] == 0
    assert listed(small_hotline) == ["clinic"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "missing: id"),
        ("id,need\n", "missing: area"),
        (GOOD.replace("whitelisted", "fine"), "line 2: listing must be one of"),
        (GOOD.replace("2026-02-01", "1.2.2026"), "line 3: verified_on must look like"),
        (GOOD.replace("shelter_name", ""), "line 3: id, need and prompts must not be empty"),
        (GOOD + GOOD.splitlines()[1], "clinic is listed more than once"),
    ],
)
def test_a_list_with_mistakes_changes_nothing(
    small_hotline: Hotline, tmp_path: Path, text: str, said: str
) -> None:
    """Every mistake is named with its line, and the directory stays as it was."""
    replace_with(small_hotline, tmp_path, GOOD)
    code, output = replace_with(small_hotline, tmp_path, text)
    assert code != 0
    assert said in output
    assert listed(small_hotline) == ["clinic", "shelter"]
