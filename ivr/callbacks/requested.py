"""What becomes of a caller's wish to be called back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from flows.inputs import CallbackAnswer
from ivr.store.hot import Addition


class Requested(NamedTuple):
    """The answer for the caller.

    `reference` is what the desk calls the wish; it is remembered while the call lasts, and no longer. `additions` are
    the rows that are written with the turn: they are kept exactly if the caller is told so.
    """

    answer: CallbackAnswer
    reference: str = ""
    additions: Sequence[Addition] = ()
