"""After the talk: the outcome keyed on the phone, whole or in part, and the row that is all that is kept."""

from __future__ import annotations

import pytest
from sqlalchemy import insert

from ivr.outcomes.tables import terms
from ivr.store.callback_tables import attempts, callbacks
from ivr.vault.tables import vault_entries
from tests.calling_back import JOSEPH, TAKES, TALKS, CallingBack
from tests.hotline import AMINA
from tests.network import SILENT, Heard, Move, Person, by_prompt, hang_up, press

KEYS = {
    "outcome_contact": "1",
    "outcome_issue": "02",
    "outcome_before": "*",
    "outcome_after": "4",
    "outcome_suicide": "1",
    "outcome_risk": "2",
    "outcome_action": "3",
    "outcome_follow_up": "2",
}
CODES = {
    "contact_type": "support",
    "issue": "violence",
    "distress_before": 10,
    "distress_after": 4,
    "asked_about_suicide": "yes",
    "risk": "some",
}


class Keying(Person):
    """Takes the call, and keys an answer to each question a second into it; to others nothing."""

    def __init__(self, keys: dict[str, str]) -> None:
        super().__init__(JOSEPH)
        self.keys = {**TAKES, **keys}

    def hears(self, heard: Heard) -> Move:
        known = next((self.keys[prompt] for prompt in heard.prompts if prompt in self.keys), "")
        return press(known, after=1) if known else SILENT


def they_talk(night: CallingBack, joseph: Person) -> None:
    """Amina and Joseph have talked, and he has done with the questions what he does."""
    night.wish()
    night.meets(joseph, Person(AMINA, by_prompt(TALKS), talks=30))


def test_the_outcome_is_keyed_and_is_all_that_is_left(night: CallingBack) -> None:
    """Eight questions, one key each but the subject: a row of codes stays, and neither number, attempt nor callback."""
    they_talk(night, Keying(KEYS))
    [leg] = night.network.ledger.rings_of(JOSEPH)
    assert leg.pressed == "1" + "".join(KEYS.values())
    assert [prompt for prompt in night.was_asked(JOSEPH) if prompt in KEYS] == list(KEYS)
    assert night.heard(JOSEPH)[-2:] == ["outcome_saved", "helper_goodbye"]
    night.work()
    row = night.outcome
    assert {name: getattr(row, name) for name in CODES} == CODES
    assert (row.ending, row.attempts, row.filled_in) == ("talked", 1, "phone")
    assert not night.rows(callbacks) + night.rows(attempts) + night.tasks
    assert [entry.kind for entry in night.rows(vault_entries)] == ["helper", "helper"]


def test_the_way_of_the_caller_is_kept_in_codes(night: CallingBack) -> None:
    """Amina listens to an exercise to its end, then asks and is called: in the log stands the way that she took, and
    which keys she pressed doesn't."""
    call = night.hotline.ring(AMINA).press("12").press("1").wait(120).press("3").press("1")
    call.press("11").wait()
    while "callback_noted" not in call.prompts:
        call.wait()
    call.hang_up()
    night.meets(Keying(KEYS), Person(AMINA, by_prompt(TALKS), talks=30))
    night.work()
    assert night.outcome.path == "call>breathing>ask_callback"


def test_half_of_it_is_kept_and_the_rest_stays_a_task(night: CallingBack) -> None:
    """Joseph hangs up after four questions: what he keyed is there, and the others are asked for later."""

    class Interrupted(Keying):
        def hears(self, heard: Heard) -> Move:
            return hang_up(0) if "outcome_suicide" in heard.prompts else super().hears(heard)

    they_talk(night, Interrupted(KEYS))
    with night.hotline.wiring.database.connect() as connection:
        task = night.hotline.wiring.outcomes.tasks.find(connection, night.callback.id)
    assert task.answers == {
        "contact_type": "support",
        "issue": "violence",
        "distress_before": 10,
        "distress_after": 4,
    }
    assert task.missing == ["asked_about_suicide", "risk", "action", "follow_up"]
    night.work()
    assert night.callback.state == "closed"


def test_whoever_keys_nothing_is_let_go_after_two_questions(night: CallingBack) -> None:
    """The phone lies beside him: he isn't asked eight times, and finds it on the web."""
    they_talk(night, Keying({}))
    heard = night.heard(JOSEPH)
    assert heard[-2:] == ["outcome_later", "helper_goodbye"]
    assert "outcome_before" not in heard


def test_a_wrong_key_is_asked_about_once_more_and_then_left_for_later(night: CallingBack) -> None:
    """There is no ninth type of call: the question comes twice, and then the next one."""
    they_talk(night, Keying(KEYS | {"outcome_contact": "9"}))
    assert night.was_asked(JOSEPH).count("outcome_contact") == 2
    assert night.heard(JOSEPH)[-2] == "outcome_later"
    with night.hotline.wiring.database.connect() as connection:
        task = night.hotline.wiring.outcomes.tasks.find(connection, night.callback.id)
    assert task.missing == ["contact_type"]


def test_of_a_caller_who_said_nothing_only_what_a_life_may_depend_on_is_asked(night: CallingBack) -> None:
    """The programme has given silent calls a key: then subject and distress aren't asked for."""
    with night.hotline.wiring.database.begin() as connection:
        for place, (code, key) in enumerate((("support", "1"), ("silent", "4"))):
            row = {"kind": "contact_type", "code": code, "key": key, "labels": "{}", "position": place}
            connection.execute(insert(terms).values(row | {"retired": False}))
    they_talk(night, Keying(KEYS | {"outcome_contact": "4"}))
    asked = [prompt for prompt in night.was_asked(JOSEPH) if prompt in KEYS]
    assert asked == ["outcome_contact", "outcome_suicide", "outcome_risk"]
    night.work()
    assert (night.outcome.contact_type, night.outcome.issue) == ("silent", "")


@pytest.mark.parametrize("fault", ["repeated", "unanswered"])
def test_a_key_that_arrives_twice_answers_one_question(night: CallingBack, fault: str) -> None:
    """The provider sends an answer again: it isn't taken for the answer to the next question."""
    night.network.weather.add(fault, "part=outcome.*Digits", of="voice", times=1, seconds=(0, 3))  # type: ignore[arg-type]
    they_talk(night, Keying(KEYS))
    with night.hotline.wiring.database.connect() as connection:
        task = night.hotline.wiring.outcomes.tasks.find(connection, night.callback.id)
    expected = dict(list(CODES.items())[: len(task.answers)])
    assert {name: task.answers[name] for name in expected} == expected
