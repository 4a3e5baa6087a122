"""Pressing zero: from the key to a voice, or to the emergency number, on real webhooks; each way it can go, whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ivr.audit.log import COMMAND_LINE
from ivr.outcomes.tables import outcome_tasks
from ivr.people.roster_tables import helper_states
from ivr.store.callback_tables import attempts, callbacks, crisis_calls, pages
from ivr.vault import reach
from ivr.vault.tables import vault_entries
from tests.calling_back import JOSEPH, LEILA, CallingBack, calling_back
from tests.hotline import AMINA, LINE, LINE_NUMBER
from tests.network import NEVER, SILENT, Heard, Move, Person, PicksUp, by_prompt, press

TAKES = by_prompt({"crisis_offer": "1"})
ZERO = "1,0"
"""English, then for help right now; then she presses nothing."""


@pytest.fixture(autouse=True)
def nothing_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether the vault is there is found out anew by each turn."""
    monkeypatch.setattr(reach, "REMEMBERED_SECONDS", 0.0)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[CallingBack]:
    """A hotline with Joseph and Leila on call, both trained for crises."""
    with calling_back(tmp_path) as made:
        employ_both(made)
        yield made


@pytest.fixture
def slow_house(tmp_path: Path) -> Iterator[CallingBack]:
    """The same where time passes slowly: whoever is faster on the line is so on a busy machine too."""
    with calling_back(tmp_path, speed=20) as made:
        employ_both(made)
        yield made


def employ_both(house: CallingBack) -> None:
    """Joseph and Leila work here."""
    for name, number in (("Joseph", JOSEPH), ("Leila", LEILA)):
        trained(house, house.employ(name, number))


def trained(house: CallingBack, person: str) -> str:
    """Somebody has learned what to do when a life is at risk."""
    wiring = house.hotline.wiring
    with wiring.database.begin() as connection:
        wiring.people.helpers.train(connection, COMMAND_LINE, person, True, house.now)
    return person


def she_calls(house: CallingBack, *people: Person, moves: str = ZERO, talks: float | None = None) -> None:
    """Amina rings and asks for help now, and the call goes as far as it goes."""
    house.network.add(Person(AMINA, moves, talks=talks), *people)
    house.network.ring_in(AMINA, LINE_NUMBER)
    house.until_quiet()


def heard_by(house: CallingBack, number: str) -> list[str]:
    """Everything that was begun to be said on somebody's phone."""
    known = house.network.clips.known
    return [
        known[clip.rpartition("/")[2].removesuffix(".wav")][0]
        for leg in house.network.ledger.legs_of(number)
        for clip in leg.played
    ]


def test_two_phones_ring_at_once_and_the_first_key_has_the_call(slow_house: CallingBack) -> None:
    """Both phones ring in the same moment. Joseph is faster: he talks with Amina, and Leila's phone falls silent."""
    house = slow_house
    she_calls(house, Person(JOSEPH, TAKES, PicksUp(2)), Person(LEILA, TAKES, PicksUp(20)), talks=10)
    [bridge] = house.network.ledger.bridges()
    assert bridge.numbers == {AMINA, JOSEPH}
    joseph, leila = house.network.ledger.rings_of(JOSEPH)[0], house.network.ledger.rings_of(LEILA)[0]
    assert joseph.rang_at is not None and leila.rang_at is not None
    assert abs(joseph.rang_at - leila.rang_at) < 2
    assert leila.outcome == "canceled"
    assert {joseph.shown, leila.shown} == {LINE_NUMBER}
    assert heard_by(house, JOSEPH)[:4] == ["crisis_offer", "speaks_en", "crisis_take", "press_1"]


def test_the_talk_is_a_callback_that_is_over_with_an_outcome_that_is_owed(house: CallingBack) -> None:
    """Afterwards it is a case like every other: talked, its number kept until the outcome is in, Joseph free again."""
    she_calls(house, Person(JOSEPH, TAKES, PicksUp(2)), Person(LEILA, "", NEVER), talks=120)
    callback, [attempt] = house.callback, house.rows(attempts)
    assert (callback.state, callback.ending, callback.need, callback.priority) == (
        "closed",
        "talked",
        "crisis",
        0,
    )
    assert callback.number_id is not None
    assert callback.path == "call>crisis"
    assert (attempt.how, attempt.state, attempt.helper_id) == ("crisis", "over", house.helpers[JOSEPH])
    assert house.task.helper_id == house.helpers[JOSEPH]
    assert {row.busy_with for row in house.rows(helper_states)} == {""}


def test_whoever_was_rung_for_nothing_has_refused_nothing(house: CallingBack) -> None:
    """Leila didn't take it: that is noted nowhere, her turn doesn't pass, and her phone may ring at once again."""
    she_calls(house, Person(JOSEPH, TAKES, PicksUp(2)), Person(LEILA, "", NEVER), talks=60)
    leila = next(row for row in house.rows(helper_states) if row.person_id == house.helpers[LEILA])
    assert (leila.offered_at, leila.ask_after) == (0.0, 0.0)


