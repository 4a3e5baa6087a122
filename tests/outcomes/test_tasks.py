"""What a helper fills in after a talk is kept answer by answer, and what isn't filled in is never forgotten."""

from __future__ import annotations

import pytest
from sqlalchemy import literal_column, update
from structlog.testing import capture_logs

from ivr.outcomes.questions import QUESTIONS, AnswerUnusable
from ivr.outcomes.tables import outcome_tasks
from ivr.outcomes.tasks import STEPS, NoSuchTask
from ivr.store.callback_tables import attempts, callbacks
from tests.outcomes.house import DANIEL, FIRST_CODES, GRACE, House
from tests.outcomes.talks import JOSEPH, LEILA, outcome_rows, talked
from tests.vault.rig import AMINA
from tests.vault.rig import JOSEPH as BILAL

HOUR = 3600.0
KEYS = dict(zip(QUESTIONS, ("1", "04", "7", "4", "1", "1", "1", "2"), strict=True))


def test_the_whole_outcome_keyed_on_a_phone(house: House) -> None:
    """Leila keys eight answers, nine digits in all, and owes nothing any more; what the row says is what she keyed."""
    callback_id = house.talked()
    for question, keys in KEYS.items():
        assert question in house.task(callback_id).missing
        assert house.keyed(callback_id, question, keys)
    task = house.task(callback_id)
    assert (task.state, task.filled_in, task.missing) == ("done", "phone", [])
    assert house.parts.close(callback_id, house.now)
    (row,) = outcome_rows(house.rig)
    assert {name: str(row[name]) for name in QUESTIONS} == FIRST_CODES
    assert (row["filled_in"], row["duration"]) == ("phone", "5-10")


def test_a_star_is_ten(small_house: House) -> None:
    """Distress of ten is one key, so that nobody has to wait for a second one."""
    callback_id = small_house.talked()
    assert small_house.keyed(callback_id, "distress_before", "*")
    assert small_house.task(callback_id).answers == {"distress_before": 10}


@pytest.mark.parametrize(
    ("question", "keys"),
    [("contact_type", "9"), ("contact_type", ""), ("issue", "4"), ("issue", "12"), ("risk", "0"), ("risk", "*"),
     ("distress_after", "#"), ("distress_after", "11"), ("asked_about_suicide", "4"), ("mood", "1")],
)  # fmt: skip
def test_a_key_that_means_nothing_changes_nothing(small_house: House, question: str, keys: str) -> None:
    """A wrong key is no answer: the helper is asked again."""
    callback_id = small_house.talked()
    assert not small_house.keyed(callback_id, question, keys)
    assert small_house.task(callback_id).answers == {}


@pytest.mark.parametrize(
    ("question", "code"),
    [("contact_type", "nonsense"), ("issue", ""), ("distress_before", "11"), ("distress_before", "-1"),
     ("distress_before", "٣"), ("asked_about_suicide", "maybe"), ("mood", "good"), ("risk", "HIGH")],
)  # fmt: skip
def test_an_answer_that_there_isn_t_is_refused(small_house: House, question: str, code: str) -> None:
    """Mallory sends a form with answers of his own: none of the form's answers is kept."""
    callback_id = small_house.talked()
    with pytest.raises(AnswerUnusable):
        small_house.fill_in(callback_id, **{question: code})
    assert small_house.task(callback_id).answers == {}


def test_answers_are_kept_one_by_one(small_house: House) -> None:
    """Leila keys two answers and her phone dies: both are there when she opens the form, and only the rest is asked."""
    callback_id = small_house.talked()
    small_house.answer(callback_id, "contact_type", "support")
    left = small_house.answer(callback_id, "asked_about_suicide", "declined")
    assert left == [one for one in QUESTIONS if one not in ("contact_type", "asked_about_suicide")]
    assert small_house.fill_in(callback_id, asked_about_suicide="declined") == []
    assert small_house.task(callback_id).filled_in == "web"


def test_saving_twice_changes_nothing(house: House) -> None:
    """The form is sent twice, and a key arrives twice: the outcome is the same, and who filled it in first stays."""
    callback_id = house.talked()
    house.fill_in(callback_id, by="phone")
    before = house.task(callback_id)
    house.fill_in(callback_id, by="web")
    house.answer(callback_id, "risk", "none", by="web")
    assert house.task(callback_id) == before


