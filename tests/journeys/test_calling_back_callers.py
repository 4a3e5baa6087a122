"""What can happen at the caller's phone, on real webhooks: each way an attempt to reach her can go, whole."""

from __future__ import annotations

import pytest
from sqlalchemy import delete

from ivr.scrubbing.tables import scrubs
from ivr.store.callback_tables import attempts, callbacks
from tests.calling_back import JOSEPH, TAKES, TALKS, CallingBack
from tests.hotline import AMINA, LINE_NUMBER
from tests.network import BUSY, DEAD, NEVER, Heard, Move, Person, PicksUp, by_prompt

HALF_AN_HOUR = 1800.0
NEUTRAL = {"call_hello", "to_talk_now", "press_1", "to_be_called_later", "press_2"}


def joseph() -> Person:
    """He takes whatever is offered."""
    return Person(JOSEPH, by_prompt(TAKES))


def waits_again(night: CallingBack, missed: str) -> None:
    """The attempt is over, counted and named, and the next one comes in half an hour."""
    row = night.callback
    assert (row.state, row.tried, row.missed) == ("waiting", 1, missed)
    assert row.not_before == night.now + HALF_AN_HOUR
    assert not night.network.ledger.bridges()


@pytest.mark.parametrize(
    ("amina", "missed"),
    [
        (Person(AMINA, "", NEVER), "no_answer"),
        (Person(AMINA, "", BUSY), "busy"),
        (Person(AMINA, "", DEAD), "refused_by_provider"),
        (Person(AMINA, "", PicksUp(hangs_up_after=2)), "no_key"),
        (Person(AMINA, ""), "no_key"),
        (Person(AMINA, by_prompt({"call_hello": "2"})), "not_now"),
        (Person(AMINA, by_prompt({"call_hello": "7"})), "no_key"),
    ],
    ids=["nobody answers", "busy", "off", "hangs up", "mailbox", "not now", "wrong key"],
)
def test_why_she_was_not_reached_is_known(night: CallingBack, amina: Person, missed: str) -> None:
    """Her phone isn't answered, or nobody presses the key: Joseph is told, is free again, and it is tried later."""
    night.wish()
    night.meets(joseph(), amina)
    waits_again(night, missed)
    expected = "helper_not_now" if missed == "not_now" else "helper_not_reached"
    assert expected in night.heard(JOSEPH)
    [attempt] = night.rows(attempts)
    assert attempt.state == "over"
    with night.hotline.wiring.database.connect() as connection:
        assert not night.hotline.wiring.people.helpers.day_of(
            connection, night.helpers[JOSEPH], night.now
        ).busy


def test_nothing_is_left_on_a_mailbox(night: CallingBack) -> None:
    """Something picks up and presses nothing: it hears the neutral greeting twice and a goodbye that names nobody."""
    night.wish()
    night.meets(joseph(), Person(AMINA, ""))
    greeting = ["call_hello", "to_talk_now", "press_1", "to_be_called_later", "press_2"]
    assert night.heard(AMINA) == [*greeting, *greeting, "call_goodbye"]


def test_a_wrong_key_is_asked_about_once_more(night: CallingBack) -> None:
    """Amina presses seven, then one: they talk."""
    night.wish()
    night.meets(joseph(), Person(AMINA, "7,1", talks=40))
    assert len(night.network.ledger.bridges_between(JOSEPH, AMINA)) == 1


def test_she_is_called_three_times_spaced_and_never_again(night: CallingBack) -> None:
    """Nobody answers: half an hour, three hours, then it ends as unreached, and her number is gone."""
    night.wish()
    night.meets(joseph(), Person(AMINA, "", NEVER))
    for wait in (HALF_AN_HOUR, 3 * 3600.0):
        night.on_call(JOSEPH)
        night.go_on(wait - 60)
        night.until_quiet()
        before = len(night.network.ledger.rings_of(AMINA))
        night.go_on(70)
        night.work()
        night.until_quiet()
        assert len(night.network.ledger.rings_of(AMINA)) == before + 1
    night.work()
    outcome = night.outcome
    assert (outcome.ending, outcome.missed, outcome.attempts) == ("unreached", "no_answer", 3)
    assert not night.rows(callbacks) + night.rows(attempts)
    night.go_on(24 * 3600)
    night.until_quiet()
    assert len(night.network.ledger.rings_of(AMINA)) == 3


def test_the_next_try_waits_for_the_next_safe_hours(night: CallingBack) -> None:
    """She may be called in the evening only. Nobody answers at the end of one: her phone is silent all night."""
    night.hotline.clock.forward(6 * 3600)  # 21:00 in Nairobi
    night.on_call(JOSEPH)
    night.wish(wishes={"safe_when": "in_the_evening"})
    night.meets(joseph(), Person(AMINA, "", NEVER))
    at_five = night.now + 20 * 3600
    assert night.callback.not_before == at_five
    for _ in range(19):
        night.on_call(JOSEPH)
        night.go_on(3600)
        night.until_quiet()
    assert len(night.network.ledger.rings_of(AMINA)) == 1
    night.on_call(JOSEPH)
    night.go_on(3601)
    night.work()
    night.until_quiet()
    assert len(night.network.ledger.rings_of(AMINA)) == 2


def test_the_window_closes_while_the_helpers_phone_rings(night: CallingBack) -> None:
    """Joseph picks up when the evening is over: Amina's phone doesn't ring, and he hears why not."""
    night.hotline.clock.forward(6 * 3600 + 29 * 60 + 50)  # ten seconds before half past nine
    night.on_call(JOSEPH)
    night.wish(wishes={"safe_when": "in_the_evening"})

    class Slow(Person):
        def hears(self, heard: Heard) -> Move:
            night.hotline.clock.now = max(night.hotline.clock.now, night.began + 6.5 * 3600 + 1)
            return super().hears(heard)

    night.meets(Slow(JOSEPH, by_prompt(TAKES)), Person(AMINA, by_prompt(TALKS)))
    assert not night.network.ledger.legs_of(AMINA)
    assert (night.callback.state, night.callback.tried) == ("waiting", 0)
    assert night.heard(JOSEPH)[-2:] == ["helper_not_now", "helper_goodbye"]


