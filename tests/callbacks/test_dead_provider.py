"""One line's provider can't ring anybody: those who wait on the other lines are called all the same."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import insert, select

from ivr.store.callback_tables import attempts, callbacks
from ivr.store.tables import lines
from ivr.vault.number import PhoneNumber
from tests.callback_rows import put_callback
from tests.calling_back import JOSEPH, CallingBack, calling_back

THE_DEAD_LINE = "f" * 32


def _waits(house: CallingBack, number: str, line_id: str) -> str:
    """Somebody waits on a line; the callback's id."""
    wiring = house.hotline.wiring
    with wiring.database.begin() as connection:
        kept = wiring.vault.keep(PhoneNumber(number), kind="caller", line_id=line_id, now=house.now)
        wiring.vault.store(connection, kept)
        put_callback(connection, kept.id, at=house.now, line_id=line_id, language="en")
    return kept.id


def test_a_dead_provider_holds_up_nobody_else(tmp_path: Path) -> None:
    """Three callers wait on a line whose account was closed, and Amina behind them on another: her turn comes at once,
    Joseph isn't made to rest, and the three are tried again some minutes later."""
    with calling_back(tmp_path) as house:
        house.employ("Joseph", JOSEPH)
        database = house.hotline.wiring.database
        with database.begin() as connection:
            line = dict(connection.execute(select(lines)).mappings().one())
            dead = line | {"id": THE_DEAD_LINE, "number": "+12025550199", "provider": "gone", "name": "Other"}
            connection.execute(insert(lines).values(dead))
        stuck = [_waits(house, f"+1202555012{last}", THE_DEAD_LINE) for last in range(3)]
        house.hotline.clock.forward(1)
        amina = _waits(house, "+12025550130", line["id"])
        for _ in range(4):
            house.work()
        with database.connect() as connection:
            tried = connection.execute(
                select(attempts.c.callback_id).order_by(attempts.c.written_at)
            ).scalars()
            assert amina in set(tried)
            waiting = select(callbacks.c.id, callbacks.c.not_before).where(callbacks.c.state == "waiting")
            put_off = {row.id: row.not_before for row in connection.execute(waiting)}
        assert {put_off[callback_id] - house.now for callback_id in stuck} == {300.0}
