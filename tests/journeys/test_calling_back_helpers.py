"""What can happen at the helper's phone, on real webhooks: nobody is blamed, and nobody who waits is forgotten."""

from __future__ import annotations

from typing import Any

import pytest

from ivr.legs import helper_leg
from ivr.telephony.contract import DialScreen
from tests.calling_back import JOSEPH, LEILA, TAKES, TALKS, CallingBack
from tests.hotline import AMINA
from tests.network import BUSY, DEAD, NEVER, Heard, LegRecord, Move, Person, PicksUp, by_prompt, hang_up

TEN_MINUTES = 600.0


def amina(talks: float | None = 30) -> Person:
    """She can talk."""
    return Person(AMINA, by_prompt(TALKS), talks=talks)


def leila() -> Person:
    """She takes whatever is offered."""
    return Person(LEILA, by_prompt(TAKES))


@pytest.mark.parametrize(
    "joseph",
    [
        Person(JOSEPH, "", NEVER),
        Person(JOSEPH, "", BUSY),
        Person(JOSEPH, "", DEAD),
        Person(JOSEPH, "", PicksUp(hangs_up_after=1)),
        Person(JOSEPH, ""),
        Person(JOSEPH, by_prompt({"helper_offer": "2"})),
    ],
    ids=["nobody answers", "busy", "off", "hangs up", "mailbox", "passes"],
)
def test_it_goes_to_leila_and_joseph_is_left_in_peace(night: CallingBack, joseph: Person) -> None:
    """Joseph doesn't take it, for whatever reason: Leila is rung, and his phone stays silent for ten minutes."""
    night.on_call(LEILA)
    night.last_offered(LEILA)
    night.wish()
    night.meets(joseph, leila(), amina())
    night.work()
    night.until_quiet()
    assert len(night.network.ledger.bridges_between(LEILA, AMINA)) == 1
    assert len(night.network.ledger.rings_of(JOSEPH)) == 1
    night.wish("+12025550148")
    night.go_on(TEN_MINUTES - 1)
    night.until_quiet()
    assert len(night.network.ledger.rings_of(JOSEPH)) == 1
    night.go_on(2)
    night.until_quiet()
    assert len(night.network.ledger.rings_of(JOSEPH)) == 2


def test_joseph_alone_is_not_rung_again_and_again(night: CallingBack) -> None:
    """Nobody else is on call and he hangs up at the offer: Amina waits on, and his phone isn't rung every second."""
    night.wish()
    night.meets(Person(JOSEPH, "", PicksUp(hangs_up_after=1)), amina())
    for _ in range(5):
        night.go_on(60)
        night.until_quiet()
    assert len(night.network.ledger.rings_of(JOSEPH)) == 1
    assert (night.callback.state, night.callback.tried) == ("waiting", 0)


def test_joseph_hangs_up_while_her_phone_rings(night: CallingBack) -> None:
    """Her phone stops ringing; it has rung, so the next try is in half an hour."""
    night.wish()
    night.network.add(Person(JOSEPH, by_prompt(TAKES)), Person(AMINA, "", NEVER))
    night.work()
    night.network.wait_until(
        lambda: any(leg.rang_at is not None for leg in night.network.ledger.rings_of(AMINA)), what="a ring"
    )
    night.network.hang_up(JOSEPH)
    night.until_quiet()
    row = night.callback
    assert (row.state, row.tried, row.missed) == ("waiting", 1, "helper_gone")
    assert row.not_before == night.now + 1800
    assert night.network.ledger.rings_of(AMINA)[0].outcome == "canceled"


def test_joseph_hangs_up_while_she_hears_that_she_is_being_connected(night: CallingBack) -> None:
    """She has pressed the key, and he is gone before they talk: she isn't counted as helped, and is called again."""
    night.wish(wishes={"say_who": "answer_yes"})

    class Pressing(Person):
        def hears(self, heard: Heard) -> Move:
            if "call_named" in heard.prompts:
                night.network.hang_up(JOSEPH)
            return super().hears(heard)

    night.meets(Person(JOSEPH, by_prompt(TAKES)), Pressing(AMINA, by_prompt(TALKS)))
    assert not night.network.ledger.bridges()
    assert (night.callback.state, night.callback.tried) == ("waiting", 1)
    assert night.callback.missed in ("helper_gone", "no_key")
    assert not night.tasks


