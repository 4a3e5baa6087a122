"""Whatever callers, workers, providers and clocks do, in any order: nobody is rung twice, and every wait ends."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from ivr.callbacks.flashes import OVER, Rules
from ivr.callbacks.pace import reserve
from ivr.store.callback_tables import flash_counts, flashes, provider_pace
from ivr.store.engine import open_database
from ivr.store.migrate import migrate
from ivr.telephony.contract import AnswerLost, NumberRefused, ProviderBusy, ProviderOutOfReach
from tests.callbacks.ring_back_rig import FlashRig, number
from tests.hotline import Clock
from tests.vault.rig import NOON, Rig


class Killed(BaseException):
    """The process is gone."""


BEFORE = (
    *[None] * 8,
    ProviderBusy("later"),
    ProviderOutOfReach("away"),
    AnswerLost("broke"),
    NumberRefused("no"),
    Killed(),
)
"""What may happen before a call is placed."""
AFTER = (None, None, None, AnswerLost("broke"), Killed())
"""And after."""

flash = st.tuples(st.just("flash"), st.integers(0, 4))
work = st.tuples(st.just("work"), st.sampled_from(BEFORE), st.sampled_from(AFTER))
heard = st.tuples(st.sampled_from(["known", "over"]), st.integers(0, 4))
passes = st.tuples(st.just("passes"), st.sampled_from([0.3, 1.0, 6.0, 31.0, 200.0]))
helper = st.tuples(st.just("helper"))
steps = st.lists(st.one_of(flash, work, heard, passes, helper), min_size=12, max_size=40)


class World:
    """One rig for all examples: making one takes longer than an example."""

    def __init__(self) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="wl-flash-")
        path = Path(self.folder.name)
        database = open_database(f"sqlite:///{path / 'warmline.db'}", threads=16)
        migrate(database)
        self.rig = FlashRig(Rig(database, f"sqlite:///{path / 'keys' / 'keys.db'}", path), Clock())

    def fresh(self) -> FlashRig:
        with self.rig.vault.database.begin() as connection:
            for table in (flashes, flash_counts, provider_pace):
                connection.execute(delete(table))
        self.rig.clock.now = NOON
        self.rig.rules = Rules(a_number=100)
        self.rig.network.asked.clear()
        self.rig.network.raised, self.rig.network.lost = [], []
        return self.rig


_made: list[World] = []


def world() -> FlashRig:
    if not _made:
        _made.append(World())
    return _made[0].fresh()


def happens(line: FlashRig, step: tuple[object, ...]) -> None:
    match step:
        case ("flash", int(who)):
            line.flash(number(who))
        case ("work", before, after):
            line.network.raised, line.network.lost = [before], [after]  # type: ignore[list-item]
            try:
                line.worker().run(0)
            except Killed:
                line.clock.forward(0.1)
            line.network.raised, line.network.lost = [], []
        case ("known", int(which)) if line.network.asked:
            asked = line.network.asked[which % len(line.network.asked)]
            line.desk().leg_known(asked.flash, asked.sid)
        case ("over", int(which)) if line.network.asked:
            asked = line.network.asked[which % len(line.network.asked)]
            line.desk().is_over(asked.flash, asked.sid)
        case ("passes", float(seconds)):
            line.clock.forward(seconds)
        case ("helper",):
            with line.vault.database.begin() as connection:
                reserve(connection, "twilio", line.clock(), 1.0)


@settings(max_examples=25, deadline=None)
@given(steps)
def test_nobody_is_rung_twice_and_every_wait_ends(taken: list[tuple[object, ...]]) -> None:
    """Dozens of things happen in any order, with faults and deaths anywhere; then workers do their work for an hour."""
    line = world()
    for step in taken:
        happens(line, step)
    line.clock.forward(1)
    for _ in range(30):
        line.worker().run(0)
        line.clock.forward(120)
    asked = Counter(one.flash for one in line.network.asked)
    assert set(asked.values()) <= {1}
    assert all(row.state == OVER for row in line.rows())
    line.worker().clear()
    assert line.rows() == []
    assert line.vault.rows() == []
