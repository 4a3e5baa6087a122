"""Writing the audit log, and looking whether anybody has touched it.

Each row is chained to the one before by a keyed hash: whoever has the database and not the key can neither change a row
nor take one out unnoticed. Taking away the newest rows together with the head is noticed by whoever has noted the head
(`warmline audit verify` prints it, and the key store holds a copy).
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection, Row, insert, select, update

from ivr.audit.deeds import Deed
from ivr.audit.tables import audit_rows, chain_head
from ivr.logs import hide_numbers

COMMAND_LINE = "command line"
WARMLINE = "warmline"
LONGEST_DETAIL = 500


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
        """Adds a row in the caller's transaction: the deed and its row happen together or not at all."""
        head = _head(connection, waiting=True)
        kept = {name: hide_numbers(text)[:LONGEST_DETAIL] for name, text in (details or {}).items()}
        row = {
            "seq": head.seq + 1,
            "at": at,
            "who": who,
            "deed": deed.value,
            "about": about,
            "details": json.dumps(kept, ensure_ascii=False, sort_keys=True),
        }
        chained = self._chain(head.chained, tuple(row.values()))
        connection.execute(insert(audit_rows).values(**row, chained=chained))
        connection.execute(update(chain_head).values(seq=row["seq"], chained=chained))
        return Head(head.seq + 1, chained)

    def verify(self, connection: Connection) -> Verdict:
        """Looks through the whole log."""
        head = _head(connection)
        before, expected = "", 1
        for row in connection.execute(select(audit_rows).order_by(audit_rows.c.seq)).yield_per(1000):
            chained = self._chain(before, tuple(row[:6]))
            if row.seq != expected or not hmac.compare_digest(chained, row.chained):
                return Verdict(head, expected)
            before, expected = chained, expected + 1
        if (head.seq, head.chained) != (expected - 1, before):
            return Verdict(head, expected)
        return Verdict(head, None)

    def _chain(self, before: str, row: tuple[object, ...]) -> str:
        told = json.dumps([before, *row], ensure_ascii=False)
        return hmac.digest(self._key, told.encode(), hashlib.sha256).hex()


def entries(connection: Connection, most: int, before: int | None = None) -> list[Entry]:
    """The newest rows first, at most `most`, older than row `before`."""
    wanted = select(audit_rows).order_by(audit_rows.c.seq.desc()).limit(most)
    if before is not None:
        wanted = wanted.where(audit_rows.c.seq < before)
    return [_entry(row) for row in connection.execute(wanted)]


def _entry(row: Row[tuple[object, ...]]) -> Entry:
    return Entry(row.seq, row.at, row.who, row.deed, row.about, json.loads(row.details))


def head_of(connection: Connection) -> Head:
    """Where the chain ends."""
    return _head(connection)


def _head(connection: Connection, waiting: bool = False) -> Head:
    wanted = select(chain_head.c.seq, chain_head.c.chained)
    # Writers take the head one after the other, so that there is one chain.
    row = connection.execute(wanted.with_for_update() if waiting else wanted).one()
    return Head(row.seq, row.chained)
