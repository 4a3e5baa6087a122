"""A hotline in a few lines, to try the network with: helper first, then the caller with a whisper."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

import requests
from flask import Flask, Response, request

from ivr.telephony.signature import is_genuine
from tests.network import PhoneNetwork, phone_network
from tests.telephony.fake_rest import serve
from tests.telephony.provider.state import ACCOUNT, LINE, TOKEN

PUBLIC = "https://hotline.example.org"
JOSEPH, LEILA, SARA, DANIEL = (f"+120255501{number}" for number in (11, 12, 13, 14))
AMINA, MALLORY = "+12025550142", "+12025550143"
EVERYTHING = "initiated ringing answered completed"


def play(*clips: str) -> str:
    return "".join(f"<Play>/media/{clip}.wav</Play>" for clip in clips)


def asks(clip: str, action: str, otherwise: str = "<Hangup/>") -> str:
    """A screen that waits for one key."""
    return f'<Gather numDigits="1" timeout="5" action={quoteattr(action)}>{play(clip)}</Gather>{otherwise}'


def dials(*numbers: str, whisper: str = "", action: str = "/dialled", **more: str) -> str:
    """A Dial with the line's number shown, and a word about every leg."""
    url = f" url={quoteattr(whisper)}" if whisper else ""
    told = f'statusCallback="/leg-status" statusCallbackEvent="{EVERYTHING}"'
    inside = "".join(f"<Number{url} {told}>{escape(number)}</Number>" for number in numbers)
    attributes = "".join(f" {name}={quoteattr(value)}" for name, value in more.items())
    return f'<Dial callerId="{LINE}" action={quoteattr(action)}{attributes}>{inside}</Dial>'


@dataclass
class SmallHotline:
    """Answers each path with what `replies` says; a path with a key is asked for first ("/take?Digits=1")."""

    replies: dict[str, str]
    posted: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    forged: list[str] = field(default_factory=list)
    fails: dict[str, float] = field(default_factory=dict)
    """How often a path answers with an error first."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def app(self) -> Flask:
        app = Flask("small_hotline")
        app.add_url_rule("/<path:path>", view_func=self.answer, methods=["POST"])
        return app

    def answer(self, path: str) -> Response:
        form = request.form.to_dict()
        target = request.full_path.rstrip("?")
        signature = request.headers.get("X-Twilio-Signature", "")
        with self.lock:
            self.posted.append((target, form))
            if not is_genuine(TOKEN.encode(), PUBLIC + target, list(form.items()), signature):
                self.forged.append(target)
            if self.fails.get(f"/{path}", 0) > 0:
                self.fails[f"/{path}"] -= 1
                return Response(status=500)
        keyed = f"/{path}?Digits={form.get('Digits', '')}"
        reply = self.replies.get(keyed, self.replies.get(f"/{path}"))
        if reply is None:
            return Response(status=204 if "status" in path else 404)
        return Response(f"<Response>{reply}</Response>", mimetype="text/xml")

    def about(self, path: str) -> list[dict[str, str]]:
        """The forms that came to a path."""
        with self.lock:
            return [form for target, form in self.posted if target.partition("?")[0] == path]


CALLBACK = {
    "/helper": asks("take_it", "/take"),
    "/take?Digits=1": dials(AMINA, whisper="/whisper?part=caller", timeLimit="3600", timeout="20"),
    "/take": play("not_taken") + "<Hangup/>",
    "/whisper": asks("press_one", "/agree"),
    "/agree?Digits=1": "",
    "/agree": play("sorry") + "<Hangup/>",
    "/dialled": asks("how_was_it", "/outcome"),
    "/outcome": play("thank_you") + "<Hangup/>",
    "/voice": asks("menu", "/menu", "<Redirect>/voice</Redirect>"),
    "/menu": play("noted") + "<Hangup/>",
}
"""A helper is rung and takes the call; the caller is rung and agrees; the helper says how it was."""


@contextmanager
def on_the_network(
    speed: float = 400.0, clips_fetched: bool = False, **replies: str
) -> Iterator[tuple[PhoneNetwork, SmallHotline]]:
    """The small hotline on air, and the network in front of it."""
    hotline = SmallHotline(CALLBACK | {f"/{path}": reply for path, reply in replies.items()})
    with (
        serve(hotline.app()) as reach,
        phone_network(PUBLIC, reach, speed=speed, clips_fetched=clips_fetched) as network,
    ):
        network.has_line(LINE, f"{PUBLIC}/voice", f"{PUBLIC}/fallback", f"{PUBLIC}/status")
        yield network, hotline


def place_call(network: PhoneNetwork, to: str, path: str = "/helper", **more: str) -> str:
    """Asks the provider to ring somebody; the call's id."""
    asked = {"To": to, "From": LINE, "Url": PUBLIC + path, "StatusCallback": f"{PUBLIC}/status", **more}
    form = [*asked.items(), *(("StatusCallbackEvent", event) for event in EVERYTHING.split())]
    answer = requests.post(f"{_calls(network)}.json", form, auth=(ACCOUNT, TOKEN), timeout=10)
    return str(answer.json()["sid"])


def change_call(network: PhoneNetwork, sid: str, **change: str) -> int:
    """Changes a call under way; the provider's answer."""
    return requests.post(
        f"{_calls(network)}/{sid}.json", change, auth=(ACCOUNT, TOKEN), timeout=10
    ).status_code


def _calls(network: PhoneNetwork) -> str:
    return f"{network.api_url}/2010-04-01/Accounts/{ACCOUNT}/Calls"
