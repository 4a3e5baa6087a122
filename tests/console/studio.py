"""Sara in the recording room: a draft to record, and what she sends."""

from __future__ import annotations

import io
import math
import struct
import wave
from collections.abc import Sequence
from typing import Any

from werkzeug.test import TestResponse

from audio.take_rows import Take
from audio.take_states import TakeState
from ivr.demo import shipped_pack
from ivr.people.roles import Role
from tests.console.desk import Browser, Desk, Worker
from tests.hotline import PUBLIC_URL, TODAY


def hum(seconds: float = 1.0, rate: int = 16_000) -> bytes:
    """A WAV file with a sound in it."""
    made = io.BytesIO()
    samples = [int(8000 * math.sin(place * 0.1)) for place in range(int(seconds * rate))]
    with wave.open(made, "wb") as file:
        file.setparams((1, 2, rate, 0, "NONE", "not compressed"))
        file.writeframes(struct.pack(f"<{len(samples)}h", *samples))
    return made.getvalue()


class Studio:
    """The recording room of a hotline, with the shipped pack as its draft, and Sara signed in."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.room = desk.hotline.wiring.recording
        self.room.drafts.bring(shipped_pack(), TODAY)
        self.room.voices.add("en", "Sara")
        self.sara: Worker = desk.employ("Sara", Role.STAFF)
        self.browser: Browser = desk.signed_in(self.sara)

    def send(
        self,
        address: str,
        fields: dict[str, str],
        files: Sequence[tuple[str, bytes]],
        name: str = "files",
        **headers: str,
    ) -> TestResponse:
        """Sends files from the page that Sara sees. What only a script reads doesn't take its place."""
        sent: dict[str, Any] = {"csrf_token": self.browser.hidden("csrf_token"), **fields}
        sent[name] = [(io.BytesIO(content), file) for file, content in files]
        answer = self.browser.client.post(
            address,
            data=sent,
            content_type="multipart/form-data",
            base_url=PUBLIC_URL,
            headers={"Sec-Fetch-Site": "same-origin", "Accept-Language": "en", **headers},
        )
        if answer.mimetype == "text/html":
            self.browser.page = answer
        return answer

    def takes(self, state: TakeState | None = None) -> list[Take]:
        """Every take, or those in a state."""
        return self.room.takes.in_states(*([state] if state else TakeState))
