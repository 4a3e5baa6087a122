"""A helper takes a callback by choice, or gives it back: the rules that protect callers and helpers hold there too."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, delete, update

from ivr.audit.log import COMMAND_LINE
from ivr.callbacks import machine
from ivr.callbacks.put_back import Reason, given_back, helpful
from ivr.callbacks.taking import (
    HelperNotFree,
    NobodyWaits,
    NoOwnNumber,
    NotAllowedToTake,
    NotFitting,
    TakenMeanwhile,
)
from ivr.people.tables import people, person_roles
from ivr.people.wellbeing import Standing
from ivr.store.callback_tables import attempts, callbacks
from tests.callbacks.book_rig import ASKED, Rig

NOW = ASKED + 60
TEN_MINUTES = 600.0


@pytest.fixture
def rig(database: Engine) -> Rig:
    """Joseph, a man who speaks English, on each kind of database."""
    made = Rig(database)
    made.start_afresh()
    made.helper("joseph", gender="man")
    return made


def test_joseph_takes_amina_from_the_page(rig: Rig) -> None:
    """His own phone is to be rung at once; the callback is his, and he is in no other call."""
    rig.waits("amina")
    attempt = rig.taking.take("joseph", "amina", "console", NOW)
    assert rig.noticed.deeds == [machine.RingHelper(attempt)]
    assert (rig.row("amina").helper, rig.row("amina").attempt) == ("joseph", attempt)
    assert rig.busy() == {"joseph": attempt}
    [row] = rig.rows(attempts)
    assert (row.how, row.state, row.language, row.provider) == ("console", "to_ring", "en", "twilio")


def test_who_rings_in_is_not_rung(rig: Rig) -> None:
    """The phone that the helper rings with is the leg: no other call is placed."""
    rig.waits("amina")
    rig.taking.take("joseph", None, "rang_in", NOW)
    assert rig.noticed.deeds == []


def test_nobody_waits(rig: Rig) -> None:
    """That is said, and Joseph stays free."""
    with pytest.raises(NobodyWaits):
        rig.taking.take("joseph", None, "console", NOW)
    assert rig.busy() == {}


def test_a_caller_who_wants_a_woman_is_never_called_by_a_man(rig: Rig) -> None:
    """Joseph can't take her, not by choice either, and isn't counted as busy."""
    rig.waits("amina", wishes={"helper_gender": "a_woman"})
    with pytest.raises(NotFitting):
        rig.taking.take("joseph", "amina", "console", NOW)
    with pytest.raises(NobodyWaits):
        rig.taking.take("joseph", None, "console", NOW)
    assert (rig.row("amina").state, rig.busy()) == ("waiting", {})


@pytest.mark.parametrize("changed", [{"language": "sw"}, {"need": "crisis"}], ids=["language", "training"])
def test_who_lacks_the_language_or_the_training_cannot_take_it(rig: Rig, changed: dict[str, str]) -> None:
    """Joseph speaks English only, and isn't trained for crises."""
    rig.waits("amina", **changed)  # type: ignore[arg-type]
    with pytest.raises(NotFitting):
        rig.taking.take("joseph", "amina", "console", NOW)


def test_leila_was_faster(rig: Rig) -> None:
    """Joseph is told so, and is as free as before."""
    rig.helper("leila")
    rig.waits("amina")
    rig.taking.take("leila", "amina", "console", NOW)
    with pytest.raises(TakenMeanwhile):
        rig.taking.take("joseph", "amina", "console", NOW)
    assert list(rig.busy()) == ["leila"]
    assert len(rig.rows(attempts)) == 1


@pytest.mark.parametrize("why", ["withdrawn", "closed and gone", "not safe now"])
def test_nobody_can_take_what_cannot_be_called(rig: Rig, why: str) -> None:
    """She took it back, or the case is gone, or it isn't safe before the morning."""
    rig.waits("amina", wishes={"safe_when": "in_the_morning"} if why == "not safe now" else {})
    with rig.database.begin() as connection:
        if why == "withdrawn":
            rig.book.happened(connection, "amina", machine.Withdrawn(), NOW)
        if why == "closed and gone":
            connection.execute(delete(callbacks))
    with pytest.raises(TakenMeanwhile):
        rig.taking.take("joseph", "amina", "console", NOW)
    assert rig.busy() == {}


