"""A phone at the door, webhook by webhook: what is heard is prompts, clips and recordings, in their order."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from sqlalchemy import select

from ivr.recording.tables import spoken
from tests.calling_back import clips_of
from tests.hotline import AMINA, PUBLIC_URL, Hotline, Ringing

RECORDINGS = "https://api.example.org/Recordings"


class Phone:
    """One call, from the key that leads to the door."""

    def __init__(self, hotline: Hotline, number: str = AMINA) -> None:
        self.hotline = hotline
        self.call: Ringing = hotline.ring(number)
        self.made = 0
        self.clips = clips_of(hotline)
        self.reply = hotline.post(self._local(self.call.on_keys), self.call.fields(Digits="#"))
        self._go(self.sent_to)

    @property
    def text(self) -> str:
        return self.reply.get_data(as_text=True)

    @property
    def sent_to(self) -> str:
        """Where silence goes, or where the call is sent."""
        found = re.findall(r"<Redirect[^>]*>([^<]+)<", self.text)
        return unescape(found[0]) if found else ""

    @property
    def heard(self) -> list[str]:
        """What is being said: prompts, and the last part of the address of whatever else is played."""
        names = [
            unescape(url).rpartition("/")[2].removesuffix(".wav")
            for url in re.findall(r"<Play>([^<]+)<", self.text)
        ]
        return [self.clips[name][0] if name in self.clips else name for name in names]

    @property
    def records(self) -> bool:
        """Whether it speaks after a tone now."""
        return "<Record" in self.text

    @property
    def is_over(self) -> bool:
        """Whether the line has hung up."""
        return "<Hangup/>" in self.text

    def key(self, keys: str) -> Phone:
        """Keys something, with or without the hash key at its end."""
        action = unescape(re.findall(r'<Gather[^>]* action="([^"]+)"', self.text)[0])
        self._go(action, Digits=keys)
        return self

    def silent(self) -> Phone:
        """Does nothing until the screen is over."""
        self._go(self.sent_to)
        return self

    def speak(self, seconds: int = 4, *, ready: bool = True, **more: str) -> str:
        """Talks after the tone; the provider's id of the recording. `ready`: the provider has it before it asks on."""
        action, told = (
            unescape(re.findall(rf' {name}="([^"]+)"', self.text)[0])
            for name in ("action", "recordingStatusCallback")
        )
        self.made += 1
        sid = f"RE{self.call.id[-8:]}{self.made:024x}"
        said = {"RecordingSid": sid, "RecordingUrl": f"{RECORDINGS}/{sid}", "RecordingDuration": str(seconds)}
        self.told = lambda: self.hotline.post(
            self._local(told), self.call.fields(**said, RecordingStatus="completed")
        )
        if ready:
            assert self.told().status_code == 204
        self._go(action, **said, **more)
        return sid

    def hang_up(self) -> None:
        """Puts the phone down."""
        assert self.call.hang_up().status_code == 204

    def rows(self) -> list[Any]:
        """What lies at the provider, as far as the hotline knows."""
        with self.hotline.wiring.database.connect() as connection:
            return list(connection.execute(select(spoken).order_by(spoken.c.recording)))

    def _go(self, url: str, **more: str) -> None:
        self.hotline.clock.forward(1)
        self.reply = self.hotline.post(self._local(url), self.call.fields(**more))
        assert self.reply.status_code == 200, self.text

    def _local(self, url: str) -> str:
        return url.partition("#")[0].removeprefix(PUBLIC_URL)
