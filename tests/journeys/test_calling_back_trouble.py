"""What can go wrong around a callback: the provider, the network, the vault, the queue server. On both databases."""

from __future__ import annotations

from typing import Any

import pytest

from ivr.vault import reach
from ivr.vault.errors import VaultOutOfReach
from tests.calling_back import JOSEPH, LEILA, TAKES, TALKS, CallingBack
from tests.hotline import AMINA
from tests.network import NEVER, Heard, Move, Person, PicksUp, by_prompt
from tests.telephony.provider.faults import Fault, Refusal

CREATING = ("POST", r"^/Calls\.json")


@pytest.fixture
def night(night_on_each: CallingBack) -> CallingBack:
    """A night on each kind of database."""
    return night_on_each


def joseph() -> Person:
    return Person(JOSEPH, by_prompt(TAKES))


def amina(talks: float | None = 30) -> Person:
    return Person(AMINA, by_prompt(TALKS), talks=talks)


def they_talked_once(night: CallingBack) -> None:
    """One talk, in which nobody was rung twice."""
    assert len(night.network.ledger.bridges()) == 1
    assert len(night.network.ledger.rings_of(AMINA)) == 1
    assert not night.network.ledger.rung_while_busy()


def nobody_was_rung(night: CallingBack) -> None:
    """The callback waits as before, and Joseph isn't held."""
    assert not night.network.ledger.legs
    assert (night.callback.state, night.callback.tried, night.callback.attempt) == ("waiting", 0, "")


@pytest.mark.parametrize(
    ("status", "code"), [(429, 20429), (503, 20503), (500, None)], ids=["too many", "away", "broken"]
)
def test_a_provider_that_asks_for_patience_costs_nobody_anything(
    night: CallingBack, status: int, code: int | None
) -> None:
    """The provider can't ring Joseph now: some minutes later it can, and they talk."""
    night.network.provider.faults.append(Fault("refused", *CREATING, refusal=Refusal(status, code)))
    night.wish()
    night.meets(joseph(), amina())
    nobody_was_rung(night)
    night.go_on(301)
    night.work()
    night.until_quiet()
    they_talked_once(night)


def test_a_helpers_number_that_is_refused_is_left_alone_for_an_hour(night: CallingBack) -> None:
    """The provider never rings Joseph's number: Leila is rung at once, and Joseph isn't tried each time again."""
    night.on_call(LEILA)
    night.last_offered(LEILA)
    night.network.provider.refused_numbers[JOSEPH] = 21211
    night.wish()
    night.network.add(joseph(), Person(LEILA, by_prompt(TAKES)), amina())
    night.work()
    night.work()
    night.until_quiet()
    assert len(night.network.ledger.bridges_between(LEILA, AMINA)) == 1
    night.wish("+12025550148")
    night.go_on(3000)
    night.until_quiet()
    asked = [
        form["To"] for method, _, form in night.network.provider.asked if method == "POST" and "To" in form
    ]
    assert asked.count([JOSEPH]) == 1


def test_an_answer_that_is_lost_rings_nobody_twice(night: CallingBack) -> None:
    """Joseph's phone rings, and the provider's answer is lost: his key counts all the same."""
    night.network.provider.faults.append(Fault("lost", *CREATING))
    night.wish()
    night.meets(joseph(), amina())
    night.go_on(25)
    night.until_quiet()
    they_talked_once(night)
    assert len(night.network.ledger.rings_of(JOSEPH)) == 1


def test_a_call_whose_every_word_was_lost_is_found_at_the_provider(night: CallingBack) -> None:
    """No answer, and no webhook either: the sweep finds the call that rings, and doesn't place another."""
    night.network.provider.faults.append(Fault("lost", *CREATING))
    night.network.weather.add("lost", "part=helper", of="status", times=3)
    night.wish()
    night.network.add(Person(JOSEPH, "", NEVER), amina())
    night.work()
    night.network.wait_until(lambda: night.network.ledger.rings_of(JOSEPH), what="Joseph's phone")
    night.hotline.clock.forward(21)
    night.work()
    [attempt] = night.attempts
    assert attempt.helper_leg == night.network.ledger.rings_of(JOSEPH)[0].sid
    night.until_quiet()
    assert len(night.network.ledger.rings_of(JOSEPH)) == 1


def test_a_request_that_never_arrived_is_forgotten_and_tried_again(night: CallingBack) -> None:
    """The connection broke before anything was done: the provider knows of no call, and Joseph is rung later."""
    night.network.provider.faults.append(Fault("cut", *CREATING))
    night.wish()
    night.meets(joseph(), amina())
    assert not night.network.ledger.legs
    night.go_on(21)
    nobody_was_rung(night)
    night.go_on(301)
    night.work()
    night.until_quiet()
    they_talked_once(night)


