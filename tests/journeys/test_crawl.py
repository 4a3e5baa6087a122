"""Every screen of the shipped pack over real HTTP: each address that a reply contains is asked for, and works."""

from __future__ import annotations

import io
import re
import wave
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from html import unescape
from typing import NamedTuple
from urllib.parse import urldefrag
from xml.etree import ElementTree as Xml

import pytest
from sqlalchemy import Connection, insert, select

from flows.model import Branch, Callback, Connect, End
from flows.session import Session
from ivr.store.tables import live_calls, visits
from tests.hotline import AMINA, PUBLIC_URL, Hotline, make_hotline
from tests.serving import Answer, Served, fields_of, serving

pytestmark = pytest.mark.xdist_group("crawl")

KEYS = "12340859*#"
FEWER_KEYS = "12340"
"""In the second and later languages, and without a number: their screens lead where the first ones do."""

PORTABLE = {"Response", "Play", "Gather", "Redirect", "Hangup"}


class Place(NamedTuple):
    """Where a call is, as far as it decides what can be heard next."""

    caller: str
    flow: str
    node: str
    language: str
    asked_for_language: bool
    tries: int
    wrong_keys: bool


@dataclass
class Crawl:
    """What has been seen: each place with its reply."""

    hotline: Hotline
    served: Served
    screens: dict[Place, str] = field(default_factory=dict)
    clips: set[str] = field(default_factory=set)
    _forks: int = 0

    def from_the_ring(self, call: str, caller: str) -> None:
        """Breadth first: from each new place every key and silence, each in a call forked there."""
        waiting = deque([(call, self.served.ring(call, caller=caller))])
        while waiting:
            call, answer = waiting.popleft()
            place = self.place_of(call, caller)
            if place in self.screens:
                continue
            self.look_at(answer)
            self.screens[place] = answer.text
            for target, digits in self.ways_on(answer, place):
                fork = self.fork(call)
                fields = fields_of(fork, caller, **({"Digits": digits} if digits else {}))
                waiting.append((fork, self.post(target, fields)))

    def look_at(self, answer: Answer) -> None:
        assert answer.status == 200
        assert answer.headers["Content-Type"] == "text/xml; charset=utf-8"
        assert len(answer.body) <= 64 * 1024
        root = Xml.fromstring(answer.text)
        assert {element.tag for element in root.iter()} <= PORTABLE
        assert [element.tag for element in root][-1] in ("Redirect", "Hangup")
        self.clips.update(element.text or "" for element in root.iter("Play"))

    def place_of(self, call: str, caller: str) -> Place:
        with self.hotline.wiring.database.connect() as connection:
            kept = connection.execute(
                select(live_calls.c.session).where(live_calls.c.provider_call == call)
            ).scalar_one()
        found = Session.from_json(kept)
        language = found.language or ""
        wrong = found.invalid > 0 and language == "en"
        return Place(caller, found.flow, found.node, language, found.asking, found.tries, wrong)

    def ways_on(self, answer: Answer, place: Place) -> Iterator[tuple[str, str]]:
        thorough = place.language == "en" and place.caller == AMINA
        for action in re.findall(r'action="([^"]+)"', answer.text):
            for key in KEYS if thorough else FEWER_KEYS:
                if thorough or place.language or key == "1" or place.caller == AMINA:
                    yield unescape(action), key
        for redirect in re.findall(r"<Redirect[^>]*>([^<]+)<", answer.text):
            yield unescape(redirect), ""

    def post(self, url: str, fields: dict[str, str]) -> Answer:
        assert url.startswith(PUBLIC_URL)
        # What follows the # tells the provider how to try again, and isn't sent.
        return self.served.post(urldefrag(url).url.removeprefix(PUBLIC_URL), fields)

    def fork(self, call: str) -> str:
        """A second call at the same place as the first."""
        self._forks += 1
        name = f"CF{self._forks:032d}"
        with self.hotline.wiring.database.begin() as connection:
            _copy(connection, call, name)
        return name


def _copy(connection: Connection, call: str, name: str) -> None:
    row = connection.execute(select(live_calls).where(live_calls.c.provider_call == call)).mappings().one()
    connection.execute(
        insert(live_calls).values(
            **{**row, "provider_call": name, "call_id": name[2:].lstrip("0").rjust(32, "f")}
        )
    )


