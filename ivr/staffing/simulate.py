"""One run: the callers ask, helpers call them back, and nothing is decided here that the hotline decides elsewhere.

Whether a callback may be taken, which comes first, when it is tried again and when it is over is asked of the state
machine of callbacks; when a helper may be asked again, of the rules that look after helpers. Here are only the clock
(simpy's), the people, and what is counted.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from math import inf

from simpy import Environment, Event

from ivr.callbacks import machine
from ivr.callbacks.machine import Callback, Ending, State
from ivr.callbacks.windows import seconds_in_spans
from ivr.people.wellbeing import Day, Standing, Talked, standing
from ivr.staffing.callers import Caller
from ivr.staffing.model import TIME_ZONE, Plan

Process = Generator[Event, object, None]


@dataclass(slots=True)
class Case:
    """A caller, the callback, and what came of it."""

    caller: Caller
    callback: Callback
    first_rung_at: float | None = None
    taken: Event | None = None
    """Succeeds with the helper who takes it; there only while it stands in the line."""

    @property
    def waited(self) -> float | None:
        """Seconds from asking to the first ring, while it was safe to ring; None where the phone never rang."""
        if self.first_rung_at is None:
            return None
        return seconds_in_spans(self.caller.wish, TIME_ZONE, self.caller.asked_at, self.first_rung_at)

    @property
    def ending(self) -> Ending | None:
        """None: the caller still waits, or talks."""
        return self.callback.ending


@dataclass(slots=True)
class Place:
    """One helper on call at any time of the service, whoever it is at that hour."""

    name: str
    talked: list[Talked] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Period:
    """What is counted: who asked from `begins` until `ends`, and what helpers did meanwhile."""

    begins: float
    ends: float


@dataclass(slots=True)
class Run:
    """What a run has shown. `cases` are those of the period; seconds are those of all helpers together, within the
    hours of the service."""

    cases: list[Case] = field(default_factory=list)
    on_call_seconds: float = 0.0
    busy_seconds: float = 0.0
    talk_seconds: float = 0.0


def play(plan: Plan, callers: Sequence[Caller], helpers: int, period: Period, until: float) -> Run:
    """Plays one run, up to a moment or until everybody of the period has been called back or given up."""
    floor = Floor(plan, helpers, period)
    env = floor.env
    env.process(floor.take_calls(callers))
    env.process(floor.open_and_close())
    env.process(floor.settle())
    env.run(floor.over | env.timeout(until))
    run = floor.run
    run.on_call_seconds = helpers * plan.opening.seconds_between(period.begins, min(env.now, period.ends))
    return run


class Floor:
    """The helpers of one run, and the callers who wait for them."""

    def __init__(self, plan: Plan, helpers: int, period: Period) -> None:
        self.env = Environment()
        self.run = Run()
        self.over = self.env.event()
        self._all_settled = self.env.event()
        self._plan = plan
        self._period = period
        self._is_open = False
        self._unsettled = 0
        self._free = deque(Place(str(number)) for number in range(helpers))
        self._line: list[tuple[float, float, int, Event, Case]] = []
        self._joined = 0

    # ── The clock

    def open_and_close(self) -> Process:
        """The hours of the service: at their end no call is begun any more, and those under way go on."""
        opening = self._plan.opening
        while True:
            self._is_open = opening.holds(self.env.now)
            self._serve()
            change = opening.next_change(self.env.now)
            if change == inf:
                return
            yield self.env.timeout(change - self.env.now)

    def settle(self) -> Process:
        """The run is over when the period is, and nobody who asked in it still waits."""
        yield self.env.timeout(self._period.ends)
        yield self._all_settled
        self.over.succeed()

    # ── Callers

    def take_calls(self, callers: Sequence[Caller]) -> Process:
        """Everybody asks at their time."""
        self._unsettled = sum(self._counts(caller.asked_at) for caller in callers)
        if not self._unsettled:
            self._all_settled.succeed()
        for number, caller in enumerate(callers):
            yield self.env.timeout(max(0.0, caller.asked_at - self.env.now))
            case = Case(caller, self._asked(number, caller))
            if self._counts(caller.asked_at):
                self.run.cases.append(case)
            self.env.process(self._life(case))

    def _counts(self, asked_at: float) -> bool:
        return self._period.begins <= asked_at < self._period.ends

    def _asked(self, number: int, caller: Caller) -> Callback:
        at = caller.asked_at
        expires_at = at + self._plan.keep_seconds
        return machine.asked(Callback(str(number), caller.wish, TIME_ZONE, at, expires_at), at)

    def _life(self, case: Case) -> Process:
        """From asking to the end: waiting for safe hours, then for a helper, as often as it takes."""
        env = self.env
        while case.callback.state is State.WAITING:
            if env.now >= case.caller.withdraws_at:
                self._step(case, machine.Withdrawn())
            elif env.now >= case.callback.until:
                self._step(case, machine.TimePassed())
            elif env.now < case.callback.not_before:
                yield self._pause_until(case, min(case.callback.not_before, case.callback.until))
            else:
                place = yield from self._stand_in_line(case)
                if place is not None:
                    yield from self._attempt(case, place)
        if self._counts(case.caller.asked_at):
            self._unsettled -= 1
            if not self._unsettled:
                self._all_settled.succeed()

    def _pause_until(self, case: Case, at: float) -> Event:
        return self.env.timeout(max(0.0, min(at, case.caller.withdraws_at) - self.env.now))

    def _stand_in_line(self, case: Case) -> Generator[Event, object, Place | None]:
        """The helper who takes it; None when the safe hours, or the caller's patience, are over before."""
        case.taken = taken = self.env.event()
        self._joined += 1
        entry = (case.callback.ranked_at, case.caller.asked_at, self._joined, taken, case)
        heappush(self._line, entry)
        self._serve()
        if not taken.triggered:
            yield taken | self._pause_until(case, case.callback.until)
        case.taken = None
        return taken.value if taken.triggered else None

    # ── Helpers

    def _serve(self) -> None:
        """Free helpers take whoever comes first and may be called now."""
        while self._is_open and self._free and self._line:
            *_, taken, case = heappop(self._line)
            if case.taken is taken and machine.may_be_taken(case.callback, self.env.now):
                case.taken = None
                taken.succeed(self._free.popleft())

    def _attempt(self, case: Case, place: Place) -> Process:
        """Helper first, then the caller's phone rings."""
        env, plan = self.env, self._plan
        attempt = f"{case.callback.id}.{case.callback.tried}"
        self._step(case, machine.Taken(place.name, attempt))
        self._step(case, machine.HelperAccepted(attempt))
        if case.first_rung_at is None:
            case.first_rung_at = env.now
        yield self._busy_for(plan.ring_seconds)
        if case.caller.answers[case.callback.tried - 1]:
            self._step(case, machine.CallerAccepted(attempt))
            began, length = env.now, min(case.caller.talk_seconds, plan.rules.talk_seconds)
            self.run.talk_seconds += self._counted_seconds(began, began + length)
            yield self._busy_for(length)
            self._step(case, machine.HelperLegOver(attempt))
            lately = place.talked[-plan.care.most_hard_calls_running :]
            place.talked = [*lately, Talked(began, env.now, case.caller.hard)]
        else:
            self._step(case, machine.CallerLegOver(attempt))
        env.process(self._rest(place))

    def _rest(self, place: Place) -> Process:
        """The break after a call, and the longer one after hard calls; then the helper is free."""
        while True:
            verdict = standing(Day(self.env.now, talked=place.talked), self.env.now, self._plan.care)
            if verdict.standing is Standing.FREE or verdict.until is None:
                break
            yield self._busy_for(verdict.until - self.env.now)
        self._free.append(place)
        self._serve()

    def _busy_for(self, seconds: float) -> Event:
        self.run.busy_seconds += self._counted_seconds(self.env.now, self.env.now + seconds)
        return self.env.timeout(seconds)

    # ── What is counted

    def _step(self, case: Case, happened: machine.Happening) -> None:
        case.callback, _ = machine.step(case.callback, happened, self.env.now, self._plan.rules)

    def _counted_seconds(self, begins: float, ends: float) -> float:
        return self._plan.opening.seconds_between(
            max(begins, self._period.begins), min(ends, self._period.ends)
        )
