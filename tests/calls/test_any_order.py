"""Any interleaving of webhooks: what is kept is what a call without any repetition or delay would have kept."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from werkzeug.test import TestResponse

from tests.calls.what_is_kept import call_ids, forget_wishes, is_live, kept_of_call, kept_under, wishes
from tests.hotline import Hotline, Ringing

Accepted = tuple[float, str]
"""Seconds after the screen began, and the key; "" for silence."""

keys = st.sampled_from(["1", "1", "1", "2", "0", "9", "*", "5", ""])
places = st.integers(0, 1000)


def send(call: Ringing, key: str) -> tuple[str, dict[str, str]]:
    """The webhook of a key, or of silence, on the current screen."""
    return (call.on_keys, call.fields(Digits=key)) if key else (call.on_silence, call.fields())


class AnyOrder(RuleBasedStateMachine):
    """A call over a bad network. The model is the list of what was accepted; a clean call repeats it in the end."""

    def __init__(self, hotline: Hotline) -> None:
        super().__init__()
        self.hotline = hotline
        forget_wishes(hotline)
        self.ended_before = call_ids(hotline)
        self.began = hotline.clock.now
        self.call = hotline.ring()
        self.accepted: list[Accepted] = []
        self.sent = [("/phone/twilio/voice", self.call.fields())]
        self.over = False

    def post(self, webhook: tuple[str, dict[str, str]]) -> TestResponse:
        answer = self.hotline.post(*webhook)
        assert answer.status_code == 200
        return answer

    @precondition(lambda self: not self.over and "<Gather" in self.call.text)
    @rule(key=keys, seconds=st.sampled_from([0.0, 0.5, 3.0, 30.0]))
    def press(self, key: str, seconds: float) -> None:
        """The next key, or silence, for the first time."""
        webhook = send(self.call, key)
        other = send(self.call, "" if key else "1")
        self.hotline.clock.forward(seconds)
        self.accepted.append((seconds, key))
        self.call.reply = self.post(webhook)
        self.sent += [webhook, other]

    @rule(place=places)
    def repeat(self, place: int) -> None:
        """Any webhook so far, or one that crossed with it, comes again."""
        answer = self.post(self.sent[place % len(self.sent)])
        if not self.over:
            assert answer.data == self.call.reply.data

    @precondition(lambda self: not self.over)
    @rule(ahead=st.integers(1, 5))
    def come_early(self, ahead: int) -> None:
        """A webhook of a turn that has not been yet."""
        target = f"/phone/twilio/turn?turn={len(self.accepted) + 1 + ahead}"
        assert self.post((target, self.call.fields(Digits="1"))).data == self.call.reply.data

    @rule(status=st.sampled_from(["ringing", "in-progress", "queued"]))
    def say_status(self, status: str) -> None:
        """Word of a state on the way, at any time."""
        answer = self.hotline.post("/phone/twilio/status", self.call.fields(CallStatus=status))
        assert answer.status_code == 204

    @rule(way=st.sampled_from(["status", "turn"]))
    def end(self, way: str) -> None:
        """The caller hangs up, and the word of it comes, maybe again."""
        gone = self.call.fields(CallStatus="completed")
        if way == "status":
            assert self.hotline.post("/phone/twilio/status", gone).status_code == 204
        else:
            self.post((f"/phone/twilio/turn?turn={len(self.accepted) + 1}", gone))
        self.over = True

    @invariant()
    def one_call_is_live_or_over(self) -> None:
        """The call is under way or over, never both and never neither."""
        assert is_live(self.hotline, self.call.id) == (not self.over)
        assert len(call_ids(self.hotline) - self.ended_before) == int(self.over)

    def teardown(self) -> None:
        """The clean call, without any trouble, leaves exactly the same."""
        self.end("status")
        (messy_id,) = call_ids(self.hotline) - self.ended_before
        messy = kept_under(self.hotline, messy_id)
        wished = wishes(self.hotline)
        assert (messy, wished) == self.clean()

    def clean(self) -> tuple[dict[str, Any], int]:
        ended_before = call_ids(self.hotline)
        forget_wishes(self.hotline)
        self.hotline.clock.now = self.began
        call = self.hotline.ring()
        for seconds, key in self.accepted:
            webhook = send(call, key)
            self.hotline.clock.forward(seconds)
            call.reply = self.post(webhook)
        assert kept_of_call(self.hotline, call.id)["calls"] == []
        call.hang_up()
        (clean_id,) = call_ids(self.hotline) - ended_before
        return kept_under(self.hotline, clean_id), wishes(self.hotline)


def test_any_interleaving_keeps_what_a_clean_call_keeps(on_air: Hotline) -> None:
    """Whatever the network repeats, delays, reorders or crosses, what is kept is what a clean call would have left."""
    run_state_machine_as_test(
        lambda: AnyOrder(on_air),
        settings=settings(
            max_examples=50,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
        ),
    )
