"""Helpers with any phone: they ring the line, press hash, say who they are, and call somebody from that very leg."""

from __future__ import annotations

import pytest

from ivr.people.pins import Pins
from ivr.people.refusals import ShutFor
from ivr.people.roster_tables import helper_states
from ivr.store.callback_tables import attempts
from tests.calling_back import JOSEPH, LEILA, PIN, TALKS, CallingBack
from tests.hotline import AMINA, LINE_NUMBER
from tests.network import SILENT, Heard, Move, Person, by_prompt, hang_up, press

OTHER_PIN = "264913"


class Coming(Person):
    """Joseph rings in: hash, his code, his PIN, and then what he wants; nothing on any other screen."""

    def __init__(self, night: CallingBack, wants: str, *pins: str, number: str = JOSEPH) -> None:
        super().__init__(number)
        self.code, self.wants, self.pins = night.codes[number], wants, list(pins) or [PIN]

    def hears(self, heard: Heard) -> Move:
        if "door_pin" in heard.prompts:
            return press(f"{self.pins.pop(0) if len(self.pins) > 1 else self.pins[0]}#", after=1)
        if "door_code" in heard.prompts:
            return press(f"{self.code}#", after=1)
        if "door_go_on_call" in heard.prompts:
            return press(self.wants, after=1) if self.wants else SILENT
        return press("#", after=1) if heard.screen == 0 else SILENT


def rings_in(night: CallingBack, person: Person) -> None:
    """They ring the line, and it goes as far as it goes."""
    night.network.add(person)
    night.network.ring_in(person.number, LINE_NUMBER)
    night.until_quiet()


def test_joseph_calls_the_first_who_waits_from_the_phone_that_he_rang_with(night: CallingBack) -> None:
    """Two wait; he hears how many and in which language, presses one, and talks with Amina, who asked first."""
    night.wish()
    night.hotline.clock.forward(1)
    night.wish("+12025550148")
    night.network.add(Person(AMINA, by_prompt(TALKS), talks=30))
    rings_in(night, Coming(night, "1"))
    [bridge] = night.network.ledger.bridges()
    assert bridge.numbers == {JOSEPH, AMINA}
    heard = night.was_asked(JOSEPH)
    place = heard.index("door_waiting")
    assert heard[place : place + 3] == ["door_waiting", "digit_2", "speaks_en"]
    assert "outcome_intro" in heard
    assert not night.network.ledger.rings_of(JOSEPH)
    assert {leg.shown for leg in night.network.ledger.legs} == {LINE_NUMBER}
    [task] = night.tasks
    assert task.helper_id == night.helpers[JOSEPH]


def test_a_helper_who_rang_in_is_free_again_after_the_questions(night: CallingBack) -> None:
    """He keys nothing and hangs up: the attempt is over within minutes, and his wrap-up begins."""
    night.wish()
    night.network.add(Person(AMINA, by_prompt(TALKS), talks=30))
    rings_in(night, Coming(night, "1"))
    night.go_on(301)
    assert [attempt.state for attempt in night.attempts] == ["over"]
    assert not night.is_free(JOSEPH)
    assert night.is_free(JOSEPH, after=16 * 60)


def test_a_helper_who_rang_in_and_puts_the_phone_down_is_known_to_be_gone(night: CallingBack) -> None:
    """Joseph hangs up at the first question: the word of his call's end is enough, and no sweep is waited for."""

    class Gone(Coming):
        def hears(self, heard: Heard) -> Move:
            return hang_up(after=1) if "outcome_intro" in heard.prompts else super().hears(heard)

    night.wish()
    night.network.add(Person(AMINA, by_prompt(TALKS), talks=30))
    rings_in(night, Gone(night, "1"))
    [attempt] = night.rows(attempts)
    assert attempt.state == "over"
    assert {row.busy_with for row in night.rows(helper_states)} == {""}


def test_she_does_not_answer_the_helper_who_rang_in(night: CallingBack) -> None:
    """Amina's phone is busy: he is thanked, and the next try is in half an hour."""
    night.wish()
    night.network.add(Person(AMINA, "", "busy"))
    rings_in(night, Coming(night, "1"))
    assert night.heard(JOSEPH)[-2:] == ["helper_not_reached", "helper_goodbye"]
    assert (night.callback.state, night.callback.missed) == ("waiting", "busy")
    night.go_on(40)
    assert night.is_free(JOSEPH)


