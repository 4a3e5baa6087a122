"""Webhooks of a provider, understood: what callers' phones show and what they key, whatever the network makes of it."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.telephony.contract import PhoneEvent, UnreadableWebhook
from ivr.telephony.twilio import TwilioDialect, shown_number
from ivr.vault.number import PhoneNumber
from tests.hotline import ACCOUNT, AMINA, LINE_NUMBER, Hotline

DIALECT = TwilioDialect("twilio", ACCOUNT, "12345")
CALL = "CA" + "1" * 32
FORM = {"CallSid": CALL, "AccountSid": ACCOUNT, "From": AMINA, "To": LINE_NUMBER, "CallStatus": "in-progress"}

TABLE: list[tuple[str, str, dict[str, str], dict[str, str], PhoneEvent]] = [
    (
        "a call begins",
        "voice",
        {},
        {"CallStatus": "ringing"},
        PhoneEvent(CALL, "started", 0, LINE_NUMBER),
    ),
    ("a key", "turn", {"turn": "3"}, {"Digits": "1"}, PhoneEvent(CALL, "digits", 3, keys="1")),
    ("no key in its field", "turn", {"turn": "3"}, {}, PhoneEvent(CALL, "digits", 3)),
    ("silence", "turn", {"turn": "3", "silence": "1"}, {}, PhoneEvent(CALL, "silence", 3)),
    (
        "a recording",
        "turn",
        {"turn": "3", "recorded": "1"},
        {"RecordingDuration": "12", "Digits": "hangup"},
        PhoneEvent(CALL, "recorded", 3, keys="hangup", seconds=12.0),
    ),
    (
        "a recording that the caller ended by hanging up",
        "turn",
        {"turn": "3", "recorded": "1"},
        {"RecordingDuration": "12", "CallStatus": "completed"},
        PhoneEvent(CALL, "recorded", 3, seconds=12.0),
    ),
    (
        "a recording that a key ended",
        "turn",
        {"turn": "3", "recorded": "1"},
        {"RecordingDuration": "3", "Digits": "0"},
        PhoneEvent(CALL, "recorded", 3, keys="0", seconds=3.0),
    ),
    (
        "a conversation that took place",
        "turn",
        {"turn": "3", "dialled": "1"},
        {"DialCallStatus": "completed"},
        PhoneEvent(CALL, "dial_ended", 3, talked=True),
    ),
    (
        "nobody answered",
        "turn",
        {"turn": "3", "dialled": "1"},
        {"DialCallStatus": "no-answer"},
        PhoneEvent(CALL, "dial_ended", 3),
    ),
    (
        "the caller hung up in the middle of a screen",
        "turn",
        {"turn": "3"},
        {"CallStatus": "completed"},
        PhoneEvent(CALL, "hung_up", 3),
    ),
    ("a call ended", "status", {}, {"CallStatus": "no-answer"}, PhoneEvent(CALL, "hung_up", 0)),
    ("a call rings", "status", {}, {"CallStatus": "ringing"}, PhoneEvent(CALL, "under_way", 0)),
]


@pytest.mark.parametrize(
    ("path", "query", "form", "event"), [t[1:] for t in TABLE], ids=[t[0] for t in TABLE]
)
def test_what_a_webhook_says(
    path: str, query: dict[str, str], form: dict[str, str], event: PhoneEvent
) -> None:
    """Each kind of webhook is understood as this; whoever is still there has a number, closed."""
    caller = None if event.happening in ("hung_up", "under_way") else PhoneNumber(FORM["From"])
    assert DIALECT.parse(path, query, FORM | form) == replace(event, caller=caller)


RECORDING = "RE" + "7" * 32
RECORDED_AT = f"https://api.example.org/Recordings/{RECORDING}"
LEG_TABLE: list[tuple[str, str, dict[str, str], dict[str, str], dict[str, object]]] = [
    (
        "somebody has read a text",
        "leg",
        {"recorded": "1"},
        {"RecordingDuration": "12", "RecordingSid": RECORDING, "RecordingUrl": RECORDED_AT, "Digits": "1"},
        {"happening": "recorded", "seconds": 12.0, "recording": RECORDING, "recording_url": RECORDED_AT},
    ),
    (
        "and hung up while reading",
        "leg",
        {"recorded": "1"},
        {"RecordingDuration": "3", "RecordingSid": RECORDING, "Digits": "hangup", "CallStatus": "completed"},
        {"happening": "recorded", "seconds": 3.0, "recording": RECORDING, "gone": True},
    ),
    (
        "the recording can be fetched",
        "recording",
        {},
        {"RecordingStatus": "completed", "RecordingSid": RECORDING, "RecordingUrl": RECORDED_AT},
        {"happening": "recording_ready", "recording": RECORDING, "recording_url": RECORDED_AT},
    ),
    (
        "there is none",
        "recording",
        {},
        {"RecordingStatus": "absent", "RecordingSid": RECORDING},
        {"happening": "recording_absent", "recording": RECORDING, "recording_url": ""},
    ),
    (
        "names that can't be",
        "recording",
        {},
        {"RecordingStatus": "completed", "RecordingSid": "../x", "RecordingUrl": "javascript:alert(1)"},
        {"happening": "recording_ready", "recording": "", "recording_url": ""},
    ),
]


@pytest.mark.parametrize(
    ("path", "query", "form", "said"), [t[1:] for t in LEG_TABLE], ids=[t[0] for t in LEG_TABLE]
)
def test_what_a_webhook_says_of_a_recording(
    path: str, query: dict[str, str], form: dict[str, str], said: dict[str, object]
) -> None:
    """What was recorded on a leg is named, with its length and where it can be heard; the address says whose it is."""
    event = DIALECT.parse_leg(
        path, {"part": "room", "of": "a" * 32, "step": "said.sw.12"} | query, FORM | form
    )
    assert {name: getattr(event, name) for name in said} == said
    assert (event.part, event.of, event.step) == ("room", "a" * 32, "said.sw.12")


@pytest.mark.parametrize(
    "sent",
    [
        "", "anonymous", "unknown", "Anonymous", "+266696687", "266696687", "+7378742833", "+8656696", "+86282452253",
        "+464", "Restricted", "sip:amina@example.org", "client:amina", "+1202555014x", "+٢٠٢٥٥٥٠١٤٧", "+0255550147",
        " +12025550147", "+12025550147\n", "+" + "1" * 16, "12025550147",
    ],
)  # fmt: skip
def test_whoever_shows_no_number_has_none(sent: str) -> None:
    """A withheld number, in all the ways networks write it, is no number: ringing it would ring a stranger."""
    assert shown_number(sent) is None


@pytest.mark.parametrize("sent", [AMINA, "+255555010147", "+4455501470"])
def test_a_number_is_a_number(sent: str) -> None:
    """A number in the form that can be rung counts as shown."""
    assert shown_number(sent) is not None


garbage = st.dictionaries(
    st.sampled_from([*FORM, "Digits", "RecordingDuration", "DialCallStatus", "Unknown"]),
    st.text(max_size=200),
)


@given(
    path=st.sampled_from(["voice", "turn", "status"]),
    query=st.dictionaries(
        st.sampled_from(["turn", "silence", "recorded", "dialled", "x"]), st.text(max_size=20)
    ),
    form=garbage,
)
def test_garbage_is_understood_or_refused(path: str, query: dict[str, str], form: dict[str, str]) -> None:
    """Whatever stands in the fields, a webhook is understood with a sensible turn, or refused as naming no call."""
    try:
        event = DIALECT.parse(path, query, FORM | form)
    except UnreadableWebhook:
        call = (FORM | form)["CallSid"]
        assert not call or len(call) > 128 or not call.isprintable()
        return
    assert 0 <= event.turn <= 1_000_000
    assert 0 <= event.seconds <= 1_000_000
    assert event.line_number == "" or event.line_number.isprintable()


@pytest.mark.parametrize("turn", ["", "-1", "1.5", "1e3", "99999999", "٣", " 3", "+3", "0x3", "3;4"])
def test_a_turn_that_is_no_count_is_none(turn: str) -> None:
    """A garbled turn number is 0, which no screen has, so the caller hears the current screen again."""
    assert DIALECT.parse("turn", {"turn": turn}, FORM).turn == 0


def test_a_withheld_number_goes_no_further() -> None:
    """What is handed on of the caller's number is only whether there is one."""
    event = DIALECT.parse("voice", {}, FORM)
    assert AMINA not in repr(event)
    assert AMINA[1:] not in repr(event)


def test_the_provider_is_told_to_ask_again(small_hotline: Hotline) -> None:
    """When a turn isn't answered the provider asks twice more, and within the time after which it gives up."""
    call = small_hotline.ring()
    for url in (call.on_keys, call.on_silence):
        again = dict(part.split("=") for part in urlsplit(url).fragment.split("&"))
        assert again["rc"] == "2"
        assert "5xx" in again["rp"].split(",")
        assert (int(again["rc"]) + 1) * int(again["rt"]) < 15_000
