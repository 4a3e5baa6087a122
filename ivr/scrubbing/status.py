"""What is waiting to be deleted, what has met with trouble, and what the provider was last found to have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from ivr.scrubbing import pauses, waiting
from ivr.scrubbing.pauses import as_it_stands, needs_somebody
from ivr.scrubbing.tables import reconciliations

OVERDUE_SECONDS = 3600.0

_WORDS = {
    "": "waits for its time",
    pauses.UNDER_WAY: "the call isn't over yet",
    pauses.STUCK: "for more than a day the provider has said that the call isn't over",
    pauses.NOT_SETTLED: "the provider hasn't settled the call yet",
    pauses.BUSY: "the provider asked for patience",
    pauses.OUT_OF_REACH: "the provider doesn't answer",
    pauses.CREDENTIALS: "the provider doesn't accept the account and the token that are set",
    pauses.REFUSED: "the provider refuses",
    pauses.NEEDED: "something that was recorded is to be kept, and isn't fetched yet",
    pauses.STILL_THERE: "it was deleted and is still there",
    pauses.NO_ACCOUNT: "there is no account for this provider any more",
    pauses.UNEXPECTED: "something unforeseen; the log says what",
}


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What a provider was found to have on a day; `trouble` is why it couldn't be asked, or empty."""

    provider: str
    date: str
    left_calls: int
    left_recordings: int
    trouble: str


@dataclass(frozen=True, slots=True)
class Status:
    """`reasons` counts the calls on the list by why they are there; `troubles` only those that need somebody.

    `overdue` are those that nobody has looked at for an hour: no worker is at work. `reconciled` is the latest of each
    provider.
    """

    waiting: int
    reasons: dict[str, int]
    troubles: dict[str, int]
    overdue: int
    reconciled: Sequence[Reconciled]


def status(connection: Connection, now: float) -> Status:
    """How things stand."""
    rows = waiting.everything(connection)
    reasons = [as_it_stands(row.trouble, now - row.since) for row in rows]
    troubles = [
        reason for reason, row in zip(reasons, rows, strict=True) if needs_somebody(reason, row.attempts)
    ]
    return Status(
        waiting=len(rows),
        reasons=dict(Counter(reasons)),
        troubles=dict(Counter(troubles)),
        overdue=sum(row.due_at < now - OVERDUE_SECONDS for row in rows),
        reconciled=_latest(connection),
    )


def _latest(connection: Connection) -> list[Reconciled]:
    latest = {}
    for row in connection.execute(select(reconciliations).order_by(reconciliations.c.date)):
        latest[row.provider] = Reconciled(*row)
    return [latest[provider] for provider in sorted(latest)]


def in_words(trouble: str) -> str:
    """Why a call is still on the list, for people."""
    kind, _, code = trouble.partition(" ")
    return _WORDS.get(kind, kind) + (f" (code {code})" if code and code != "0" else "")
