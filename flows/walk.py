"""One step under way: where the call is as it moves, and what is to be kept of it.

The walk knows places, not what keys or silence mean: that is `answers.py`; what is said is `arrivals.py`.
"""

from __future__ import annotations

from typing import get_args

from flows.effects import Connect, Effect, Ending, Inside, LeftBy, Noted, Visited
from flows.house import WAIT_UNKNOWN, WAITING_TIMES
from flows.inputs import Facts, Heard
from flows.model import Enter, Flow, Node, Pack, Play
from flows.session import (
    MOST_ASKED,
    MOST_HISTORY,
    MOST_NOTES,
    MOST_STACK,
    WITHDRAWN,
    Place,
    Session,
)
from flows.way import SILENT, code_of, is_deed, summary, with_step, without_step

MOST_STEPS = 50
"""Nodes passed in one turn without the caller; the checker finds such loops, this bounds what it misses."""

MOST_TURNS = 200
MOST_SILENCES = 12
COMPLETED_SHARE = 0.75

_NOT_SAID = (*get_args(Inside), Connect)


class Lost(Exception):
    """The call can't go on: its place doesn't exist, or it went round for too long. It ends in the last resort."""


class Walk:
    """The session as it changes, unpacked so that a turn rebuilds it once, and the effects so far."""

    __slots__ = (
        "asked",
        "asking",
        "before",
        "can_press",
        "effects",
        "entry",
        "facts",
        "flow_id",
        "history",
        "invalid",
        "language",
        "node_id",
        "notes",
        "over",
        "pack",
        "passed",
        "said_no",
        "silences",
        "stack",
        "steps",
        "tries",
        "waiting",
        "wrong_key",
    )

    def __init__(self, pack: Pack, session: Session, facts: Facts) -> None:
        self.pack = pack
        self.entry = pack.flows[pack.entry]
        self.facts = facts._replace(waiting_time=session.waiting) if session.waiting else facts
        self.before = session
        self.effects: list[Effect] = []
        self.wrong_key = False
        self.flow_id = session.flow
        self.node_id = session.node
        self.language = session.language
        self.can_press = session.can_press
        self.asking = session.asking
        self.said_no = session.said_no
        self.tries = session.tries
        self.invalid = session.invalid
        self.silences = session.silences
        self.passed = session.passed
        self.stack = session.stack
        self.history = session.history
        self.notes = session.notes
        self.asked = session.asked
        self.waiting = session.waiting
        self.steps = session.steps
        self.over = session.over

    @property
    def flow(self) -> Flow:
        """Raises Lost when an old session names a flow that is gone."""
        flow = self.pack.flows.get(self.flow_id)
        if flow is None:
            raise Lost
        return flow

    @property
    def node(self) -> Node:
        """Raises Lost when an old session names a node that is gone."""
        node = self.flow.nodes.get(self.node_id)
        if node is None:
            raise Lost
        return node

    @property
    def undecided(self) -> bool:
        """Whether a language is still to be chosen."""
        return self.language not in self.entry.languages

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages in which things are said now."""
        language = self.language
        return self.entry.languages if language is None or self.undecided else (language,)

    # Where to go

    def forward(self, target: str) -> None:
        """Goes on to a node, remembering this one for the key that goes back."""
        self.history = (*self.history, (self.flow_id, self.node_id))[-MOST_HISTORY:]
        self.go(target)

    def go(self, target: str) -> None:
        """Goes on to a node of the same flow."""
        self.node_id = target
        self.tries = self.invalid = 0
        self.asking = self.wrong_key = False

    def leave_for(self, flow: Flow, target: str) -> None:
        """Leaves an entered flow for good. Only places of the flow that is gone to can still be gone back to."""
        self.history = tuple(place for place in self.history if place[0] == flow.id)
        self.flow_id, self.stack = flow.id, ()
        self.go(target)

    def back(self) -> None:
        """Goes to the place before this one, or stays where there is none."""
        here: Place = (self.flow_id, self.node_id)
        while self.history:
            place = self.history[-1]
            self.history = self.history[:-1]
            if place != here and self._exists(place):
                self._return_to(place)
                return

    def _exists(self, place: Place) -> bool:
        flow = self.pack.flows.get(place[0])
        return flow is not None and place[1] in flow.nodes

    def _return_to(self, place: Place) -> None:
        flow, node = place
        if flow != self.flow_id:
            entered_from = [entered[0] for entered in self.stack]
            self.stack = self.stack[: entered_from.index(flow)] if flow in entered_from else ()
        self.flow_id = flow
        self.go(node)

    def enter(self, node: Enter) -> None:
        """Goes into another flow. Raises Lost when that would be too deep."""
        target = self.pack.flows.get(node.flow)
        if target is None or len(self.stack) >= MOST_STACK:
            raise Lost
        self.stack = (*self.stack, (self.flow_id, node.then))
        self.flow_id = target.id
        self.go(target.start)

    def come_back(self) -> None:
        """Places inside the flow that is left are forgotten: going back into it would have nowhere to return to."""
        if not self.stack:
            raise Lost
        self.history = tuple(place for place in self.history if place[0] != self.flow_id)
        self.flow_id, target = self.stack[-1]
        self.stack = self.stack[:-1]
        self.go(target)

    # What bounds it

    def count_node(self) -> None:
        """Raises Lost when the call runs in a circle without the caller."""
        self.passed += 1
        if self.passed > MOST_STEPS:
            raise Lost

    def count_silence(self) -> None:
        """Raises Lost when nothing that means anything has come from the caller for too long."""
        self.silences += 1
        if self.silences >= MOST_SILENCES:
            raise Lost

    def heard_from_caller(self) -> None:
        self.tries = self.invalid = self.silences = 0

    # What is kept

    def pressed(self, key: str, heard: Heard) -> None:
        """Takes down a key that means something. One pressed before a language is chosen shows that keys can be."""
        self.heard_from_caller()
        self.can_press = self.undecided
        self.steps = without_step(self.steps, SILENT)
        self.leave("key", heard, key)

    def kept_silent(self) -> None:
        """Takes down that nothing was pressed where a choice was offered."""
        self.steps = with_step(self.steps, SILENT)

    def note(self, name: str, value: str) -> None:
        """Keeps a coded answer, and remembers it for the rest of the call."""
        self.effects.append(Noted(name, value))
        if name in self.notes or len(self.notes) < MOST_NOTES:
            self.notes = {**self.notes, name: value}

    def forget(self, name: str) -> None:
        """Takes back a coded answer for the rest of the call; what has been kept of it stays."""
        if name in self.notes:
            self.notes = {noted: value for noted, value in self.notes.items() if noted != name}

    def requested(self, need: str, reference: str) -> None:
        """Remembers that a callback is noted, so that asking again corrects it instead of asking for another. Whoever
        has said no before and then asks has changed their mind."""
        others = [one for one in self.asked if one[0] != need]
        self.asked = (*others, (need, reference))[-MOST_ASKED:]
        self.said_no = ""

    def withdrawn(self) -> None:
        """Remembers that no call is wished any more: silence doesn't ask for another."""
        self.asked = ()
        self.said_no = WITHDRAWN

    def told_to_wait(self, waiting: str) -> None:
        """Keeps how long a call may take to come, for whatever node says so. A word without a clip isn't one."""
        self.waiting = waiting if waiting in WAITING_TIMES else WAIT_UNKNOWN
        self.facts = self.facts._replace(waiting_time=self.waiting)

    def leave(self, left_by: LeftBy, heard: Heard | None = None, key: str | None = None) -> None:
        """Takes down how the node was left; `heard` is None where nothing was said."""
        seconds = 0 if heard is None else round(heard.seconds)
        completed = None if heard is None else self._completed(left_by, heard)
        self.effects.append(
            Visited(self.flow_id, self.node_id, self.language, left_by, key, seconds, completed)
        )
        node = self._left()
        if node is not None and is_deed(node, left_by, completed):
            self.steps = with_step(self.steps, code_of(self.flow_id, self.node_id, self.entry.id))

    def _completed(self, left_by: LeftBy, heard: Heard) -> bool | None:
        node = self._left()
        if not isinstance(node, Play) or node.measure != "completion":
            return None
        return left_by == "played" or heard.share >= COMPLETED_SHARE

    def _left(self) -> Node | None:
        """The node that is left; None where an old session names one that is gone."""
        flow = self.pack.flows.get(self.flow_id)
        return None if flow is None else flow.nodes.get(self.node_id)

    def way(self) -> str:
        """How the caller came to where she is, in a few coded steps."""
        return summary(self.steps, code_of(self.flow_id, self.node_id, self.entry.id))

    # How it ends

    def session_after(self, last: Inside | Ending) -> Session:
        """The session that this step leaves behind. Nodes are counted until the caller is heard again."""
        goes_on = isinstance(last, _NOT_SAID)
        return Session(
            flow=self.flow_id,
            node=self.node_id,
            turn=self.before.turn,
            language=self.language,
            can_press=self.can_press,
            asking=self.asking,
            said_no=self.said_no,
            tries=self.tries,
            invalid=self.invalid,
            silences=self.silences,
            passed=self.passed if goes_on else 0,
            stack=self.stack,
            history=self.history,
            notes=self.notes,
            asked=self.asked,
            over=self.over,
            waiting=self.waiting,
            steps=self.steps,
        )
