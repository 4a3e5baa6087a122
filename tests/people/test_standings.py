"""Who may be rung now: on each kind of database, with the rules that look after helpers."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, event, insert

from ivr.audit.deeds import Deed
from ivr.audit.log import COMMAND_LINE
from ivr.people.helpers import Helpers
from ivr.people.refusals import NobodyOfThisId, NotAHelper
from ivr.people.roles import Role
from ivr.people.roster_tables import helper_states, helper_talks, shifts, shifts_left_out
from ivr.people.tables import people, person_roles
from ivr.people.upkeep import forget_old
from ivr.people.wellbeing import Standing
from tests.people.crew import HOUR, helpers_of, hire, put_shift
from tests.people.house import TIMES, House

CALL = "c" * 32
OTHER_CALL = "d" * 32


@pytest.fixture
def helpers(house: House) -> Helpers:
    """Who gives calls to helpers."""
    return helpers_of(house)


@pytest.fixture
def connection(house: House, helpers: Helpers) -> Iterator[Connection]:
    """A transaction that nobody else sees the end of. People are hired before it."""
    with house.database.connect() as made:
        yield made


def names(helpers: Helpers, house: House, crisis: bool = False) -> list[str]:
    """Who is free, by name, in the order in which they are asked."""
    with house.database.begin() as connection:
        asked = helpers.crisis_free if crisis else helpers.free
        found = asked(connection, house.now)
    return [house.parts.accounts.person(one.person_id).name for one in found]


def standing_of(helpers: Helpers, house: House, person_id: str) -> Standing:
    with house.database.begin() as connection:
        return helpers.standing_of(connection, person_id, house.now).standing


def test_whoever_is_on_shift_and_has_a_number_is_free(house: House, helpers: Helpers) -> None:
    """Joseph is on shift; Leila isn't, Grace gave no number, Sara isn't a helper, and Daniel leads and may help too."""
    hire(house, "Joseph")
    hire(house, "Leila", on_shift=False)
    hire(house, "Grace", number=False)
    hire(house, "Sara", Role.STAFF)
    hire(house, "Daniel", Role.SUPERVISOR)
    assert sorted(names(helpers, house)) == ["Daniel", "Joseph"]
    house.clock.forward(2 * HOUR)
    assert names(helpers, house) == []


def test_what_is_known_of_a_free_helper(house: House, helpers: Helpers) -> None:
    """Languages in her own order, gender, training and the vault's entry: all that the matching asks for."""
    leila = hire(house, "Leila")
    house.parts.profiles.change(
        leila.id, name="Leila", languages=["sw", "ar"], gender="woman", time_zone="Africa/Nairobi", reads="",
        now=house.now,
    )  # fmt: skip
    with house.database.begin() as connection:
        helpers.train(connection, COMMAND_LINE, leila.id, True, house.now)
        (free,) = helpers.free(connection, house.now)
    assert (free.person_id, free.languages, free.gender) == (leila.id, ("sw", "ar"), "woman")
    assert (free.crisis_trained, free.number_id, free.time_zone) == (True, leila.id, "Africa/Nairobi")


def test_ones_own_choice_goes_before_the_roster(house: House, helpers: Helpers) -> None:
    """Joseph goes off in his shift; Leila goes on without one, until she follows the roster again."""
    joseph, leila = hire(house, "Joseph"), hire(house, "Leila", on_shift=False)
    with house.database.begin() as connection:
        helpers.choose(connection, joseph.id, "off", house.now)
        helpers.choose(connection, leila.id, "on", house.now)
    assert names(helpers, house) == ["Leila"]
    with house.database.begin() as connection:
        helpers.choose(connection, joseph.id, "", house.now)
        helpers.choose(connection, leila.id, "", house.now)
    assert names(helpers, house) == ["Joseph"]


