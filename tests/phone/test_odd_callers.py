"""Odd calls: whatever the network sends with a genuine signature, the caller hears a screen, never an error."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from ivr.store.callback_tables import callbacks
from ivr.store.tables import visits
from tests.hotline import AMINA, LINE_NUMBER, Hotline
from tests.serving import fields_of

NUMBERS = ["", "anonymous", "unknown", "+266696687", "Restricted", "sip:amina@example.org", "☎", "+" * 300]


@pytest.mark.parametrize("caller", NUMBERS)
def test_a_withheld_number_gets_every_menu_and_no_promise(on_air: Hotline, caller: str) -> None:
    """A caller whose phone shows no number hears every menu, and is told that we can't call her."""
    call = on_air.ring(caller=caller)
    call.press("1").press("1")
    assert "no_number" in call.prompts
    call.wait()
    call.press("2").press("1")
    assert call.prompts == ["breathing"]
    call.hang_up()
    with on_air.wiring.database.connect() as connection:
        assert connection.execute(select(callbacks)).all() == []


@pytest.mark.parametrize(
    "digits",
    [
        "",
        "12",
        "12" * 5_000,
        "w1",
        "-1",
        "٢",
        "é",
        "hangup",
        " ",
        "\x00",
        "1;DROP TABLE calls",
        "+",
        "#",
        "A",
        "𝟙",
    ],
)
def test_garbled_keys_are_keys_without_meaning(on_air: Hotline, digits: str) -> None:
    """Keys garbled by the network lead to the screen again, on each kind of database, and the next key counts."""
    call = on_air.ring()
    call.press("1")
    call.reply = on_air.post(call.on_keys, call.fields(Digits=digits))
    assert call.reply.status_code == 200
    assert "<Gather" in call.text
    assert {language for _, language in call.said} == {"en"}
    call.press("2")
    assert "exercises_intro" in call.prompts
    assert call.hang_up().status_code == 204
    with on_air.wiring.database.connect() as connection:
        kept = [row.key for row in connection.execute(select(visits.c.key))]
    assert all(key is None or key in "0123456789*#" for key in kept)


def test_unknown_fields_change_nothing(on_air: Hotline) -> None:
    """Fields that we don't know, empty, long or foreign, are passed over."""
    plain = on_air.ring().prompts
    more = {
        "StirVerstat": "",
        "CallerName": "n" * 10_000,
        "ToCity": "Bogotá",
        "X-Ü": "\x00",
        "SipHeader_X": "1",
    }
    answer = on_air.post("/phone/twilio/voice", fields_of("CA" + "f" * 32, **more))
    assert answer.status_code == 200
    assert len(plain) == answer.text.count("<Play>")


def test_a_call_we_do_not_know_begins_anew(on_air: Hotline) -> None:
    """A key of a call that isn't known, as after a restored backup: the caller is led to the beginning."""
    answer = on_air.post("/phone/twilio/turn?turn=5", fields_of("CA" + "e" * 32, Digits="1"))
    assert '<Redirect method="POST">https://line.example.org/phone/twilio/voice' in answer.text
    began = on_air.post("/phone/twilio/voice", fields_of("CA" + "e" * 32))
    assert "<Gather" in began.text


@pytest.mark.parametrize(
    "to", ["", "+12025550199", "sip:x@example.org", "1" * 5000, "\x00", "\n" + LINE_NUMBER]
)
def test_a_line_we_do_not_know_says_the_emergency_number(on_air: Hotline, to: str) -> None:
    """A call to a line that isn't set up, or without any: the emergency screen in all languages, and no error."""
    answer = on_air.post("/phone/twilio/voice", fields_of("CA" + "d" * 32, to=to))
    assert answer.status_code == 200
    assert answer.text == on_air.wiring.emergency.reply_for("twilio", LINE_NUMBER)
    fields = fields_of("CA" + "d" * 32)
    del fields["To"]
    assert on_air.post("/phone/twilio/voice", fields).text == answer.text


@pytest.mark.parametrize("turn", ["2", "999999", "-1", "0", "", "abc", "1e9", "9" * 400, "%00", "1&turn=7"])
def test_a_turn_out_of_order_gets_the_current_screen(on_air: Hotline, turn: str) -> None:
    """A turn from the future, a negative or a garbled one: the caller hears the current screen again."""
    call = on_air.ring()
    answer = on_air.post(f"/phone/twilio/turn?turn={turn}", call.fields(Digits="1"))
    assert answer.status_code == 200
    assert answer.data == call.reply.data


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=st.sampled_from(["voice", "turn", "status", "recording"]),
    query=st.text(max_size=30),
    fields=st.dictionaries(
        st.sampled_from(
            ["CallSid", "From", "To", "Digits", "CallStatus", "RecordingDuration", "DialCallStatus"]
        ),
        st.one_of(
            st.text(max_size=40), st.sampled_from(["completed", "in-progress", LINE_NUMBER, AMINA, "CA1"])
        ),
    ),
)
def test_no_genuine_webhook_is_an_error(
    on_air: Hotline, path: str, query: str, fields: dict[str, str]
) -> None:
    """Whatever a genuine webhook holds, it is answered with a screen, with 204, or with a clear 4xx: never a 5xx."""
    target = f"/phone/twilio/{path}?turn=1&{quote(query, safe='&=')}"
    answer = on_air.post(target, fields_of("CA" + "c" * 32) | fields)
    assert answer.status_code in (200, 204, 400)
    if path in ("voice", "turn") and answer.status_code == 200:
        assert "<Response>" in answer.text
        assert "</Response>" in answer.text
