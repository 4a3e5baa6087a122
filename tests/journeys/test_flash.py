"""A missed call, whole: rejected free of charge, rung back, and through the flow like any other call."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ivr.callbacks.flashes import OVER
from ivr.jobs.ring_backs import ring_backs_of
from ivr.publishing.flash import SAID_FIRST
from ivr.scrubbing.tables import scrubs
from ivr.store.callback_tables import callbacks, flashes
from ivr.store.tables import calls, live_calls
from tests.calling_back import CallingBack, calling_back
from tests.hotline import AMINA, LINE, LINE_NUMBER, Ringing
from tests.network import BUSY, NEVER, Heard, Move, Person, by_prompt, press
from tests.network.people import SILENT

FLASH_LINE = replace(LINE, flash=True)
REJECTED = '<?xml version="1.0" encoding="UTF-8"?><Response><Reject/></Response>'
GREETING = ("call_hello", "to_talk_now", "press_1")
LANGUAGES = ("en", "fr", "sw", "ar")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[CallingBack]:
    """A hotline whose line rings missed calls back."""
    with calling_back(tmp_path, line=FLASH_LINE) as made:
        yield made


def ring_back(house: CallingBack) -> int:
    """What a worker does in its second; then until nobody is on the line."""
    done = ring_backs_of(house.hotline.wiring).run(0)
    house.until_quiet()
    return done


def flash(house: CallingBack, caller: str = AMINA, **more: Any) -> Any:
    """Somebody rings and is rejected: the leg as the network saw it."""
    leg = house.network.ring_in(caller, LINE_NUMBER, **more)
    house.until_quiet()
    return leg


class Amina(Person):
    """Says at the greeting that it is she, and then presses these keys, one a screen."""

    def __init__(self, keys: str) -> None:
        super().__init__(AMINA)
        self.keys = list(keys)
        self.heard: list[tuple[str, ...]] = []

    def hears(self, heard: Heard) -> Move:
        self.heard.append(heard.prompts)
        if "call_hello" in heard.prompts:
            return press("1")
        return press(self.keys.pop(0)) if self.keys else SILENT


def test_a_missed_call_costs_nothing_and_is_rung_back_into_the_flow(house: CallingBack) -> None:
    """Amina lets it ring once. Her phone rings, she presses 1, chooses English, and asks for a callback."""
    amina = Amina("1111")
    house.network.add(amina)
    missed = flash(house)
    assert missed.outcome in ("busy", "no-answer")
    assert missed.answered_at is None
    assert ring_back(house) == 1
    [rung] = house.network.ledger.rings_of(AMINA)
    assert (rung.kind, rung.shown, rung.outcome) == ("placed", LINE_NUMBER, "completed")
    assert amina.heard[0] == GREETING * len(LANGUAGES)
    assert "call_hello" not in amina.heard[1]
    assert house.callback.state == "waiting"
    with house.hotline.wiring.database.connect() as connection:
        entry = house.hotline.wiring.vault.reveal(connection, house.callback.number_id, house.now)
    assert entry == AMINA


def test_what_is_left_of_a_ring_back(house: CallingBack) -> None:
    """One call is counted, the conversation; both are to be deleted at the provider; the number is kept for nothing."""
    house.network.add(Amina("12"))
    flash(house)
    ring_back(house)
    [kept] = house.rows(calls)
    assert not kept.test
    assert house.rows(live_calls) == []
    sids = {leg.sid for leg in house.network.ledger.legs_of(AMINA)}
    assert len(sids) == 2
    assert {row.provider_call for row in house.rows(scrubs)} == sids
    assert house.rows(flashes)[0].state == OVER
    assert ring_backs_of(house.hotline.wiring).clear() == 1
    assert house.rows(flashes) == []


def test_whoever_else_picks_up_learns_nothing(house: CallingBack) -> None:
    """Somebody else answers Amina's phone and says nothing: what is heard names nobody, and the call ends."""
    house.network.add(Person(AMINA))
    flash(house)
    ring_back(house)
    [rung] = house.network.ledger.rings_of(AMINA)
    played = {house.network.clips.known[url.rpartition("/")[2].removesuffix(".wav")] for url in rung.played}
    assert played == {(prompt, language) for prompt in SAID_FIRST for language in LANGUAGES}
    assert rung.outcome == "completed"
    assert (house.rows(calls), house.rows(callbacks)) == ([], [])
    assert house.rows(flashes)[0].state == OVER