def test_who_is_in_a_call_or_owes_a_debrief_cannot_take_another(rig: Rig) -> None:
    """The verdict that comes with the refusal says why."""
    for callback_id in ("amina", "another"):
        rig.waits(callback_id)
    rig.taking.take("joseph", "amina", "console", NOW)
    with pytest.raises(HelperNotFree) as busy:
        rig.taking.take("joseph", "another", "console", NOW)
    assert busy.value.verdict.standing is Standing.BUSY
    rig.helper("leila")
    with rig.database.begin() as connection:
        rig.helpers.owe_debrief(connection, "leila")
    with pytest.raises(HelperNotFree) as debrief:
        rig.taking.take("leila", "another", "console", NOW)
    assert debrief.value.verdict.standing is Standing.DEBRIEF_FIRST


def test_who_goes_off_call_is_protected_as_before(rig: Rig) -> None:
    """Joseph owes a debrief, and Leila has been on call for four hours. Both go off call and try to take somebody by
    choice: they can't; Leila can once she has rested."""
    rig.helper("leila", on_call_at=NOW - 4 * 3600)
    with rig.database.begin() as connection:
        for person in ("joseph", "leila"):
            rig.helpers.choose(connection, person, "off", NOW)
        rig.helpers.owe_debrief(connection, "joseph")
    rig.waits("amina")
    for person, why in (("joseph", Standing.DEBRIEF_FIRST), ("leila", Standing.DONE_FOR_TODAY)):
        with pytest.raises(HelperNotFree) as refused:
            rig.taking.take(person, "amina", "console", NOW + 60)
        assert refused.value.verdict.standing is why
    assert rig.taking.take("leila", "amina", "console", NOW + 3600)


def test_wrap_up_may_be_cut_short_by_choice(rig: Rig) -> None:
    """Nobody rings Joseph for a quarter of an hour after a talk; he may take one himself."""
    rig.waits("amina")
    with rig.database.begin() as connection:
        rig.helpers.talked(connection, "earlier", "joseph", NOW - 600, NOW - 60)
    assert rig.dispatcher.dispatch(NOW) == 0
    assert rig.taking.take("joseph", "amina", "console", NOW)


def test_whoever_is_no_helper_takes_nothing(rig: Rig) -> None:
    """Sara writes flows: she may not call anybody."""
    rig.helper("sara")
    with rig.database.begin() as connection:
        connection.execute(
            update(person_roles).where(person_roles.c.person_id == "sara").values(role="staff")
        )
    rig.waits("amina")
    with pytest.raises(NotAllowedToTake):
        rig.taking.take("sara", "amina", "console", NOW)


def test_a_helper_without_a_phone_cannot_be_rung(rig: Rig) -> None:
    """Joseph hasn't given his number: he is told so, instead of waiting for a ring that never comes."""
    with rig.database.begin() as connection:
        connection.execute(update(people).values(number_id=None))
    rig.waits("amina")
    with pytest.raises(NoOwnNumber):
        rig.taking.take("joseph", "amina", "console", NOW)


def test_joseph_puts_it_back(rig: Rig) -> None:
    """It waits again, at its old place, and he isn't offered it the next second; his claim ends with his leg."""
    rig.waits("amina")
    attempt = rig.taking.take("joseph", "amina", "console", NOW)
    ranked = rig.row("amina").ranked_at
    assert rig.taking.put_back("joseph", attempt, NOW + 5)
    row = rig.row("amina")
    assert (row.state, row.ranked_at, row.tried) == ("waiting", ranked, 0)
    assert rig.noticed.dispatches == 1
    with rig.database.begin() as connection:
        rig.book.helper_leg_is_over(connection, attempt, NOW + 6)
    assert rig.busy() == {}
    assert rig.dispatcher.dispatch(NOW + 7) == 0
    assert rig.dispatcher.dispatch(NOW + 5 + TEN_MINUTES) == 1


