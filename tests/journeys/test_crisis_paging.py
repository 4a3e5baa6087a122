"""When nobody has picked up: supervisors' phones ring, one after the other, until one of them takes it on."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from ivr.audit.log import COMMAND_LINE
from ivr.callbacks.paging import (
    AcceptedByAnother,
    NotASupervisor,
    PageOver,
    pages_state,
)
from ivr.jobs.paging import page_ringing_of
from ivr.people.roles import Role
from ivr.store.callback_tables import callbacks, pages
from tests.calling_back import JOSEPH, TALKS, CallingBack, calling_back
from tests.hotline import AMINA, LINE_NUMBER
from tests.network import DEAD, NEVER, Person, PicksUp, by_prompt
from tests.telephony.provider.faults import Fault

DANIEL, GRACE = "+12025550161", "+12025550162"
ACCEPTS = by_prompt({"page_hello": "1"})


@pytest.fixture
def house(tmp_path: Path) -> Iterator[CallingBack]:
    """A hotline with two supervisors who have given their numbers, and a caller in crisis whom nobody has reached."""
    with calling_back(tmp_path) as made:
        for name, number in (("Daniel", DANIEL), ("Grace", GRACE)):
            person = made.employ(name, number, roles=(Role.SUPERVISOR,))
            wiring = made.hotline.wiring
            with wiring.database.begin() as connection:
                wiring.people.helpers.train(connection, COMMAND_LINE, person, True, made.now)
                # At home: neither is on call, so that nobody is rung for Amina while she is on the line.
                wiring.people.helpers.choose(connection, person, "off", made.now)
        made.network.add(Person(AMINA, "1,0", [PicksUp(2)]))
        made.network.ring_in(AMINA, LINE_NUMBER)
        made.until_quiet()
        made.network.add(Person(AMINA, by_prompt(TALKS), talks=120))
        yield made


def page_all(house: CallingBack) -> dict[str, int]:
    """One pass of the worker, and whatever rings until it is silent."""
    wiring = house.hotline.wiring
    result = page_ringing_of(wiring).run(house.now)
    house.until_quiet()
    return result


def rings(house: CallingBack) -> list[str]:
    """Which supervisors' phones were rung, in order."""
    return [leg.number for leg in house.network.ledger.legs if leg.kind == "placed"]


def page_of(house: CallingBack) -> Any:
    (page,) = house.rows(pages)
    return page


def the_first(house: CallingBack) -> tuple[str, str]:
    """The numbers of the supervisors in the order in which they are rung."""
    one, other = sorted((house.helpers[number], number) for number in (DANIEL, GRACE))
    return one[1], other[1]


def test_a_supervisor_takes_it_on_and_talks_with_the_caller_at_once(house: CallingBack) -> None:
    """One key, and Amina's phone rings: the supervisor who picked up talks with her, on the same call."""
    first, _ = the_first(house)
    house.network.add(Person(first, by_prompt({"page_hello": "1"}), PicksUp(3)))
    assert page_all(house)["rung"] == 1
    [bridge] = house.network.ledger.bridges()
    assert bridge.numbers == {first, AMINA}
    assert (house.callback.ending, house.task.helper_id) == ("talked", house.helpers[first])
    house.hotline.clock.forward(60)
    assert page_all(house) == {"rung": 0, "ended": 0, "over": 1}
    assert house.rows(pages) == []


def test_one_after_the_other_and_again_until_somebody_accepts(house: CallingBack) -> None:
    """Neither picks up in the first round; in the second, Grace does. Never do both phones ring at once."""
    first, second = the_first(house)
    house.network.add(Person(first, "", NEVER), Person(second, ACCEPTS, [NEVER, PicksUp(2)]))
    for _ in range(20):
        page_all(house)
        house.hotline.clock.forward(15)
    assert rings(house) == [first, second, first, second]
    assert house.callback.ending == "talked"
    legs = [leg for leg in house.network.ledger.legs if leg.kind == "placed"]
    assert all(
        one.ended_at is not None and one.ended_at <= following.asked_at for one, following in pairwise(legs)
    )


