"""A whole hotline for tests: the shipped pack on air with tiny clips, and a network that signs what it posts."""

from __future__ import annotations

import io
import itertools
import re
import shutil
import wave
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from html import unescape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import Flask
from sqlalchemy import insert, select
from werkzeug.test import TestResponse

from audio.library import Clip
from audio.media import MediaStore
from audio.tables import clips
from flows.model import Pack
from ivr.app import create_app
from ivr.demo import shipped_pack
from ivr.people.passwords import Cost
from ivr.publishing.gate import prepare, publish, scripts_to_record
from ivr.publishing.lines import Line, save_line
from ivr.settings import Settings
from ivr.store.migrate import migrate
from ivr.telephony.signature import sign
from ivr.wiring import Wiring, make_emergency_screens, wire

PUBLIC_URL = "https://line.example.org"
ACCOUNT = "AC" + "0" * 32
TOKEN = "12345"
SIMULATOR_ACCOUNT = "AC" + "5" * 32
SIMULATOR_TOKEN = "5" * 64
LINE_NUMBER = "+12025550100"
AMINA = "+12025550147"
MASTER_KEY = "5a" * 32
TODAY = date(2026, 3, 1)
CHEAP = Cost(passes=1, kibibytes=64)
"""What a look at a password costs in tests, which look at thousands."""

LINE = Line(
    id="", number=LINE_NUMBER, name="First line", provider="twilio", release_id=None, country="KE",
    time_zone="Africa/Nairobi", emergency_number="112",
)  # fmt: skip


def settings_for(data: Path, database_url: str = "", **changes: Any) -> Settings:
    """Complete settings for a hotline in a folder."""
    values: dict[str, Any] = {
        "data": data,
        "public_url": PUBLIC_URL,
        "secret_key": "s" * 40,
        "database_url": database_url,
        "twilio_account_sid": ACCOUNT,
        "twilio_auth_token": TOKEN,
        "demo": True,
        "master_key": MASTER_KEY,
        "callback_countries": "US,KE",
        **changes,
    }
    return Settings(**values)


def with_simulator(**changes: Any) -> dict[str, Any]:
    """Settings that switch the simulator on."""
    return {
        "simulator": True,
        "simulator_account_sid": SIMULATOR_ACCOUNT,
        "simulator_auth_token": SIMULATOR_TOKEN,
        **changes,
    }


def short_clip(number: int, seconds: float = 0.1) -> bytes:
    """A tiny clip unlike any other, 8 kHz mono."""
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(8000)
        writer.writeframes(number.to_bytes(2, "little", signed=False) * int(8000 * seconds))
    return file.getvalue()


def record_everything(wiring: Wiring, pack: Pack, said_seconds: float = 2.0) -> None:
    """Gives every prompt of a pack a tiny clip that claims to last `said_seconds`."""
    for number, ((prompt, language), fingerprint) in enumerate(scripts_to_record(pack).items()):
        sha = wiring.media.put(short_clip(number))
        wiring.library.add(Clip(prompt, language, "test", sha, said_seconds, "approved"), fingerprint, TODAY)


@dataclass(frozen=True)
class Recorded:
    """The clips of the shipped pack in a folder, and what the library knows of them."""

    folder: TemporaryDirectory[str]
    media: Path
    rows: list[dict[str, Any]]


@lru_cache(maxsize=4)
def the_shipped_pack_recorded(said_seconds: float) -> Recorded:
    """Made once and copied: hundreds of clips, each made safe against a power cut, take longer than most tests."""
    folder: TemporaryDirectory[str] = TemporaryDirectory(prefix="warmline-clips-")
    wiring = wire(settings_for(Path(folder.name) / "data"))
    migrate(wiring.database)
    record_everything(wiring, the_shipped_pack(), said_seconds)
    with wiring.database.connect() as connection:
        rows = [dict(row) for row in connection.execute(select(clips)).mappings()]
    wiring.database.dispose()
    return Recorded(folder, _media_folder(wiring), rows)


def _media_folder(wiring: Wiring) -> Path:
    assert isinstance(wiring.media, MediaStore)
    return wiring.media.root


def _record(wiring: Wiring, pack: Pack, said_seconds: float) -> None:
    media = _media_folder(wiring)
    if pack is not the_shipped_pack() or media.exists():
        record_everything(wiring, pack, said_seconds)
        return
    recorded = the_shipped_pack_recorded(said_seconds)
    shutil.copytree(recorded.media, media)
    with wiring.database.begin() as connection:
        connection.execute(insert(clips), recorded.rows)


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    now: float = 1_772_366_400.0

    def __call__(self) -> float:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += seconds


