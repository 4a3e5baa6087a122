"""The order in which outcomes were written is forgotten, because it would say when.

On SQLite the table is stored in the order of its random ids. PostgreSQL stores rows as they come, and each with the
number of the transaction that wrote it: there the table is written anew, in the order of the ids, in one transaction.
"""

from __future__ import annotations

from sqlalchemy import Engine, text

LONGEST = "50s"
_STEPS = (
    "LOCK TABLE outcomes IN ACCESS EXCLUSIVE MODE",
    "CREATE TEMPORARY TABLE outcomes_mixed ON COMMIT DROP AS SELECT * FROM outcomes",
    "TRUNCATE outcomes",
    "INSERT INTO outcomes SELECT * FROM outcomes_mixed ORDER BY id",
)
_TRANSACTIONS = "SELECT count(*) FROM (SELECT DISTINCT xmin::text FROM outcomes LIMIT 2) AS found"


def mix_outcomes(database: Engine) -> bool:
    """Forgets the order; False where there was nothing to forget. No call waits for it: turns never read outcomes."""
    if database.dialect.name != "postgresql":
        return False
    with database.begin() as connection:
        connection.execute(text(f"SET LOCAL statement_timeout = '{LONGEST}'"))
        if connection.execute(text(_TRANSACTIONS)).scalar_one() < 2:
            return False
        for step in _STEPS:
            connection.execute(text(step))
    return True
