"""Screens as TwiML: word for word, as the official SDK would have written them, and with portable verbs only."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree as Xml

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.twiml.voice_response import Dial, Gather, VoiceResponse

from ivr.telephony import twiml
from ivr.telephony.contract import (
    VAULT,
    CodeScreen,
    DialScreen,
    EndScreen,
    LetInScreen,
    ListenScreen,
    Party,
    RecordScreen,
    RejectScreen,
    Screen,
    Urls,
)

PORTABLE = {"Response", "Play", "Gather", "Record", "Dial", "Number", "Redirect", "Hangup", "Reject"}
A, B = "https://line.example.org/media/a.wav", "https://line.example.org/media/b.wav"
BASE = "https://line.example.org/phone/twilio"
URLS = Urls(
    on_keys=f"{BASE}/turn?turn=3",
    on_silence=f"{BASE}/turn?turn=3&silence=1",
    on_recorded=f"{BASE}/turn?turn=3&recorded=1",
    on_recording_ready=f"{BASE}/recording",
    on_dial_ended=f"{BASE}/turn?turn=3&dialled=1",
)
HEAD = '<?xml version="1.0" encoding="UTF-8"?><Response>'
GATHER = f'<Gather input="dtmf" numDigits="1" timeout="6" finishOnKey="" action="{BASE}/turn?turn=3" method="POST">'
SILENCE = f'<Redirect method="POST">{BASE}/turn?turn=3&amp;silence=1</Redirect>'
TABLE: list[tuple[str, Screen, str]] = [
    (
        "a menu",
        ListenScreen([A, B], 6, True),
        f"{GATHER}<Play>{A}</Play><Play>{B}</Play></Gather>{SILENCE}",
    ),
    (
        "words that no key cuts short",
        ListenScreen([A], 6, False),
        f"<Play>{A}</Play>{GATHER}</Gather>{SILENCE}",
    ),
    ("a menu without clips", ListenScreen([], 6, True), f"{GATHER}</Gather>{SILENCE}"),
    (
        "a recording",
        RecordScreen([A], 120),
        f'<Play>{A}</Play><Record action="{BASE}/turn?turn=3&amp;recorded=1" method="POST" maxLength="120" '
        'timeout="5" finishOnKey="1234567890*#" playBeep="true" '
        f'recordingStatusCallback="{BASE}/recording" recordingStatusCallbackMethod="POST" '
        f'recordingStatusCallbackEvent="completed absent"/>{SILENCE}',
    ),
    (
        "a recording that is kept as it is",
        RecordScreen([], 240, pause_seconds=10, as_it_is=True),
        f'<Record action="{BASE}/turn?turn=3&amp;recorded=1" method="POST" maxLength="240" '
        'timeout="10" finishOnKey="1234567890*#" playBeep="true" trim="do-not-trim" '
        f'recordingStatusCallback="{BASE}/recording" recordingStatusCallbackMethod="POST" '
        f'recordingStatusCallbackEvent="completed absent"/>{SILENCE}',
    ),
    (
        "a connection",
        DialScreen([Party("112"), Party("+12025550150")], "+12025550100", 30, 3600),
        f'<Dial action="{BASE}/turn?turn=3&amp;dialled=1" method="POST" timeout="30" timeLimit="3600" '
        'callerId="+12025550100"><Number>112</Number><Number>+12025550150</Number></Dial>',
    ),
    (
        "a caller who is rung from a helper's leg",
        DialScreen([Party(f"{VAULT}{'a' * 32}", f"{BASE}/w?a=1", f"{BASE}/s")], "+12025550100", 30, 60, [A]),
        f'<Play>{A}</Play><Dial action="{BASE}/turn?turn=3&amp;dialled=1" method="POST" timeout="30" '
        f'timeLimit="60" callerId="+12025550100"><Number url="{BASE}/w?a=1" method="POST" '
        f'statusCallback="{BASE}/s" statusCallbackMethod="POST" statusCallbackEvent="answered completed">'
        f"{VAULT}{'a' * 32}</Number></Dial>",
    ),
    (
        "a code",
        CodeScreen([A], 8, 12),
        f'<Gather input="dtmf" numDigits="12" timeout="8" finishOnKey="#" action="{BASE}/turn?turn=3" '
        f'method="POST"><Play>{A}</Play></Gather>{SILENCE}',
    ),
    ("a whisper that lets in", LetInScreen([A]), f"<Play>{A}</Play>"),
    ("a goodbye", EndScreen([A]), f"<Play>{A}</Play><Hangup/>"),
    ("a busy tone", RejectScreen(), "<Reject/>"),
]


@pytest.mark.parametrize(("screen", "written"), [t[1:] for t in TABLE], ids=[t[0] for t in TABLE])
def test_every_screen_is_written_to_the_letter(screen: Screen, written: str) -> None:
    """Each kind of screen gives exactly this reply."""
    assert twiml.render(screen, URLS) == f"{HEAD}{written}</Response>"


def test_a_redirect_is_written_to_the_letter() -> None:
    """A call is sent elsewhere with one verb."""
    assert twiml.redirect(f"{BASE}/voice?a=1&b=2") == (
        f'{HEAD}<Redirect method="POST">{BASE}/voice?a=1&amp;b=2</Redirect></Response>'
    )


def as_the_sdk_writes_it(screen: Screen, urls: Urls) -> str:
    """The same screen, written with the official SDK."""
    response = VoiceResponse()
    match screen:
        case ListenScreen():
            gather = Gather(
                input="dtmf",
                num_digits=1,
                timeout=screen.wait_seconds,
                finish_on_key="",
                action=urls.on_keys,
                method="POST",
            )
            for clip in screen.clips:
                (gather if screen.barge_in else response).play(clip)
            response.append(gather)
            response.redirect(urls.on_silence, method="POST")
        case RecordScreen():
            for clip in screen.clips:
                response.play(clip)
            response.record(
                action=urls.on_recorded,
                method="POST",
                max_length=screen.max_seconds,
                timeout=screen.pause_seconds,
                finish_on_key="1234567890*#",
                play_beep=True,
                **({"trim": "do-not-trim"} if screen.as_it_is else {}),
                recording_status_callback=urls.on_recording_ready,
                recording_status_callback_method="POST",
                recording_status_callback_event="completed absent",
            )
            response.redirect(urls.on_silence, method="POST")
        case CodeScreen():
            gather = Gather(
                input="dtmf",
                num_digits=screen.most_digits,
                timeout=screen.wait_seconds,
                finish_on_key="#",
                action=urls.on_keys,
                method="POST",
            )
            for clip in screen.clips:
                gather.play(clip)
            response.append(gather)
            response.redirect(urls.on_silence, method="POST")
        case LetInScreen():
            for clip in screen.clips:
                response.play(clip)
        case DialScreen():
            for clip in screen.clips:
                response.play(clip)
            dial = Dial(
                action=urls.on_dial_ended,
                method="POST",
                timeout=screen.ring_seconds,
                time_limit=screen.limit_seconds,
                caller_id=screen.caller_id,
            )
            for party in screen.parties:
                more: dict[str, str] = {}
                if party.whisper:
                    more |= {"url": party.whisper, "method": "POST"}
                if party.status:
                    more |= {"status_callback": party.status, "status_callback_method": "POST"}
                    more |= {"status_callback_event": "answered completed"}
                dial.number(party.number, **more)
            response.append(dial)
        case EndScreen():
            for clip in screen.clips:
                response.play(clip)
            response.hangup()
        case RejectScreen():
            response.reject()
    return str(response)


texts = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=20)
addresses = st.builds(lambda rest: f"https://line.example.org/{rest}?a=1&b=2", texts)
clips = st.lists(addresses, max_size=30)
seconds = st.integers(1, 3600)
maybe = st.just("") | addresses
parties = st.builds(Party, texts, maybe, maybe)
screens: st.SearchStrategy[Screen] = st.one_of(
    st.builds(ListenScreen, clips, seconds, st.booleans()),
    st.builds(RecordScreen, clips, seconds, seconds, st.booleans()),
    st.builds(CodeScreen, clips, seconds, st.integers(1, 12)),
    st.builds(LetInScreen, clips),
    st.builds(DialScreen, st.lists(parties, min_size=1, max_size=5), texts, seconds, seconds, clips),
    st.builds(EndScreen, clips),
    st.builds(RejectScreen),
)
all_urls = st.builds(Urls, addresses, addresses, addresses, addresses, addresses)


def tree(text: str) -> list[object]:
    """A document as nested lists: tag, attributes, text, children."""

    def told(element: Xml.Element) -> list[object]:
        return [element.tag, dict(element.attrib), element.text or "", [told(child) for child in element]]

    return told(Xml.fromstring(text))


@given(screen=screens, urls=all_urls)
def test_replies_are_what_the_sdk_would_have_written(screen: Screen, urls: Urls) -> None:
    """Whatever stands in an address or a number, the reply says the same as the SDK's."""
    assert tree(twiml.render(screen, urls)) == tree(as_the_sdk_writes_it(screen, urls))


