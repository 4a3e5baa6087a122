"""Missed calls on a line, the workers that ring them back, and a provider that writes down what it is asked."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection, insert, select

from ivr.callbacks.flashes import Flashes, Rules
from ivr.callbacks.ring_backs import RingBacks
from ivr.callbacks.ringing import Addressed
from ivr.calls.call_rows import CallRows
from ivr.outcomes.numbers import let_go
from ivr.scrubbing.waiting import AtTheEnd
from ivr.store.callback_tables import flash_counts, flashes
from ivr.store.engine import open_for_turns
from ivr.store.hot import HotDatabase
from ivr.store.ids import new_id
from ivr.store.tables import lines
from ivr.telephony.contract import Network
from ivr.vault.number import PhoneNumber
from tests.hotline import Clock
from tests.vault.rig import LINE, NOON, Rig

LINE_NUMBER = "+12025550100"
OTHER_LINE = "b" * 32


def number(place: int) -> PhoneNumber:
    """One of a hundred fictional numbers."""
    return PhoneNumber(f"+120255501{place:02}")


@dataclass(frozen=True)
class Asked:
    """One request for a call."""

    to: PhoneNumber
    at: float
    flash: str
    sid: str


@dataclass
class RecordingNetwork:
    """Takes every request for a call, at this clock, and knows afterwards what it has placed. Nobody is rung.

    `goes_wrong` gives for each request what happens to it: an error before (`raised`) or after (`lost`) it is placed.
    """

    clock: Clock
    name: str = "twilio"
    asked: list[Asked] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)
    looked: int = 0
    raised: list[Exception | None] = field(default_factory=list)
    lost: list[BaseException | None] = field(default_factory=list)
    _sids: Iterator[int] = field(default_factory=itertools.count)

    def place_call(
        self,
        to: PhoneNumber,
        caller_id: str,
        voice_url: str,
        status_url: str,
        ring_seconds: int,
        fallback_url: str = "",
    ) -> str:
        assert caller_id.startswith("+1202555")
        assert 0 < ring_seconds <= 60
        assert voice_url in status_url
        error = self.raised.pop(0) if self.raised else None
        if error is not None:
            self.refused.append(self.clock())
            raise error
        sid = f"CA{next(self._sids):032x}"
        self.asked.append(Asked(to, self.clock(), voice_url, sid))
        lost = self.lost.pop(0) if self.lost else None
        if lost is not None:
            raise lost
        return sid

    def placed(self, to: PhoneNumber, caller_id: str, since: float) -> list[str]:
        assert caller_id.startswith("+1202555")
        self.looked += 1
        return [one.sid for one in reversed(self.asked) if one.to == to and one.at >= since]


@dataclass
class FlashRig:
    """A line in flash mode, with everything behind it."""

    vault: Rig
    clock: Clock
    rules: Rules = field(default_factory=Rules)
    network: RecordingNetwork = field(init=False)
    hurried: list[float] = field(default_factory=list)
    _calls: Iterator[int] = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        self.clock.now = NOON
        self.network = RecordingNetwork(self.clock)
        address = self.vault.database.url.render_as_string(hide_password=False)
        self._turns = HotDatabase(open_for_turns(address, 4))
        with self.vault.database.begin() as connection:
            _a_line(connection, LINE, LINE_NUMBER)
            _a_line(connection, OTHER_LINE, "+12025550101")

    def desk(self) -> Flashes:
        """Where a web process notes missed calls."""
        engine = self.vault.database
        return Flashes(
            engine,
            engine.dialect,
            self.vault.another(),
            self.rules,
            new_id,
            lambda: self.hurried.append(self.clock()),
        )

    def flash(self, caller: PhoneNumber | None, line: str = LINE) -> bool:
        """A missed call, noted as a turn notes it; whether there was anything to note."""
        desk, engine = self.desk(), self.vault.database
        rows = CallRows(engine.dialect, b"s" * 32, AtTheEnd(engine.dialect))
        noted = desk.noted(_Line(line), caller, self.clock())
        call = f"CA{next(self._calls):032x}"
        with self._turns.connection() as connection:
            assert rows.reject(connection, "twilio", call, self.clock(), noted.additions)
        if noted.first:
            desk.ring_back_soon()
        return bool(noted.additions)

    def worker(self, **changes: Any) -> RingBacks:
        """A worker; while it waits, the clock goes on."""
        made = RingBacks(
            database=self.vault.database,
            vault=self.vault.another(),
            networks=lambda name: self._network(name),
            addressed=lambda _provider, flash: Addressed(flash, f"{flash}/status"),
            let_go=lambda connection, entry, now: let_go(connection, self.vault.vault, entry, now),
            rules=self.rules,
            clock=self.clock,
            sleep=self.clock.forward,
        )
        return replace(made, **changes)

    def ring_back_for(self, seconds: float, worker: RingBacks | None = None) -> int:
        """Workers do their task each second for so long; how many the provider took."""
        done, until = 0, self.clock() + seconds
        while self.clock() < until:
            done += (worker or self.worker()).run(0.5)
            self.clock.now = int(self.clock()) + 1.25
        return done

    def rows(self) -> list[Any]:
        """What is noted, in the order of coming."""
        with self.vault.database.connect() as connection:
            return list(connection.execute(select(flashes).order_by(flashes.c.came_at, flashes.c.id)))

    def row_of(self, caller: PhoneNumber, line: str = LINE) -> Any:
        """What is noted of one caller."""
        with self.vault.database.connect() as connection:
            entry = self.vault.vault.recognise(
                connection, caller, kind="caller", line_id=line, now=self.clock()
            )
        return next((row for row in self.rows() if row.number_id == entry), None)

    def counts(self) -> dict[str, int]:
        """What was counted today, by subject."""
        with self.vault.database.connect() as connection:
            return {
                row.subject: row[1]
                for row in connection.execute(select(flash_counts.c.subject, flash_counts.c.count))
            }

    def rung(self) -> list[PhoneNumber]:
        """Whom the provider was asked to ring, in this order."""
        return [one.to for one in self.network.asked]

    def _network(self, name: str) -> Network | None:
        return self.network if name == self.network.name else None  # type: ignore[return-value]


@dataclass(frozen=True)
class _Line:
    id: str
    provider: str = "twilio"


def _a_line(connection: Connection, line_id: str, line_number: str) -> None:
    row = {
        "id": line_id, "number": line_number, "name": line_id[0], "provider": "twilio", "release_id": None,
        "country": "US", "time_zone": "America/New_York", "emergency_number": "911", "open_hours": "{}",
        "dial_emergency": False, "flash": True,
    }  # fmt: skip
    connection.execute(insert(lines).values(row))
