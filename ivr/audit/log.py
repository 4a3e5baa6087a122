"""Writing the audit log, and looking whether anybody has touched it.

Each row is chained to the one before by a keyed hash: whoever has the database and not the key can neither change a row
nor take one out unnoticed. Taking away the newest rows together with the head is noticed by whoever has noted the head
(`warmline audit verify` prints it, and the key store holds a copy).
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, func, insert, select, update
from sqlalchemy.exc import OperationalError

from ivr.audit.deeds import Deed
from ivr.audit.tables import audit_rows, chain_head
from ivr.audit.words import typed_text

COMMAND_LINE = "command line"
WARMLINE = "warmline"
AT_A_TIME = 1000


class ChainHeadMissing(Exception):
    """The row that says where the log ends is gone: somebody has touched the database. Nothing can be done any more
    that has to leave a row in the log."""


class Head(NamedTuple):
    """Where the chain ends: how many rows, and the hash of the last."""

    seq: int
    chained: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One row, read."""

    seq: int
    at: float
    who: str
    deed: str
    about: str
    details: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What looking through the whole log has shown. `broken_at` is the first row that isn't as it was written."""

    head: Head
    broken_at: int | None


class AuditLog:
    """The audit log of one installation."""

    def __init__(self, secret: bytes) -> None:
        self._key = hmac.digest(secret, b"warmline audit", hashlib.sha256)

    def append(
        self,
        connection: Connection,
        *,
        at: float,
        who: str,
        deed: Deed,
        about: str = "",
        details: Mapping[str, str] | None = None,
    ) -> Head:
        """Adds a row in the caller's transaction: the deed and its row happen together or not at all.

        To be the last thing in its transaction, because all writers wait for each other here. Raises ChainHeadMissing.
        """
        head = _head(connection, waiting=True)
        kept = {name: typed_text(text) for name, text in (details or {}).items()}
        row = {
            "seq": head.seq + 1,
            "at": float(at),
            "who": who,
            "deed": deed.value,
            "about": about,
            "details": json.dumps(kept, ensure_ascii=False, sort_keys=True),
        }
        chained = self._chain(head.chained, tuple(row.values()))
        connection.execute(insert(audit_rows).values(**row, chained=chained))
        connection.execute(update(chain_head).values(seq=row["seq"], chained=chained))
        return Head(head.seq + 1, chained)

    def verify(self, connection: Connection, noted: Iterable[Head] = ()) -> Verdict:
        """Looks through the whole log. `noted` are heads that were written down earlier: they have to be in it still.

        Writers may go on meanwhile: what they add isn't looked at.
        """
        try:
            head, last = _ends(connection)
        except ChainHeadMissing:
            return Verdict(Head(0, ""), 1)
        known = dict(noted)
        before, reached = "", 0
        for row in _rows(connection, head.seq):
            if row is None or not self._is_as_written(row, before, reached + 1, known):
                return Verdict(head, reached + 1)
            before, reached = row.chained, reached + 1
        whole = head == Head(reached, before) and last == reached and max(known, default=0) <= reached
        return Verdict(head, None if whole else reached + 1)

    def _is_as_written(self, row: Row[Any], before: str, seq: int, known: Mapping[int, str]) -> bool:
        try:
            chained = self._chain(before, tuple(row[:6]))
        except (TypeError, ValueError):
            # Of a kind that was never written.
            return False
        return bool(row.seq == seq and row.chained == chained and known.get(seq, chained) == chained)

    def _chain(self, before: str, row: tuple[object, ...]) -> str:
        told = json.dumps([before, *row], ensure_ascii=False)
        return hmac.digest(self._key, told.encode(), hashlib.sha256).hex()


def entries(
    connection: Connection,
    most: int,
    before: int | None = None,
    *,
    who: str | None = None,
    deed: str | None = None,
) -> list[Entry]:
    """The newest rows first, at most `most`, older than row `before`, by one person or of one deed."""
    wanted = select(audit_rows).order_by(audit_rows.c.seq.desc()).limit(most)
    if before is not None:
        wanted = wanted.where(audit_rows.c.seq < before)
    if who is not None:
        wanted = wanted.where(audit_rows.c.who == who)
    if deed is not None:
        wanted = wanted.where(audit_rows.c.deed == deed)
    return [_entry(row) for row in connection.execute(wanted)]


def latest_about(connection: Connection, about: str, deeds: Iterable[Deed]) -> Entry | None:
    """The newest row of these deeds about one thing; None where there is none."""
    wanted = select(audit_rows).where(
        audit_rows.c.about == about, audit_rows.c.deed.in_([deed.value for deed in deeds])
    )
    row = connection.execute(wanted.order_by(audit_rows.c.seq.desc()).limit(1)).first()
    return None if row is None else _entry(row)


def who_did(connection: Connection, about: str, deed: Deed) -> set[str]:
    """Everybody who did this with one thing."""
    wanted = select(audit_rows.c.who).where(audit_rows.c.about == about, audit_rows.c.deed == deed.value)
    return set(connection.execute(wanted).scalars())


def head_of(connection: Connection) -> Head:
    """Where the chain ends. Raises ChainHeadMissing."""
    return _head(connection)


def holds(connection: Connection, noted: Head) -> bool:
    """Whether the log still has the row that was its last when this head was noted. `verify` looks at all of them."""
    if noted.seq == 0:
        return True
    wanted = select(audit_rows.c.chained).where(audit_rows.c.seq == noted.seq)
    return bool(connection.execute(wanted).scalar() == noted.chained)


def _entry(row: Row[Any]) -> Entry:
    try:
        details = json.loads(row.details)
    except ValueError:
        details = None
    # A page must be able to show a log that somebody has touched.
    told = details if isinstance(details, dict) else {"reason": "?"}
    return Entry(row.seq, row.at, row.who, row.deed, row.about, {str(k): str(v) for k, v in told.items()})


def _head(connection: Connection, waiting: bool = False) -> Head:
    wanted = select(chain_head.c.seq, chain_head.c.chained)
    # Writers take the head one after the other, so that there is one chain.
    row = connection.execute(wanted.with_for_update() if waiting else wanted).first()
    if row is None:
        raise ChainHeadMissing
    return Head(row.seq, row.chained)


def _ends(connection: Connection) -> tuple[Head, int]:
    """The head and the number of the last row, in one statement: a writer in between would look like a forger."""
    last = select(func.coalesce(func.max(audit_rows.c.seq), 0)).scalar_subquery()
    row = connection.execute(select(chain_head.c.seq, chain_head.c.chained, last.label("last"))).first()
    if row is None:
        raise ChainHeadMissing
    return Head(row.seq, row.chained), row.last


def _rows(connection: Connection, up_to: int) -> Iterator[Row[Any] | None]:
    """The rows in their order; None in the place of one that can't even be read."""
    reached = -1
    while True:
        wanted = (
            select(audit_rows)
            .where(audit_rows.c.seq > reached, audit_rows.c.seq <= up_to)
            .order_by(audit_rows.c.seq)
            .limit(AT_A_TIME)
        )
        try:
            found = connection.execute(wanted).all()
        except OperationalError as error:
            if "decode" not in str(error.orig):
                raise
            yield None
            return
        yield from found
        if len(found) < AT_A_TIME:
            return
        reached = found[-1].seq
