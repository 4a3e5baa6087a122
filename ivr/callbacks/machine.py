"""The life of one callback, as a pure function: (callback, what happened, now, rules) → (callback, deeds).

`waiting → offered → dialling → talking → closed`, and `waiting` again when nobody answered. Every state but the last
has an end (`until`), so that nothing can ring or wait for ever. What happens twice, late or out of order changes
nothing; a leg that belongs to an attempt that is over is hung up, so that nobody is left listening to silence.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import assert_never

from ivr.callbacks import windows
from ivr.callbacks.happenings import (
    AskOutcome,
    CallerAccepted,
    CallerLegOver,
    CallerPickedUp,
    CloseCase,
    Deed,
    EndLegs,
    Happening,
    HelperAccepted,
    HelperLegOver,
    HelperNotRung,
    Missed,
    NumberGone,
    PutBack,
    RingCaller,
    RingHelper,
    Taken,
    TimePassed,
    Withdrawn,
)


class State(StrEnum):
    """Where a callback is."""

    WAITING = "waiting"
    OFFERED = "offered"
    DIALLING = "dialling"
    TALKING = "talking"
    CLOSED = "closed"


class Ending(StrEnum):
    """How a callback has ended."""

    TALKED = "talked"
    UNREACHED = "unreached"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Rules:
    """What a programme may set. Seconds."""

    most_attempts: int = 3
    spacing: tuple[float, ...] = (1800.0, 3 * 3600.0)
    """How long after the first attempt the second may come, after the second the third; the last one repeats."""
    offer_seconds: float = 60.0
    dial_seconds: float = 90.0
    """For ringing the caller, and from picking up once more: the greeting is said twice, in every language."""
    talk_seconds: float = 3600.0
    rest_after_no_answer: float = 600.0
    """For how long the phone of a helper isn't rung who has just not taken a callback."""


@dataclass(frozen=True, slots=True)
class Callback:
    """One wish to be called. `attempt` names the present one; `tried` counts how often the caller's phone rang.

    Waiting callbacks are served in the order of `ranked_at`: the time of asking, moved on by the time that the caller
    has waited outside of the safe hours. It stays the same while they last, so that a database can keep the order.
    """

    id: str
    wish: windows.Wish
    time_zone: str
    asked_at: float
    expires_at: float
    state: State = State.WAITING
    until: float = 0.0
    not_before: float = 0.0
    ranked_at: float = 0.0
    attempt: str = ""
    helper: str = ""
    tried: int = 0
    ending: Ending | None = None
    missed: Missed | None = None


Step = tuple[Callback, tuple[Deed, ...]]


def asked(callback: Callback, now: float) -> Callback:
    """A callback just asked for, or asked for again, waiting for the first time at which it is safe."""
    return _wait(callback, now)


def may_be_taken(callback: Callback, now: float) -> bool:
    """Whether a helper may have it now."""
    if callback.state is not State.WAITING or not callback.not_before <= now < callback.expires_at:
        return False
    return _is_safe(callback, now)


def step(callback: Callback, happened: Happening, now: float, rules: Rules) -> Step:
    """What becomes of a callback. What doesn't fit changes nothing."""
    if isinstance(happened, TimePassed):
        return _time_passed(callback, now, rules)
    if isinstance(happened, Withdrawn):
        return _withdrawn(callback)
    if isinstance(happened, NumberGone):
        return _number_gone(callback)
    if isinstance(happened, Taken):
        return _taken(callback, happened, now, rules)
    if happened.attempt != callback.attempt or callback.state in (State.WAITING, State.CLOSED):
        return callback, _left_over(happened)
    match happened:
        case HelperAccepted():
            return _helper_accepted(callback, now, rules)
        case HelperNotRung(pause=pause) if callback.state is State.OFFERED:
            return _wait(callback, now + pause), (EndLegs(callback.attempt),)
        case HelperNotRung():
            return callback, ()
        case HelperLegOver():
            return _helper_gone(callback, now, rules)
        case CallerPickedUp():
            return _picked_up(callback, now, rules)
        case CallerAccepted():
            return _caller_accepted(callback, now, rules)
        case CallerLegOver(missed=missed):
            return _caller_gone(callback, missed, now, rules)
        case PutBack():
            return _put_back(callback, now, rules)
        case _:
            assert_never(happened)


def _taken(callback: Callback, taken: Taken, now: float, rules: Rules) -> Step:
    if not may_be_taken(callback, now):
        return callback, ()
    offered = replace(
        callback,
        state=State.OFFERED,
        helper=taken.helper,
        attempt=taken.attempt,
        until=now + rules.offer_seconds,
    )
    return offered, (RingHelper(taken.attempt),)


def _helper_accepted(callback: Callback, now: float, rules: Rules) -> Step:
    if callback.state is not State.OFFERED:
        return callback, ()
    if not _is_safe(callback, now) or now >= callback.expires_at:
        # The helper took a minute to answer, and the window has closed meanwhile: safety comes first.
        return _wait(callback, now), (EndLegs(callback.attempt),)
    dialling = replace(
        callback,
        state=State.DIALLING,
        tried=callback.tried + 1,
        until=now + rules.dial_seconds,
        missed=None,
    )
    return dialling, (RingCaller(callback.attempt),)


