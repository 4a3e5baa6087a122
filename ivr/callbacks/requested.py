"""What becomes of a caller's wish to be called back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from flows.inputs import CallbackAnswer, Earlier
from ivr.store.hot import Addition


class Requested(NamedTuple):
    """The answer for the caller.

    `reference` is what the desk calls the wish; it is remembered while the call lasts, and no longer. `additions` are
    the rows that are written with the turn: they are kept exactly if the caller is told so.
    """

    answer: CallbackAnswer
    reference: str = ""
    additions: Sequence[Addition] = ()
    waiting: str = ""
    """How long the call may take to come: one of `flows.house.WAITING_TIMES`, or "" where nothing is known."""


class Pending(NamedTuple):
    """Whether a callback is noted for a phone or could be, and how long it may take to come (as in Requested)."""

    found: Earlier
    waiting: str = ""


class TakenBack(NamedTuple):
    """Whether a callback is taken back, and what is written with the turn for it to be so."""

    done: bool
    additions: Sequence[Addition] = ()
