"""The audit log, for admins: who did what, when, and whether anybody has touched the log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, request, url_for
from sqlalchemy import Connection

from ivr.audit.deeds import Deed
from ivr.audit.log import Head, Verdict, entries, head_of, holds
from ivr.console.deeds_in_words import NAMES, details_in_words, in_words
from ivr.console.frame import page, parts
from ivr.console.words import names_of
from ivr.store.engine import reading
from ivr.vault.errors import VaultOutOfReach

A_PAGE = 50
HIGHEST_ROW = 2**31
QUICKLY_LOOKED_THROUGH = 5000
"""Rows that are looked through whenever the page is opened; of more than these, only when it is asked for."""


def add_audit(console: Blueprint) -> None:
    """Adds the view."""
    console.add_url_rule("/audit", "audit", audit, methods=["GET"])


def audit() -> Response:
    """The log, newest first."""
    everybody = parts().people.accounts.everybody()
    names = names_of(everybody)
    who, deed = _wanted("who"), _wanted("deed")
    before = request.args.get("before", type=_row_number)
    look = _look()
    with reading(parts().database) as connection:
        found = entries(connection, A_PAGE + 1, before, who=who or None, deed=deed or None)
        verdict = _verdict(connection, look.noted)
    kept: dict[str, Any] = {name: value for name, value in (("who", who), ("deed", deed)) if value}
    return page(
        "audit.html",
        rows=[_row(entry, names) for entry in found[:A_PAGE]],
        older=url_for("console.audit", before=found[A_PAGE - 1].seq, **kept) if len(found) > A_PAGE else None,
        newest=url_for("console.audit", **kept) if before else None,
        check=url_for("console.audit", check="yes", **kept),
        people=[(one.id, one.name) for one in everybody],
        deeds=[(each.value, NAMES[each]) for each in Deed],
        who=who,
        deed=deed,
        filtered=bool(kept),
        verdict=verdict,
        unnoted=look.out_of_reach,
    )


@dataclass(frozen=True, slots=True)
class _Look:
    """What the key store has noted of the log's end, and whether it couldn't be asked."""

    noted: Head | None
    out_of_reach: bool


def _look() -> _Look:
    try:
        return _Look(parts().noted_end(), out_of_reach=False)
    except VaultOutOfReach:
        return _Look(None, out_of_reach=True)


def _verdict(connection: Connection, noted: Head | None) -> Verdict | None:
    """None where the log is too long to be looked through unasked, and its end is where it was noted."""
    head = head_of(connection)
    if "check" in request.args or head.seq <= QUICKLY_LOOKED_THROUGH:
        return parts().audit.verify(connection, [noted] if noted else [])
    if noted is not None and not holds(connection, noted):
        return Verdict(head, min(noted.seq, head.seq + 1))
    return None


def _wanted(name: str) -> str:
    # PostgreSQL refuses to look for it.
    return request.args.get(name, "").replace("\0", "")


def _row_number(text: str) -> int:
    number = int(text)
    if not 0 < number < HIGHEST_ROW:
        raise ValueError
    return number


def _row(entry: Any, names: dict[str, str]) -> dict[str, Any]:
    return {
        "at": entry.at,
        "seq": entry.seq,
        "words": in_words(entry, names),
        "more": details_in_words(entry),
        "reason": entry.details.get("reason", ""),
    }