def _helper_gone(callback: Callback, now: float, rules: Rules) -> Step:
    match callback.state:
        case State.OFFERED:
            return _wait(callback, now), ()
        case State.DIALLING:
            return _try_again(callback, Missed.HELPER_GONE, now, rules)
        case _:
            return _close(callback, Ending.TALKED)


def _picked_up(callback: Callback, now: float, rules: Rules) -> Step:
    """From now on the greeting is heard: told again, it doesn't begin again."""
    if callback.state is not State.DIALLING or callback.missed is Missed.NO_KEY:
        return callback, ()
    return replace(callback, missed=Missed.NO_KEY, until=now + rules.dial_seconds), ()


def _caller_accepted(callback: Callback, now: float, rules: Rules) -> Step:
    if callback.state is not State.DIALLING:
        return callback, ()
    return replace(callback, state=State.TALKING, until=now + rules.talk_seconds), ()


def _caller_gone(callback: Callback, missed: Missed, now: float, rules: Rules) -> Step:
    match callback.state:
        case State.OFFERED:
            # The caller's phone hasn't rung in this attempt: word of another.
            return callback, ()
        case State.DIALLING:
            return _try_again(callback, missed, now, rules)
        case _:
            return _close(callback, Ending.TALKED)


def _put_back(callback: Callback, now: float, rules: Rules) -> Step:
    match callback.state:
        case State.OFFERED:
            return _wait(callback, now), (EndLegs(callback.attempt),)
        case State.DIALLING:
            # The caller's phone has rung: it isn't to ring again at once.
            return _try_again(callback, Missed.HELPER_GONE, now, rules)
        case _:
            return callback, ()


def _number_gone(callback: Callback) -> Step:
    """Whoever is rung or talks already has been reached before the number went."""
    if callback.state in (State.WAITING, State.OFFERED):
        return _close(callback, Ending.EXPIRED)
    return callback, ()


def _withdrawn(callback: Callback) -> Step:
    if callback.state in (State.TALKING, State.CLOSED):
        return callback, ()
    return _close(callback, Ending.WITHDRAWN)


def _time_passed(callback: Callback, now: float, rules: Rules) -> Step:
    if callback.state is State.CLOSED or now < callback.until:
        return callback, ()
    match callback.state:
        case State.WAITING if now < callback.expires_at:
            # The safe hours are over: the next ones are waited for.
            return _wait(callback, now), ()
        case State.WAITING:
            return _close(callback, Ending.EXPIRED)
        case State.OFFERED:
            return _wait(callback, now), (EndLegs(callback.attempt),)
        case State.DIALLING:
            return _try_again(callback, Missed.NO_WORD, now, rules)
        case _:
            return _close(callback, Ending.TALKED)


def _try_again(callback: Callback, missed: Missed, now: float, rules: Rules) -> Step:
    if callback.missed is not Missed.NO_KEY or missed in (Missed.NOT_NOW, Missed.HELPER_GONE):
        # Of a phone that was picked up the provider may say that nobody answered, because nobody was put through.
        callback = replace(callback, missed=missed)
    if callback.tried >= rules.most_attempts:
        return _close(callback, Ending.UNREACHED)
    pause = rules.spacing[min(callback.tried, len(rules.spacing)) - 1]
    return _wait(callback, now + pause), (EndLegs(callback.attempt),)


def _wait(callback: Callback, earliest: float) -> Callback:
    """Waiting again, for the first safe moment; `until` is the end of those safe hours, or of everything."""
    wish, zone, asked_at = callback.wish, callback.time_zone, callback.asked_at
    span = windows.next_span(wish, zone, asked_at, earliest)
    not_before = max(earliest, span.opens)
    return replace(
        callback,
        state=State.WAITING,
        not_before=not_before,
        ranked_at=not_before - windows.seconds_in_spans(wish, zone, asked_at, not_before),
        until=min(span.closes, callback.expires_at),
        attempt="",
        helper="",
    )


def _close(callback: Callback, ending: Ending) -> Step:
    closed = replace(callback, state=State.CLOSED, ending=ending, until=0.0)
    deeds: tuple[Deed, ...] = (CloseCase(),)
    if ending is Ending.TALKED:
        deeds = (AskOutcome(callback.helper), *deeds)
    if callback.attempt:
        deeds = (EndLegs(callback.attempt), *deeds)
    return closed, deeds


def _left_over(happened: Happening) -> tuple[Deed, ...]:
    """Somebody of an attempt that is over is still on the line."""
    if isinstance(happened, HelperAccepted | CallerAccepted) and happened.attempt:
        return (EndLegs(happened.attempt),)
    return ()


def _is_safe(callback: Callback, now: float) -> bool:
    return windows.next_span(callback.wish, callback.time_zone, callback.asked_at, now).holds(now)


__all__ = [
    "AskOutcome",
    "Callback",
    "CallerAccepted",
    "CallerLegOver",
    "CallerPickedUp",
    "CloseCase",
    "Deed",
    "EndLegs",
    "Ending",
    "Happening",
    "HelperAccepted",
    "HelperLegOver",
    "HelperNotRung",
    "Missed",
    "NumberGone",
    "PutBack",
    "RingCaller",
    "RingHelper",
    "Rules",
    "State",
    "Step",
    "Taken",
    "TimePassed",
    "Withdrawn",
    "asked",
    "may_be_taken",
    "step",
]
