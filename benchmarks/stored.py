"""Calls that are over, stored fast: with the visits and notes that a whole call leaves."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Engine, case, cast, create_engine, insert, literal, select, text, union_all
from sqlalchemy.sql.expression import Select

from ivr.store.tables import calls, ended_calls, notes, visits

SEED = 20260301
AT_ONCE = 50_000
MOST_TOMBSTONES = 2000
"""Marks of ended calls are forgotten within the hour: there are never many."""

DATES = 365
BANDS = ("00-04", "04-08", "08-12", "12-16", "16-20", "20-24")
LANGUAGES = ("en", "fr", "ar", "sw")

VISITED: tuple[dict[str, Any], ...] = (
    {"node": "language", "left_by": "key", "key": "4", "seconds": 6, "completed": None},
    {"node": "welcome", "left_by": "key", "key": "2", "seconds": 11, "completed": None},
    {"node": "listen", "left_by": "key", "key": "1", "seconds": 8, "completed": None},
    {"node": "breathing", "left_by": "played", "key": None, "seconds": 95, "completed": True},
    {"node": "how_now", "left_by": "key", "key": "1", "seconds": 5, "completed": None},
    {"node": "after_exercise", "left_by": "silence", "key": None, "seconds": 12, "completed": None},
    {"node": "goodbye", "left_by": "passed", "key": None, "seconds": 0, "completed": None},
)


def store_calls(database_url: str, count: int, line_id: str, release_id: str) -> None:
    """Stores `count` calls in the order of their keys, as a database that has grown for years would hold them."""
    engine = create_engine(database_url)
    try:
        with engine.begin() as connection:
            rows = _calls(count, line_id, release_id)
            if engine.dialect.name == "postgresql":
                _copy(connection, rows)
            else:
                while chunk := list(islice(rows, AT_ONCE)):
                    connection.execute(insert(calls), chunk)
            connection.execute(insert(visits).from_select([c.name for c in visits.c], _visits()))
            connection.execute(insert(notes).from_select([c.name for c in notes.c], _notes()))
            connection.execute(insert(ended_calls), _tombstones(min(count, MOST_TOMBSTONES)))
        _settle(engine)
    finally:
        engine.dispose()


def _calls(count: int, line_id: str, release_id: str) -> Iterator[dict[str, Any]]:
    chance = random.Random(SEED)
    ids = sorted(f"{chance.getrandbits(128):032x}" for _ in range(count))
    for number, id_ in enumerate(ids):
        day = number % DATES
        yield {
            "id": id_,
            "line_id": line_id,
            "release_id": release_id,
            "date": f"2025-{day // 31 + 1:02}-{day % 31 + 1:02}",
            "band": BANDS[number % len(BANDS)],
            "language": LANGUAGES[number % len(LANGUAGES)],
            "ended": "goodbye",
            "duration": "2-5",
            "turns": len(VISITED),
            "test": False,
        }


def _copy(connection: Connection, rows: Iterator[dict[str, Any]]) -> None:
    names = [column.name for column in calls.c]
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f"COPY calls ({', '.join(names)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row([row[name] for name in names])


def _visits() -> Select[Any]:
    shape = union_all(
        *(
            select(
                cast(literal(seq * 64), visits.c.seq.type).label("seq"),
                *(cast(literal(value), visits.c[name].type).label(name) for name, value in visited.items()),
            )
            for seq, visited in enumerate(VISITED)
        )
    ).subquery("shape")
    known: dict[str, Any] = {
        "call_id": calls.c.id,
        "release_id": calls.c.release_id,
        "flow": literal("first_line"),
        "language": calls.c.language,
    }
    columns = [known[c.name] if c.name in known else shape.c[c.name] for c in visits.c]
    return select(*columns).select_from(calls.join(shape, literal(True))).order_by(calls.c.id, shape.c.seq)


def _notes() -> Select[Any]:
    known: dict[str, Any] = {
        "call_id": calls.c.id,
        "seq": literal(4 * 64 + 1),
        "name": literal("mood_after"),
        "value": case((calls.c.id < "8", "better"), else_="same"),
    }
    return select(*(known[c.name] for c in notes.c)).order_by(calls.c.id)


def _tombstones(count: int) -> Sequence[dict[str, Any]]:
    chance = random.Random(SEED + 1)
    return [
        {"token": f"{chance.getrandbits(128):032x}", "ended_at": 4_000_000_000.0 + number}
        for number in range(count)
    ]


def _settle(engine: Engine) -> None:
    """What a database does by itself in the hours after: nothing of it may fall into the measuring."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("VACUUM ANALYZE"))
            connection.execute(text("CHECKPOINT"))
        else:
            connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
