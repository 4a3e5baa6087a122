"""Callbacks under fire, the short course: every process is killed in its turn while people are called back.

The long one is `make fire`; what it found last is in docs/reliability.md.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.faults.fire.arson import EVERYTHING
from tests.faults.fire.parts import COMMANDS, QUEUE
from tests.faults.fire.plan import SHORT
from tests.faults.fire.run import Fire
from tests.faults.fire.traces import traces_of
from tests.faults.fire.verdict import Rows, Verdict, judge, judge_in_danger, judge_missed_calls
from tests.faults.traces import disguises_of
from tests.network import Bridge, LegRecord, PhoneNetwork, fictional_numbers, phone_network

pytestmark = [
    pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at processes in /proc"),
    pytest.mark.xdist_group("fire"),
]

AMINA, JOSEPH, LEILA = "+12035550101", "+12035550102", "+12035550103"
NOBODY = Rows([], [], [], [], [])


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder whose name is short enough for the socket of a queue server."""
    made = Path(tempfile.mkdtemp(prefix="wl-fire-"))
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.mark.timeout(240)
def test_no_callback_is_lost_or_made_twice_while_everything_is_killed(folder: Path) -> None:
    """Web, workers, timetable and queue server are killed one by one and all at once: all ends well."""
    burnt = Fire(SHORT, 4, folder, say=lambda _: None).run()
    assert burnt.verdict.faults == []
    assert {*COMMANDS, QUEUE, EVERYTHING} <= set(burnt.struck)
    assert all(count >= 3 for count in burnt.starts.values())
    assert burnt.verdict.figures["talks"] > 0
    assert burnt.verdict.figures["callers who pressed 0"] > 0
    assert burnt.verdict.figures["rung back"] > 0


def leg(number: str, asked: float, ended: float | None, kind: str = "dialled") -> LegRecord:
    """A ring of this phone, from then until then."""
    made = LegRecord(f"CA{number[1:]}{asked:.0f}", kind, number, "", "", asked, answered_at=asked)  # type: ignore[arg-type]
    made.ended_at, made.outcome = ended, "" if ended is None else "completed"
    return made


@pytest.mark.parametrize(
    ("legs", "fault"),
    [
        ([leg(AMINA, 1, 9), leg(AMINA, 20, 29), leg(AMINA, 40, 49), leg(AMINA, 60, 69)], "was rung 4 times"),
        ([leg(AMINA, 1, 9), leg(AMINA, 5, 12)], "was rung twice at once"),
        ([leg(JOSEPH, 1, 90, "placed"), leg(JOSEPH, 50, 60, "placed")], "was rung while talking"),
    ],
)
def test_the_verdict_sees_who_was_rung_too_often(legs: list[LegRecord], fault: str) -> None:
    """A caller rung once too often or twice at a time, and a helper rung while talking, are found."""
    with phone_network("https://line.example.org") as network:
        network.ledger.legs.extend(legs)
        found = _judged(network)
    assert any(fault in one for one in found)


def test_the_verdict_sees_a_second_talk() -> None:
    """A caller who has talked and is called again, and one who talks with two helpers, are found."""
    with phone_network("https://line.example.org") as network:
        first, second = leg(AMINA, 1, 90), leg(AMINA, 100, 190)
        network.ledger.legs.extend([first, second])
        network.ledger.talks.append(Bridge(leg(JOSEPH, 1, 90, "placed"), first, 10, 90))
        network.ledger.talks.append(Bridge(leg(LEILA, 50, 190, "placed"), second, 60, 190))
        found = _judged(network)
    assert any("rung again after having talked" in one for one in found)
    assert any("has talked 2 times" in one for one in found)
    assert any("two talks at once" in one for one in found)


def test_the_verdict_sees_who_was_left_in_danger() -> None:
    """A caller who pressed 0 and heard nobody is found, and so is one whose phone rings twice at once afterwards."""
    verdict = Verdict()
    with phone_network("https://line.example.org") as network:
        network.ledger.legs.extend([leg(AMINA, 1, 9, "incoming"), leg(AMINA, 20, 29), leg(AMINA, 25, 39)])
        judge_in_danger(verdict, network, [AMINA], 3)
    assert any("heard neither a voice nor the number" in fault for fault in verdict.faults)
    assert any("was rung twice at once" in fault for fault in verdict.faults)


def test_the_verdict_sees_a_storm_of_ring_backs() -> None:
    """Who let it ring once and is rung back twice is found, and so is one who is never rung back."""
    verdict = Verdict()
    with phone_network("https://line.example.org") as network:
        network.ledger.legs.extend([leg(AMINA, 1, 2, "incoming"), leg(LEILA, 3, 4, "incoming")])
        network.ledger.legs.extend([leg(AMINA, 20, 29, "placed"), leg(AMINA, 40, 49, "placed")])
        judge_missed_calls(verdict, network, [AMINA, LEILA])
    assert any("flashed 1 times and was rung 2 times" in fault for fault in verdict.faults)
    assert any("was never rung back" in fault for fault in verdict.faults)


def test_the_verdict_sees_that_nobody_is_paged() -> None:
    """A callback of somebody in danger that waits while no supervisor is rung is found."""
    waits = SimpleNamespace(
        id="a" * 32, state="waiting", until=9e9, ready=True, not_before=0.0, priority=0, crisis=True
    )
    with phone_network("https://line.example.org") as network:
        found = _judged(network, replace(NOBODY, callbacks=[waits]), seen={waits.id})
    assert any("no supervisor is rung for it" in one for one in found)


def test_the_verdict_sees_what_is_missing() -> None:
    """A callback that was there and has neither a row nor an outcome any more is found, and so is an untold one."""
    with phone_network("https://line.example.org") as network:
        found = _judged(network, seen={"a" * 32}, asked={"a" * 32, "b" * 32}, told=1)
    assert any("0 are accounted for" in one for one in found)
    assert any("never seen" in one for one in found)


def test_the_verdict_sees_what_hangs() -> None:
    """A callback that is talked about for ever, a forgotten one, and a helper who is held for nothing are found."""
    hanging = SimpleNamespace(id="a" * 32, state="talking", until=0.0)
    forgotten = SimpleNamespace(id="b" * 32, state="closed")
    helper = SimpleNamespace(busy_with="c" * 32)
    rows = replace(NOBODY, callbacks=[hanging, forgotten], helpers=[helper])
    with phone_network("https://line.example.org") as network:
        found = _judged(network, rows, seen={hanging.id, forgotten.id})
    assert any("hangs since long" in one for one in found)
    assert any("has no outcome" in one for one in found)
    assert any("claimed for nothing" in one for one in found)


@pytest.mark.parametrize("name", ["E.164", "digits", "national", "base64", "in a web address"])
def test_the_search_for_numbers_sees_every_plain_spelling(tmp_path: Path, name: str) -> None:
    """A number that is written into a file, whichever of all numbers it is, is found: the search is no blind one."""
    numbers = fictional_numbers(25)
    (tmp_path / "log").write_bytes(b"before " + disguises_of(numbers[17])[name] + b" after")
    assert any(name in found for found in traces_of(tmp_path, None, numbers))


def _judged(
    network: PhoneNetwork,
    rows: Rows = NOBODY,
    *,
    seen: Collection[str] = (),
    asked: Collection[str] = (),
    told: int = 0,
) -> list[str]:
    return judge(
        rows,
        network,
        seen=seen,
        asked=asked,
        told_noted=told,
        callers=[AMINA],
        helpers=[JOSEPH, LEILA],
        most_attempts=3,
    ).faults
