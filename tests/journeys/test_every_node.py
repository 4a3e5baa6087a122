"""Calls through a pack that has every kind of node which the shipped one has no need of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from flows.load import load_pack
from ivr.calls.kept import kept_calls
from referrals.directory import replace_directory
from referrals.model import Listing, Service
from tests.hotline import LINE, Hotline, make_hotline

PACK = Path(__file__).parent / "packs" / "every_node"
OPEN_ON_SUNDAYS = '{"sun": ["14:00-16:00"]}'
"""The clock of a test hotline stands at 15:00 on a Sunday in Nairobi."""


@pytest.fixture
def every_node(tmp_path: Path, database_url: str) -> Iterator[Hotline]:
    """A line with that pack, open now, which may dial the emergency number."""
    pack = load_pack(PACK).pack
    assert pack is not None
    line = replace(LINE, open_hours=OPEN_ON_SUNDAYS, dial_emergency=True)
    made = make_hotline(tmp_path / "data", database_url, pack=pack, line=line)
    yield made
    made.wiring.database.dispose()


def clinic(
    name: str, *, area: str = "", listing: Listing = "whitelisted", checked: str = "2026-02-01"
) -> Service:
    """A service that is said with two prompts."""
    return Service(
        name, "health", area, ("clinic_name", "clinic_hours"), listing, date.fromisoformat(checked)
    )


def list_services(hotline: Hotline, *services: Service) -> None:
    """Staff fill the directory."""
    with hotline.wiring.database.begin() as connection:
        replace_directory(connection, services)


def test_amina_hears_a_whitelisted_service_of_her_area(every_node: Hotline) -> None:
    """Amina keys her area, and hears what is listed there in her language, then the goodbye."""
    list_services(every_node, clinic("coast", area="coast"), clinic("hills", area="hills"))
    call = every_node.ring().press("2").press("1").press("1")
    assert call.said == [("clinic_name", "sw"), ("clinic_hours", "sw")]
    assert call.wait().prompts == ["goodbye"]


@pytest.mark.parametrize(
    "service",
    [
        clinic("pending", listing="pending"),
        clinic("suspended", listing="suspended"),
        clinic("blacklisted", listing="blacklisted"),
        clinic("stale", checked="2025-08-01"),
        clinic("elsewhere", area="hills"),
        replace(clinic("unrecorded"), prompts=("clinic_name", "never_recorded")),
    ],
    ids=lambda service: service.id,
)
def test_what_must_not_be_read_out_is_not(every_node: Hotline, service: Service) -> None:
    """A service that isn't whitelisted, checked lately, near and wholly recorded is never heard."""
    list_services(every_node, service)
    assert every_node.ring().press("1").press("1").press("1").prompts == ["no_services"]


def test_a_service_that_is_blacklisted_during_the_call_is_not_heard(every_node: Hotline) -> None:
    """Daniel blacklists a service while Amina chooses her area: she doesn't hear it any more."""
    list_services(every_node, clinic("coast"))
    call = every_node.ring().press("1").press("1")
    list_services(every_node, clinic("coast", listing="blacklisted"))
    assert call.press("1").prompts == ["no_services"]


def test_urgent_help_is_dialled_with_the_lines_own_number(every_node: Hotline) -> None:
    """With 0 the emergency number is rung: it sees the hotline's number, and neither ringing nor talking is endless."""
    call = every_node.ring().press("1").press("0")
    assert "<Number>112</Number>" in call.text
    assert 'callerId="+12025550100"' in call.text
    assert 'timeout="30"' in call.text
    assert 'timeLimit="3600"' in call.text


@pytest.mark.parametrize(
    ("status", "prompt"), [("completed", "goodbye"), ("busy", "emergency"), ("no-answer", "emergency")]
)
def test_after_dialling_amina_is_never_left_alone(every_node: Hotline, status: str, prompt: str) -> None:
    """Whether somebody answered or not, words follow: the goodbye, or the number to ring herself."""
    call = every_node.ring().press("1").press("0")
    call.reply = every_node.post(
        call.on_keys, call.fields(DialCallStatus=status, DialCallSid="CA" + "9" * 32)
    )
    assert call.prompts[0] == prompt


def test_a_message_is_recorded_and_its_length_bounded(every_node: Hotline) -> None:
    """Amina hears what to do, speaks after the beep, and hears the goodbye."""
    call = every_node.ring().press("1").press("2")
    assert call.prompts == ["message"]
    assert 'maxLength="60"' in call.text
    call.reply = every_node.post(
        call.on_keys, call.fields(RecordingDuration="7", RecordingSid="RE" + "1" * 32)
    )
    assert call.prompts == ["goodbye"]


def test_whoever_says_nothing_after_the_beep_goes_on_too(every_node: Hotline) -> None:
    """Silence after the beep leads to the goodbye."""
    assert every_node.ring().press("1").press("2").wait().prompts == ["goodbye"]


def test_another_flow_is_entered_and_left_again(every_node: Hotline) -> None:
    """An exercise in a flow of its own is heard to its end, counts as completed, and the call goes on after it."""
    call = every_node.ring().press("1").press("3")
    assert call.prompts == ["exercise"]
    assert call.wait().prompts == ["goodbye"]
    call.hang_up()
    with every_node.wiring.database.connect() as connection:
        (kept,) = kept_calls(connection, 1)
    assert [v["completed"] for v in kept["visits"] if v["node"] == "exercise"] == [True]


def test_a_closed_line_says_so(every_node: Hotline) -> None:
    """Two hours later the line is closed: Amina hears that first, and can still go everywhere."""
    every_node.clock.forward(7200)
    call = every_node.ring().press("2")
    assert call.prompts == ["closed"]
    assert call.wait().prompts[0] == "main"
