"""A life in danger: the number stays, supervisors are rung, and somebody sees it through to one of two ends."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from ivr.audit.log import WARMLINE
from ivr.outcomes.risk import WHY_HELD, AcceptedAlready, HowUnusable, NoSuchCase, NotForYou, RiskCase
from ivr.store.callback_tables import callbacks, pages, risk_cases
from ivr.vault.tables import number_holds
from ivr.vault.upkeep import shred_due_numbers
from tests.callback_rows import put_callback
from tests.outcomes.house import DANIEL, GRACE, SARA, House
from tests.outcomes.talks import LEILA, left_of, outcome_rows
from tests.vault.rig import AMINA

HOUR, DAY = 3600.0, 86_400.0


def only_case(house: House) -> RiskCase:
    with house.rig.database.connect() as connection:
        (case,) = house.parts.cases.open_cases(connection)
    return case


def accept(house: House, who: str = DANIEL) -> None:
    case_id = only_case(house).id
    with house.rig.database.begin() as connection:
        house.parts.cases.accept(connection, case_id, who, house.now)


def test_the_key_for_a_life_in_danger_starts_everything_at_once(house: House) -> None:
    """Leila keys it and nothing else: the number is kept for two weeks at most, supervisors are about to be rung,
    the clock runs, and Leila is owed a talk."""
    callback_id = house.talked()
    assert house.keyed(callback_id, "risk", "3")
    case = only_case(house)
    assert (case.number_id, case.helper_id, case.accepted_by) == (callback_id, LEILA, "")
    assert case.due_at == house.now + HOUR
    (hold,) = house.all_of(number_holds)
    assert (hold["entry_id"], hold["held_by"], hold["reason"]) == (callback_id, WARMLINE, WHY_HELD)
    assert hold["held_until"] == house.now + 14 * DAY
    (page,) = house.all_of(pages)
    assert (page["kind"], page["about"], page["next_at"], page["tries"]) == ("risk", case.id, house.now, 0)
    assert (house.helpers.owing, house.helpers.hard) == ([LEILA], [LEILA])


def test_told_twice_it_is_one_case(house: House) -> None:
    """The key arrives twice, the form is saved afterwards, and Leila takes it back and says it again: one case."""
    callback_id = house.talked()
    for _ in range(2):
        house.keyed(callback_id, "risk", "3")
    house.fill_in(callback_id, risk="high")
    house.keyed(callback_id, "risk", "1")
    house.keyed(callback_id, "risk", "3")
    assert len(house.all_of(risk_cases)) == len(house.all_of(pages)) == len(house.all_of(number_holds)) == 1


def test_the_id_of_a_case_leads_to_no_callback(house: House) -> None:
    """Mallory knows the ids of all callbacks: she can't work out those of their cases, which stand in addresses. The
    same answers after a case was closed make another."""
    callback_id = house.talked()
    house.keyed(callback_id, "risk", "3")
    first = only_case(house).id
    (row,) = house.all_of(callbacks)
    assert row["risk_case"] == first
    house.parts.cases.close(first, "further_step", DANIEL, house.now)
    house.keyed(callback_id, "risk", "1")
    house.keyed(callback_id, "risk", "3")
    second = only_case(house).id
    assert second != first
    house.fill_in(callback_id, risk="high")
    assert only_case(house).id == second
    assert house.parts.close(callback_id, house.now)
    (page,) = house.all_of(pages)
    assert callback_id not in page.values()
    assert (only_case(house).id, page["about"]) == (second, second)


def test_told_by_two_at_once_it_is_one_case(house: House) -> None:
    """The phone and the page tell of it in the same moment, each before it sees the other: one case, one page."""
    callback_id = house.talked()
    both = threading.Barrier(2)

    def tell(_: int) -> None:
        with house.rig.database.begin() as connection:
            if connection.dialect.name == "postgresql":
                both.wait(10)
            house.parts.cases.open_case(connection, callback_id, LEILA, house.now)

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(tell, range(2)))
    assert len(house.all_of(risk_cases)) == len(house.all_of(pages)) == 1


def test_the_number_outlives_the_callback_and_its_time(house: House) -> None:
    """The outcome is written and the callback gone; four days later the number of the caller in danger still opens."""
    callback_id = house.talked()
    house.fill_in(callback_id, risk="high")
    assert house.parts.close(callback_id, house.now)
    assert left_of(house.rig, callback_id) == []
    assert outcome_rows(house.rig)[0]["risk"] == "high"
    assert shred_due_numbers(house.rig.database, house.rig.vault, house.now + 4 * DAY) == 0
    assert house.rig.open(callback_id, house.now + 4 * DAY) == AMINA


@pytest.mark.parametrize("how", ["contact_confirmed", "further_step"])
def test_closing_lets_the_number_go(house: House, how: str) -> None:
    """Daniel closes the case in one of the two ways: the hold and the page end, the number is shredded,
    and the audit log says who."""
    callback_id = house.talked()
    house.fill_in(callback_id, risk="high")
    house.parts.close(callback_id, house.now)
    accept(house)
    house.parts.cases.close(only_case(house).id, how, DANIEL, house.now)
    for table in (risk_cases, pages, number_holds):
        assert house.all_of(table) == []
    assert not house.rig.has_key(callback_id)
    assert house.deeds() == [("risk_case_accepted", DANIEL), ("risk_case_closed", DANIEL)]


def test_closed_before_the_callback_the_number_waits_for_it(small_house: House) -> None:
    """Daniel is faster than the outcome: the number stays with the callback, and goes when that is closed."""
    callback_id = small_house.talked()
    small_house.keyed(callback_id, "risk", "3")
    small_house.parts.cases.close(only_case(small_house).id, "further_step", DANIEL, small_house.now)
    assert small_house.rig.has_key(callback_id)
    small_house.fill_in(callback_id, risk="high")
    assert small_house.all_of(risk_cases) == []
    assert small_house.parts.close(callback_id, small_house.now)
    assert not small_house.rig.has_key(callback_id)


def test_a_caller_who_waits_again_keeps_the_number(small_house: House) -> None:
    """Amina has asked for another call meanwhile: closing the case doesn't take it from her."""
    callback_id = small_house.talked()
    small_house.fill_in(callback_id, risk="high")
    small_house.parts.close(callback_id, small_house.now)
    with small_house.rig.database.begin() as connection:
        put_callback(connection, "c" * 32, at=small_house.now, number_id=callback_id)
    small_house.parts.cases.close(only_case(small_house).id, "contact_confirmed", DANIEL, small_house.now)
    assert small_house.rig.open(callback_id, small_house.now) == AMINA
    assert small_house.all_of(number_holds) == []