def test_joseph_hangs_up_and_amina_is_not_left_alone(house: CallingBack) -> None:
    """When the talk is over on Joseph's side, Amina hears how she gets further help."""
    she_calls(house, Person(JOSEPH, TAKES, PicksUp(2), talks=60), Person(LEILA, "", NEVER))
    assert "after_crisis" in heard_by(house, AMINA)
    assert "nobody_free" not in heard_by(house, AMINA)
    assert house.callback.ending == "talked"


def test_nobody_picks_up_and_the_emergency_number_is_said(house: CallingBack) -> None:
    """After half a minute Amina hears the number, is offered a call, and says nothing: it is noted before all others,
    and supervisors are paged."""
    she_calls(house, Person(JOSEPH, "", NEVER), Person(LEILA, "", NEVER))
    said = heard_by(house, AMINA)
    assert said.index("nobody_free") < said.index("digit_1") < said.index("we_can_also_call")
    assert (house.callback.need, house.callback.state, house.callback.priority) == ("crisis", "waiting", 0)
    [page] = house.rows(pages)
    assert (page.kind, page.about, page.accepted_by) == ("crisis", house.callback.id, "")


def test_nobody_picks_up_and_the_emergency_number_is_dialled(tmp_path: Path) -> None:
    """Where the programme chose so, it is dialled as soon as the helpers' phones are silent; nothing is said first."""
    with calling_back(tmp_path, line=replace(LINE, dial_emergency=True)) as house:
        trained(house, house.employ("Joseph", JOSEPH))
        she_calls(house, Person(JOSEPH, "", NEVER), Person("112", "", PicksUp(2), talks=90))
        assert house.network.ledger.bridges()[0].numbers == {AMINA, "112"}
        assert "nobody_free" not in heard_by(house, AMINA)
        assert "after_crisis" in heard_by(house, AMINA)


def test_the_emergency_services_do_not_answer_either(tmp_path: Path) -> None:
    """The number is dialled and nobody picks up: it is said, so that Amina can try it from another phone."""
    with calling_back(tmp_path, line=replace(LINE, dial_emergency=True)) as house:
        she_calls(house, Person("112", "", NEVER))
        assert "digit_1" in heard_by(house, AMINA)


def test_a_mailbox_that_picks_up_is_nobody(house: CallingBack) -> None:
    """A mailbox presses no key. It isn't put through, though the provider says that somebody has answered."""
    house.network.not_accepted = "completed"
    she_calls(house, Person(JOSEPH, lambda heard: SILENT, PicksUp(1)), Person(LEILA, "", NEVER))
    assert house.network.ledger.bridges() == []
    assert "nobody_free" in heard_by(house, AMINA)
    assert house.rows(attempts) == []


def test_another_key_is_no_yes(house: CallingBack) -> None:
    """Leila presses two: nobody asks why, and Amina hears the emergency number."""
    she_calls(house, Person(JOSEPH, "", NEVER), Person(LEILA, "2", PicksUp(1)))
    assert house.network.ledger.bridges() == []
    assert heard_by(house, LEILA)[-1] == "helper_goodbye"
    assert "digit_1" in heard_by(house, AMINA)


def test_no_trained_helper_is_free_and_nothing_rings(tmp_path: Path) -> None:
    """Joseph is on call without the training: Amina hears the emergency number at once, and no phone rings."""
    with calling_back(tmp_path) as house:
        house.employ("Joseph", JOSEPH)
        she_calls(house, Person(JOSEPH, TAKES))
        assert house.network.ledger.rings_of(JOSEPH) == []
        assert "digit_1" in heard_by(house, AMINA)
        assert house.rows(crisis_calls) == []


def test_amina_hangs_up_while_they_ring(house: CallingBack) -> None:
    """Her phone is put down: theirs fall silent with it, and nobody is left listening to nothing."""
    house.network.add(
        Person(AMINA, ZERO), Person(JOSEPH, TAKES, PicksUp(25)), Person(LEILA, lambda h: SILENT, PicksUp(3))
    )
    house.network.ring_in(AMINA, LINE_NUMBER)
    ledger = house.network.ledger
    house.network.wait_until(lambda: any(leg.answered_at for leg in ledger.rings_of(LEILA)))
    house.network.hang_up(AMINA)
    house.until_quiet()
    assert ledger.bridges() == []
    assert {leg.outcome for leg in ledger.rings_of(JOSEPH)} == {"canceled"}
    assert house.rows(callbacks) == []


