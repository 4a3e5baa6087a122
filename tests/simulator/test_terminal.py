"""Staff ring the hotline from a terminal, and see what a caller would hear."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import text, update

from ivr.jobs.spoken import fetching_of
from ivr.people.roles import Role
from ivr.people.tables import people
from ivr.telephone_commands import call
from tests.hotline import LINE, LINE_NUMBER, TODAY, Clock, Hotline, make_hotline, settings_for, with_simulator
from tests.serving import environment_of
from tests.signing_in import employ
from tests.simulator.listening import served


class Rung:
    """A hotline that answers over HTTP, and a terminal to ring it from."""

    def __init__(self, hotline: Hotline, address: str, data: Path) -> None:
        self.hotline = hotline
        self._address = address
        self.environment = environment_of(settings_for(data, **with_simulator()))

    def call(self, *words: str, typed: str = "") -> Result:
        arguments = [*words, "--base-url", self._address]
        return CliRunner().invoke(call, arguments, env=self.environment, input=typed, catch_exceptions=False)

    def transcript(self, *words: str) -> list[dict[str, Any]]:
        told = self.call(*words, "--json")
        assert told.exit_code == 0, told.output
        return list(json.loads(told.output)["transcript"])

    def rows(self, query: str) -> list[Any]:
        with self.hotline.wiring.database.connect() as connection:
            return [tuple(row) for row in connection.execute(text(query))]


@pytest.fixture
def rung(tmp_path: Path) -> Iterator[Rung]:
    """The shipped pack on air, over real HTTP."""
    hotline = make_hotline(tmp_path / "data", line=replace(LINE, provider="simulator"), **with_simulator())
    with served(hotline.app) as address:
        yield Rung(hotline, address, tmp_path / "data")
    hotline.wiring.database.dispose()


def test_a_whole_call_from_the_terminal(rung: Rung) -> None:
    """Amina's call in Swahili, from the first language to goodbye, printed with every word and every key."""
    told = rung.call("--press", "4,1,1,2,2")
    assert told.exit_code == 0, told.output
    assert "The hotline answers." in told.output
    assert "4: Kiswahili" in told.output
    goodbye = rung.hotline.pack.scripts["goodbye", "sw"].text.strip().splitlines()[0]
    assert goodbye in told.output
    assert "The call is over: completed" in told.output
    assert rung.rows("SELECT language, test, ended FROM calls") == [("sw", 1, "goodbye")]
    assert rung.rows("SELECT count(*) FROM live_calls") == [(0,)]


def test_minutes_of_a_call_take_a_moment(rung: Rung) -> None:
    """A call of minutes is over in seconds, and the transcript says when each thing would have been heard."""
    began = time.monotonic()
    transcript = rung.transcript("--press", "1,~,~,~")
    assert transcript[-1]["at"] > 20
    assert time.monotonic() - began < transcript[-1]["at"] / 3
    assert [line["at"] for line in transcript] == sorted(line["at"] for line in transcript)


def test_staff_can_try_the_recording_room(rung: Rung) -> None:
    """Sara comes in with code and PIN, reads a text for four seconds, hears it and keeps it: a worker fetches it, and
    nothing is left where telephones record."""
    wiring, now = rung.hotline.wiring, rung.hotline.clock.now
    goodbye = replace(rung.hotline.pack.scripts["goodbye", "en"], text="Other words now.")
    pack = replace(rung.hotline.pack, scripts=rung.hotline.pack.scripts | {("goodbye", "en"): goodbye})
    wiring.recording.drafts.bring(pack, TODAY)
    sara = employ(rung.hotline, "Sara", Role.STAFF)
    with wiring.database.begin() as connection:
        connection.execute(update(people).where(people.c.id == sara.id).values(languages='["en"]'))
    code = wiring.people.pins.set(sara.id, "739164", now)
    told = rung.call("--press", f"#,{code}#,739164#,#,voice:4,~,1,end")
    assert told.exit_code == 0, told.output
    assert pack.scripts["room_kept", "en"].text in told.output
    assert "missing-clip" not in told.output
    assert fetching_of(wiring).run() == {"fetched": 1}
    rung.hotline.clock.forward(1)
    assert fetching_of(wiring).run() == {"deleted": 1}
    assert rung.rows("SELECT prompt, language, state FROM takes") == [("goodbye", "en", "received")]
    assert rung.rows("SELECT count(*) FROM simulated_recordings") == [(0,)]


class RunningClock(Clock):
    """This machine's own clock."""

    def __call__(self) -> float:
        return time.time()


@pytest.fixture
def exact(tmp_path: Path) -> Iterator[Rung]:
    """A hotline with a clock that runs, whose clips last exactly as long as it believes they do."""
    hotline = make_hotline(
        tmp_path / "data",
        line=replace(LINE, provider="simulator"),
        clock=RunningClock(),
        said_seconds=0.1,
        **with_simulator(),
    )
    with served(hotline.app) as address:
        yield Rung(hotline, address, tmp_path / "data")
    hotline.wiring.database.dispose()


def test_a_call_in_a_moment_is_the_call_that_takes_its_time(exact: Rung) -> None:
    """Sara rings in a hurry what Amina rings in real time: both hear the same, word for word, key for key."""
    words = ("--press", "1,0,1,1", "--hang-up")
    heard = [
        [(line["kind"], line["text"]) for line in exact.transcript(*words, *mode)[:-1]]
        for mode in ((), ("--real-time",))
    ]
    assert heard[0] == heard[1]