def test_joseph_hangs_up_while_her_phone_rings(night: CallingBack) -> None:
    """He rang in himself, so no leg of ours tells of him: the dial's end does, and her phone falls silent."""
    night.wish()
    night.network.add(Person(AMINA, "", "never"), Coming(night, "1"))
    night.network.ring_in(JOSEPH, LINE_NUMBER)
    night.network.wait_until(
        lambda: any(leg.rang_at is not None for leg in night.network.ledger.rings_of(AMINA)), what="a ring"
    )
    night.network.hang_up(JOSEPH)
    night.until_quiet()
    assert (night.callback.state, night.callback.missed) == ("waiting", "helper_gone")
    assert night.is_free(JOSEPH)


def test_nobody_waits(night: CallingBack) -> None:
    """He hears so, and the key for taking the first isn't offered; pressing it all the same harms nothing."""
    rings_in(night, Coming(night, "1"))
    assert "door_take_first" not in night.was_asked(JOSEPH)
    heard = night.heard(JOSEPH)
    assert heard[-2:] == ["door_nobody", "helper_goodbye"]


def test_leila_goes_on_call_by_phone(night: CallingBack) -> None:
    """She was off: from now on her phone is rung when somebody waits."""
    assert not night.is_free(LEILA)
    rings_in(night, Coming(night, "2", number=LEILA))
    assert "door_off" in night.was_asked(LEILA)
    assert night.heard(LEILA)[-2:] == ["door_on_call_now", "helper_goodbye"]
    assert night.is_free(LEILA)


def test_joseph_has_a_break_by_phone(night: CallingBack) -> None:
    """He is left in peace until he says otherwise, as by pressing two."""
    rings_in(night, Coming(night, "3"))
    assert not night.is_free(JOSEPH)
    rings_in(night, Coming(night, "2"))
    assert "door_paused_now" in night.heard(JOSEPH)
    assert night.is_free(JOSEPH)


def test_the_door_says_that_rest_comes_first(night: CallingBack) -> None:
    """Joseph has just had a talk and rings in: he is told of his rest, and may still choose to take another."""
    with night.hotline.wiring.database.begin() as connection:
        helpers = night.hotline.wiring.people.helpers
        helpers.talked(connection, "an-attempt", night.helpers[JOSEPH], night.now - 60, night.now)
    night.wish()
    rings_in(night, Coming(night, ""))
    assert "door_wrap_up" in night.was_asked(JOSEPH)
    assert "door_take_first" in night.was_asked(JOSEPH)


def test_who_needs_a_debrief_can_take_nobody(night: CallingBack) -> None:
    """After a life at risk somebody talks with Joseph first: the key isn't offered, and does nothing."""
    with night.hotline.wiring.database.begin() as connection:
        night.hotline.wiring.people.helpers.owe_debrief(connection, night.helpers[JOSEPH])
    night.wish()
    rings_in(night, Coming(night, "1"))
    assert "door_debrief" in night.was_asked(JOSEPH)
    assert "door_take_first" not in night.was_asked(JOSEPH)
    assert night.was_asked(JOSEPH).count("door_debrief") == 3
    assert night.callback.state == "waiting"


def test_a_wrong_pin_may_be_put_right(night: CallingBack) -> None:
    """The second try is right, and the menu comes."""
    rings_in(night, Coming(night, "3", OTHER_PIN, PIN))
    assert night.was_asked(JOSEPH).count("door_pin") == 2
    assert "door_paused_now" in night.heard(JOSEPH)


def test_three_wrong_pins_end_the_call(night: CallingBack) -> None:
    """Mallory has found Joseph's code: after three tries she is hung up on, and has learned nothing."""
    night.wish()
    rings_in(night, Coming(night, "1", OTHER_PIN))
    assert night.was_asked(JOSEPH).count("door_pin") == 3
    heard = night.heard(JOSEPH)
    assert heard[-2:] == ["door_wrong", "helper_goodbye"]
    assert "door_waiting" not in heard


def test_a_code_that_is_shut_says_so(night: CallingBack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Too many wrong tries: whoever comes hears to ask a supervisor."""

    def shut(*_: object, **__: object) -> None:
        raise ShutFor(600)

    monkeypatch.setattr(Pins, "check", shut)
    rings_in(night, Coming(night, "1"))
    assert night.heard(JOSEPH)[-2:] == ["door_shut", "helper_goodbye"]


def test_a_caller_who_presses_hash_by_mistake_goes_on(night: CallingBack) -> None:
    """Amina presses hash and then nothing: she hears the first screen again, and her call goes on as it was."""
    rings_in(night, Person(AMINA, "#,~,1,end"))
    heard = night.heard(AMINA)
    assert heard.count("door_code") == 1
    before, after = heard[: heard.index("door_code")], heard[heard.index("door_code") + 1 :]
    assert after[: len(before)] == before
    assert len(after) > len(before)
