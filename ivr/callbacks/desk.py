"""Notes that a caller wishes to be called back, with what was keyed, and with the number sealed in the vault.

The callback and the sealed number are kept in the transaction of the turn that says "it is noted": a caller is never
told so in vain. A number has one pending callback a line. Its id is made of the id of the vault's entry, and the vault
gives one number one id, so two calls at once from one phone put the same callback right instead of making two. A
callback that a helper is busy with already isn't changed any more.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Protocol

import structlog
from sqlalchemy import Dialect, Engine, literal_column, select
from sqlalchemy.exc import SQLAlchemyError

from flows.effects import CLOCK, RequestCallback
from flows.inputs import NumberFact
from ivr.callbacks.machine import Callback, Rules, State, Withdrawn, asked, step
from ivr.callbacks.matching import CRISIS
from ivr.callbacks.paging import CrisisPages
from ivr.callbacks.requested import Pending, Requested, TakenBack
from ivr.callbacks.rows import SAFE_WHEN, callback_of, changing_values, gender_of, priority_of, window_of
from ivr.callbacks.time_zones import zone_by_clock
from ivr.callbacks.windows import Wish, next_span
from ivr.callbacks.wish_cap import WishCap
from ivr.publishing.hours import kept_of
from ivr.store.callback_tables import callbacks
from ivr.store.engine import reading
from ivr.store.hot import Addition, Insertion
from ivr.vault.errors import CannotBeCalled, CiphertextDamaged, VaultOutOfReach
from ivr.vault.number import PhoneNumber
from ivr.vault.tables import vault_entries
from ivr.vault.vault import KeptNumber, Vault

log = structlog.get_logger()

UNAVAILABLE = Requested("unavailable")
PUT_RIGHT = (
    "need", "priority", "language", "gender", "crisis", "wishes", "time_zone", "asked_at", "date", "band", "expires_at",
    "ready", "until", "not_before", "ranked_at", "version",
)  # fmt: skip
"""What asking again changes of a callback that waits. Since when it waits stays the same, but for a crisis at night."""

CLOSES = ("state", "ready", "until", "not_before", "attempt", "helper", "ending", "version")
"""What taking a callback back changes of one that waits."""


class Expectations(Protocol):
    """What a caller can be told of how long she will wait."""

    def waiting_time(self, callback: Mapping[str, Any], now: float) -> str:
        """The prompt that says it, for the row of a callback."""


class AskedOn(Protocol):
    """The line on which a caller asks."""

    @property
    def id(self) -> str: ...
    @property
    def time_zone(self) -> str: ...


class Standing(NamedTuple):
    """The row of the open callback of a phone, and where there is none, whether its line notes no more in this hour."""

    callback: Any = None
    full: bool = False


class Desk:
    """Where callers' wishes for a callback are left."""

    def __init__(
        self,
        database: Engine,
        dialect: Dialect,
        vault: Vault,
        expectations: Expectations,
        withdraw: Callable[[str, float], bool] = lambda _id, _now: False,
        most_an_hour: int = 300,
    ) -> None:
        self._database = database
        self._expectations = expectations
        self._withdraw = withdraw
        """Takes back a callback that a helper is busy with; whether that went."""
        self._vault = vault
        self._cap = WishCap(database, most_an_hour)
        """Somebody in a crisis is never kept out by it."""
        waiting = callbacks.c.state == literal_column(f"'{State.WAITING}'")
        self._callback = Insertion(callbacks, dialect, changes=PUT_RIGHT, provided=waiting)
        self._closing = Insertion(callbacks, dialect, changes=CLOSES, provided=waiting)
        self._number = Insertion(vault_entries, dialect, replaces=True)
        self._pages = CrisisPages(dialect)

    def number_of(self, caller: PhoneNumber | None) -> NumberFact:
        """What is said of a caller's number once, when the call begins. "unavailable": it is never rung from here."""
        if caller is None:
            return "no"
        return "yes" if self._vault.can_be_called(caller) else "unavailable"

    def is_open(self) -> bool:
        """Whether a wish can be noted now."""
        return self._vault.can_keep()

    def request(
        self,
        line: AskedOn,
        wish: RequestCallback,
        *,
        caller: PhoneNumber | None,
        at: float,
        test: bool,
    ) -> Requested:
        """Keeps the wish, or puts it right; "unavailable" where no number can be kept or called, or where the line has
        noted as many as it may in this hour."""
        capped = wish.need != CRISIS
        if caller is None or not self._vault.can_keep():
            return UNAVAILABLE
        if capped and self._cap.is_full(line.id, at) and self._standing(line, caller, at).callback is None:
            # Before anything is sealed: a flood must not fill the key store either.
            return UNAVAILABLE
        try:
            kept = self._vault.keep(caller, kind="caller", line_id=line.id, now=at)
        except (CannotBeCalled, VaultOutOfReach, CiphertextDamaged) as error:
            log.warning("callback_not_noted", error=type(error).__name__)
            return UNAVAILABLE
        before = self._noted(kept)
        over = before is None or before.state == State.CLOSED or before.expires_at <= at
        if over and capped and not self._cap.take_place(line.id, at):
            return UNAVAILABLE
        row = _row(line, wish, caller=caller, kept=kept, at=at, before=before, test=test)
        is_new = over or wish.corrects == row["id"]
        additions = [Addition(self._number, kept.row), Addition(self._callback, row)]
        if row["crisis"]:
            additions.append(self._pages.addition(row["id"], line.id, at))
        waiting = self._expectations.waiting_time(row, at)
        return Requested("noted" if is_new else "already_noted", row["id"], additions, waiting)

    def pending(self, line: AskedOn, *, caller: PhoneNumber | None, at: float) -> Pending:
        """Whether a callback is noted for this phone already, and could be in this hour; where the vault is out of
        reach, none is known of."""
        row, full = self._standing(line, caller, at)
        if row is None:
            # Said now: whoever can't have a call isn't asked five questions for it.
            return Pending("unavailable" if full else "none")
        return Pending("waiting", self._expectations.waiting_time(row._mapping, at))

    def take_back(self, line: AskedOn, *, caller: PhoneNumber | None, at: float) -> TakenBack:
        """Takes back the callback of this phone, unless the two talk already. Closing it is left to the sweep of
        closed callbacks, in whose transaction the number is shredded."""
        row, _ = self._standing(line, caller, at)
        if row is None:
            return TakenBack(False)
        if row.state != State.WAITING:
            return TakenBack(self._withdraw(row.id, at))
        closed, _ = step(callback_of(row), Withdrawn(), at, Rules())
        values = {**row._mapping, **changing_values(closed, at), "version": row.version + 1}
        return TakenBack(True, [Addition(self._closing, values)])

    def _standing(self, line: AskedOn, caller: PhoneNumber | None, at: float) -> Standing:
        if caller is None:
            return Standing()
        try:
            with reading(self._database) as connection:
                entry = self._vault.recognise(connection, caller, kind="caller", line_id=line.id, now=at)
                noted = select(callbacks).where(
                    callbacks.c.number_id == entry, callbacks.c.state != State.CLOSED.value
                )
                row = None if entry is None else connection.execute(noted.limit(1)).first()
                full = row is None and bool(self._cap.full_lines(connection, [line.id], at))
                return Standing(row, full)
        except (SQLAlchemyError, VaultOutOfReach, CiphertextDamaged) as error:
            log.warning("callback_not_looked_for", error=type(error).__name__)
            return Standing()

    def _noted(self, kept: KeptNumber) -> Any:
        """The newest callback of this number; one whose call was cut short has only left its key in the vault."""
        if not kept.known:
            return None
        # One that is over is newer than one that waits, where a helper was free for a crisis in between.
        open_first = callbacks.c.state == State.CLOSED.value, callbacks.c.asked_at.desc()
        newest = select(callbacks).where(callbacks.c.number_id == kept.id).order_by(*open_first)
        try:
            with reading(self._database) as connection:
                return connection.execute(newest.limit(1)).first()
        except SQLAlchemyError:
            # The turn's own writes will say what is wrong with the database; the number is sealed already.
            return None


