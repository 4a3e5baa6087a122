"""A hotline that really answers on this machine, and a Twilio that really is asked, for the doctor to look at."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from redis import Redis
from rq import Worker
from structlog.testing import capture_logs

from ivr.app import create_app
from ivr.cli import cli
from ivr.jobs.queue_server import running
from ivr.operations.connecting import webhook_addresses
from ivr.store.queue import DEFAULT_QUEUE
from ivr.telephony.twilio_number import persistent
from ivr.wiring import Wiring, wire
from tests.hotline import ACCOUNT, LINE_NUMBER, MASTER_KEY, make_hotline, settings_for
from tests.telephony.fake_rest import Provider, rest_app, serve

TOKEN = "7d1b0c5e9f2a48639cbb41d0e6a7f813"  # opens only the fake
SECRET_KEY = "never-to-be-printed-" * 2
REDIS_PASSWORD = "queue-password-never-printed"


class Late:
    """A WSGI application whose address is known before it exists."""

    app: Any = None

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        return self.app(environ, start_response)


@dataclass
class Rig:
    """Everything that the commands touch."""

    data: Path
    url: str
    wiring: Wiring
    provider: Provider
    web: Late
    environment: dict[str, str]

    def run(self, *arguments: str) -> Result:
        """Runs a command as an operator would."""
        return CliRunner().invoke(cli, arguments, env=self.environment)

    def connect_by_hand(self) -> None:
        """Points the line's number here, as a finished installation has it."""
        wanted = webhook_addresses(self.url)
        self.provider.set_up_of(LINE_NUMBER).update(
            voice_url=persistent(wanted.voice),
            voice_fallback_url=wanted.fallback,
            status_callback=persistent(wanted.status),
        )


def prepared_data(folder: Path) -> Path:
    """The data folder of a hotline on air, to be copied: making its clips takes longest."""
    data = folder / "prepared"
    data.mkdir(mode=0o700)
    hotline = make_hotline(data)
    hotline.wiring.database.dispose()
    return data


@contextmanager
def rig_in(folder: Path, prepared: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rig]:
    """A hotline on air with its Twilio account; no queue server."""
    data = folder / "data"
    shutil.copytree(prepared, data)
    monkeypatch.delenv("PORT", raising=False)
    provider = Provider(account_sid=ACCOUNT, token=TOKEN)
    provider.has_number(LINE_NUMBER)
    web = Late()
    # The web process runs in this one, and its log must not end up in what the commands print.
    with capture_logs(), serve(web) as url, serve(rest_app(provider)) as api_url:
        wiring = wire(settings_for(data, public_url=url, twilio_auth_token=TOKEN, secret_key=SECRET_KEY))
        web.app = create_app(wiring)
        environment = {
            "WARMLINE_DATA": str(data),
            "WARMLINE_PUBLIC_URL": url,
            "WARMLINE_SECRET_KEY": SECRET_KEY,
            "WARMLINE_TWILIO_ACCOUNT_SID": ACCOUNT,
            "WARMLINE_TWILIO_AUTH_TOKEN": TOKEN,
            "WARMLINE_TWILIO_API_URL": api_url,
            "WARMLINE_DEMO": "yes",
            "WARMLINE_MASTER_KEY": MASTER_KEY,
        }
        yield Rig(data, url, wiring, provider, web, environment)
        wiring.database.dispose()


@contextmanager
def worker_at_work(data: Path) -> Iterator[None]:
    """The embedded queue server, with one worker that has just been heard of."""
    with running(data) as url, Redis.from_url(url) as connection:
        worker = Worker([DEFAULT_QUEUE], connection=connection)
        worker.register_birth()
        yield
        worker.register_death()
