"""Sixteen at once: webhooks of the same turn race each other, and exactly one of them counts."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from structlog.testing import capture_logs
from werkzeug.test import TestResponse

from tests.calls.what_is_kept import all_rows, call_ids, is_live, kept_of_call, kept_under, wishes
from tests.hotline import Hotline

AT_ONCE = 16


def at_once(deeds: Sequence[Callable[[], TestResponse]]) -> list[TestResponse]:
    """Does everything at the same moment; whatever fails in a thread fails the test."""
    barrier = threading.Barrier(len(deeds))
    answers: list[Any] = [None] * len(deeds)

    def do(place: int) -> None:
        barrier.wait()
        answers[place] = deeds[place]()

    threads = [threading.Thread(target=do, args=(place,)) for place in range(len(deeds))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return answers


def test_one_key_sent_sixteen_times_at_once(on_air: Hotline) -> None:
    """The same key arrives sixteen times in the same instant, turn after turn: one visit each, one callback wish."""
    before = wishes(on_air)
    call = on_air.ring()
    for key in "1111222":
        target, fields = call.on_keys, call.fields(Digits=key)
        on_air.clock.forward(1)
        answers = at_once([lambda: on_air.post(target, fields)] * AT_ONCE)  # noqa: B023
        assert {answer.status_code for answer in answers} == {200}
        assert len({answer.data for answer in answers}) == 1
        call.reply = answers[0]
    assert call.prompts[0] == "callback_noted"
    assert wishes(on_air) == before + 1
    nodes = [visit[3] for visit in kept_of_call(on_air, call.id)["visits"]]
    assert len(nodes) == len(set(nodes))
    call.hang_up()


def test_different_keys_at_once_lead_to_one_screen(on_air: Hotline) -> None:
    """Different keys of the same screen at the same instant: one wins, and everybody gets the winner's screen."""
    call = on_air.ring()
    answers = at_once(
        [
            lambda key=key: on_air.post(call.on_keys, call.fields(Digits=key))  # type: ignore[misc]
            for key in "1234" * (AT_ONCE // 4)
        ]
    )
    assert len({answer.data for answer in answers}) == 1
    assert len(kept_of_call(on_air, call.id)["visits"]) == 1
    call.hang_up()


def test_a_call_that_begins_sixteen_times_begins_once(on_air: Hotline) -> None:
    """The first webhook of a call arrives sixteen times at once: one call begins, with one first screen."""
    call = on_air.ring()
    call.hang_up()
    fields = {**call.fields(), "CallSid": "CA" + call.id[2:].replace("0", "7")}
    before = len(all_rows(on_air)["live_calls"])
    answers = at_once([lambda: on_air.post("/phone/twilio/voice", fields)] * AT_ONCE)
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.data for answer in answers}) == 1
    assert "<Gather" in answers[0].text
    assert len(all_rows(on_air)["live_calls"]) == before + 1
    on_air.post("/phone/twilio/status", {**fields, "CallStatus": "completed"})


def test_an_end_told_sixteen_times_at_once_is_kept_once(on_air: Hotline) -> None:
    """The end of a call arrives sixteen times at once: always 204, and the call is kept once."""
    call = on_air.ring().press("1")
    before = call_ids(on_air)
    answers = at_once([call.hang_up] * AT_ONCE)
    assert {answer.status_code for answer in answers} == {204}
    (new,) = call_ids(on_air) - before
    assert len(kept_under(on_air, new)["calls"]) == 1


def test_a_key_and_the_end_at_once(on_air: Hotline) -> None:
    """A key and the end of the call cross: whoever wins, the call is over, kept once, with each screen kept once."""
    for _ in range(10):
        call = on_air.ring().press("1")
        before = call_ids(on_air)
        target = call.on_keys
        answers = at_once(
            [
                *([lambda: on_air.post(target, call.fields(Digits="2"))] * 4),  # noqa: B023
                *([call.hang_up] * 4),
                *([lambda: on_air.post("/phone/twilio/voice", call.fields())] * 4),  # noqa: B023
            ]
        )
        assert {answer.status_code for answer in answers} == {200, 204}
        (new,) = call_ids(on_air) - before
        kept = kept_under(on_air, new)
        nodes = [visit[3] for visit in kept["visits"]]
        assert nodes in (["language", "welcome"], ["language", "welcome", "listen"])
        assert kept["visits"][-1][5] == "hung_up"
        assert not is_live(on_air, call.id)


def test_nobody_waits_for_ever_for_a_busy_database(on_air: Hotline) -> None:
    """Somebody holds the database for long while sixteen people ring: each is answered before the provider gives up."""
    began = time.monotonic()
    # Writing sixteen tracebacks for people to read takes longer than all the rest.
    with capture_logs(), on_air.wiring.database.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("LOCK TABLE live_calls")
        answers = at_once([lambda: on_air.ring().reply] * AT_ONCE)
    assert time.monotonic() - began < 10
    emergency = on_air.wiring.emergency.reply_for("twilio", "")
    assert {(answer.status_code, answer.text) for answer in answers} == {(200, emergency)}
    assert "<Gather" in on_air.ring().text


def test_many_callers_at_once_are_all_answered(on_air: Hotline) -> None:
    """Sixteen people ring and press at the same moment: each hears her own menu."""
    answers = at_once([lambda: on_air.ring().press("4").reply] * AT_ONCE)
    assert len({answer.data for answer in answers}) == 1
    assert all("<Gather" in answer.text for answer in answers)
