"""`warmline calls`: what is kept of calls, for people to read and for programs."""

from __future__ import annotations

import json

from click.testing import CliRunner

from ivr.cli import cli
from tests.hotline import AMINA, Hotline
from tests.serving import environment_of


def typed(hotline: Hotline, *words: str) -> str:
    """What the command prints."""
    done = CliRunner().invoke(
        cli, ["calls", *words], env=environment_of(hotline.wiring.settings), catch_exceptions=False
    )
    assert done.exit_code == 0, done.output
    return done.output


def one_call(hotline: Hotline) -> None:
    """Amina listens to the whole of an exercise in French, and feels better."""
    call = hotline.ring().press("2221").wait(100).press("1")
    hotline.clock.forward(30)
    call.hang_up()


def test_a_call_can_be_read(small_hotline: Hotline) -> None:
    """Daniel reads when a call was, in which language, how long, how it ended, and its way, without any code."""
    one_call(small_hotline)
    shown = typed(small_hotline)
    first, _, row, *details = shown.splitlines()
    assert first.split() == ["day", "hours", "language", "minutes", "ended"]
    for word in ("2026-03-01", "fr", "1-3", "hung up"):
        assert word in row
    way = " ".join(" ".join(details).split())
    assert way.startswith("language (key 2, 1 s) → welcome (key 2, 1 s) → listen")
    assert "heard) → how_now (key 1" in way
    assert "noted: mood_after: better" in way
    assert "{" not in shown
    assert max(len(line) for line in shown.splitlines()) <= 100
    assert AMINA not in shown


def test_a_program_reads_documents(small_hotline: Hotline) -> None:
    """For a program each call is one JSON document, with everything that is kept."""
    one_call(small_hotline)
    one_call(small_hotline)
    calls = [json.loads(line) for line in typed(small_hotline, "--json").splitlines()]
    assert [call["language"] for call in calls] == ["fr", "fr"]
    assert calls[0]["visits"][0]["node"] == "language"
    assert len(typed(small_hotline, "--json", "--most", "1").splitlines()) == 1


def test_no_call_yet(small_hotline: Hotline) -> None:
    """Before the first call is over, a sentence says so; a program gets nothing."""
    assert "No call is kept yet" in typed(small_hotline)
    assert typed(small_hotline, "--json") == ""
