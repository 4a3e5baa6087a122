"""Erasing voices that nobody may use any more: of takes that were withdrawn, and sounds that nothing names.

A sound lies in its store before a row names it, so what no row names may be on its way: it is left alone for two days.
Whoever keeps it again makes it young again, and what is named in the very moment in which it goes is kept once more.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from typing import Any

from sqlalchemy import Connection, Engine, or_, select, update

from audio.reads import reading
from audio.stores import Store
from audio.tables import takes
from audio.take_rows import take_of
from audio.take_states import TakeState

UNDO_SECONDS = 7 * 86_400.0
"""So long somebody can undo that a take was withdrawn, or sent back."""
ON_ITS_WAY_SECONDS = 2 * 86_400.0
"""Longer than anything takes from its bytes to its row: a worker has minutes, a restored library hours."""

AT_ONCE, BYTES_AT_ONCE = 10, 20_000_000
"""Between two looks at what is named; so much is held in memory, and one more recording."""

Named = Callable[[Connection], Collection[tuple[str, str]]]
"""Every sound that a row speaks of, as (place, SHA-256)."""

_NOTHING: dict[str, Any] = {
    "original_sha": "",
    "clip_sha": "",
    "file_name": "",
    "waveform": b"",
    "report": json.dumps({}),
}


def erase_withdrawn(database: Engine, now: float) -> int:
    """Empties the rows of takes that were withdrawn too long ago to be put back; how many. That somebody recorded, and
    that it was withdrawn, stays."""
    kept = or_(*(takes.c[name] != "" for name in ("original_sha", "clip_sha", "file_name")))
    over = takes.c.state == TakeState.WITHDRAWN.value, takes.c.touched_at < now - UNDO_SECONDS
    with reading(database) as connection:
        found = [take_of(row) for row in connection.execute(select(takes).where(*over, kept))]
    erased = 0
    for take in found:
        with database.begin() as connection:
            same = takes.c.id == take.id, takes.c.version == take.version
            done = connection.execute(update(takes).where(*same).values(version=take.version + 1, **_NOTHING))
            erased += done.rowcount
    return erased


def clear_unnamed(database: Engine, stores: Mapping[str, Store], named: Named, now: float, most: int) -> int:
    """Removes about `most` sounds that no row has named for long enough; how many. Raises StoreOutOfReach: the next
    time does the rest."""
    before = now - ON_ITS_WAY_SECONDS
    with reading(database) as connection:
        known = set(named(connection))
    removed = 0
    for place, store in stores.items():
        unnamed = [sha for sha in sorted(store.names()) if (place, sha) not in known]
        while unnamed and removed < most:
            removed += _clear_some(database, place, store, unnamed, named, before)
    return removed


def _clear_some(
    database: Engine, place: str, store: Store, unnamed: list[str], named: Named, before: float
) -> int:
    """Takes the first of these away, and keeps again what has come to be named in that very moment; how many are
    gone."""
    taken: dict[str, bytes] = {}
    try:
        while unnamed and len(taken) < AT_ONCE and sum(map(len, taken.values())) < BYTES_AT_ONCE:
            sha = unnamed.pop(0)
            content = store.take_away(sha, before)
            if content is not None:
                taken[sha] = content
    finally:
        needed = _named_by_now(database, place, taken, named) if taken else []
        for sha in needed:
            store.put(taken[sha])
    return len(taken) - len(needed)


def _named_by_now(database: Engine, place: str, taken: Mapping[str, bytes], named: Named) -> list[str]:
    with reading(database) as connection:
        known = named(connection)
    return [sha for sha in taken if (place, sha) in known]
