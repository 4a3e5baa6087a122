"""The services of callbacks, put together."""

from __future__ import annotations

from dataclasses import dataclass

from ivr.callbacks.book import Book
from ivr.callbacks.dispatch import Dispatcher
from ivr.callbacks.hurry import Jobs
from ivr.callbacks.taking import Taking


@dataclass(frozen=True, slots=True)
class CallbackParts:
    """What pages, legs and workers get."""

    book: Book
    dispatcher: Dispatcher
    taking: Taking
    jobs: Jobs