def test_what_was_heard_is_counted_though_nobody_waited(rung: Rung) -> None:
    """A screen that was left with a key after four seconds is kept with four seconds, though nobody waited for them."""
    rung.call("--press", "1@4,end@3")
    assert rung.rows("SELECT node, left_by, seconds FROM visits ORDER BY seq") == [
        ("language", "key", 4),
        ("welcome", "hung_up", 3),
    ]


def test_silence_is_waited_for(rung: Rung) -> None:
    """The first silence comes six seconds after the last word, and then the languages are said again."""
    transcript = rung.transcript("--press", "~,1", "--hang-up")
    silence = next(n for n, line in enumerate(transcript) if line["kind"] == "silence")
    before = [line for line in transcript[:silence] if line["kind"] == "heard"][-1]
    assert transcript[silence]["at"] - before["at"] - before["seconds"] == pytest.approx(6, abs=0.2)
    assert [line["kind"] for line in transcript[silence:]].count("heard") >= 8


def test_a_key_in_the_middle_cuts_the_menu_short(rung: Rung) -> None:
    """A key pressed into the sound is taken there and then."""
    transcript = rung.transcript("--press", "2@0.15,end")
    pressed = next(line for line in transcript if line["kind"] == "pressed")
    assert pressed["at"] == pytest.approx(0.2, abs=0.1)
    assert "Bonjour" in " ".join(line["text"] for line in transcript)


def test_a_hidden_number(rung: Rung) -> None:
    """A caller without a number is not offered a callback that could never be made."""
    told = rung.call("--withheld", "--press", "1,1", "--hang-up")
    assert told.exit_code == 0
    assert rung.hotline.pack.scripts["no_number", "en"].text.strip().splitlines()[0] in told.output


def test_keys_by_hand(rung: Rung) -> None:
    """Without a list, each screen asks for the key after its last word."""
    told = rung.call(typed="1\nend\n")
    assert told.exit_code == 0
    assert told.output.index("press one") < told.output.index("key (Enter")


def test_whoever_closes_the_terminal_hangs_up(rung: Rung) -> None:
    """Sara closes the terminal in the middle of a call: the hotline is told that the call is over."""
    told = rung.call(typed="1\n")
    assert told.exit_code == 0
    assert "The caller hangs up" in told.output
    assert rung.rows("SELECT count(*) FROM live_calls") == [(0,)]


def test_what_breaks_is_found(rung: Rung) -> None:
    """A clip is lost from the disk: the call goes on, the transcript says so, and the command fails."""
    for path in rung.hotline.wiring.settings.media_folder.rglob("*.wav"):
        path.unlink()
    told = rung.call("--press", "1", "--hang-up")
    assert told.exit_code == 1
    assert "missing-clip" in told.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--press", "hello"], "is no key"),
        (["--number", "hello"], "is not a number"),
    ],
)
def test_slips_are_explained(rung: Rung, words: list[str], said: str) -> None:
    """What was typed wrongly is said in a sentence, and nothing is rung."""
    told = rung.call(*words)
    assert told.exit_code == 1
    assert said in told.output
    assert rung.rows("SELECT count(*) FROM calls") == [(0,)]


def test_a_hotline_that_is_not_running_is_said_so(rung: Rung) -> None:
    """When nothing answers, the terminal says what to start."""
    told = CliRunner().invoke(call, ["--base-url", "http://127.0.0.1:9"], env=rung.environment)
    assert told.exit_code == 1
    assert "make demo" in told.output


def test_a_database_that_is_gone_is_said_so(rung: Rung) -> None:
    """The hotline runs and its records are gone: the terminal says which of both, and still lets staff hear the
    emergency screen."""
    with rung.hotline.wiring.database.begin() as connection:
        connection.execute(text("DROP TABLE lines"))
    told = rung.call("--press", "1")
    assert told.exit_code == 1
    assert "database doesn't answer" in told.output
    assert "warmline doctor" in told.output
    assert "Is it running" not in told.output
    heard = rung.call("--to", LINE_NUMBER, "--press", "1")
    assert heard.output.count("♪") > 8
    assert "The call is over: completed" in heard.output


def scripted_hotline(replies: dict[str, str]) -> Flask:
    app = Flask("scripted")
    app.add_url_rule("/telephone/lines", "lines", view_func=lambda: [[LINE_NUMBER, "First line"]])
    app.add_url_rule(
        "/phone/simulator/<path>",
        "webhook",
        view_func=lambda path: (
            replies.get(path, ""),
            200 if path in replies else 500,
            {"Content-Type": "text/xml"},
        ),
        methods=["POST"],
    )
    app.add_url_rule("/phone/fallback", "fallback", view_func=lambda: ("", 500), methods=["POST"])
    return app


@pytest.mark.parametrize(
    ("reply", "problem"),
    [
        ("<Response/>", "bare-hang-up"),
        ("<Response><Say>We are sorry</Say></Response>", "say"),
        ("<Response><Enqueue/><Pause/></Response>", "unknown-verb"),
        ("We are sorry", "unreadable-reply"),
    ],
)
def test_a_hotline_that_misbehaves_fails_the_command(tmp_path: Path, reply: str, problem: str) -> None:
    """A bare hang-up, a machine voice, an unknown verb or an unreadable reply ends the command with a failure."""
    with served(scripted_hotline({"voice": reply})) as address:
        environment = environment_of(settings_for(tmp_path, **with_simulator()))
        told = CliRunner().invoke(call, ["--press", "1", "--base-url", address], env=environment)
        assert told.exit_code == 1
        assert f"({problem})" in told.output
