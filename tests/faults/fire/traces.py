"""Whether a number shows anywhere in what a run has written: database, logs, and the files of the queue."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import text

from ivr.store.engine import open_database
from tests.faults.traces import disguises_of
from tests.postgres import PostgresServer

CHANCE = frozenset({"subscriber", "as a figure"})
"""So short that among millions of random ids one would be found by chance."""
PLAIN = frozenset({"E.164", "digits", "national", "base64", "in a web address"})
DISGUISED = 10
"""Of one number in so many every disguise is looked for: of all, it would take longer than the fire."""
CLIPS = "media"


def traces_of(folder: Path, postgres: PostgresServer | None, numbers: list[str]) -> list[str]:
    """A line for each number that is found in a file. What PostgreSQL only has in memory is written out first."""
    if postgres is not None:
        with open_database(postgres.url).connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("CHECKPOINT"))
    wanted = [
        (name, disguise)
        for place, number in enumerate(numbers)
        for name, disguise in disguises_of(number).items()
        if name in PLAIN or (place % DISGUISED == 0 and name.removesuffix(" in 16 bits") not in CHANCE)
    ]
    found = []
    for place in (folder, *([postgres.folder] if postgres else [])):
        for path in sorted(place.rglob("*")):
            if not path.is_file() or CLIPS in path.parts:
                continue
            content = path.read_bytes().replace(b"\0" * 64, b"")
            found += [
                f"{path.name} holds a number: {name}" for name, disguise in wanted if disguise in content
            ]
    return found