def test_joseph_hangs_up_in_the_middle_of_the_talk(night: CallingBack) -> None:
    """They have talked: it isn't begun again, and what it was about stays a task."""
    night.wish()
    night.meets(Person(JOSEPH, by_prompt(TAKES), talks=20), amina(talks=None))
    assert (night.callback.state, night.callback.ending) == ("closed", "talked")
    assert (night.task.state, night.task.helper_id) == ("open", night.helpers[JOSEPH])
    [attempt] = night.attempts
    assert attempt.state == "over"


def test_a_talk_ends_when_its_longest_time_is_over(
    night: CallingBack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody hangs up: the provider ends the talk, here after two minutes, and the questions follow."""

    class Shorter(DialScreen):
        def __init__(self, *parts: Any) -> None:
            super().__init__(*parts)
            object.__setattr__(self, "limit_seconds", 120)

    monkeypatch.setattr(helper_leg, "DialScreen", Shorter)
    night.wish()
    night.meets(Person(JOSEPH, by_prompt(TAKES)), amina(talks=None))
    [bridge] = night.network.ledger.bridges()
    assert bridge.ended is not None and bridge.ended - bridge.began >= 119
    assert "outcome_intro" in night.heard(JOSEPH)
    assert night.callback.ending == "talked"


def test_a_mailbox_that_listens_to_the_offer_gets_nothing_else(night: CallingBack) -> None:
    """The offer names no caller, and says nothing of what it is about: a language is all that it says."""
    night.wish()
    night.meets(Person(JOSEPH, ""), amina())
    assert set(night.heard(JOSEPH)) == {
        "helper_offer",
        "speaks_en",
        "helper_take",
        "press_1",
        "helper_pass",
        "press_2",
        "helper_passed",
        "helper_goodbye",
    }
    assert not night.network.ledger.legs_of(AMINA)


def test_a_late_word_of_josephs_phone_does_not_send_leila_to_rest(night: CallingBack) -> None:
    """That Joseph's leg has ended is heard when Leila's phone rings already: she isn't taken for the one who failed."""
    night.on_call(LEILA)
    night.last_offered(LEILA)
    night.wish()
    late = "part=helper.*CallStatus=completed"
    night.network.weather.add("delayed", late, of="status", seconds=(60, 60))

    class Leila(Person):
        def is_rung(self, ring: LegRecord) -> PicksUp:
            return PicksUp(after=24)

    night.network.add(
        Person(JOSEPH, by_prompt({"helper_offer": "2"})), Leila(LEILA, by_prompt(TAKES)), amina()
    )
    night.work()
    night.network.wait_until(lambda: not night.network.live(), what="Joseph's end")
    night.work()
    night.until_quiet()
    assert len(night.network.ledger.bridges_between(LEILA, AMINA)) == 1
    with night.hotline.wiring.database.connect() as connection:
        state = night.hotline.wiring.people.helpers.helper(connection, night.helpers[LEILA], night.now).state
    assert state.ask_after == 0


def test_a_helper_who_hangs_up_the_moment_the_talk_is_over_still_owes_the_outcome(night: CallingBack) -> None:
    """Joseph keys nothing: the task is there, and he is in wrap-up, so nobody rings him."""
    night.wish()

    class Tired(Person):
        def hears(self, heard: Heard) -> Move:
            return hang_up(0) if "outcome_intro" in heard.prompts else super().hears(heard)

    night.meets(Tired(JOSEPH, by_prompt(TAKES)), amina())
    assert night.task.state == "open"
    night.wish("+12025550148")
    night.go_on(14 * 60)
    night.until_quiet()
    assert len(night.network.ledger.rings_of(JOSEPH)) == 1
