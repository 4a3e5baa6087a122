"""What the provider still has of a call: both legs and every recording, found to the last and nobody else's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ivr.telephony import twilio_network_records as records
from ivr.telephony.contract import (
    CallUnderWay,
    CredentialsRefused,
    LeftCall,
    LeftRecording,
    NotAllowedThere,
    NumberRefused,
    ProviderBusy,
    ProviderOutOfReach,
    RequestRefused,
)
from ivr.telephony.twilio_network import TwilioNetwork
from ivr.vault.number import PhoneNumber
from tests.hotline import Clock
from tests.telephony.fake_rest import ACCOUNT, LINE, TOKEN, Provider, rest_app, serve

AMINA = "+12025550142"
JOSEPH = "+12025550151"
DAY = 86_400.0
VOICE = "https://line.example.org/phone/twilio/voice"
STATUS = "https://line.example.org/phone/twilio/status"


@pytest.fixture
def clock() -> Clock:
    """A clock that is moved by hand."""
    return Clock()


@pytest.fixture
def provider(clock: Clock) -> Provider:
    """A provider with one line."""
    provider = Provider(clock=clock)
    provider.has_number(LINE)
    return provider


@pytest.fixture
def network(provider: Provider) -> Iterator[TwilioNetwork]:
    """Our side of it, over real HTTP."""
    with serve(rest_app(provider)) as api_url:
        yield TwilioNetwork(ACCOUNT, TOKEN, api_url)


def test_a_call_moves_on_until_it_is_over(network: TwilioNetwork, provider: Provider, clock: Clock) -> None:
    """A call that we place waits, rings, is talked on and ends; before its end it is under way, afterwards over."""
    call = network.place_call(PhoneNumber(AMINA), LINE, VOICE, STATUS, 25)
    seen = []
    for seconds in (0.0, 1.0, 4.0, 60.0):
        clock.forward(seconds)
        seen.append((network.state_of(call), provider.calls[call]["status"]))
    assert seen == [
        ("under_way", "queued"), ("under_way", "ringing"), ("under_way", "in-progress"), ("over", "completed"),
    ]  # fmt: skip
    network.delete_call(call)
    assert network.state_of(call) == "gone"


@pytest.mark.parametrize("status", ["completed", "canceled", "busy", "failed", "no-answer"])
def test_every_end_is_an_end(network: TwilioNetwork, provider: Provider, status: str) -> None:
    """However a call ended, it is over."""
    assert network.state_of(provider.has_call(status)) == "over"


def test_both_legs_are_found_and_nobody_elses(network: TwilioNetwork, provider: Provider) -> None:
    """The leg that a call has dialled is found, also after the call's own record is gone; others are left alone."""
    call = provider.has_call("completed")
    leg = provider.has_call("completed", to=JOSEPH, from_=LINE, parent=call)
    provider.has_call("completed", to=JOSEPH, from_=LINE, parent=provider.has_call("completed"))
    assert network.legs_of(call) == [leg]
    network.delete_call(call)
    assert network.legs_of(call) == [leg]
    assert network.legs_of(leg) == []


def test_recordings_are_found_after_their_call_is_deleted(network: TwilioNetwork, provider: Provider) -> None:
    """Deleting a call leaves its recordings, and they are still found by it."""
    call = provider.has_call("completed")
    own = {provider.has_recording(call=call) for _ in range(3)}
    provider.has_recording(call=provider.has_call("completed"))
    network.delete_call(call)
    assert set(network.recordings_of(call)) == own
    for recording in own:
        network.delete_recording(recording)
    assert network.recordings_of(call) == []
    assert set(provider.deleted_recordings) == own