def test_a_wrong_key_hears_the_greeting_once_more(house: CallingBack) -> None:
    """Amina presses the wrong key: the greeting is said again, and another wrong key ends the call."""
    house.network.add(Person(AMINA, by_prompt({"call_hello": "5"})))
    flash(house)
    ring_back(house)
    [rung] = house.network.ledger.rings_of(AMINA)
    assert [heard.prompts for heard in rung.heard] == [GREETING * len(LANGUAGES)] * 2
    assert rung.pressed == "55"


@pytest.mark.parametrize("reaction", [BUSY, NEVER])
def test_a_phone_that_is_not_answered_is_rung_once(house: CallingBack, reaction: Any) -> None:
    """Amina's phone is busy, or isn't answered: one try, and the next missed call is a new one."""
    house.network.add(Person(AMINA, reaction=reaction))
    flash(house)
    assert ring_back(house) == 1
    house.hotline.clock.forward(60)
    assert ring_back(house) == 0
    assert len(house.network.ledger.rings_of(AMINA)) == 1
    flash(house)
    assert ring_back(house) == 1


def test_a_withheld_number_is_rejected_and_that_is_all(house: CallingBack) -> None:
    """Nobody can be rung back whose phone shows no number. The call is rejected; nothing is kept."""
    assert house.hotline.ring("anonymous").text == REJECTED
    assert house.rows(flashes) == []
    assert ring_back(house) == 0


def test_a_repeated_webhook_is_one_missed_call(house: CallingBack) -> None:
    """The provider asks again, even after Amina was rung back: she isn't rung a second time."""
    house.network.add(Person(AMINA, reaction=NEVER))
    call = house.hotline.ring(AMINA)
    assert house.hotline.post("/phone/twilio/voice", call.fields()).get_data(as_text=True) == REJECTED
    assert ring_back(house) == 1
    assert house.hotline.post("/phone/twilio/voice", call.fields()).get_data(as_text=True) == REJECTED
    assert ring_back(house) == 0


def test_the_end_may_be_told_before_the_beginning(house: CallingBack) -> None:
    """Amina hangs up so soon that the word of it overtakes the call itself: she is rung back all the same."""
    call = Ringing(house.hotline, "CA" + "7" * 32, AMINA, "twilio", LINE_NUMBER)
    call.hang_up()
    reply = house.hotline.post("/phone/twilio/voice", call.fields(CallStatus="ringing"))
    assert reply.get_data(as_text=True) == REJECTED
    house.network.add(Person(AMINA, reaction=BUSY))
    assert ring_back(house) == 1


def test_a_repeated_answer_to_the_greeting_begins_one_call(house: CallingBack) -> None:
    """Every webhook comes twice, some seconds apart: there is one conversation, and one ring-back."""
    house.network.weather.add("repeated", "/phone/", seconds=(1, 3))
    house.network.add(Amina("1111"))
    flash(house)
    ring_back(house)
    assert len(house.rows(calls)) == 1
    assert house.callback.path == "missed_call>ask_callback"
    assert len(house.network.ledger.rings_of(AMINA)) == 1


def test_a_line_without_the_words_answers_as_usual(house: CallingBack) -> None:
    """Where nothing neutral could be said to whoever picks up, nobody is rung back: callers are simply answered."""
    wiring = house.hotline.wiring
    release = wiring.releases.get(next(iter(wiring.releases._compiled)))
    bare = {key: clip for key, clip in release.clips.items() if key[0] != "call_hello"}
    wiring.releases._compiled[release.id] = replace(release, clips=bare)
    assert house.hotline.ring(AMINA).prompts
    assert house.rows(flashes) == []
