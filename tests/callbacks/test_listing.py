"""What pages say of callbacks: whom a helper may call and in which order, and what happens in each attempt."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

import pytest
from sqlalchemy import Engine, insert

from ivr.callbacks.listing import MOST_SHOWN, Waiting, groups, last_tried, open_pages, queue_of, under_way
from ivr.callbacks.matching import Offering
from ivr.store.callback_tables import attempts, pages
from tests.callback_rows import put_callback

NOON = 1_772_366_400.0
LEILA = Offering(frozenset({"sw", "ar"}), "woman", crisis_trained=False)
LEILAS_ID, JOSEPHS_ID = "1" * 32, "2" * 32


def wait(database: Engine, name: str, **changed: Any) -> None:
    """Somebody waits since a minute ago, unless said otherwise."""
    at = changed.pop("at", NOON - 60)
    with database.begin() as connection:
        put_callback(connection, name, at=at, **changed)


def try_it(database: Engine, name: str, callback: str, **changed: Any) -> None:
    """An attempt of Leila's, which is live unless said otherwise."""
    row = {
        "id": name, "callback_id": callback, "helper_id": LEILAS_ID, "how": "console", "provider": "twilio",
        "language": "en", "state": "live", "written_at": NOON - 50, "asked_at": NOON - 49, "helper_leg": "",
        "caller_leg": "", "rang_at": 0.0, "talked_at": 0.0, "ended_at": 0.0, "end_legs_at": 0.0, **changed,
    }  # fmt: skip
    with database.begin() as connection:
        connection.execute(insert(attempts).values(row))


def test_a_helper_is_shown_whom_she_may_call_in_turn(database: Engine) -> None:
    """Leila reads those who fit, whoever is at risk first and then by waiting; the others are counted."""
    wait(database, "swahili", at=NOON - 600)
    wait(database, "arabic", language="ar", at=NOON - 900)
    wait(database, "any", language=None, at=NOON - 300)
    wait(database, "woman", gender="woman", at=NOON - 1200)
    wait(database, "man", gender="man", at=NOON - 2000)
    wait(database, "french", language="fr", at=NOON - 2000)
    wait(database, "crisis", crisis=True, need="crisis", priority=0)
    with database.connect() as connection:
        queue = queue_of(connection, LEILA, NOON)
        trained = queue_of(connection, Offering(LEILA.languages, "woman", crisis_trained=True), NOON)
    assert [one.id for one in queue.waiting] == ["woman", "arabic", "swahili", "any"]
    assert (queue.others, queue.more, queue.later, queue.opens) == (3, 0, 0, None)
    assert next(one.id for one in trained.waiting) == "crisis"


def test_nobody_is_listed_outside_of_the_safe_hours(database: Engine) -> None:
    """Whoever may be rung in the evening only is counted with the hour at which that begins, and isn't offered."""
    wait(
        database,
        "evening",
        ready=False,
        not_before=NOON + 7200,
        wishes=json.dumps({"safe_when": "in_the_evening"}),
    )
    wait(database, "morning", ready=False, not_before=NOON + 72_000)
    wait(database, "over", until=NOON - 1)
    wait(database, "shredded", number_id=None)
    with database.connect() as connection:
        queue = queue_of(connection, LEILA, NOON)
    assert queue.waiting == ()
    assert (queue.later, queue.opens) == (2, NOON + 7200)


def test_the_window_is_the_caller_s(database: Engine) -> None:
    """Amina in Nairobi may be rung from 17:00 to 21:30 there, whatever the clock of the helper says."""
    wait(database, "evening", wishes=json.dumps({"safe_when": "in_the_evening"}), time_zone="Africa/Nairobi")
    with database.connect() as connection:
        safe = queue_of(connection, LEILA, NOON).waiting[0].safe
    five_pm_in_nairobi = NOON + 2 * 3600
    assert (safe.opens, safe.closes) == (five_pm_in_nairobi, five_pm_in_nairobi + 4.5 * 3600)


def test_a_long_queue_is_counted_and_not_listed(database: Engine) -> None:
    """With more than a screenful waiting, the first are listed, and how many stand behind them is said."""
    for each in range(MOST_SHOWN + 7):
        wait(database, f"{each:04}", at=NOON - 1000 + each, language=("sw", "ar")[each % 2])
    with database.connect() as connection:
        queue = queue_of(connection, LEILA, NOON)
    assert [one.id for one in queue.waiting] == [f"{each:04}" for each in range(MOST_SHOWN)]
    assert queue.more == 7


def test_nothing_that_is_listed_leads_to_a_number() -> None:
    """A page can't show what the listing doesn't have: neither a number nor the name of one in the vault."""
    assert not [field.name for field in fields(Waiting) if "number" in field.name]