def test_an_answer_can_be_put_right_until_the_callback_is_closed(house: House) -> None:
    """Leila sees that she keyed the wrong subject, and changes it; after the closing there is nothing to change."""
    callback_id = house.talked()
    house.fill_in(callback_id, by="phone")
    house.fill_in(callback_id, by="web", issue="peers")
    assert house.parts.close(callback_id, house.now)
    assert outcome_rows(house.rig)[0]["issue"] == "peers"
    with pytest.raises(NoSuchTask):
        house.answer(callback_id, "issue", "family")
    assert not house.keyed(callback_id, "issue", "04")
    assert outcome_rows(house.rig)[0]["issue"] == "peers"


def test_whether_suicide_was_asked_about_has_to_be_said(small_house: House) -> None:
    """Everything but that is answered: the outcome isn't complete, and the callback isn't closed."""
    callback_id = small_house.talked()
    for question, code in FIRST_CODES.items():
        if question != "asked_about_suicide":
            left = small_house.answer(callback_id, question, code)
    assert left == ["asked_about_suicide"]
    assert not small_house.parts.close(callback_id, small_house.now)


def test_of_a_silent_caller_little_is_asked(small_house: House) -> None:
    """Nobody spoke: besides that, only what a life may depend on has to be answered."""
    callback_id = small_house.talked()
    assert small_house.answer(callback_id, "contact_type", "silent") == ["asked_about_suicide", "risk"]
    small_house.answer(callback_id, "asked_about_suicide", "no")
    assert small_house.answer(callback_id, "risk", "none") == []
    assert small_house.task(callback_id).state == "done"


def test_distress_that_couldn_t_be_asked_is_left_empty(small_house: House) -> None:
    """Leila says that she couldn't ask: the outcome is complete, with an empty field and no number made up."""
    callback_id = small_house.talked()
    assert small_house.fill_in(callback_id, distress_before="not_asked", distress_after="not_asked") == []
    small_house.parts.close(callback_id, small_house.now)
    row = outcome_rows(small_house.rig)[0]
    assert (row["distress_before"], row["distress_after"]) == (None, None)


def test_a_talk_is_noted_once(house: House) -> None:
    """The end of a talk is told twice, and the second time after Leila has answered: her answers stay."""
    callback_id = house.talked()
    house.answer(callback_id, "risk", "none")
    with house.rig.database.begin() as connection:
        house.parts.tasks.open_task(connection, callback_id, LEILA, 9999, house.now + 5)
    task = house.task(callback_id)
    assert (task.seconds, task.answers) == (480, {"risk": "none"})


@pytest.mark.parametrize(
    ("changed", "hard"),
    [({}, 0), ({"distress_before": "8"}, 1), ({"risk": "some"}, 1), ({"distress_before": "10", "risk": "some"}, 1)],
)  # fmt: skip
def test_a_hard_talk_is_marked_as_one(small_house: House, changed: dict[str, str], hard: int) -> None:
    """From a distress of eight, or any risk, the talk counts as hard for Leila; told again, it counts once."""
    callback_id = small_house.talked()
    small_house.fill_in(callback_id, **changed)
    small_house.fill_in(callback_id, **changed)
    assert small_house.helpers.hard == [LEILA] * hard
    assert small_house.helpers.owing == []


def test_helpers_see_their_own_tasks(small_house: House) -> None:
    """Leila's list has her talk, and Joseph's is empty; filled in, it is gone."""
    callback_id = small_house.talked()
    with small_house.rig.database.connect() as connection:
        (task,) = small_house.parts.tasks.open_of(connection, LEILA)
        assert (task.callback_id, task.seconds) == (callback_id, 480)
        assert small_house.parts.tasks.open_of(connection, JOSEPH) == []
    small_house.fill_in(callback_id)
    with small_house.rig.database.connect() as connection:
        assert small_house.parts.tasks.open_of(connection, LEILA) == []


