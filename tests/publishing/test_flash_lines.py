"""Lines in flash mode: switched on and off, and never with nothing neutral to say."""

from __future__ import annotations

from dataclasses import replace

from click.testing import CliRunner, Result

from flows.model import Pack
from ivr.cli import cli
from ivr.publishing.flash import SAID_FIRST, can_ring_back, unable_to_ring_back
from ivr.publishing.lines import find_line
from tests.hotline import LINE, LINE_NUMBER, Hotline
from tests.serving import environment_of

THE_LINE = (
    "--name", LINE.name, "--country", LINE.country, "--time-zone", LINE.time_zone, "--emergency-number", "112",
)  # fmt: skip


def add(hotline: Hotline, *options: str) -> Result:
    command = ["line", "add", LINE_NUMBER, *THE_LINE, *options]
    return CliRunner().invoke(cli, command, env=environment_of(hotline.wiring.settings))


def is_flash(hotline: Hotline) -> bool:
    with hotline.wiring.database.connect() as connection:
        line = find_line(connection, LINE_NUMBER)
    assert line is not None
    return line.flash


def test_a_line_is_put_in_flash_mode_and_out_of_it(small_hotline: Hotline) -> None:
    """Sara switches it on, is told what it means, sees it in the list, and switches it off again."""
    done = add(small_hotline, "--flash")
    assert done.exit_code == 0, done.output
    assert "rejects every call" in done.output
    assert is_flash(small_hotline)
    listed = CliRunner().invoke(cli, ["line", "list"], env=environment_of(small_hotline.wiring.settings))
    assert "rings missed calls back" in listed.output
    assert add(small_hotline, "--no-flash").exit_code == 0
    assert not is_flash(small_hotline)


def test_every_neutral_word_is_needed_in_every_language(small_hotline: Hotline) -> None:
    """A pack that lacks one of the first words in one language can't be played on such a line, and that is said."""
    with small_hotline.wiring.database.connect() as connection:
        line = find_line(connection, LINE_NUMBER)
    assert line is not None and line.release_id is not None
    release = small_hotline.wiring.releases.get(line.release_id)
    assert can_ring_back(release)
    for prompt in SAID_FIRST:
        clips = {key: clip for key, clip in release.clips.items() if key != (prompt, "sw")}
        assert not can_ring_back(replace(release, clips=clips))


def test_what_is_missing_is_named(small_hotline: Hotline) -> None:
    """Whoever publishes an unfit pack reads which words it lacks."""
    pack: Pack = small_hotline.pack
    said = unable_to_ring_back(pack)
    assert all(prompt in said for prompt in (pack.id, *SAID_FIRST))