def test_nobody_is_rung_who_does_not_want_to_be_or_rests(house: House, helpers: Helpers) -> None:
    """No ringing, a pause, a break, a moment after not picking up: each keeps the phone silent, and each ends."""
    joseph = hire(house, "Joseph")
    with house.database.begin() as connection:
        helpers.want_rung(connection, joseph.id, False)
        assert helpers.free(connection, house.now) == []
        assert helpers.standing_of(connection, joseph.id, house.now).standing is Standing.FREE
        helpers.want_rung(connection, joseph.id, True)
        helpers.pause(connection, joseph.id)
        assert helpers.free(connection, house.now) == []
        helpers.unpause(connection, joseph.id)
        helpers.put_in_break(connection, joseph.id, house.now + 600)
        assert helpers.free(connection, house.now + 599) == []
        assert helpers.free(connection, house.now + 600) != []
        helpers.put_in_break(connection, joseph.id, house.now + 1200)
        helpers.unpause(connection, joseph.id)
        assert helpers.free(connection, house.now) != []
        helpers.rest(connection, joseph.id, house.now + 300)
        assert helpers.free(connection, house.now + 299) == []
        assert helpers.free(connection, house.now + 300) != []


def test_whoever_has_waited_longest_for_an_offer_is_asked_first(house: House, helpers: Helpers) -> None:
    """An offer goes round; whoever said no to one isn't asked again before the others were."""
    crew = [hire(house, name) for name in ("Joseph", "Leila", "Grace")]
    asked = []
    for step in range(6):
        with house.database.begin() as connection:
            first = helpers.free(connection, house.now)[0]
            helpers.offered(connection, first.person_id, house.now + step)
        asked.append(first.person_id)
    assert asked == sorted(one.id for one in crew) * 2


def test_a_life_at_risk_rings_the_trained_and_whoever_just_missed_a_ring(
    house: House, helpers: Helpers
) -> None:
    """Joseph isn't trained, and Leila, who is, is rung although she didn't pick up a minute ago."""
    joseph, leila = hire(house, "Joseph"), hire(house, "Leila")
    with house.database.begin() as connection:
        helpers.rest(connection, leila.id, house.now + 300)
        helpers.train(connection, COMMAND_LINE, leila.id, True, house.now)
    assert names(helpers, house) == ["Joseph"]
    assert names(helpers, house, crisis=True) == ["Leila"]
    with house.database.begin() as connection:
        assert helpers.claim(connection, leila.id, CALL, house.now, house.now + 90)
    assert names(helpers, house, crisis=True) == []
    assert joseph.id not in names(helpers, house, crisis=True)


def test_for_a_life_at_risk_everybody_counts(house: House, helpers: Helpers) -> None:
    """Of twelve trained helpers all are there to choose from, those first who have waited longest."""
    crew = [hire(house, f"Helper{letter}", on_shift=False) for letter in "abcdefghijkl"]
    with house.database.begin() as connection:
        for longest_ago, person in enumerate(crew):
            helpers.choose(connection, person.id, "on", house.now)
            helpers.offered(connection, person.id, house.now - longest_ago)
            helpers.train(connection, COMMAND_LINE, person.id, True, house.now)
        found = helpers.crisis_free(connection, house.now)
    assert [one.person_id for one in found] == [one.id for one in reversed(crew)]


def test_a_helper_is_in_one_call_at_a_time(house: House, helpers: Helpers) -> None:
    """Whoever has Joseph keeps him until he is released, or until the time is over that nothing outlasts."""
    joseph = hire(house, "Joseph")
    with house.database.begin() as connection:
        assert helpers.claim(connection, joseph.id, CALL, house.now, house.now + 90)
        assert not helpers.claim(connection, joseph.id, OTHER_CALL, house.now, house.now + 90)
        assert helpers.claim(connection, joseph.id, CALL, house.now, house.now + 60)
        assert helpers.standing_of(connection, joseph.id, house.now).standing is Standing.BUSY
        helpers.release(connection, OTHER_CALL)
        assert helpers.free(connection, house.now) == []
        helpers.release(connection, CALL)
        assert helpers.free(connection, house.now) != []
        assert helpers.claim(connection, joseph.id, CALL, house.now, house.now + 60)
        assert helpers.free(connection, house.now + 60) != []
        assert helpers.claim(connection, joseph.id, OTHER_CALL, house.now + 60, house.now + 120)