def test_amina_takes_it_back_while_she_waits(night: CallingBack) -> None:
    """She calls again and cancels: nobody is rung, and the case is closed as withdrawn."""
    night.wish()
    call = night.hotline.ring().press("11")
    assert "asked_already" in call.prompts
    assert "call_cancelled" in call.press("1").prompts
    call.hang_up()
    night.meets(joseph(), Person(AMINA, by_prompt(TALKS)))
    assert not night.network.ledger.legs
    assert (night.outcome.ending, night.outcome.attempts) == ("withdrawn", 0)


def test_amina_takes_it_back_while_a_helper_is_rung(night: CallingBack) -> None:
    """Joseph's phone rings already: she hears that no call will come, and when he takes it, nobody rings her."""
    night.wish()
    night.network.add(Person(JOSEPH, by_prompt(TAKES), PicksUp(20)))
    night.work()
    night.network.wait_until(lambda: night.network.ledger.rings_of(JOSEPH)[0].rang_at is not None)
    call = night.hotline.ring().press("11").press("1")
    assert "call_cancelled" in call.prompts
    call.hang_up()
    night.until_quiet()
    night.go_on(1)
    assert not night.network.ledger.legs_of(AMINA)
    assert night.outcome.ending == "withdrawn"
    assert night.is_free(JOSEPH)


def test_her_number_is_shredded_while_joseph_is_rung(night: CallingBack) -> None:
    """Joseph presses one when there is nobody left to call: he is thanked, no phone rings, and the case ends."""
    night.wish()

    class Late(Person):
        def hears(self, heard: Heard) -> Move:
            number = night.callback.number_id
            with night.hotline.wiring.database.begin() as connection:
                night.hotline.wiring.vault.shred(connection, [number])
            return super().hears(heard)

    night.meets(Late(JOSEPH, by_prompt(TAKES)), Person(AMINA, by_prompt(TALKS)))
    assert not night.network.ledger.legs_of(AMINA)
    assert night.heard(JOSEPH)[-2:] == ["helper_not_reached", "helper_goodbye"]
    night.work()
    assert night.outcome.ending == "expired"


def test_both_legs_are_on_the_list_of_what_the_provider_has_to_forget(night: CallingBack) -> None:
    """As soon as their legs are over, and each once."""
    night.wish()
    night.meets(joseph(), Person(AMINA, by_prompt(TALKS), talks=30))
    listed = [row.provider_call for row in night.rows(scrubs)]
    assert sorted(listed) == sorted(leg.sid for leg in night.network.ledger.legs)
    assert len(listed) == 2


def test_a_leg_whose_attempt_is_long_forgotten_is_scrubbed_too(night: CallingBack) -> None:
    """The word that Amina's leg is over comes when the case is closed: it is scrubbed all the same."""
    night.wish()
    night.network.weather.add("delayed", "part=caller.*CallStatus=completed", of="status", seconds=(400, 400))
    night.network.add(joseph(), Person(AMINA, by_prompt({"call_hello": "2"})))
    night.work()
    night.network.wait_until(
        lambda: not night.network.live() and night.network.post.under_way == 1, what="all words but one"
    )
    with night.hotline.wiring.database.begin() as connection:
        for table in (callbacks, attempts, scrubs):
            connection.execute(delete(table))
    night.until_quiet()
    [amina] = night.network.ledger.legs_of(AMINA)
    assert [row.provider_call for row in night.rows(scrubs)] == [amina.sid]


def test_she_hears_her_own_language_and_nothing_names_the_line_before_the_key(night: CallingBack) -> None:
    """Amina chose French: the greeting is French and neutral, and the line names itself only after her key."""
    night.wish(language="fr", wishes={"say_who": "answer_yes"})
    night.helper_speaks(JOSEPH, "en", "fr")
    night.meets(joseph(), Person(AMINA, by_prompt(TALKS), talks=30))
    said = night.said(AMINA)
    assert {language for _, language in said} == {"fr"}
    prompts = [prompt for prompt, _ in said]
    before_the_key = prompts[: prompts.index("call_named")]
    assert set(before_the_key) <= NEUTRAL


def test_a_line_that_must_not_say_who_it_is_does_not(night: CallingBack) -> None:
    """She didn't say that the line may name itself: it never does, not even after the key."""
    night.wish()
    night.meets(joseph(), Person(AMINA, by_prompt(TALKS), talks=30))
    assert "call_named" not in night.heard(AMINA)
    assert "call_connecting" in night.heard(AMINA)


def test_who_never_chose_a_language_hears_the_greeting_in_each(night: CallingBack) -> None:
    """The call ended before a language was chosen: the greeting is said in all of them, one after the other."""
    night.wish(language=None)
    night.meets(joseph(), Person(AMINA, ""))
    languages = [language for prompt, language in night.said(AMINA) if prompt == "call_hello"]
    assert languages == [*night.hotline.pack.languages] * 2


def test_both_see_the_number_of_the_line(night: CallingBack) -> None:
    """Neither phone ever shows the other's number."""
    night.wish()
    night.meets(joseph(), Person(AMINA, by_prompt(TALKS), talks=30))
    assert {leg.shown for leg in night.network.ledger.legs} == {LINE_NUMBER}
    assert night.network.ledger.bridges_between(JOSEPH, AMINA)