def test_a_provider_that_knows_no_filter_is_not_believed(
    network: TwilioNetwork, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A provider that ignores our question answers with everything it has: nothing foreign is taken for ours."""
    call = provider.has_call("completed")
    for _ in range(3):
        provider.has_recording(call=provider.has_call("completed", to=JOSEPH, from_=AMINA))
    monkeypatch.setattr("tests.telephony.fake_rest.page_of_calls", _everything(provider, "calls"))
    monkeypatch.setattr("tests.telephony.fake_rest.page_of_recordings", _everything(provider, "recordings"))
    assert network.legs_of(call) == []
    assert network.recordings_of(call) == []
    assert [left.id for left in network.calls_left(LINE, provider.clock() + 1)] == [call]


def _everything(provider: Provider, name: str) -> Any:
    from tests.telephony.provider import lists

    show = lists.shown_call if name == "calls" else lists.shown_recording
    return lambda *_: lists.page_of(name, list(getattr(provider, name).values()), show)


def test_what_is_left_of_a_line_is_found_in_both_directions(
    network: TwilioNetwork, provider: Provider, clock: Clock
) -> None:
    """Calls from and to the line that are older than they may be are found, each once; others aren't."""
    old = clock.now - 2 * DAY
    incoming = provider.has_call("completed", began=old)
    dialled = provider.has_call("busy", to=AMINA, from_=LINE, began=old)
    given_up = provider.has_call("canceled", to=AMINA, from_=LINE, began=old)
    stuck = provider.has_call("in-progress", began=old)
    to_itself = provider.has_call("completed", to=LINE, from_=LINE, began=old)
    provider.has_call("completed", began=clock.now - 3600)
    provider.has_call("completed", to=JOSEPH, from_=AMINA, began=old)
    found = list(network.calls_left(LINE, clock.now - DAY))
    assert sorted(found, key=lambda left: left.id) == [
        LeftCall(incoming, True), LeftCall(dialled, True), LeftCall(given_up, True), LeftCall(stuck, False),
        LeftCall(to_itself, True),
    ]  # fmt: skip


@pytest.mark.parametrize("hours", [1, 5, 24, 47])
def test_the_hour_counts_and_not_only_the_day(
    network: TwilioNetwork, provider: Provider, clock: Clock, hours: int
) -> None:
    """The provider compares days; a call is old enough to the minute all the same, at any time of day."""
    clock.forward(13 * 3600 + 17 * 60)
    before = clock.now - hours * 3600
    old = provider.has_call("completed", began=before - 60)
    provider.has_call("completed", began=before + 60)
    assert [left.id for left in network.calls_left(LINE, before)] == [old]


def test_long_lists_are_read_to_their_end(
    network: TwilioNetwork, provider: Provider, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thousand calls come in many pages, and none is missed or told twice."""
    monkeypatch.setattr(records, "PAGE", 7)
    old = clock.now - 2 * DAY
    wanted = {provider.has_call("completed", began=old - place // 3) for place in range(100)}
    found = [left.id for left in network.calls_left(LINE, clock.now - DAY)]
    assert len(found) == 100
    assert set(found) == wanted
    assert sum(path == "/Calls.json" for _, path, _ in provider.asked) == 15 + 1 + 1


def test_a_list_without_end_is_not_read_for_ever(
    network: TwilioNetwork, provider: Provider, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line with a history of years is worked off in parts instead of all at once."""
    monkeypatch.setattr(records, "PAGE", 10)
    monkeypatch.setattr(records, "MOST_LEFT", 20)
    for _ in range(50):
        provider.has_call("completed", began=clock.now - 2 * DAY)
    assert len(list(network.calls_left(LINE, clock.now - DAY))) == 20


def test_the_recordings_of_the_account_are_found(
    network: TwilioNetwork, provider: Provider, clock: Clock
) -> None:
    """Every recording that is old enough is found with the call it belongs to; one that isn't ready yet isn't."""
    call = provider.has_call("completed")
    old = provider.has_recording(call=call)
    clock.forward(2 * DAY)
    provider.has_recording(call=call)
    provider.has_recording(call=call, appears_in=60)
    assert list(network.recordings_left(clock.now - DAY)) == [LeftRecording(old, call)]


def test_a_record_can_be_deleted_only_when_the_call_has_settled(
    network: TwilioNetwork, provider: Provider, clock: Clock
) -> None:
    """A call that is over can't be deleted in its first minute: that is told apart from every other no."""
    provider.settles_seconds = 60
    call = provider.has_call("completed")
    with pytest.raises(CallUnderWay):
        network.delete_call(call)
    clock.forward(61)
    network.delete_call(call)
    assert call not in provider.calls


ASKING = {
    "state_of": lambda network: network.state_of("CA" + "a" * 32),
    "legs_of": lambda network: network.legs_of("CA" + "a" * 32),
    "recordings_of": lambda network: network.recordings_of("CA" + "a" * 32),
    "calls_left": lambda network: list(network.calls_left(LINE, 0.0)),
    "recordings_left": lambda network: list(network.recordings_left(0.0)),
}


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (401, 20003, CredentialsRefused),
        (429, 20429, ProviderBusy),
        (429, 70005, ProviderBusy),
        (500, 20500, ProviderOutOfReach),
        (503, None, ProviderOutOfReach),
        (403, 20008, RequestRefused),
    ],
)
@pytest.mark.parametrize("name", sorted(ASKING))
def test_a_question_is_refused_once_and_names_no_number(
    network: TwilioNetwork,
    provider: Provider,
    name: str,
    status: int,
    code: int | None,
    error: type[Exception],
) -> None:
    """Each question that is refused is asked once, means one thing, and its error repeats no number and no id."""
    provider.refuse(status, code, f"{AMINA} called {LINE}", times=5)
    with pytest.raises(error) as raised:
        ASKING[name](network)
    assert type(raised.value) is error
    assert len(provider.asked) == 1
    told = f"{raised.value!r} {raised.value} {raised.value.__context__!r}"
    assert "2025550" not in told
    assert "aaaa" not in told


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (21211, NumberRefused), (21214, NumberRefused), (21217, NumberRefused), (13224, NumberRefused),
        (21215, NotAllowedThere), (13227, NotAllowedThere), (32205, NotAllowedThere),
    ],
)  # fmt: skip
def test_a_number_that_is_never_rung(
    network: TwilioNetwork, provider: Provider, code: int, error: type[Exception]
) -> None:
    """Some numbers are refused for themselves, some for their country; neither leaves a call behind."""
    provider.refused_numbers[AMINA] = code
    with pytest.raises(error):
        network.place_call(PhoneNumber(AMINA), LINE, VOICE, STATUS, 25)
    assert provider.calls == {}