def test_of_many_who_want_one_helper_at_once_one_has_her(house: House, helpers: Helpers) -> None:
    """Eight calls reach for Leila in the same moment, before she has a row: one gets her."""
    leila = hire(house, "Leila")
    won, together = [], threading.Barrier(8)

    def reach(attempt: str) -> None:
        together.wait()
        with house.database.begin() as connection:
            if helpers.claim(connection, leila.id, attempt, house.now, house.now + 90):
                won.append(attempt)

    reaching = [threading.Thread(target=reach, args=(f"{number:032x}",)) for number in range(8)]
    for one in reaching:
        one.start()
    for one in reaching:
        one.join(30)
    assert len(won) == 1


def test_three_hard_calls_and_a_helper_rests(house: House, helpers: Helpers) -> None:
    """The calls that Leila had, however their ends and outcomes are told, give her the break that is hers."""
    leila = hire(house, "Leila")
    began = house.now
    with house.database.begin() as connection:
        helpers.mark_hard(connection, "1" * 32, leila.id, began + 320)
        helpers.talked(connection, "1" * 32, leila.id, began, began + 300)
        helpers.talked(connection, "2" * 32, leila.id, began + 1300, began + 1500)
        helpers.talked(connection, "2" * 32, leila.id, began + 1300, began + 1600)
        helpers.mark_hard(connection, "2" * 32, leila.id, began + 1650)
        helpers.talked(connection, "3" * 32, leila.id, began + 2600, began + 2900, hard=True)
        helpers.talked(connection, "3" * 32, leila.id, began + 2600, began + 2900)
        verdict = helpers.standing_of(connection, leila.id, began + 3000)
        day = helpers.day_of(connection, leila.id, began + 3000)
    assert (verdict.standing, verdict.until) == (Standing.NEEDS_A_BREAK, began + 2900 + 45 * 60)
    assert [(one.began - began, one.ended - began, one.hard) for one in day.talked] == [
        (0, 320, True),
        (1300, 1600, True),
        (2600, 2900, True),
    ]


def test_a_debrief_that_is_owed_comes_before_the_next_call(house: House, helpers: Helpers) -> None:
    """After a life at risk Joseph isn't rung until Daniel has talked with him, and the log says who did."""
    joseph, daniel = hire(house, "Joseph"), hire(house, "Daniel", Role.SUPERVISOR, on_shift=False)
    with house.database.begin() as connection:
        helpers.owe_debrief(connection, joseph.id)
    assert standing_of(helpers, house, joseph.id) is Standing.DEBRIEF_FIRST
    with house.database.begin() as connection:
        helpers.debriefed(connection, daniel.id, joseph.id, house.now)
    assert standing_of(helpers, house, joseph.id) is Standing.FREE
    last = house.deeds()[-1]
    assert (last.who, last.deed, last.about) == (daniel.id, Deed.DEBRIEFED, joseph.id)


def test_a_shift_that_was_left_out_rings_nobody(house: House, helpers: Helpers) -> None:
    """Joseph is ill tonight: his shift is left out, and taken back when he feels better."""
    joseph = hire(house, "Joseph", on_shift=False)
    with house.database.begin() as connection:
        put_shift(connection, "s1", joseph.id, house.now, hours=2)
        today = datetime.fromtimestamp(house.now, UTC).date().isoformat()
        connection.execute(insert(shifts_left_out).values(shift_id="s1", date=today))
        assert helpers.free(connection, house.now) == []
        connection.execute(shifts_left_out.delete())
        assert helpers.free(connection, house.now) != []