def test_a_missing_outcome_is_reminded_of_and_given_up_in_time(house: House) -> None:
    """Leila is reminded after an hour and after twelve, the supervisors are told after a day, and after sixty hours it
    is given up, so that Amina's number goes. Each of it happens once, however often the minute's work is done."""
    callback_id = house.talked()
    began, seen = house.now, []
    for hours in (0.9, 1.0, 1.1, 11.9, 12.1, 23.9, 24.1, 59.9):
        for _ in range(2):
            swept = house.parts.sweep(began + hours * HOUR)
            seen += [hours] * swept.reminded
            assert (swept.given_up, swept.closed) == (0, 0)
        house.now = began + hours * HOUR
        if hours == 12.1:
            assert house.told() == [("outcome_missing", LEILA)]
    assert seen == [1.0, 12.1, 24.1]
    assert house.told() == sorted([("outcome_overdue", DANIEL), ("outcome_overdue", GRACE)])
    with house.rig.database.connect() as connection:
        assert [task.callback_id for task in house.parts.tasks.overdue(connection, house.now)] == [
            callback_id
        ]
    swept = house.parts.sweep(began + 60 * HOUR)
    assert (swept.given_up, swept.closed) == (1, 1)
    assert outcome_rows(house.rig)[0]["filled_in"] == "never"
    assert not house.rig.has_key(callback_id)
    assert house.told() == []


def test_after_a_long_stand_still_only_the_last_reminder_comes(small_house: House) -> None:
    """The workers stood still for a day: the supervisors are told, and Leila doesn't get two reminders at once."""
    small_house.talked()
    swept = small_house.parts.sweep(small_house.now + 25 * HOUR)
    assert swept.reminded == 1
    assert small_house.told() == sorted([("outcome_overdue", DANIEL), ("outcome_overdue", GRACE)])
    assert len(STEPS) == 4


def test_what_was_said_before_it_was_given_up_is_kept(small_house: House) -> None:
    """Leila keyed two answers and never the rest: the row has the two, and says that it is not all."""
    callback_id = small_house.talked()
    small_house.answer(callback_id, "asked_about_suicide", "yes")
    small_house.answer(callback_id, "risk", "some")
    small_house.parts.sweep(small_house.now + 60 * HOUR)
    (row,) = outcome_rows(small_house.rig)
    assert (row["filled_in"], row["asked_about_suicide"], row["risk"], row["issue"]) == (
        "partly",
        "yes",
        "some",
        "",
    )


def test_a_filled_in_outcome_takes_its_notice_along(small_house: House) -> None:
    """Leila was reminded and fills it in: the reminder is gone, too."""
    callback_id = small_house.talked()
    small_house.parts.sweep(small_house.now + 1.5 * HOUR)
    assert small_house.told() == [("outcome_missing", LEILA)]
    small_house.fill_in(callback_id)
    assert small_house.told() == []


def test_a_talk_whose_task_was_never_opened_gets_one(house: House) -> None:
    """The process died between the end of the talk and its task: a minute later Leila has it on her list."""
    attempt = "cd" * 16
    callback_id = talked(house.rig, task="", attempt=attempt)
    assert house.parts.sweep(house.now).opened == 1
    assert house.parts.sweep(house.now).opened == 0
    assert (house.task(callback_id).helper_id, house.task(callback_id).state) == (LEILA, "open")


@pytest.mark.parametrize("step", ["open", "remind", "close"])
def test_one_damaged_row_keeps_no_other_waiting(small_house: House, step: str) -> None:
    """What was stored about the first in order can't be read any more: the second is served all the same, and the log
    names the kind of the error and nothing of what was in the row."""
    house, task = small_house, {"open": "", "remind": "open", "close": "done"}[step]
    both = sorted(talked(house.rig, number, task=task) for number in (AMINA, BILAL))
    with house.rig.database.begin() as connection:
        unreadable = update(outcome_tasks).where(outcome_tasks.c.callback_id == both[0])
        connection.execute(unreadable.values(answers="{Amina"))
        has_attempt = update(callbacks).where(callbacks.c.id == both[0])
        connection.execute(has_attempt.values(attempt="ab" * 16))
        of_first = update(attempts).where(attempts.c.callback_id == both[0])
        connection.execute(of_first.values(id="ab" * 16, ended_at=literal_column("'Amina'")))
    with capture_logs() as said:
        swept = house.parts.sweep(house.now + (60 * HOUR if step == "remind" else 0))
    assert {"open": swept.opened, "remind": swept.given_up, "close": swept.closed}[step] == 1
    assert said and "Amina" not in str(said)
    assert {line["event"] for line in said} == {"outcome_not_swept"}