def test_a_round_is_followed_by_a_pause(house: CallingBack) -> None:
    """Seconds lie between two supervisors, a minute between two rounds."""
    house.network.add(Person(DANIEL, "", NEVER), Person(GRACE, "", NEVER))
    page_all(house)
    assert page_of(house).next_at == house.now + 5
    house.hotline.clock.forward(5)
    page_all(house)
    assert page_of(house).next_at == house.now + 60
    assert page_all(house)["rung"] == 0


def test_after_a_while_it_rings_more_slowly_and_is_never_given_up(house: CallingBack) -> None:
    """After a quarter of an hour a round begins every ten minutes, and the doctor and the board say so."""
    wiring = house.hotline.wiring
    service = wiring.crisis.pages
    house.network.add(Person(DANIEL, "", DEAD), Person(GRACE, "", DEAD))
    for _ in range(12 * 60):
        page_ringing_of(wiring).run(house.now)
        house.network.wait_quiet(20) if page_of(house).ringing else None
        house.hotline.clock.forward(5)
    hurried = 15 * 60 / 65 * 2
    slow = 45 * 60 / 605 * 2
    assert hurried + slow - 4 <= len(rings(house)) <= hurried + slow + 4
    with wiring.database.connect() as connection:
        state = pages_state(connection, house.now, service.rules, service.supervisors)
    assert (state.waiting, state.late, state.nobody_to_ring) == (1, 1, False)


def test_accepted_on_the_web_the_phone_rings_for_the_caller(house: CallingBack) -> None:
    """Daniel takes it on in a browser: his phone is rung for the call, and nobody is paged any more."""
    wiring = house.hotline.wiring
    accepted = wiring.crisis.pages.accept(page_of(house).id, house.helpers[DANIEL], house.now)
    assert accepted.attempt
    house.network.add(Person(DANIEL, by_prompt({"helper_offer": "1"}), PicksUp(2)))
    house.work()
    house.until_quiet()
    assert house.network.ledger.bridges()[0].numbers == {DANIEL, AMINA}
    assert page_all(house)["rung"] == 0


def test_accepted_on_the_web_while_his_own_phone_rings_for_it(house: CallingBack) -> None:
    """The phone that rings is the one to answer: one key, and he talks with her, without a second ring."""
    first, _ = the_first(house)
    house.network.add(Person(first, ACCEPTS, PicksUp(8)))
    wiring = house.hotline.wiring
    page_ringing_of(wiring).run(house.now)
    assert wiring.crisis.pages.accept(page_of(house).id, house.helpers[first], house.now).rings
    assert page_ringing_of(wiring).run(house.now)["ended"] == 0
    house.until_quiet()
    assert rings(house) == [first]
    assert house.network.ledger.bridges()[0].numbers == {first, AMINA}


def test_accepted_on_the_web_and_not_picked_up_it_rings_once_more(house: CallingBack) -> None:
    """He wasn't quick enough for the phone that rang: it rings again, now for the call itself."""
    first, _ = the_first(house)
    house.network.add(Person(first, by_prompt({"helper_offer": "1"}), [NEVER, PicksUp(2)]))
    wiring = house.hotline.wiring
    page_ringing_of(wiring).run(house.now)
    assert wiring.crisis.pages.accept(page_of(house).id, house.helpers[first], house.now).rings
    house.until_quiet()
    house.work()
    house.until_quiet()
    assert rings(house) == [first, first]
    assert house.network.ledger.bridges()[0].numbers == {first, AMINA}


def test_one_accepts_and_the_other_is_told(house: CallingBack) -> None:
    """Daniel has it already: Grace, who picks up at that moment, hears so, and can't take it away from him."""
    first, second = the_first(house)
    wiring = house.hotline.wiring
    page = page_of(house)
    with wiring.database.begin() as connection:
        connection.execute(update(pages).values(accepted_by=house.helpers[second]))
    with pytest.raises(AcceptedByAnother):
        wiring.crisis.pages.accept(page.id, house.helpers[first], house.now)
    assert page_all(house)["rung"] == 0


