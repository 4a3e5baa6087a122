"""Everything that is kept of one call, read from the database as it is."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, func, select

from ivr.store.callback_tables import callbacks
from ivr.store.tables import calls, live_calls, notes, visits
from ivr.vault.tables import vault_entries
from tests.hotline import Hotline


def all_rows(hotline: Hotline) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table that turns write, in the order of their keys."""
    with hotline.wiring.database.connect() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]
            for table in (live_calls, calls, visits, notes, callbacks)
        }


def kept_of_call(hotline: Hotline, provider_call: str) -> dict[str, Any]:
    """What is kept of a call under way, without its random id."""
    with hotline.wiring.database.connect() as connection:
        call_id = connection.execute(
            select(live_calls.c.call_id).where(live_calls.c.provider_call == provider_call)
        ).scalar_one()
    return kept_under(hotline, call_id)


def kept_under(hotline: Hotline, call_id: str) -> dict[str, Any]:
    """The same, by the random id; for calls that are over too."""
    with hotline.wiring.database.connect() as connection:
        return {
            table.name: [
                tuple(row)
                for row in connection.execute(
                    select(*[c for c in table.c if c.name not in ("call_id", "id")])
                    .where((table.c.id if table is calls else table.c.call_id) == call_id)
                    .order_by(*table.primary_key)
                )
            ]
            for table in (calls, visits, notes)
        }


def wishes(hotline: Hotline) -> int:
    """How many callbacks are wished for."""
    with hotline.wiring.database.connect() as connection:
        return connection.execute(select(func.count()).select_from(callbacks)).scalar_one()


def forget_wishes(hotline: Hotline) -> None:
    """Takes away every wish and its number: a number has one wish, whatever call it was asked in."""
    vault = hotline.wiring.vault
    with hotline.wiring.database.begin() as connection:
        vault.shred(connection, list(connection.execute(select(vault_entries.c.id)).scalars()))
        connection.execute(delete(callbacks))


def call_ids(hotline: Hotline) -> set[str]:
    """The random ids of all calls that are over."""
    with hotline.wiring.database.connect() as connection:
        return set(connection.execute(select(calls.c.id)).scalars())


def is_live(hotline: Hotline, provider_call: str) -> bool:
    """Whether a call is under way."""
    with hotline.wiring.database.connect() as connection:
        found = connection.execute(select(live_calls).where(live_calls.c.provider_call == provider_call))
        return found.first() is not None
