"""A hotline whose replies a test writes itself."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask, Response, request

from ivr.store.engine import open_database
from ivr.telephony.signature import is_genuine
from ivr.telephony.simulator.exchange import Exchange
from ivr.telephony.simulator.network import SimulatorNetwork
from ivr.telephony.simulator.page import TelephoneParts, telephone_blueprint
from ivr.telephony.simulator.recordings import Recordings
from ivr.telephony.simulator.signing import Signer
from ivr.telephony.simulator.tables import metadata
from tests.hotline import LINE_NUMBER, PUBLIC_URL, SIMULATOR_ACCOUNT, SIMULATOR_TOKEN, short_clip

WEBHOOKS = f"{PUBLIC_URL}/phone/simulator"


@dataclass
class Webhook:
    """One webhook that came in, already found genuine."""

    path: str
    form: dict[str, str]


@dataclass
class ScriptedHotline:
    """`replies` by path below the webhooks; `clips` are asked for as /media/<seconds>.wav."""

    folder: Path
    replies: dict[str, str] = field(default_factory=dict)
    webhooks: list[Webhook] = field(default_factory=list)
    address: str = ""

    def __post_init__(self) -> None:
        self.signer = Signer(SIMULATOR_ACCOUNT, SIMULATOR_TOKEN, PUBLIC_URL)
        self.database = open_database(f"sqlite:///{self.folder / 'exchange.db'}")
        metadata.create_all(self.database)
        self.exchange = Exchange(self.database, time.time)
        self.recordings = Recordings(self.folder / "recordings", self.database, time.time)
        self.network = SimulatorNetwork(self.exchange, self.recordings, self.signer)
        self.app = self._app()

    def reply(self, path: str, verbs: str) -> None:
        """Writes the reply for a path."""
        self.replies[path] = f"<Response>{verbs}</Response>"

    def told(self, path: str) -> list[dict[str, str]]:
        """What has been posted to a path, first first."""
        return [webhook.form for webhook in self.webhooks if webhook.path == path]

    def _app(self) -> Flask:
        app = Flask("scripted")
        parts = TelephoneParts(
            signer=self.signer,
            exchange=self.exchange,
            recordings=self.recordings,
            lines=lambda: [(LINE_NUMBER, "First line")],
            about_clip=lambda sha: None,
        )
        app.register_blueprint(telephone_blueprint(parts))
        app.add_url_rule("/phone/simulator/<path>", view_func=self._answer, methods=["POST"])
        app.add_url_rule("/media/<float:seconds>.wav", view_func=_clip)
        return app

    def _answer(self, path: str) -> tuple[Response, int]:
        form = request.form.to_dict()
        url = PUBLIC_URL + request.full_path.rstrip("?")
        signature = request.headers.get("X-Twilio-Signature", "")
        if not is_genuine(SIMULATOR_TOKEN.encode(), url, list(form.items()), signature):
            return Response(), 403
        self.webhooks.append(Webhook(path, form))
        if path not in self.replies:
            return Response(), 204 if path in ("status", "recording") else 404
        return Response(self.replies[path], content_type="text/xml"), 200


def _clip(seconds: float) -> Response:
    return Response(short_clip(300, seconds), content_type="audio/wav")


def play(seconds: float) -> str:
    """A clip of this length."""
    return f"<Play>{PUBLIC_URL}/media/{float(seconds)}.wav</Play>"
