"""A whole hotline on air for measuring: the shipped pack, the shipped application, calls over and calls under way."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from pathlib import Path

from flask import Flask
from sqlalchemy import insert, select

from benchmarks.calling import answer_to
from benchmarks.stored import store_calls
from benchmarks.webhooks import ACCOUNT, LINE_NUMBER, PUBLIC_URL, TOKEN, Caller
from ivr.app import create_app
from ivr.demo import shipped_pack
from ivr.publishing.gate import publish, wanted_clips
from ivr.publishing.lines import Line, find_line, save_line
from ivr.publishing.releases import ReleasedClip, make_release
from ivr.settings import PREFIX, Settings
from ivr.store.migrate import migrate
from ivr.store.tables import live_calls
from ivr.wiring import Wiring, wire

CLIP_SECONDS = 3.0
MASTER_KEY = "5a" * 32
TODAY = date(2026, 3, 1)
TURNS_IN_A_CALL = 180
"""After 200 turns a flow says goodbye, and a goodbye is no menu turn."""

_LINE = Line(
    id="", number=LINE_NUMBER, name="Measured", provider="twilio", release_id=None, country="KE",
    time_zone="Africa/Nairobi", emergency_number="112",
)  # fmt: skip


@dataclass
class Hotline:
    """A hotline with so many calls stored. Its application runs in this process; servers load it anew."""

    data: Path
    database_name: str
    database_url: str
    stored: int
    wiring: Wiring
    app: Flask
    _sids: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def environment(self) -> dict[str, str]:
        """The settings under which a web server serves this hotline."""
        return {
            f"{PREFIX}DATA": str(self.data),
            f"{PREFIX}DATABASE_URL": self.database_url,
            f"{PREFIX}PUBLIC_URL": PUBLIC_URL,
            f"{PREFIX}SECRET_KEY": "s" * 40,
            f"{PREFIX}MASTER_KEY": MASTER_KEY,
            f"{PREFIX}KEYS": str(_keys_in(self.data)),
            f"{PREFIX}TWILIO_ACCOUNT_SID": ACCOUNT,
            f"{PREFIX}TWILIO_AUTH_TOKEN": TOKEN,
            f"{PREFIX}CALLBACK_COUNTRIES": "US",
            f"{PREFIX}LOG_LEVEL": "warning",
        }

    def callers(self, count: int) -> list[Caller]:
        """So many calls under way, all at the same menu, with turns left: one is rung, the rest are its copies."""
        first = self._ring()
        with self.wiring.database.begin() as connection:
            here = live_calls.c.provider_call == first.sid
            row = dict(connection.execute(select(live_calls).where(here)).mappings().one())
            copies = [Caller(self._sid(), first.turn) for _ in range(count - 1)]
            rows = [
                {**row, "provider_call": copy.sid, "call_id": _random_looking(copy.sid)} for copy in copies
            ]
            if rows:
                connection.execute(insert(live_calls), rows)
        return [first, *copies]

    def _ring(self) -> Caller:
        caller = Caller(self._sid())
        for hook in (caller.ring(), caller.press("1"), caller.press()):
            answer_to(self.app, hook)
        return caller

    def _sid(self) -> str:
        return f"CA{next(self._sids):032x}"


def build_hotline(data: Path, database_name: str, database_url: str, stored: int) -> Hotline:
    """Puts the shipped pack on air in an empty database, with `stored` calls that are over."""
    settings = Settings(
        data=data,
        public_url=PUBLIC_URL,
        secret_key="s" * 40,
        master_key=MASTER_KEY,
        keys=_keys_in(data),
        callback_countries="US",
        database_url=database_url,
        twilio_account_sid=ACCOUNT,
        twilio_auth_token=TOKEN,
    )
    wiring = wire(settings)
    migrate(wiring.database)
    wiring.vault.key_store.prepare()
    pack = shipped_pack()
    clips = {
        key: ReleasedClip(sha256("".join(key).encode()).hexdigest(), CLIP_SECONDS)
        for key in wanted_clips(pack)
    }
    release = make_release(pack, clips)
    with wiring.database.begin() as connection:
        save_line(connection, _LINE)
    publish(wiring.database, release, [LINE_NUMBER], TODAY)
    with wiring.database.connect() as connection:
        line = find_line(connection, LINE_NUMBER)
    assert line is not None
    store_calls(database_url, stored, line.id, release.id)
    return Hotline(data, database_name, database_url, stored, wiring, create_app(wiring))


def _keys_in(data: Path) -> Path:
    return data.with_name(f"{data.name}_keys")


def _random_looking(sid: str) -> str:
    """Ids of calls are random: rows of calls under way at the same time lie far from each other."""
    return sha256(sid.encode()).hexdigest()[:32]