def test_nobody_rings_while_the_vault_is_away(night: CallingBack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Numbers can't be opened: nobody's phone rings, nothing is counted, and later they talk."""
    night.wish()
    with monkeypatch.context() as gone:
        gone.setattr(type(night.hotline.wiring.vault), "open", _out_of_reach)
        night.meets(joseph(), amina())
        nobody_was_rung(night)
    night.go_on(301)
    night.work()
    night.until_quiet()
    they_talked_once(night)


def test_the_vault_goes_while_joseph_is_rung(night: CallingBack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Joseph presses one and the caller's number can't be opened: he is thanked, and nobody's attempt is used up."""
    night.wish()

    class Slow(Person):
        def hears(self, heard: Heard) -> Move:
            monkeypatch.setattr(reach.Reach, "is_there", lambda _: False)
            return super().hears(heard)

    night.meets(Slow(JOSEPH, by_prompt(TAKES)), amina())
    assert night.heard(JOSEPH)[-2:] == ["helper_not_reached", "helper_goodbye"]
    assert (night.callback.state, night.callback.tried) == ("waiting", 0)
    assert not night.network.ledger.legs_of(AMINA)


def test_a_job_that_was_lost_is_swept_up(night: CallingBack) -> None:
    """The queue server forgot to ring Joseph: ten seconds later the sweep asks again."""
    night.wish()
    wiring = night.hotline.wiring
    wiring.callbacks.dispatcher.dispatch(night.now)
    [attempt] = night.attempts
    assert attempt.state == "to_ring"
    asked: list[str] = []
    night.hotline.clock.forward(11)
    found = night.sweep(asked.append)
    assert (found["rung_again"], asked) == (1, [attempt.id])
    night.meets(joseph(), amina())
    they_talked_once(night)


def test_an_offer_that_nobody_ever_rang_for_ends_and_blames_nobody(night: CallingBack) -> None:
    """The queue server is away for minutes: the callback waits again, and Joseph is as free as before."""
    night.wish()
    night.hotline.wiring.callbacks.dispatcher.dispatch(night.now)
    night.hotline.clock.forward(61)
    night.sweep(lambda _attempt: None)
    night.hotline.clock.forward(31)
    night.sweep(lambda _attempt: None)
    night.sweep(lambda _attempt: None)
    nobody_was_rung(night)
    night.meets(joseph(), amina())
    they_talked_once(night)


@pytest.mark.parametrize("seed", range(4))
def test_the_words_of_legs_may_come_late_twice_and_in_any_order(night: CallingBack, seed: int) -> None:
    """Whatever the weather does to webhooks, there is one talk, one task, and nobody is held or rung again."""
    night.network.weather.random.seed(seed)
    night.network.weather.storm(late=0.7, twice=0.6, seconds=60)
    night.wish()
    night.meets(joseph(), amina())
    night.go_on(400)
    night.until_quiet()
    they_talked_once(night)
    assert (night.callback.ending, night.task.state) == ("talked", "open")
    assert [one.state for one in night.attempts] == ["over"]
    assert night.is_free(JOSEPH, after=16 * 60)


@pytest.mark.parametrize("lost", ["part=caller", "part=helper", "part=(caller|helper)"])
def test_the_words_of_legs_may_never_come(night: CallingBack, lost: str) -> None:
    """No status ever arrives: what the keys and the dial said is enough, and Joseph isn't held for ever."""
    night.network.weather.add("lost", lost, of="status", times=99)
    night.wish()
    night.meets(joseph(), amina())
    assert night.callback.ending == "talked"
    night.go_on(301)
    night.go_on(10)
    assert [one.state for one in night.attempts] == ["over"]
    assert night.is_free(JOSEPH, after=16 * 60)


def test_a_key_whose_answer_was_lost_leaves_nobody_hanging(night: CallingBack) -> None:
    """Joseph's key arrives and the answer to it doesn't: his leg ends, and Amina is called half an hour later."""
    night.network.weather.add("unanswered", "part=helper.*Digits=1", of="voice")
    night.wish()
    night.meets(joseph(), amina())
    assert not night.network.ledger.legs_of(AMINA)
    assert (night.callback.state, night.callback.missed) == ("waiting", "helper_gone")
    night.go_on(1801)
    night.work()
    night.until_quiet()
    they_talked_once(night)


def test_the_word_that_she_hung_up_is_lost_and_everything_else_too(night: CallingBack) -> None:
    """The talk's end is never heard of: after its longest time the case goes on by itself, and Joseph is free."""
    night.network.weather.add("lost", "dialled=1", of="voice", times=9)
    night.network.weather.add("lost", "CallStatus=(completed|failed)", of="status", times=9)
    night.wish()
    night.meets(joseph(), amina())
    assert night.callback.state == "talking"
    night.go_on(3601)
    assert night.callback.ending == "talked"
    night.go_on(301)
    assert [one.state for one in night.attempts] == ["over"]
    assert night.is_free(JOSEPH, after=16 * 60)


def test_two_helpers_never_call_the_same_caller(night: CallingBack) -> None:
    """Both are free and one waits: one phone rings, and the other stays silent."""
    night.on_call(LEILA)
    night.wish()
    people = [Person(number, by_prompt(TAKES), PicksUp(3)) for number in (JOSEPH, LEILA)]
    night.network.add(*people, amina())
    night.work()
    night.work()
    night.until_quiet()
    rings = [len(night.network.ledger.rings_of(number)) for number in (JOSEPH, LEILA)]
    assert sorted(rings) == [0, 1]
    they_talked_once(night)


def _out_of_reach(*_: Any) -> None:
    raise VaultOutOfReach("away")
