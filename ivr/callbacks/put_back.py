"""Why a helper gives a callback back: codes of a list, so that nothing of a caller is ever typed.

They stand on the callback's row for as long as it lives, and go with it; the outcome log knows nothing of them. By whom
each was given is asked nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, select, update

from ivr.callbacks.machine import State
from ivr.callbacks.matching import CRISIS, Wanted
from ivr.store.callback_tables import callbacks, was_put_back

MOST_SHOWN = 25
_BETWEEN = ","


class Reason(StrEnum):
    """The values stay as they are: rows name them."""

    WANTS_A_WOMAN = "wants_a_woman"
    WANTS_A_MAN = "wants_a_man"
    BAD_TIME = "bad_time"
    OTHER_LANGUAGE = "other_language"
    SOMEBODY_ELSE = "somebody_else"
    NOT_ALONE = "not_alone"
    PHONE = "phone"
    TOO_MUCH = "too_much"
    MISTAKE = "mistake"


HELPS_THE_NEXT = frozenset(
    {Reason.WANTS_A_WOMAN, Reason.WANTS_A_MAN, Reason.BAD_TIME, Reason.OTHER_LANGUAGE, Reason.SOMEBODY_ELSE}
)
"""What is said of the caller. The others are a helper's own, and nobody's business who takes the call next."""


@dataclass(frozen=True, slots=True)
class GivenBack:
    """A callback that was put back and isn't over. `reasons`: each that was given, the latest last."""

    id: str
    wanted: Wanted
    need: str
    asked_at: float
    times: int
    reasons: tuple[Reason, ...]


def reason_of(code: str) -> Reason | None:
    """The reason of a code; None for none, and for what was never offered."""
    try:
        return Reason(code)
    except ValueError:
        return None


def reasons_of(kept: str) -> tuple[Reason, ...]:
    """What a row says, each once, the latest last."""
    return tuple(reason for code in kept.split(_BETWEEN) if (reason := reason_of(code)) is not None)


def helpful(kept: str) -> tuple[Reason, ...]:
    """What of it helps whoever takes the callback next."""
    return tuple(reason for reason in reasons_of(kept) if reason in HELPS_THE_NEXT)


def note_put_back(connection: Connection, callback_id: str, reason: Reason | None) -> None:
    """In the transaction that has just put it back, and so holds the row."""
    this = callbacks.c.id == callback_id
    kept = reasons_of(connection.execute(select(callbacks.c.put_back_for).where(this)).scalar() or "")
    codes = [*(one for one in kept if one is not reason), *([reason] if reason is not None else [])]
    noted = {"put_back": callbacks.c.put_back + 1, "put_back_for": _BETWEEN.join(codes)}
    connection.execute(update(callbacks).where(this).values(noted))


def given_back(connection: Connection) -> list[GivenBack]:
    """What waits, or is in hand, and was put back; what was put back most often first."""
    c = callbacks.c
    query = (
        select(c.id, c.language, c.gender, c.crisis, c.need, c.asked_at, c.put_back, c.put_back_for)
        .where(was_put_back(), c.state != State.CLOSED.value)
        .order_by(c.put_back.desc(), c.asked_at)
        .limit(MOST_SHOWN)
    )
    return [
        GivenBack(
            id=row.id,
            wanted=Wanted(row.language, row.gender, CRISIS if row.crisis else row.need),
            need=row.need,
            asked_at=row.asked_at,
            times=row.put_back,
            reasons=reasons_of(row.put_back_for),
        )
        for row in connection.execute(query)
    ]