def test_groups_say_who_waits_in_each_language(database: Engine) -> None:
    """Daniel sees how many wait for what, since when, and who can't be rung yet."""
    wait(database, "one", at=NOON - 900)
    wait(database, "two", at=NOON - 600)
    wait(database, "later", ready=False)
    wait(database, "taken", state="offered")
    with database.connect() as connection:
        found = {
            (group.wanted.language, group.now): (group.count, group.oldest) for group in groups(connection)
        }
    assert found == {("sw", True): (2, NOON - 900), ("sw", False): (1, NOON - 60)}


@pytest.mark.parametrize(
    ("state", "times", "since"),
    [
        ("offered", {"state": "to_ring", "asked_at": 0.0}, NOON - 50),
        ("offered", {"state": "asked"}, NOON - 49),
        ("dialling", {"rang_at": NOON - 40}, NOON - 40),
        ("talking", {"rang_at": NOON - 40, "talked_at": NOON - 30}, NOON - 30),
    ],
)
def test_an_attempt_is_shown_with_what_happens_in_it(
    database: Engine, state: str, times: dict[str, Any], since: float
) -> None:
    """From the helper's phone to the talk, it is said what happens and since when."""
    wait(database, "amina", state=state, attempt="try", helper=LEILAS_ID)
    try_it(database, "try", "amina", **times)
    with database.connect() as connection:
        (mine,) = under_way(connection, NOON, LEILAS_ID)
        assert under_way(connection, NOON, JOSEPHS_ID) == []
        assert under_way(connection, NOON) == [mine]
    assert (mine.attempt, mine.helper, mine.state, mine.since) == ("try", LEILAS_ID, state, since)


def test_after_the_talk_the_helper_keys_the_outcome(database: Engine) -> None:
    """While a helper's phone is still up after the talk, nobody is called any more."""
    wait(database, "amina", state="closed", ending="talked", attempt="try", helper=LEILAS_ID)
    try_it(database, "try", "amina", talked_at=NOON - 30, ended_at=NOON - 5)
    with database.connect() as connection:
        assert under_way(connection, NOON, LEILAS_ID)[0].state == ""


def test_the_last_try_says_why_it_failed(database: Engine) -> None:
    """Leila reads that nobody picked up; after a quarter of an hour, or when somebody else has tried since, no more."""
    wait(database, "amina", missed="no_answer", tried=1)
    over = {"state": "over", "rang_at": NOON - 40, "ended_at": NOON - 20}
    try_it(database, "try", "amina", **over)
    with database.connect() as connection:
        tried = last_tried(connection, LEILAS_ID, NOON - 900)
        assert tried is not None
        assert (tried.rang, tried.missed) == (True, "no_answer")
        assert last_tried(connection, LEILAS_ID, NOON - 10) is None
        assert last_tried(connection, JOSEPHS_ID, NOON - 900) is None
    try_it(database, "newer", "amina", helper_id=JOSEPHS_ID, written_at=NOON - 10)
    with database.connect() as connection:
        later = last_tried(connection, LEILAS_ID, NOON - 900)
    assert later is not None
    assert later.missed == ""


def test_whose_phone_wasn_t_picked_up_reads_that_the_caller_wasn_t_rung(database: Engine) -> None:
    """When the caller's phone never rang, no reason is said that was that of an earlier try."""
    wait(database, "amina", missed="busy", tried=1)
    try_it(database, "try", "amina", state="over", ended_at=NOON - 20)
    with database.connect() as connection:
        tried = last_tried(connection, LEILAS_ID, NOON - 900)
    assert tried is not None
    assert (tried.rang, tried.missed) == (False, "")


def test_after_a_talk_no_failed_try_is_told(database: Engine) -> None:
    """A talk that is over isn't a try that came to nothing."""
    wait(database, "amina", state="closed")
    try_it(database, "try", "amina", state="over", talked_at=NOON - 30, ended_at=NOON - 20)
    with database.connect() as connection:
        assert last_tried(connection, LEILAS_ID, NOON - 900) is None


def test_pages_are_told_until_somebody_accepts(database: Engine) -> None:
    """What no supervisor has accepted is told, the oldest first; not what a helper is busy with."""
    row = {
        "kind": "crisis", "line_id": "a" * 32, "next_at": NOON, "tries": 0, "ringing": "", "leg": "",
    }  # fmt: skip
    with database.begin() as connection:
        for name, opened_at, accepted_by in (
            ("new", 2, ""),
            ("old", 1, ""),
            ("mine", 0, "daniel"),
            ("busy", 3, ""),
        ):
            put_callback(connection, name, at=NOON, state="talking" if name == "busy" else "waiting")
            values = {"id": name, "about": name, "opened_at": NOON + opened_at, "accepted_by": accepted_by}
            connection.execute(insert(pages).values(row | values))
        assert [page.id for page in open_pages(connection)] == ["old", "new"]