@pytest.fixture(scope="module")
def crawl(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawl]:
    """The whole shipped pack, walked through by a caller with a number and by one without."""
    folder = tmp_path_factory.mktemp("crawl")
    hotline = make_hotline(folder / "data")
    with serving(hotline.wiring.settings, folder / "log") as served:
        done = Crawl(hotline, served)
        done.from_the_ring("CA" + "1" * 32, AMINA)
        done.from_the_ring("CA" + "2" * 32, "anonymous")
        yield done
    hotline.wiring.database.dispose()


def test_every_place_of_the_pack_was_reached(crawl: Crawl) -> None:
    """The walk has been at every node that the pack has, in every language, so nothing went untried."""
    with crawl.hotline.wiring.database.connect() as connection:
        seen = {(row.flow, row.node) for row in connection.execute(select(visits.c.flow, visits.c.node))}
        languages = {row.language for row in connection.execute(select(visits.c.language))}
    nodes = [(flow.id, node) for flow in crawl.hotline.pack.flows.values() for node in flow.nodes.values()]
    # Nobody is there to be connected with or to call back yet, and the last words are left by no key.
    never_left = {
        (flow, node.id) for flow, node in nodes if isinstance(node, Branch | Callback | Connect | End)
    }
    refused = {(flow, node.unavailable) for flow, node in nodes if isinstance(node, Callback)}
    assert {(flow, node.id) for flow, node in nodes} - seen <= never_left | refused
    assert languages >= {"en", "fr", "ar", "sw"}
    assert len(crawl.screens) > 100


def test_every_clip_can_be_played(crawl: Crawl) -> None:
    """Every clip of every screen is a telephone recording of 8 kHz, kept by caches for good, and sent in parts."""
    assert len(crawl.clips) > 200

    def check(url: str) -> str:
        path = url.removeprefix(PUBLIC_URL)
        whole = crawl.served.ask("GET", path)
        name = path.removeprefix("/media/").removesuffix(".wav")
        assert (whole.status, whole.headers["Content-Type"]) == (200, "audio/wav")
        assert whole.headers["ETag"] == f'"{name}"'
        assert {"public", "immutable", "max-age=31536000"} <= set(
            re.split(", *", whole.headers["Cache-Control"])
        )
        with wave.open(io.BytesIO(whole.body)) as sound:
            assert (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) == (8000, 1, 2)
            assert sound.getnframes() > 0
        part = crawl.served.ask("GET", path, headers={"Range": "bytes=10-29"})
        assert (part.status, part.body) == (206, whole.body[10:30])
        assert part.headers["Content-Range"] == f"bytes 10-29/{len(whole.body)}"
        known = crawl.served.ask("GET", path, headers={"If-None-Match": f'"{name}"'})
        assert (known.status, known.body) == (304, b"")
        head = crawl.served.ask("HEAD", path)
        assert (head.status, int(head.headers["Content-Length"])) == (200, len(whole.body))
        return name

    with ThreadPoolExecutor(4) as several:
        assert len(set(several.map(check, crawl.clips))) == len(crawl.clips)


def test_every_other_address_answers(crawl: Crawl) -> None:
    """Status, recording and fallback addresses answer as the provider expects, and clips that aren't there are 404."""
    served = crawl.served
    fields = fields_of("CA" + "3" * 32, CallStatus="completed")
    assert served.post("/phone/twilio/status", fields).status == 204
    assert served.post("/phone/twilio/recording", fields | {"RecordingStatus": "absent"}).status == 204
    assert served.ask("POST", "/phone/fallback").status == 200
    for path in ("0" * 64, "..%2F..%2Fetc%2Fpasswd", "x", "é".encode().hex()):
        assert served.ask("GET", f"/media/{path}.wav").status == 404
    assert served.ask("GET", "/media/" + "0" * 64).status == 404
    clip = next(iter(crawl.clips)).removeprefix(PUBLIC_URL)
    assert served.ask("GET", clip, headers={"Range": "bytes=99999999-"}).status == 416
    assert served.ask("POST", clip).status == 405


def test_no_screen_is_broken(crawl: Crawl) -> None:
    """No screen says the emergency words that stand for a mistake, and the walk left no error in the log."""
    broken = crawl.hotline.wiring.emergency.reply_for("twilio", "")
    assert broken not in crawl.screens.values()
    log = crawl.served.log.read_text()
    assert "turn_failed" not in log
    assert "Traceback" not in log