def test_a_call_that_is_asked_for_twice_is_placed_once(network: TwilioNetwork, provider: Provider) -> None:
    """A provider that knows duplicates refuses the second, and we are told which kind of no it was."""
    provider.refuses_duplicates = True
    network.place_call(PhoneNumber(AMINA), LINE, VOICE, STATUS, 25)
    with pytest.raises(RequestRefused) as raised:
        network.place_call(PhoneNumber(AMINA), LINE, VOICE, STATUS, 25)
    assert raised.value.code == 21204
    assert len(provider.calls) == 1


def test_whether_a_call_was_placed_can_be_found_out(
    network: TwilioNetwork, provider: Provider, clock: Clock
) -> None:
    """The answer was lost: a look at the provider finds the call, though it still waits there, and none of others."""
    provider.course = ()
    before = network.place_call(PhoneNumber(AMINA), LINE, VOICE, STATUS, 25)
    clock.forward(60)
    since = clock.now
    placed = network.place_call(PhoneNumber(AMINA), LINE, VOICE, STATUS, 25)
    provider.has_call("in-progress", to=AMINA, from_="+12025550199")
    assert network.placed(PhoneNumber(AMINA), LINE, since) == [placed]
    assert network.placed(PhoneNumber(AMINA), LINE, since - 90) == [placed, before]
    assert network.placed(PhoneNumber("+12025550155"), LINE, since) == []