def test_she_hung_up_before_her_number_was_needed_and_it_is_shredded(house: CallingBack) -> None:
    """Nobody talked with Amina, and she asked for nothing: what was sealed for a talk goes within two hours."""
    she_calls(house, Person(JOSEPH, "", NEVER), Person(LEILA, "", NEVER), moves="1,0,2,end")
    talks = house.hotline.wiring.crisis.talks
    [row] = house.rows(crisis_calls)
    assert row.number_id is not None
    house.hotline.clock.forward(2.5 * 3600)
    assert talks.tidy(house.now) == 1
    assert house.rows(crisis_calls) == []
    assert [entry for entry in kinds_of_numbers(house) if entry == "caller"] == []


def test_a_withheld_number_is_helped_all_the_same(house: CallingBack) -> None:
    """Her phone shows no number: the talk is the same, and there is no number to keep."""
    house.network.add(
        Person(AMINA, ZERO, talks=60), Person(JOSEPH, TAKES, PicksUp(2)), Person(LEILA, "", NEVER)
    )
    house.network.ring_in(AMINA, LINE_NUMBER, shown="anonymous")
    house.until_quiet()
    assert len(house.network.ledger.bridges()) == 1
    assert (house.callback.ending, house.callback.number_id) == ("talked", None)


def test_only_those_who_speak_her_language_ring_where_there_are_any(house: CallingBack) -> None:
    """Amina chose Swahili: Halima speaks it, so hers is the one phone that rings."""
    halima = "+12025550153"
    trained(house, house.employ("Halima", halima, languages=("sw", "en")))
    she_calls(
        house, Person(halima, TAKES), Person(JOSEPH, TAKES), Person(LEILA, TAKES), moves="4,0", talks=60
    )
    [bridge] = house.network.ledger.bridges()
    assert bridge.numbers == {AMINA, halima}
    assert house.network.ledger.rings_of(JOSEPH) == []


def test_a_voice_is_better_than_none(house: CallingBack) -> None:
    """Nobody speaks French: Joseph and Leila are rung all the same, and hear which language it is."""
    she_calls(house, Person(JOSEPH, TAKES, PicksUp(2)), Person(LEILA, "", NEVER), moves="2,0", talks=60)
    assert "speaks_fr" in heard_by(house, JOSEPH)
    assert len(house.network.ledger.bridges()) == 1


def test_the_vault_is_gone_and_the_emergency_number_comes_at_once(
    house: CallingBack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No number can be opened: nobody is rung, nobody waits, and the number is said."""
    monkeypatch.setattr(type(house.hotline.wiring.vault), "can_keep", lambda vault: False)
    she_calls(house, Person(JOSEPH, TAKES), Person(LEILA, TAKES))
    assert house.network.ledger.rings_of(JOSEPH) == []
    assert "digit_1" in heard_by(house, AMINA)


def test_a_helper_who_has_taken_a_call_is_not_rung(house: CallingBack) -> None:
    """Joseph is in a call: for the next caller in crisis only Leila's phone rings."""
    wiring = house.hotline.wiring
    with wiring.database.begin() as connection:
        wiring.people.helpers.claim(connection, house.helpers[JOSEPH], "b" * 32, house.now, house.now + 3600)
    she_calls(house, Person(JOSEPH, TAKES), Person(LEILA, TAKES), talks=60)
    assert house.network.ledger.rings_of(JOSEPH) == []
    assert house.network.ledger.bridges()[0].numbers == {AMINA, LEILA}


def test_webhooks_that_come_late_twice_and_out_of_order_change_nothing(house: CallingBack) -> None:
    """The network repeats and delays what it tells: still one talk, one callback, one outcome that is owed."""
    house.network.weather.storm()
    she_calls(house, Person(JOSEPH, TAKES, PicksUp(2)), Person(LEILA, TAKES, PicksUp(2)), talks=120)
    house.network.weather.calm()
    assert len(house.network.ledger.bridges()) <= 1
    house.hotline.wiring.crisis.talks.tidy(house.now)
    house.go_on(4000)
    assert len(house.rows(attempts)) == len(house.rows(outcome_tasks)) <= 1
    assert {row.busy_with for row in house.rows(helper_states)} == {""}


def test_she_asks_twice_in_one_call(house: CallingBack) -> None:
    """Nobody picked up the first time. She presses zero once more, and then Leila is there."""

    def leila(heard: Heard) -> Move:
        return press("1") if "crisis_offer" in heard.prompts else SILENT

    person = Person(LEILA, leila, [NEVER, PicksUp(2)])
    she_calls(house, Person(JOSEPH, "", NEVER), person, moves="1,0,0", talks=60)
    assert house.network.ledger.bridges()[0].numbers == {AMINA, LEILA}
    assert [row.ending for row in house.rows(callbacks)] == ["talked"]


def kinds_of_numbers(house: CallingBack) -> list[str]:
    """Of whom numbers are kept."""
    return [row.kind for row in house.rows(vault_entries)]
