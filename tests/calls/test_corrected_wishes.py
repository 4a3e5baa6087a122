"""A caller may change her mind: what she keyed last is what helpers will be told."""

from __future__ import annotations

import json

from sqlalchemy import func, select

from ivr.store.callback_tables import callbacks
from ivr.store.tables import calls, live_calls
from tests.hotline import Hotline


def wishes_kept(hotline: Hotline) -> list[dict[str, str]]:
    """What was keyed for each callback that is asked for."""
    with hotline.wiring.database.connect() as connection:
        return [json.loads(row.wishes) for row in connection.execute(select(callbacks.c.wishes))]


def test_a_correction_takes_the_place_of_the_wish(hotline: Hotline) -> None:
    """Amina goes back and says that it isn't safe if somebody else answers: there is one wish, and it says so."""
    call = hotline.ring().press("111").press("111").press("3")
    assert call.prompts[0] == "callback_noted"
    assert wishes_kept(hotline)[0]["others_safe"] == "answer_yes"
    call.press("**").press("2").press("3")
    assert call.prompts[0] == "callback_noted"
    (wish,) = wishes_kept(hotline)
    assert wish["others_safe"] == "answer_no"


def test_an_old_answer_does_not_hold_where_the_question_is_asked_again(hotline: Hotline) -> None:
    """Amina says yes, goes back, and then says nothing: silence is the safe answer, not the yes from before."""
    call = hotline.ring().press("111").press("11").press("*")
    assert call.prompts[0] == "may_we_say_who"
    call.wait()
    call.press("1").press("3")
    (wish,) = wishes_kept(hotline)
    assert "say_who" not in wish


def test_falling_silent_afterwards_loses_nothing(hotline: Hotline) -> None:
    """Amina asks for a call with all her answers, and then leaves the phone lying: the wish stays as it was."""
    call = hotline.ring().press("111").press("111").press("3")
    before = wishes_kept(hotline)
    for _ in range(12):
        if "Redirect" in call.text:
            call.wait()
    assert wishes_kept(hotline) == before


def test_the_word_of_the_end_may_come_before_the_word_of_the_beginning(hotline: Hotline) -> None:
    """Amina hangs up at once, and the network reports the end first: no call is left open, and none is counted."""
    call = hotline.ring()
    other = hotline.post(
        "/phone/twilio/status", {**call.fields(CallStatus="completed"), "CallSid": "CA" + "e" * 32}
    )
    assert other.status_code == 204
    late = hotline.post(
        "/phone/twilio/voice", {**call.fields(CallStatus="ringing"), "CallSid": "CA" + "e" * 32}
    )
    assert late.status_code == 200
    with hotline.wiring.database.connect() as connection:
        assert connection.execute(select(func.count()).select_from(live_calls)).scalar() == 1
        assert connection.execute(select(func.count()).select_from(calls)).scalar() == 0


def test_a_call_that_begins_with_its_end_is_not_begun(hotline: Hotline) -> None:
    """The network tells of a call when it is over already: nothing is kept of it."""
    call = hotline.ring()
    over = {**call.fields(CallStatus="no-answer"), "CallSid": "CA" + "f" * 32}
    assert hotline.post("/phone/twilio/voice", over).status_code == 200
    with hotline.wiring.database.connect() as connection:
        assert connection.execute(select(func.count()).select_from(live_calls)).scalar() == 1