@given(screen=screens, urls=all_urls)
def test_no_reply_ends_in_silence_or_needs_one_provider_only(screen: Screen, urls: Urls) -> None:
    """After each question and recording the call is sent on, and every verb is known to every provider."""
    root = Xml.fromstring(twiml.render(screen, urls))
    assert {element.tag for element in root.iter()} <= PORTABLE
    if not isinstance(screen, LetInScreen):
        # A whisper ends, and then the two are connected.
        assert last_verb(root) in ("Redirect", "Hangup", "Reject", "Dial")
    for before, after in pairs(root):
        if before.tag in ("Gather", "Record"):
            assert after is not None
            assert after.tag == "Redirect"
            assert "turn" in urls.on_silence or after.text is not None
        if before.tag == "Dial":
            assert before.get("action")
            assert before.get("callerId") is not None


def test_the_longest_screen_fits_into_a_reply() -> None:
    """Two hundred clips under a long address are still within the 64 kB that providers read."""
    long = "https://" + "a" * 150 + ".example.org/media/" + "f" * 64 + ".wav"
    assert len(twiml.render(ListenScreen([long] * 200, 6, True), URLS).encode()) <= 64 * 1024


def last_verb(root: Xml.Element) -> str:
    return list(root)[-1].tag


def pairs(root: Xml.Element) -> Iterator[tuple[Xml.Element, Xml.Element | None]]:
    children: list[Xml.Element | None] = [*root, None]
    for place, element in enumerate(root):
        yield element, children[place + 1]


def test_numbers_are_put_in_when_a_reply_leaves() -> None:
    """Two helpers stand in a kept reply by their entries: the one whose number is known is rung, the other isn't."""
    joseph, leila = "a" * 32, "b" * 32
    screen = DialScreen([Party(VAULT + joseph, f"{BASE}/w"), Party(VAULT + leila), Party("112")], "1", 30, 60)
    kept = twiml.render(screen, URLS)
    assert twiml.sealed_in(kept) == [joseph, leila]
    left = twiml.fill(kept, {joseph: "+12025550151"})
    numbers = [element.text for element in Xml.fromstring(left).iter("Number")]
    assert numbers == ["+12025550151", "112"]
    assert VAULT not in left


def test_where_no_number_can_be_opened_the_call_goes_on() -> None:
    """The vault is away in the very moment of ringing: the call asks what comes when nobody has answered."""
    kept = twiml.render(DialScreen([Party(f"{VAULT}{'a' * 32}", f"{BASE}/w")], "1", 30, 60, [A]), URLS)
    root = Xml.fromstring(twiml.fill(kept, {}))
    assert [(verb.tag, verb.text) for verb in root] == [("Play", A), ("Redirect", URLS.on_dial_ended)]
