"""The life of one callback, tried in every order of things that can happen to it."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from ivr.callbacks import machine as m
from ivr.callbacks.windows import Span, next_span

ASKED = 1_772_373_600.0  # 2026-03-01 17:00 in Nairobi
RULES = m.Rules()
JOSEPH, LEILA = "joseph", "leila"


def a_callback(wish: str = "as_soon_as_possible") -> m.Callback:
    """Amina has asked for a call."""
    return m.asked(m.Callback("c", wish, "Africa/Nairobi", ASKED, ASKED + 72 * 3600), ASKED)  # type: ignore[arg-type]


def happening(callback: m.Callback, *what: m.Happening, now: float = ASKED + 60) -> m.Step:
    """What becomes of a callback after several things; the deeds are of the last."""
    deeds: tuple[m.Deed, ...] = ()
    for one in what:
        callback, deeds = m.step(callback, one, now, RULES)
    return callback, deeds


TAKEN = m.Taken(JOSEPH, "a1")
ON_THE_LINE = (TAKEN, m.HelperAccepted("a1"))
TALKING = (*ON_THE_LINE, m.CallerAccepted("a1"))


def test_the_helper_is_rung_first_then_the_caller_then_they_talk() -> None:
    """Joseph takes it, presses 1, and only then Amina's phone rings; when they have talked the case is closed."""
    assert happening(a_callback(), TAKEN)[1] == (m.RingHelper("a1"),)
    assert happening(a_callback(), *ON_THE_LINE)[1] == (m.RingCaller("a1"),)
    assert happening(a_callback(), *TALKING)[0].state is m.State.TALKING
    closed, deeds = happening(a_callback(), *TALKING, m.CallerLegOver("a1"))
    assert (closed.state, closed.ending) == (m.State.CLOSED, m.Ending.TALKED)
    assert deeds == (m.EndLegs("a1"), m.AskOutcome(JOSEPH), m.CloseCase())


def test_two_helpers_never_have_the_same_callback() -> None:
    """Leila takes what Joseph has taken already: nothing happens."""
    callback, deeds = happening(a_callback(), TAKEN, m.Taken(LEILA, "a2"))
    assert (callback.helper, deeds) == (JOSEPH, ())


def test_who_does_not_answer_is_called_three_times_spaced() -> None:
    """Amina doesn't pick up: half an hour, three hours, then the case ends, and it says why."""
    callback, now, rung = a_callback(), ASKED + 60, []
    while callback.state is not m.State.CLOSED:
        now = max(now, callback.not_before)
        attempt = f"a{len(rung)}"
        callback, _ = happening(callback, m.Taken(JOSEPH, attempt), m.HelperAccepted(attempt), now=now)
        rung.append(now)
        callback, _ = m.step(callback, m.CallerLegOver(attempt), now + 30, RULES)
    assert callback.ending is m.Ending.UNREACHED
    assert callback.missed is m.Missed.NO_ANSWER
    assert len(rung) == 3
    assert rung[1] - rung[0] >= 1800
    assert rung[2] - rung[1] >= 3 * 3600


def test_a_helper_who_does_not_press_1_costs_the_caller_no_attempt() -> None:
    """Joseph's phone isn't answered: Amina's has not rung, and the next helper may have it at once."""
    callback, _ = happening(a_callback(), TAKEN, m.HelperLegOver("a1"))
    assert (callback.state, callback.tried) == (m.State.WAITING, 0)
    assert m.may_be_taken(callback, ASKED + 61)


def test_a_crisis_in_the_night_is_tried_until_day_breaks() -> None:
    """In crisis at ten in the evening; nobody is free, and later nobody picks up: at each hour of that night somebody
    may take it as soon as the time between two attempts is over, and in the morning it goes on by day."""
    ten = ASKED + 5 * 3600
    callback = m.asked(m.Callback("c", "now", "Africa/Nairobi", ten, ten + 72 * 3600), ten)
    for half_hour in range(20):
        at = ten + half_hour * 1800.0
        callback, _ = m.step(callback, m.TimePassed(), at, RULES)
        assert m.may_be_taken(callback, at)
    callback, _ = m.step(callback, m.Taken(JOSEPH, "a1"), at, RULES)
    callback, _ = m.step(callback, m.HelperAccepted("a1"), at + 10, RULES)
    callback, _ = m.step(callback, m.CallerLegOver("a1"), at + 30, RULES)
    assert callback.not_before == at + 30 + 1800


def test_nobody_is_rung_when_the_window_has_closed_meanwhile() -> None:
    """The evening ends while Joseph's phone rings: Amina's phone stays silent until the next evening."""
    callback = a_callback("in_the_evening")
    closes = next_span("in_the_evening", "Africa/Nairobi", ASKED, ASKED).closes
    callback, _ = m.step(callback, TAKEN, closes - 5, RULES)
    callback, deeds = m.step(callback, m.HelperAccepted("a1"), closes + 5, RULES)
    assert (callback.state, deeds) == (m.State.WAITING, (m.EndLegs("a1"),))
    assert callback.not_before > closes + 10 * 3600