def test_everybody_is_listed_with_how_they_stand(house: House, helpers: Helpers) -> None:
    """A supervisor sees who is free, who is off, and since when somebody has been on call."""
    joseph, leila = hire(house, "Joseph"), hire(house, "Leila", on_shift=False)
    sara = hire(house, "Sara", Role.STAFF)
    with house.database.begin() as connection:
        found = {one.person.name: one for one in helpers.everybody(connection, house.now)}
        assert helpers.helper(connection, joseph.id, house.now) == found["Joseph"]
        with pytest.raises(NotAHelper):
            helpers.helper(connection, sara.id, house.now)
        with pytest.raises(NobodyOfThisId):
            helpers.train(connection, COMMAND_LINE, "0" * 32, True, house.now)
    assert set(found) == {"Joseph", "Leila"}
    assert found["Joseph"].stretch and found["Joseph"].stretch.began == house.now
    assert found["Leila"].verdict.standing is Standing.OFF
    assert found["Leila"].person == leila


def test_whoever_leaves_leaves_no_shift_behind(house: House, helpers: Helpers) -> None:
    """Leila's account is closed: her shifts, her state and her calls are gone, and Joseph's stay."""
    leila = hire(house, "Leila")
    hire(house, "Joseph")
    with house.database.begin() as connection:
        helpers.talked(connection, CALL, leila.id, house.now, house.now)
        helpers.pause(connection, leila.id)
        connection.execute(insert(shifts_left_out).values(shift_id="shift of Leila", date="2026-03-08"))
    house.parts.accounts.close(COMMAND_LINE, leila.id, house.now)
    with house.database.begin() as connection:
        for table in (helper_states, helper_talks, shifts_left_out):
            assert connection.execute(table.select()).all() == []
        assert [row.id for row in connection.execute(shifts.select())] == ["shift of Joseph"]


def test_calls_are_forgotten_after_a_day(house: House, helpers: Helpers) -> None:
    """When a helper talked is known for as long as the rules ask for it, and no longer."""
    leila = hire(house, "Leila")
    with house.database.begin() as connection:
        helpers.talked(connection, CALL, leila.id, house.now - 60, house.now)
    house.clock.forward(24 * HOUR)
    assert forget_old(house.database, TIMES, house.now).talks == 0
    house.clock.forward(1)
    assert forget_old(house.database, TIMES, house.now).talks == 1


def fill(connection: Connection, count: int, now: float) -> None:
    """So many helpers who are on shift, with two weeks' worth of shifts and a day of calls each."""
    everybody = [f"{number:032x}" for number in range(count)]
    of_all = {
        "state": "active", "password": "", "code_step": 0, "pin": "", "languages": '["sw"]', "gender": "",
        "time_zone": "Africa/Nairobi", "reads": "", "created_on": "2026-01-01",
    }  # fmt: skip
    connection.execute(
        insert(people),
        [{"id": one, "name": one, "sign_in_name": one, "number_id": one} | of_all for one in everybody],
    )
    connection.execute(insert(person_roles), [{"person_id": one, "role": "helper"} for one in everybody])
    of_a_week = {"time_zone": "Africa/Nairobi", "begins": "15:00", "ends": "18:00", "on_date": None}
    connection.execute(
        insert(shifts),
        [
            {"id": f"{day}{one[1:]}", "person_id": one, "weekday": day} | of_a_week
            for one in everybody
            for day in range(7)
        ],
    )
    connection.execute(
        insert(helper_talks),
        [
            {
                "id": f"{call}{one[1:]}",
                "person_id": one,
                "began": now - 7200,
                "ended": now - 7000,
                "hard": True,
            }
            for one in everybody
            for call in range(5)
        ],
    )


def test_two_hundred_helpers_take_as_many_questions_as_two(house: House, helpers: Helpers) -> None:
    """However many helpers there are, the database is asked as often."""
    asked: list[str] = []
    event.listen(house.database, "before_cursor_execute", lambda *given: asked.append(given[2]))
    with house.database.begin() as connection:
        fill(connection, 200, house.now)
    with house.database.begin() as connection:
        before = len(asked)
        found = helpers.free(connection, house.now)
    assert len(found) == 200
    assert len(asked) - before <= 6
