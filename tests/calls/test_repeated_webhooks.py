"""The network repeats, reorders and delays: the caller hears the same, and what is kept stays the same."""

from __future__ import annotations

from ivr.store.callback_tables import callbacks
from ivr.store.tables import live_calls
from tests.calls.what_is_kept import all_rows, call_ids, is_live, kept_of_call, kept_under, wishes
from tests.hotline import Hotline, Ringing
from tests.serving import fields_of

TO_A_CALLBACK = "1111222"
"""English, to talk to someone, as soon as possible, don't say who, don't speak to others."""


def test_every_webhook_of_a_call_may_come_twice(on_air: Hotline) -> None:
    """Each webhook is sent again: the same bytes come back, nothing more is kept, and one callback is wished for."""
    before = wishes(on_air)
    call = on_air.ring()
    sent = [("/phone/twilio/voice", call.fields(), call.reply.data)]
    for key in TO_A_CALLBACK:
        target, fields = call.on_keys, call.fields(Digits=key)
        call.press(key)
        sent.append((target, fields, call.reply.data))
        rows = all_rows(on_air)
        for _ in range(3):
            assert on_air.post(target, fields).data == call.reply.data
        assert all_rows(on_air) == rows
    assert call.prompts[0] == "callback_noted"
    assert wishes(on_air) == before + 1
    call.hang_up()


def test_late_webhooks_get_the_current_screen(on_air: Hotline) -> None:
    """Webhooks of earlier turns arrive late and in any order: each is answered with the screen the caller is at."""
    call = on_air.ring()
    sent = [("/phone/twilio/voice", call.fields())]
    for key in "12":
        sent += [(call.on_keys, call.fields(Digits=key)), (call.on_silence, call.fields())]
        call.press(key)
    rows = all_rows(on_air)
    for target, fields in [*reversed(sent), *sent]:
        assert on_air.post(target, fields).data == call.reply.data
    assert all_rows(on_air) == rows
    call.hang_up()


def test_a_key_and_the_silence_of_the_same_screen_count_once(on_air: Hotline) -> None:
    """A key and the end of the waiting cross on the wire: the first decides, the other gets its screen."""
    call = on_air.ring()
    on_keys, on_silence = call.on_keys, call.on_silence
    call.press("1")
    assert on_air.post(on_silence, call.fields()).data == call.reply.data
    assert on_air.post(on_keys, call.fields(Digits="2")).data == call.reply.data
    assert {language for _, language in call.said} == {"en"}
    call.hang_up()


def test_the_end_may_come_twice_and_in_two_ways(on_air: Hotline) -> None:
    """The end of a call is told by a status, by a turn, and again by both: it is kept once."""
    call = on_air.ring().press("12")
    gone = {"CallStatus": "completed", "Digits": "hangup"}
    target = call.on_keys
    before = call_ids(on_air)
    for _ in range(2):
        assert on_air.post(target, call.fields(**gone)).status_code == 200
        assert call.hang_up().status_code == 204
    (new,) = call_ids(on_air) - before
    kept = kept_under(on_air, new)
    assert [visit[3] for visit in kept["visits"]] == ["language", "welcome", "listen"]
    assert kept["visits"][-1][5] == "hung_up"
    assert not is_live(on_air, call.id)


def test_what_comes_after_the_end_changes_nothing(on_air: Hotline) -> None:
    """Late webhooks of a call that is over are answered, begin nothing, and change nothing that is kept."""
    call = on_air.ring()
    old = [call.on_keys, call.on_silence]
    call.press("1")
    old += [call.on_keys, call.on_silence]
    call.hang_up()
    rows = all_rows(on_air)
    for target in old:
        answer = on_air.post(target, call.fields(Digits="1"))
        assert answer.status_code == 200
        assert "<Redirect" in answer.text
    again = on_air.post("/phone/twilio/voice", call.fields())
    assert again.text == on_air.wiring.emergency.reply_for("twilio", call.to)
    assert call.hang_up().status_code == 204
    assert all_rows(on_air) == rows


def test_statuses_on_the_way_end_nothing(on_air: Hotline) -> None:
    """Word that a call rings or goes on, before, during and after, ends nothing and begins nothing."""
    for status in ("queued", "initiated", "ringing", "in-progress", "answered", ""):
        fields = fields_of("CA" + "0f" * 16, CallStatus=status)
        assert on_air.post("/phone/twilio/status", fields).status_code == 204
    call = on_air.ring()
    for status in ("ringing", "in-progress", "nonsense"):
        assert on_air.post("/phone/twilio/status", call.fields(CallStatus=status)).status_code == 204
        assert is_live(on_air, call.id)
    call.hang_up()


def test_the_end_of_a_call_nobody_knows_is_noted_nowhere(on_air: Hotline) -> None:
    """Word of the end of an unknown call is taken, so that nobody sends it again, and nothing is kept of it."""
    rows = all_rows(on_air)
    for status in ("completed", "busy", "failed", "no-answer", "canceled"):
        fields = fields_of("CA" + "0e" * 16, CallStatus=status)
        assert on_air.post("/phone/twilio/status", fields).status_code == 204
    assert all_rows(on_air) == rows


def test_two_calls_at_once_know_nothing_of_each_other(on_air: Hotline) -> None:
    """Amina and Leila ring at the same time, from the same number: each hears her own screens."""
    amina, leila = on_air.ring(), on_air.ring()
    amina.press("1")
    leila.press("4")
    assert {language for _, language in amina.said} == {"en"}
    assert {language for _, language in leila.said} == {"sw"}
    amina.hang_up()
    assert is_live(on_air, leila.id)
    assert kept_of_call(on_air, leila.id)["visits"]
    leila.hang_up()


def test_nothing_of_the_provider_stays(on_air: Hotline) -> None:
    """When a call is over, its id at the provider is nowhere in what is kept, and an exact time only where somebody
    still waits to be called."""
    call: Ringing = on_air.ring().press(TO_A_CALLBACK)
    started = on_air.clock.now - 5
    call.hang_up()
    kept = all_rows(on_air)
    assert call.id not in repr({name: rows for name, rows in kept.items() if name != live_calls.name})
    assert not is_live(on_air, call.id)
    assert not any(
        isinstance(value, float) and abs(value - started) < 86_400
        for name, rows in kept.items()
        if name not in (live_calls.name, callbacks.name)
        for row in rows
        for value in row
    )