def test_a_helper_who_puts_it_back_while_the_phone_rings_does_not_make_it_ring_again_at_once() -> None:
    """Joseph gives Amina's call back when her phone has rung: it is tried again in half an hour, not in a second."""
    callback, deeds = happening(a_callback(), *ON_THE_LINE, m.PutBack("a1"))
    assert (callback.state, callback.tried, callback.missed) == (m.State.WAITING, 1, m.Missed.HELPER_GONE)
    assert callback.not_before == ASKED + 60 + 1800
    assert deeds == (m.EndLegs("a1"),)


def test_whoever_picks_up_has_the_whole_greeting_to_press_the_key() -> None:
    """Amina's phone rings for long, and she hears four languages: the key still counts when she presses it."""
    callback, _ = happening(a_callback(), *ON_THE_LINE)
    picked_up, _ = m.step(callback, m.CallerPickedUp("a1"), callback.until - 1, RULES)
    assert picked_up.until == callback.until - 1 + RULES.dial_seconds
    again, _ = m.step(picked_up, m.CallerPickedUp("a1"), picked_up.until - 1, RULES)
    assert again == picked_up


@pytest.mark.parametrize("word", [m.Missed.NO_ANSWER, m.Missed.NO_WORD, m.Missed.NO_KEY, m.Missed.BUSY])
def test_a_mailbox_is_known_whatever_the_provider_calls_it(word: m.Missed) -> None:
    """Something picked up and pressed nothing; the provider says "no answer", because nobody was put through."""
    callback, _ = happening(a_callback(), *ON_THE_LINE, m.CallerPickedUp("a1"), m.CallerLegOver("a1", word))
    assert callback.missed is m.Missed.NO_KEY


def test_what_made_the_last_attempt_fail_is_not_said_of_this_one() -> None:
    """A mailbox picked up the first time; the second time nobody does, and that is what is noted."""
    callback, _ = happening(a_callback(), *ON_THE_LINE, m.CallerPickedUp("a1"), m.CallerLegOver("a1"))
    later = callback.not_before
    callback, _ = happening(
        callback, m.Taken(LEILA, "a2"), m.HelperAccepted("a2"), m.CallerLegOver("a2"), now=later
    )
    assert (callback.tried, callback.missed) == (2, m.Missed.NO_ANSWER)


def test_a_number_that_goes_while_a_helper_is_rung_ends_it() -> None:
    """Amina's number is shredded while Joseph's phone rings: nobody can be called, and his phone stops."""
    callback, deeds = happening(a_callback(), TAKEN, m.NumberGone())
    assert (callback.ending, deeds) == (m.Ending.EXPIRED, (m.EndLegs("a1"), m.CloseCase()))


@pytest.mark.parametrize("before", [(), (TAKEN,), ON_THE_LINE])
def test_a_caller_may_withdraw_until_she_talks(before: tuple[m.Happening, ...]) -> None:
    """Amina rings again and says no: whoever is being rung stops ringing, and nobody calls her."""
    callback, deeds = happening(a_callback(), *before, m.Withdrawn())
    assert callback.ending is m.Ending.WITHDRAWN
    assert (m.EndLegs("a1") in deeds) == bool(before)


def test_a_late_key_of_an_attempt_that_is_over_hangs_up() -> None:
    """Amina presses the key when the helper has gone: her call ends instead of falling silent."""
    gone = (*ON_THE_LINE, m.HelperLegOver("a1"))
    callback, deeds = happening(a_callback(), *gone, m.CallerAccepted("a1"))
    assert (callback.state, deeds) == (m.State.WAITING, (m.EndLegs("a1"),))


def test_waiting_at_night_does_not_move_anybody_forward() -> None:
    """Amina asks at noon for an evening; Leila's caller asks at five in the evening: both begin to wait at five."""
    at_noon = ASKED - 5 * 3600
    noon = m.asked(
        m.Callback("noon", "in_the_evening", "Africa/Nairobi", at_noon, ASKED + 72 * 3600), at_noon
    )
    evening = a_callback("in_the_evening")
    assert noon.ranked_at == evening.ranked_at == ASKED


def test_an_evening_that_passed_counts_as_waiting() -> None:
    """Nobody was free all evening: on the next evening whoever waited then comes first."""
    first = a_callback("in_the_evening")
    closes = first.until
    first, _ = m.step(first, m.TimePassed(), closes, RULES)
    asks = closes + 60
    later = m.asked(m.Callback("later", "in_the_evening", "Africa/Nairobi", asks, closes + 72 * 3600), asks)
    assert first.not_before == later.not_before
    assert later.ranked_at - first.ranked_at == closes - ASKED