def test_a_supervisors_own_hold_stays_their_own(house: House) -> None:
    """Grace keeps the number for a reason of her own: the case makes that no shorter, and closing it doesn't end it."""
    callback_id = house.talked()
    house.rig.hold(callback_id, house.now + DAY)
    house.keyed(callback_id, "risk", "3")
    (hold,) = house.all_of(number_holds)
    assert (hold["held_by"], hold["held_until"]) == ("daniel", house.now + 14 * DAY)
    house.parts.cases.close(only_case(house).id, "contact_confirmed", DANIEL, house.now)
    assert len(house.all_of(number_holds)) == 1
    assert house.rig.has_key(callback_id)


def test_a_number_that_is_gone_is_no_hindrance(small_house: House) -> None:
    """Leila fills it in after the number went: there is a case all the same, which says that nobody can be rung."""
    callback_id = small_house.talked()
    with small_house.rig.database.begin() as connection:
        small_house.rig.vault.shred(connection, [callback_id])
    small_house.fill_in(callback_id, risk="high")
    assert only_case(small_house).number_id is None
    small_house.parts.cases.close(only_case(small_house).id, "further_step", DANIEL, small_house.now)
    assert small_house.all_of(risk_cases) == []


def test_the_first_supervisor_has_it(small_house: House) -> None:
    """Grace accepts after Daniel: she learns that he has it; Daniel may tell it twice."""
    small_house.keyed(small_house.talked(), "risk", "3")
    accept(small_house)
    accept(small_house)
    with pytest.raises(AcceptedAlready, match=DANIEL):
        accept(small_house, GRACE)
    assert only_case(small_house).accepted_by == DANIEL
    assert [page["accepted_by"] for page in small_house.all_of(pages)] == [DANIEL]
    assert small_house.deeds() == [("risk_case_accepted", DANIEL)]


@pytest.mark.parametrize("who", [LEILA, SARA])
def test_only_supervisors_look_after_it(small_house: House, who: str) -> None:
    """Neither Leila nor Sara can accept or close a case, whatever door they found."""
    small_house.keyed(small_house.talked(), "risk", "3")
    with pytest.raises(NotForYou):
        accept(small_house, who)
    with pytest.raises(NotForYou):
        small_house.parts.cases.close(only_case(small_house).id, "further_step", who, small_house.now)
    assert small_house.deeds() == []


@pytest.mark.parametrize("how", ["", "done", "nobody answered"])
def test_there_is_no_third_way_out(small_house: House, how: str) -> None:
    """A case doesn't close because nothing was done."""
    small_house.keyed(small_house.talked(), "risk", "3")
    with pytest.raises(HowUnusable):
        small_house.parts.cases.close(only_case(small_house).id, how, DANIEL, small_house.now)
    only_case(small_house)


def test_a_case_closes_once(house: House) -> None:
    """Two supervisors press at once: the second learns that it is closed, and the log has one row."""
    house.keyed(house.talked(), "risk", "3")
    case_id = only_case(house).id
    house.parts.cases.close(case_id, "further_step", DANIEL, house.now)
    with pytest.raises(NoSuchCase):
        house.parts.cases.close(case_id, "further_step", GRACE, house.now)
    assert house.deeds() == [("risk_case_closed", DANIEL)]


def test_when_the_clock_runs_out_supervisors_are_rung_again(house: House) -> None:
    """Daniel accepted and nothing followed within the hour: all supervisors are rung again, once an hour, until the
    case is closed."""
    house.keyed(house.talked(), "risk", "3")
    accept(house)
    began, paged = house.now, []
    for minutes in range(0, 181, 5):
        swept = house.parts.sweep(began + minutes * 60)
        paged += [minutes] * swept.paged
    assert paged == [60, 120, 180]
    (page,) = house.all_of(pages)
    assert (page["accepted_by"], page["next_at"]) == ("", began + 3 * HOUR)