def test_only_who_has_it_can_put_it_back_and_not_while_they_talk(rig: Rig) -> None:
    """Leila can't give back what is Joseph's; and a talk isn't put back, it is ended."""
    rig.helper("leila")
    rig.waits("amina")
    attempt = rig.taking.take("joseph", "amina", "console", NOW)
    assert not rig.taking.put_back("leila", attempt, NOW)
    with rig.database.begin() as connection:
        for what in (machine.HelperAccepted(attempt), machine.CallerAccepted(attempt)):
            rig.book.in_attempt(connection, attempt, what, NOW)
    assert not rig.taking.put_back("joseph", attempt, NOW)
    assert rig.row("amina").state == "talking"


def test_put_back_while_her_phone_rings_is_a_try(rig: Rig) -> None:
    """Her phone has rung: it stops, and rings again in half an hour at the earliest."""
    rig.waits("amina")
    attempt = rig.taking.take("joseph", "amina", "console", NOW)
    with rig.database.begin() as connection:
        rig.book.in_attempt(connection, attempt, machine.HelperAccepted(attempt), NOW)
    assert rig.taking.put_back("joseph", attempt, NOW + 5)
    assert rig.row("amina").not_before == NOW + 5 + 1800
    assert not rig.taking.put_back("joseph", attempt, NOW + 6)


def test_why_it_was_put_back_stays_with_it(rig: Rig) -> None:
    """Joseph and Leila put it back in turn: how often and why is kept, each reason once, what nobody offers not at all.
    What Joseph says of her helps whoever is next; what is his own matter is nobody else's."""
    rig.waits("amina")
    rig.helper("leila")
    for turn, (helper, reason) in enumerate(
        (("joseph", "wants_a_woman"), ("leila", "phone"), ("joseph", "bad_time"), ("leila", "wants_a_woman"))
    ):
        attempt = rig.taking.take(helper, "amina", "console", NOW + turn)
        assert rig.taking.put_back(helper, attempt, NOW + turn, reason)
        with rig.database.begin() as connection:
            rig.book.helper_leg_is_over(connection, attempt, NOW + turn)
    attempt = rig.taking.take("joseph", "amina", "console", NOW + 9)
    assert rig.taking.put_back("joseph", attempt, NOW + 9, "made up, and about her")
    row = rig.row("amina")
    assert (row.put_back, row.put_back_for) == (5, "phone,bad_time,wants_a_woman")
    assert helpful(row.put_back_for) == (Reason.BAD_TIME, Reason.WANTS_A_WOMAN)
    with rig.database.begin() as connection:
        [listed] = given_back(connection)
        assert (listed.times, listed.reasons[0]) == (5, Reason.PHONE)
        connection.execute(update(callbacks).values(state="closed"))
        assert given_back(connection) == []


def test_what_cannot_be_put_back_notes_nothing(rig: Rig) -> None:
    """Leila presses for what is Joseph's: nothing is noted of it. All reasons together fit where they are kept."""
    rig.helper("leila")
    rig.waits("amina")
    attempt = rig.taking.take("joseph", "amina", "console", NOW)
    assert not rig.taking.put_back("leila", attempt, NOW, "wants_a_woman")
    assert (rig.row("amina").put_back, rig.row("amina").put_back_for) == (0, "")
    assert len(",".join(Reason)) <= callbacks.c.put_back_for.type.length


def test_how_many_wait_is_counted_for_whom_this_helper_may_call(rig: Rig) -> None:
    """Two in English, one who never chose a language; the others aren't Joseph's, and nor is a crisis."""
    for number, changed in enumerate(
        (
            {},
            {},
            {"language": None},
            {"language": "sw"},
            {"wishes": {"helper_gender": "a_woman"}},
            {"need": "crisis"},
        )
    ):
        rig.waits(f"caller{number}", **changed)  # type: ignore[arg-type]
    assert rig.taking.waiting_for("joseph", NOW) == {"en": 2, None: 1}
    with rig.database.begin() as connection:
        rig.helpers.train(connection, COMMAND_LINE, "joseph", True, NOW)
    assert rig.taking.waiting_for("joseph", NOW) == {"en": 3, None: 1}