class AnyLife(RuleBasedStateMachine):
    """Anything, at any time, in any order, for old and for present attempts."""

    @dataclass
    class Legs:
        """What a network would know: who is on the line."""

        helper: set[str] = field(default_factory=set)
        caller: set[str] = field(default_factory=set)

    @initialize(wish=st.sampled_from(["as_soon_as_possible", "in_the_morning", "in_the_evening"]))
    def begin(self, wish: str) -> None:
        self.callback = a_callback(wish)
        self.now = ASKED
        self.legs = self.Legs()
        self.attempts = ["a0"]
        self.rung: list[float] = []
        self.closed_with: m.Callback | None = None
        self.case_closed = 0

    def happens(self, what: m.Happening) -> None:
        before = self.callback
        self.callback, deeds = m.step(before, what, self.now, RULES)
        for deed in deeds:
            if isinstance(deed, m.RingCaller):
                self.rung.append(self.now)
                self.legs.caller.add(deed.attempt)
            elif isinstance(deed, m.RingHelper):
                self.legs.helper.add(deed.attempt)
            elif isinstance(deed, m.EndLegs):
                self.legs.helper.discard(deed.attempt)
                self.legs.caller.discard(deed.attempt)
            elif isinstance(deed, m.CloseCase):
                self.case_closed += 1
        if self.closed_with is not None:
            assert self.callback == self.closed_with
        if self.callback.state is m.State.CLOSED:
            self.closed_with = self.callback

    @rule(seconds=st.sampled_from([1.0, 50.0, 100.0, 1800.0, 4000.0, 40_000.0]))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds
        self.happens(m.TimePassed())

    @rule(helper=st.sampled_from([JOSEPH, LEILA]))
    def is_taken(self, helper: str) -> None:
        attempt = f"a{len(self.attempts)}"
        self.attempts.append(attempt)
        self.happens(m.Taken(helper, attempt))

    @rule(data=st.data())
    def helper_accepts(self, data: st.DataObject) -> None:
        self.happens(m.HelperAccepted(data.draw(st.sampled_from(self.attempts[-2:]))))

    @rule(data=st.data())
    def helper_goes(self, data: st.DataObject) -> None:
        attempt = data.draw(st.sampled_from(self.attempts[-2:]))
        self.legs.helper.discard(attempt)
        self.happens(m.HelperLegOver(attempt))

    @rule(data=st.data())
    def caller_accepts(self, data: st.DataObject) -> None:
        self.happens(m.CallerAccepted(data.draw(st.sampled_from(self.attempts[-2:]))))

    @rule(data=st.data(), missed=st.sampled_from(list(m.Missed)))
    def caller_goes(self, data: st.DataObject, missed: m.Missed) -> None:
        attempt = data.draw(st.sampled_from(self.attempts[-2:]))
        self.legs.caller.discard(attempt)
        self.happens(m.CallerLegOver(attempt, missed))

    @rule(data=st.data())
    def caller_picks_up(self, data: st.DataObject) -> None:
        self.happens(m.CallerPickedUp(data.draw(st.sampled_from(self.attempts[-2:]))))

    @rule()
    def number_is_shredded(self) -> None:
        self.happens(m.NumberGone())

    @rule(data=st.data())
    def helper_puts_back(self, data: st.DataObject) -> None:
        self.happens(m.PutBack(data.draw(st.sampled_from(self.attempts[-2:]))))

    @rule()
    def caller_withdraws(self) -> None:
        self.happens(m.Withdrawn())

    @invariant()
    def the_caller_is_rung_at_most_three_times_and_only_when_it_is_safe(self) -> None:
        """No storm, and nothing outside the window."""
        if not hasattr(self, "callback"):
            return
        assert self.callback.tried <= RULES.most_attempts
        for at in self.rung:
            span: Span = next_span(self.callback.wish, "Africa/Nairobi", ASKED, at)
            assert span.holds(at)

    @invariant()
    def every_wait_has_an_end(self) -> None:
        """A state that could last for ever would be a caller who is never called."""
        if not hasattr(self, "callback") or self.callback.state is m.State.CLOSED:
            return
        assert ASKED < self.callback.until <= max(self.now + RULES.talk_seconds, self.callback.expires_at)

    @invariant()
    def nobody_is_left_on_the_line(self) -> None:
        """A leg of an attempt that is over has been hung up."""
        if not hasattr(self, "callback"):
            return
        live = (
            {self.callback.attempt} if self.callback.state not in (m.State.WAITING, m.State.CLOSED) else set()
        )
        assert self.legs.caller <= live

    @invariant()
    def the_case_is_closed_once(self) -> None:
        """Closed twice, and the outcome log would count one caller twice."""
        if hasattr(self, "callback"):
            assert self.case_closed == (self.callback.state is m.State.CLOSED)


AnyLife.TestCase.settings = settings(max_examples=80, stateful_step_count=30, deadline=None)
TestAnyLife = AnyLife.TestCase