def _row(
    line: AskedOn,
    wish: RequestCallback,
    *,
    caller: PhoneNumber,
    kept: KeptNumber,
    at: float,
    before: Any,
    test: bool,
) -> dict[str, Any]:
    open_before = before is not None and before.state != State.CLOSED
    wishes = _wishes(wish, before if open_before else None)
    urgent = wish.need == CRISIS or (open_before and before.crisis)
    need = CRISIS if urgent else wish.need
    zone = zone_by_clock(wishes.get(CLOCK, ""), caller, line.time_zone, at)
    window = window_of(wishes, crisis=need == CRISIS)
    asked_at = _asked_at(wish, window, zone, before, at) if open_before else at
    noted = kept_of(asked_at, line.time_zone)
    callback = asked(
        Callback(
            id=_id_of(kept, before),
            wish=window,
            time_zone=zone,
            asked_at=asked_at,
            expires_at=kept.row["shred_at"],
        ),
        at,
    )
    return {
        "id": callback.id,
        "line_id": line.id,
        "need": need,
        "path": wish.way,
        "priority": priority_of(need),
        "language": wish.language,
        "gender": gender_of(wishes),
        "crisis": need == CRISIS,
        "wishes": json.dumps(wishes),
        "time_zone": callback.time_zone,
        "asked_at": callback.asked_at,
        "expires_at": callback.expires_at,
        **changing_values(callback, at),
        "put_back": 0,
        "put_back_for": "",
        "risk_case": "",
        "first_rang_at": 0.0,
        "version": before.version + 1 if open_before else 0,
        "date": noted.date,
        "band": noted.band,
        "test": test,
        "number_id": kept.id,
    }


def _wishes(wish: RequestCallback, before: Any) -> dict[str, str]:
    """What the caller keyed now, and before that what wasn't asked for again. Whoever keys nothing at all, such as
    somebody who can't, hasn't taken back that a call is only safe in the evening. A crisis is another matter than what
    was asked for then, and can't wait for that evening: when it is safe counts only as keyed for it."""
    old: dict[str, str] = {} if before is None else json.loads(before.wishes)
    new = dict(wish.wishes)
    # Where she is may have been said for something else.
    dropped = [
        *(wish.unanswered if new.keys() - {CLOCK} else ()),
        *([SAFE_WHEN] if wish.need == CRISIS else []),
    ]
    return {name: value for name, value in old.items() if name not in dropped} | new


def _asked_at(wish: RequestCallback, window: Wish, zone: str, before: Any, at: float) -> float:
    """Since when somebody waits who asks again. In a crisis at night, or when it falls, she may be rung in this night,
    as whoever asks for the first time, and not only as long after a call that she asked for by day."""
    soon = [at + minutes * 60.0 for minutes in range(0, 121, 30)]
    gains = any(
        next_span(window, zone, at, then).holds(then)
        and not next_span(window, zone, before.asked_at, then).holds(then)
        for then in soon
    )
    return at if wish.need == CRISIS and gains else float(before.asked_at)


def _id_of(kept: KeptNumber, before: Any) -> str:
    """Two calls at once from one phone have to come to the same id, so it is made of what both know."""
    if before is None:
        return kept.id
    if before.state != State.CLOSED:
        return str(before.id)
    return hashlib.sha256(f"after {before.id}".encode()).hexdigest()[:32]