@dataclass
class Hotline:
    """A hotline on air, and the network in front of it."""

    wiring: Wiring
    app: Flask
    clock: Clock
    pack: Pack
    account: str = ACCOUNT
    token: str = TOKEN
    _calls: Iterator[int] = field(default_factory=itertools.count)

    def post(
        self, url: str, fields: dict[str, str], headers: dict[str, str] | None = None, **options: Any
    ) -> TestResponse:
        """Posts a form as the provider would: signed over the public address."""
        parts = urlsplit(url if "://" in url else PUBLIC_URL + url)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        signature = sign(self.token.encode(), PUBLIC_URL + target, list(fields.items()))
        return self.app.test_client().post(
            target,
            data=urlencode(fields),
            content_type="application/x-www-form-urlencoded",
            headers={"X-Twilio-Signature": signature} if headers is None else headers,
            **options,
        )

    def ring(self, caller: str = AMINA, provider: str = "twilio", to: str = LINE_NUMBER) -> Ringing:
        """Somebody rings; the first screen is there."""
        call = Ringing(self, f"CA{next(self._calls):032x}", caller, provider, to)
        call.reply = self.post(f"/phone/{provider}/voice", call.fields())
        return call


@dataclass
class Ringing:
    """A call under way, seen from the caller's phone."""

    hotline: Hotline
    id: str
    caller: str
    provider: str
    to: str
    reply: TestResponse = field(init=False)

    def fields(self, **more: str) -> dict[str, str]:
        """What every webhook of this call says."""
        return {
            "CallSid": self.id,
            "AccountSid": self.hotline.account,
            "From": self.caller,
            "To": self.to,
            "CallStatus": "in-progress",
            "ApiVersion": "2010-04-01",
            "Direction": "inbound",
            **more,
        }

    @property
    def text(self) -> str:
        return self.reply.get_data(as_text=True)

    @property
    def on_keys(self) -> str:
        """Where a key goes."""
        return unescape(re.findall(r'action="([^"]+)"', self.text)[0])

    @property
    def on_silence(self) -> str:
        """Where silence goes."""
        return unescape(re.findall(r"<Redirect[^>]*>([^<]+)<", self.text)[0])

    @property
    def clips(self) -> list[str]:
        """The addresses of what is being played."""
        return [unescape(url) for url in re.findall(r"<Play>([^<]+)</Play>", self.text)]

    @property
    def said(self) -> list[tuple[str, str]]:
        """What is being played, as (prompt, language)."""
        known = {clip.sha: key for key, clip in _clips(self.hotline).items()}
        return [known[re.findall(r"/media/([0-9a-f]{64})\.wav", url)[0]] for url in self.clips]

    @property
    def prompts(self) -> list[str]:
        return [prompt for prompt, _ in self.said]

    def press(self, keys: str, after: float = 1.0) -> Ringing:
        """Presses keys, some seconds into the screen."""
        for key in keys:
            self.hotline.clock.forward(after)
            self.reply = self.hotline.post(self.on_keys, self.fields(Digits=key))
        return self

    def wait(self, seconds: float = 10.0) -> Ringing:
        """Presses nothing until the screen is over."""
        self.hotline.clock.forward(seconds)
        self.reply = self.hotline.post(self.on_silence, self.fields())
        return self

    def hang_up(self) -> TestResponse:
        """The call is over."""
        fields = self.fields(CallStatus="completed", CallDuration="20", SequenceNumber="3")
        return self.hotline.post(f"/phone/{self.provider}/status", fields)


def _clips(hotline: Hotline) -> dict[tuple[str, str], Any]:
    with hotline.wiring.database.connect() as connection:
        from ivr.publishing.lines import all_lines

        release_id = next(line.release_id for line in all_lines(connection) if line.release_id)
        return dict(hotline.wiring.releases.get(release_id).clips)


@lru_cache(maxsize=1)
def the_shipped_pack() -> Pack:
    """The pack that ships, read once: it never changes, and reading it takes longer than a whole call."""
    return shipped_pack()


def wire_for_tests(settings: Settings, clock: Clock) -> Wiring:
    """The parts of one process, whose passwords are cheap to look at."""
    return wire(settings, clock, CHEAP)


def make_hotline(
    data: Path,
    database_url: str = "",
    pack: Pack | None = None,
    line: Line = LINE,
    clock: Clock | None = None,
    change: Callable[[Wiring], Wiring] = lambda wiring: wiring,
    said_seconds: float = 2.0,
    **settings: Any,
) -> Hotline:
    """A hotline with a pack on air, out of nothing."""
    clock = clock or Clock()
    wiring = wire_for_tests(settings_for(data, database_url, **settings), clock)
    migrate(wiring.database)
    wiring.vault.key_store.prepare()
    pack = pack or the_shipped_pack()
    _record(wiring, pack, said_seconds)
    with wiring.database.begin() as connection:
        save_line(connection, line)
    publish(wiring.database, prepare(pack, wiring.library, demo_allowed=True), [line.number], TODAY)
    make_emergency_screens(wiring)
    wiring = change(wiring)
    return Hotline(wiring, create_app(wiring), clock, pack)


__all__ = ["Clock", "Hotline", "Ringing", "make_hotline"]
