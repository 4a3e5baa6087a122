"""Somebody wants to try a real number before anything is recorded: what is in the way is said, and one way works."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from flows.load import load_pack
from flows.model import Callback
from ivr.audit.log import COMMAND_LINE, entries
from ivr.cli import cli
from ivr.operations.checks.house import check_lines
from ivr.operations.facts import line_facts
from ivr.publishing.lines import find_line, save_line
from ivr.publishing.promises import NOBODY_IS_RUNG, promises_calls
from ivr.settings import PREFIX
from ivr.store.migrate import migrate
from ivr.wiring import Wiring, wire
from tests.hotline import LINE, LINE_NUMBER, PUBLIC_URL, settings_for
from tests.serving import environment_of

PACK = Path(__file__).parents[1] / "flows" / "packs" / "small"


class Shell:
    """A new installation of a real line, and somebody who types commands."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings = settings_for(
            folder / "data",
            demo=False,
            key_store_url=f"sqlite:///{folder}/keys/keys.db",
        )
        self.wiring: Wiring = wire(self.settings)
        migrate(self.wiring.database)
        with self.wiring.database.begin() as connection:
            save_line(connection, LINE)

    def run(self, *words: str, **more: str) -> Result:
        # What another test has left in the environment isn't in this shell's.
        nothing = {name: None for name in os.environ if name.startswith(PREFIX)}
        environment = nothing | environment_of(self.settings, **more)
        return CliRunner().invoke(cli, words, env=environment, catch_exceptions=False)


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    """A shell with an empty hotline."""
    made = Shell(tmp_path)
    shutil.copytree(PACK, tmp_path / "pack")
    yield made
    made.wiring.database.dispose()


def test_without_recordings_the_next_step_is_said(shell: Shell) -> None:
    """Daniel publishes a pack that nobody has recorded: he reads how much is missing, and how to try it."""
    pack = str(shell.folder / "pack")
    refused = shell.run("publish", pack, "--line", LINE_NUMBER)
    assert refused.exit_code == 1
    assert "texts have no clip" in refused.output
    assert len(refused.output.splitlines()) < 10
    assert f"WARMLINE_DEMO=yes warmline demo-voice {pack}" in refused.output
    assert f"WARMLINE_DEMO=yes warmline publish {pack} --line {LINE_NUMBER}" in refused.output


def test_what_is_said_works(shell: Shell) -> None:
    """He does as he is told: the pack speaks in the demo voice and is on air; once more changes nothing."""
    pack = str(shell.folder / "pack")
    spoken = shell.run("demo-voice", pack, WARMLINE_DEMO="yes")
    assert spoken.exit_code == 0, spoken.output
    assert " 0 kept" in spoken.output
    again = shell.run("demo-voice", pack, WARMLINE_DEMO="yes")
    assert "Clips: 0 made" in again.output
    published = shell.run("publish", pack, "--line", LINE_NUMBER, WARMLINE_DEMO="yes")
    assert published.exit_code == 0, published.output
    with shell.wiring.database.connect() as connection:
        line = find_line(connection, LINE_NUMBER)
        [noted] = entries(connection, 9, deed="put_on_air")
    assert line is not None
    assert line.release_id is not None
    assert (noted.who, noted.about, noted.details["lines"]) == (COMMAND_LINE, line.release_id, line.name)


def test_nobody_is_promised_a_call_without_staff_knowing(shell: Shell) -> None:
    """The pack offers calls back, and there is no helper who could be rung: whoever publishes it is told, and where
    helpers are invited; so is whoever asks the doctor."""
    pack = str(shell.folder / "pack")
    shell.run("demo-voice", pack, WARMLINE_DEMO="yes")
    published = shell.run("publish", pack, "--line", LINE_NUMBER, WARMLINE_DEMO="yes")
    assert NOBODY_IS_RUNG in published.output
    assert f"{PUBLIC_URL}/people" in published.output
    facts = line_facts(shell.wiring.database, shell.wiring.releases, shell.wiring.media, demo_allowed=True)
    assert facts is not None
    [told] = [found for found in check_lines(facts, "media") if found.found == NOBODY_IS_RUNG]
    assert told.level == "warning"
    assert "/people" in told.next_step


def test_a_pack_that_promises_nothing_is_no_news() -> None:
    """A pack without a callback, such as one that only plays exercises, is put on air without this word."""
    loaded = load_pack(PACK).pack
    assert loaded is not None
    assert promises_calls(loaded)
    flows = {
        name: replace(
            flow, nodes={id_: node for id_, node in flow.nodes.items() if not isinstance(node, Callback)}
        )
        for name, flow in loaded.flows.items()
    }
    assert not promises_calls(replace(loaded, flows=flows))


def test_the_demo_voice_needs_to_be_asked_for(shell: Shell) -> None:
    """Without the setting nothing is spoken, and nothing spoken by the demo voice goes on air."""
    pack = str(shell.folder / "pack")
    refused = shell.run("demo-voice", pack)
    assert refused.exit_code == 1
    assert "WARMLINE_DEMO=yes" in refused.output
    assert shell.run("demo-voice", pack, WARMLINE_DEMO="yes").exit_code == 0
    published = shell.run("publish", pack, "--line", LINE_NUMBER)
    assert published.exit_code == 1
    assert "only the demo voice" in published.output


def test_a_pack_that_can_not_be_read_is_not_spoken(shell: Shell) -> None:
    """A mistake in the pack is where to look first."""
    (shell.folder / "pack" / "flow.yaml").write_text("flow: tiny\nspec: 1\nnodes: {a: {menu: }}\n")
    refused = shell.run("demo-voice", str(shell.folder / "pack"), WARMLINE_DEMO="yes")
    assert refused.exit_code == 1
    assert "warmline flow check" in refused.output
