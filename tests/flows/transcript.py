"""A whole call as a page to read: what is said, what is keyed, what is kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from textwrap import fill

from flows.effects import (
    AskKeys,
    Connect,
    EndCall,
    FindCallback,
    FindServices,
    Noted,
    Record,
    RequestCallback,
    Said,
    Visited,
    WithdrawCallback,
)
from flows.engine import Step
from flows.inputs import (
    CallbackAnswer,
    CallbackAnswered,
    CallbackFound,
    CallbackWithdrawn,
    DialEnded,
    Digits,
    Earlier,
    Facts,
    Heard,
    HungUp,
    Input,
    NobodyToConnect,
    ServicesFound,
    Silence,
)
from flows.model import Pack
from tests.flows.driving import Call

WIDTH = 100
SILENT = "~"
HANGS_UP = "x"
MOST_SCREENS = 60


@dataclass(frozen=True, slots=True)
class Script:
    """A call to be written down. `does` is one sign a screen: a key, `~` for silence, `x` for hanging up; after the
    last, nothing more is pressed. `half` says at which screens, counted from 0, only half was heard."""

    title: str
    does: str
    facts: Facts = field(default_factory=Facts)
    callback: CallbackAnswer = "noted"
    waiting: str = "wait_today"
    """How long a call may take to come, where one is noted."""
    noted_before: bool = False
    """Whether a call is noted already, from an earlier call."""
    full: bool = False
    """Whether the line has noted as many calls as it may in this hour."""
    too_late: bool = False
    """Whether a call that is noted can't be taken back any more."""
    talked: bool | None = None
    """Whether a helper answers; None when there is nobody to ring."""
    half: frozenset[int] = frozenset()


def written(pack: Pack, script: Script) -> str:
    """The transcript."""
    lines = [script.title, "=" * len(script.title), *_conditions(script), ""]
    call = Call(pack, script.facts)
    screens = 0
    noted = script.noted_before
    while screens < MOST_SCREENS:
        lines += _kept(call.taken)
        lines += _happens(pack, call.taken)
        if call.over:
            return "\n".join([*lines, ""])
        given = _inside(call.taken, script, noted)
        if isinstance(given, CallbackWithdrawn) and given.done:
            noted = False
        if given is None:
            given = _from_caller(script, screens, call.taken)
            lines += ["", _done(given)]
            screens += 1
        call.give(given)
    raise AssertionError("this call has no end")


def _conditions(script: Script) -> Iterator[str]:
    shown = "doesn't show" if script.facts.number == "no" else "shows"
    yield f"The caller's phone {shown} its number. The line's emergency number is {script.facts.emergency_number}."
    if script.facts.number == "unavailable":
        yield "No call can be offered to it."
    if script.noted_before:
        yield "The caller has asked for a call before."
    if script.full:
        yield "No more calls are noted in this hour."
    if script.callback != "noted":
        yield f"A callback is {script.callback}."


def _inside(taken: Step, script: Script, noted: bool) -> Input | None:
    match taken.last:
        case RequestCallback():
            return CallbackAnswered(script.callback, "", script.waiting)
        case FindCallback():
            none: Earlier = "unavailable" if script.full else "none"
            return CallbackFound("waiting" if noted else none, script.waiting)
        case WithdrawCallback():
            return CallbackWithdrawn(not script.too_late)
        case FindServices():
            return ServicesFound(())
        case Connect() if script.talked is None:
            return NobodyToConnect()
        case _:
            return None


def _from_caller(script: Script, screen: int, taken: Step) -> Input:
    heard = Heard(20, 0.5) if screen in script.half else Heard(40, 1)
    if isinstance(taken.last, Connect):
        return DialEnded(bool(script.talked), heard)
    sign = script.does[screen] if screen < len(script.does) else SILENT
    if sign == SILENT:
        return Silence(heard)
    return HungUp(heard) if sign == HANGS_UP else Digits(sign, heard)


def _done(given: Input) -> str:
    match given:
        case Digits(keys=keys):
            return f">>> {keys}"
        case DialEnded(talked=talked):
            return ">>> (they talk, and hang up)" if talked else ">>> (nobody answers)"
        case HungUp():
            return ">>> (hangs up)"
        case _:
            return ">>> (nothing)"


def _kept(taken: Step) -> Iterator[str]:
    for effect in taken.effects:
        match effect:
            case Visited(node=node, left_by=left_by, key=key, completed=completed):
                heard = {None: "", True: ", heard to the end", False: ", not heard to the end"}[completed]
                yield f"    kept: {node} · {left_by}{f' {key}' if key else ''}{heard}"
            case Noted(name=name, value=value):
                yield f"    noted: {name} = {value}"


def _happens(pack: Pack, taken: Step) -> Iterator[str]:
    match taken.last:
        case AskKeys(said=said, wait_seconds=wait, barge_in=barge_in):
            late = "" if barge_in else " Keys count after the last word."
            yield f"[{taken.session.node}] Then {wait} s for a key.{late}"
            yield from _said(pack, said)
        case Record(said=said, max_seconds=most):
            yield f"[{taken.session.node}] Then a beep, and at most {most} s for a message."
            yield from _said(pack, said)
        case EndCall(said=said):
            yield f"[{taken.session.node}] Then the call ends."
            yield from _said(pack, said)
        case Connect(to=to, seconds=seconds):
            yield f"[{taken.session.node}] Rings for {to}, {seconds} s at the most."
        case RequestCallback(need=need, language=language, wishes=wishes):
            told = ", ".join(f"{name} = {value}" for name, value in wishes) or "nothing else is known"
            yield f"    asked for: a call ({need}) in {language or 'a language not chosen'}; {told}"
        case FindCallback():
            yield "    looked for: a call that is noted for this phone already"
        case WithdrawCallback():
            yield "    asked for: to take back the call that is noted"
        case FindServices(need=need):
            yield f"    looked for: services ({need})"
        case _:
            yield "The call is over."


def _said(pack: Pack, said: Iterable[Said]) -> Iterator[str]:
    for language, parts in groupby(said, key=lambda part: part.language):
        texts = [" ".join(pack.scripts[part.prompt, language].text.split()) for part in parts]
        yield fill(" ".join(texts), WIDTH, initial_indent=f"  {language}: ", subsequent_indent="      ")