def test_a_helper_reached_her_first_and_no_supervisor_is_rung(house: CallingBack) -> None:
    """A helper who has come on call takes the callback: supervisors sleep on."""
    wiring = house.hotline.wiring
    helper = house.employ("Joseph", JOSEPH)
    with wiring.database.begin() as connection:
        wiring.people.helpers.train(connection, COMMAND_LINE, helper, True, house.now)
    house.network.add(Person(JOSEPH, by_prompt({"helper_offer": "1"}), PicksUp(2)))
    house.work()
    assert page_ringing_of(wiring).run(house.now)["rung"] == 0
    house.until_quiet()
    assert page_all(house)["over"] == 1
    with pytest.raises(PageOver):
        wiring.crisis.pages.accept(house.callback.id, house.helpers[DANIEL], house.now)


def test_no_helper_can_accept_a_page(house: CallingBack) -> None:
    """Mallory is a helper who has seen the address of a page: it isn't hers to take."""
    mallory = house.employ("Mallory", "+12025550169")
    with pytest.raises(NotASupervisor):
        house.hotline.wiring.crisis.pages.accept(page_of(house).id, mallory, house.now)
    assert page_of(house).accepted_by == ""


def test_a_mailbox_is_no_supervisor(house: CallingBack) -> None:
    """A mailbox hears the page twice, presses nothing, and the next phone rings."""
    first, second = the_first(house)
    house.network.add(Person(first, "", PicksUp(2)), Person(second, ACCEPTS, PicksUp(2)))
    page_all(house)
    house.hotline.clock.forward(6)
    page_all(house)
    assert rings(house) == [first, second]
    assert page_of(house).accepted_by in ("", house.helpers[second])
    assert house.callback.ending == "talked"


def test_an_answer_that_was_lost_rings_nobody_twice_at_once(house: CallingBack) -> None:
    """The provider placed the call, and its answer got lost: the ring is waited for, and found out by its webhooks."""
    first, second = the_first(house)
    house.network.add(Person(first, "", NEVER), Person(second, "", NEVER))
    house.network.provider.faults.append(Fault("lost", "POST", "/Calls.json"))
    page_all(house)
    assert rings(house) == [first]
    house.hotline.clock.forward(200)
    page_all(house)
    house.hotline.clock.forward(10)
    page_all(house)
    assert rings(house)[:2] == [first, second]


def test_a_worker_died_before_it_asked_the_provider(house: CallingBack) -> None:
    """It had written down whom it would ring, and no more: after the time of one ring, the next supervisor is rung."""
    first, second = the_first(house)
    house.network.add(Person(first, "", NEVER), Person(second, ACCEPTS, PicksUp(2)))
    wiring = house.hotline.wiring
    with wiring.database.begin() as connection:
        connection.execute(
            update(pages).values(ringing=house.helpers[first], tries=1, next_at=house.now + 120)
        )
    assert page_all(house) == {"rung": 0, "ended": 0, "over": 0}
    house.hotline.clock.forward(121)
    assert page_all(house)["ended"] == 1
    house.hotline.clock.forward(6)
    page_all(house)
    assert rings(house) == [second]
    assert house.callback.ending == "talked"


def test_a_supervisor_who_does_not_speak_her_language_still_has_it_on_the_board(house: CallingBack) -> None:
    """Amina spoke Swahili: the page is accepted, and her callback waits for whoever speaks it. The supervisor hears
    that nobody has called her yet; while that is so, the phones ring again."""
    first, _ = the_first(house)
    with house.hotline.wiring.database.begin() as connection:
        connection.execute(update(callbacks).values(language="sw"))
    house.network.add(Person(first, ACCEPTS, PicksUp(2)))
    page_all(house)
    assert page_of(house).accepted_by == house.helpers[first]
    assert house.callback.state == "waiting"
    said = [house.network.clips.known[url[-68:-4]][0] for url in placed_leg(house).played]
    assert said[-1] == "page_not_called"
    house.hotline.clock.forward(120)
    assert page_all(house)["rung"] == 0
    house.hotline.clock.forward(120)
    assert page_all(house)["rung"] == 1


def placed_leg(house: CallingBack) -> Any:
    return next(leg for leg in house.network.ledger.legs if leg.kind == "placed")
