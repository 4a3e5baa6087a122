"""Who else is about while it burns: callers in danger, callers who let it ring once, supervisors, helpers who ring in
from any phone, and helpers on the pages."""

from __future__ import annotations

import http.client
import re
import threading
from dataclasses import dataclass, field
from functools import partial
from html import unescape
from pathlib import Path
from random import Random
from typing import TypeVar

from ivr.audit.log import COMMAND_LINE
from ivr.people.roles import Role
from tests.calling_back import PASSWORD, PIN, CallingBack
from tests.faults.fire.plan import FLASHES_EACH, Plan
from tests.faults.fire.town import CALLERS_MOODS, HELPERS_MOODS, LANGUAGES, Helper
from tests.faults.plain_browser import PlainBrowser
from tests.hotline import LINE_NUMBER
from tests.network import Heard, MoodyPerson, Move, Person, PhoneNetwork, by_prompt, hang_up, press
from tests.serving import Served

FLASH_NUMBER = "+12025550198"
IN_DANGER = {"we_can_also_call": "1", "when_is_it_safe": "1", "call_hello": "1"}
NUMBER_SAID = "emergency_words"
OPEN_PAGE = re.compile(r'name="attempt" value="([0-9a-f]{32})"')
PUTS_BACK = 0.3
PAGES_EVERY = 0.5
"""Real seconds from one look at the queue to the next."""
AGAIN_AFTER = 90.0
"""Seconds of the network."""
DOOR_EACH = 6
Anybody = TypeVar("Anybody", bound=MoodyPerson)


class InDanger(MoodyPerson):
    """Chooses English, presses 0 and stays on the line; asks for a call where nobody came."""

    def __init__(self, number: str, random: Random) -> None:
        super().__init__(number, by_prompt(IN_DANGER), random, CALLERS_MOODS, (20, 120))

    def hears(self, heard: Heard) -> Move:
        if heard.leg.kind == "incoming" and heard.screen < 2:
            return press("10"[heard.screen])
        return super().hears(heard)


class Flasher(MoodyPerson):
    """Lets it ring once; rung back, says that it is she, and hangs up in the menu."""

    def __init__(self, number: str, random: Random) -> None:
        super().__init__(number, by_prompt({"call_hello": "1"}), random, CALLERS_MOODS)

    def hears(self, heard: Heard) -> Move:
        return super().hears(heard) if "call_hello" in heard.prompts else hang_up(1.0)


class Supervisor(MoodyPerson):
    """Accepts most pages, talks, and keys no outcome."""

    def __init__(self, number: str, random: Random) -> None:
        moves = by_prompt({"page_hello": "1", "page_risk": "1", "helper_offer": "1"})
        super().__init__(number, moves, random, HELPERS_MOODS, talks=(40, 120))


class RingsIn(Helper):
    """A helper who is never rung, and takes calls by ringing the line: hash, code, PIN, and the first who waits."""

    def __init__(self, number: str, random: Random) -> None:
        super().__init__(number, random)
        self.code = ""

    def hears(self, heard: Heard) -> Move:
        if "door_code" in heard.prompts:
            return press(f"{self.code}#", after=1)
        if "door_pin" in heard.prompts:
            return press(f"{PIN}#", after=1)
        if "door_take_first" in heard.prompts:
            return press("1", after=1)
        if "door_go_on_call" in heard.prompts:
            return hang_up(1.0)
        if heard.leg.kind == "incoming" and heard.screen == 0:
            return press("#", after=1)
        return super().hears(heard)


def is_on_the_phone(network: PhoneNetwork, number: str) -> bool:
    """Whether this phone rings, or is talked on."""
    return any(leg.number == number for leg in network.live())


def was_helped(network: PhoneNetwork, caller: str) -> bool:
    """Whether somebody in danger has heard a voice or the emergency number."""
    if network.ledger.bridges(caller):
        return True
    played = [clip for leg in network.ledger.legs_of(caller) for clip in leg.played]
    return any((network.clips.said(clip) or ("",))[0] == NUMBER_SAID for clip in played)


def pressed_zero(network: PhoneNetwork, caller: str) -> bool:
    """Whether the hotline could know at all."""
    return any("0" in leg.pressed for leg in network.ledger.legs_of(caller) if leg.kind == "incoming")


@dataclass
class OnThePages:
    """Helpers in front of the console, one after the other: each takes who is first, and gives some of them back.

    What they do while the web process is dead fails, as it does for people, who try again.
    """

    names: list[str]
    port: int
    random: Random
    every_seconds: float
    took: int = 0
    put_back: int = 0
    failed: int = 0
    _over: threading.Event = field(default_factory=threading.Event)
    _browsers: dict[str, PlainBrowser] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> OnThePages:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while self.names and not self._over.wait(self.every_seconds):
            name = self.random.choice(self.names)
            try:
                self._use(name)
            except (OSError, http.client.HTTPException, AssertionError):
                # Nobody answers, or with an error page: a new browser, next time.
                self.failed += 1
                self._browsers.pop(name, None)

    def _use(self, name: str) -> None:
        browser = self._browsers.get(name)
        if browser is None:
            # Only the port matters: the process behind it is another after each blow.
            browser = PlainBrowser(Served(self.port, Path(), None))  # type: ignore[arg-type]
            signed_in = browser.send("/sign-in", {"name": name.lower(), "password": PASSWORD})
            assert signed_in.status == 303
            self._browsers[name] = browser
        taken = browser.send("/console/queue/take", {}, form_at="/console/queue")
        assert taken.status == 303
        if not taken.headers["Location"].endswith("/console/mine"):
            return
        self.took += 1
        attempt = OPEN_PAGE.search(unescape(browser.get("/console/mine").text))
        if attempt is not None and self.random.random() < PUTS_BACK:
            browser.send("/console/mine/put-back", {"attempt": attempt[1]}, form_at="/console/mine")
            self.put_back += 1


@dataclass
class Visitors:
    """All of them, by their numbers, the same for the same seed."""

    plan: Plan
    random: Random
    in_danger: dict[str, InDanger]
    flashers: dict[str, Flasher]
    supervisors: dict[str, Supervisor]
    ring_in: dict[str, RingsIn]
    pages: OnThePages | None = None
    _at_pages: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, plan: Plan, seed: int, numbers: list[str]) -> Visitors:
        left = iter(numbers)

        def some(count: int, kind: type[Anybody]) -> dict[str, Anybody]:
            found = [next(left) for _ in range(count)]
            return {number: kind(number, Random(f"{seed} {number}")) for number in found}

        return cls(
            plan,
            Random(f"visitors {seed}"),
            some(plan.in_danger, InDanger),
            some(plan.flashers, Flasher),
            some(plan.supervisors, Supervisor),
            some(plan.ring_in, RingsIn),
        )

    @property
    def everybody(self) -> list[Person]:
        kinds = (self.in_danger, self.flashers, self.supervisors, self.ring_in)
        return [one for kind in kinds for one in kind.values()]

    @property
    def staff(self) -> list[str]:
        return [*self.supervisors, *self.ring_in]

    def are_employed(self, house: CallingBack, helpers: list[str]) -> None:
        """Supervisors and those who ring in get accounts; of the helpers every other is trained for crises, and some
        take their calls on the pages."""
        rooms, now = house.hotline.wiring.people, house.now
        for place, number in enumerate(self.supervisors):
            house.employ(f"Supervisor{place}", number, roles=(Role.SUPERVISOR,))
        for place, (number, person) in enumerate(self.ring_in.items()):
            house.employ(f"Visitor{place}", number, languages=LANGUAGES)
            person.code = house.codes[number]
        at_pages = helpers[-self.plan.on_pages :]
        with house.hotline.wiring.database.begin() as connection:
            for number in (*self.staff, *at_pages):
                rooms.helpers.want_rung(connection, house.helpers[number], False)
            for number in helpers[::2]:
                rooms.helpers.train(connection, COMMAND_LINE, house.helpers[number], True, now)
        self._at_pages = [f"helper{helpers.index(number)}" for number in at_pages]

    def will_come(self, network: PhoneNetwork) -> None:
        """When each of them rings, as far as it is known before the fire."""
        lasts = self.plan.fire_seconds * self.plan.speed
        for number in (*self.in_danger, *self.flashers, *self.ring_in):
            at = self.random.uniform(0.0, 0.6) * lasts
            network.schedule.after(at, partial(self._rings, network, number))

    def _rings(self, network: PhoneNetwork, number: str) -> None:
        """Whoever didn't get what they wanted rings again; who lets it ring once does so three times at least."""
        if self._has_enough(network, number):
            return
        if not is_on_the_phone(network, number):
            network.ring_in(number, FLASH_NUMBER if number in self.flashers else LINE_NUMBER)
        network.schedule.after(AGAIN_AFTER, partial(self._rings, network, number))

    def _has_enough(self, network: PhoneNetwork, number: str) -> bool:
        if number in self.in_danger:
            return was_helped(network, number)
        rang = sum(leg.kind == "incoming" for leg in network.ledger.legs_of(number))
        if number in self.flashers:
            return rang >= FLASHES_EACH and bool(network.ledger.rings_of(number))
        return rang >= DOOR_EACH

    def are_served(self, network: PhoneNetwork) -> bool:
        """Whether nobody of them has to ring again."""
        with network.lock:
            everybody = (*self.in_danger, *self.flashers, *self.ring_in)
            return all(self._has_enough(network, number) for number in everybody)

    def on_the_pages(self, port: int) -> OnThePages:
        """Helpers take and give back in the console until the end of the block."""
        self.pages = OnThePages(self._at_pages, port, Random(f"pages {self.plan.name}"), PAGES_EVERY)
        return self.pages

    def figures(self, network: PhoneNetwork) -> dict[str, int]:
        """What they did."""
        with network.lock:
            talks = [bridge for bridge in network.ledger.talks if bridge.dialler.kind == "incoming"]
            by_door = sum(bridge.dialler.number in self.ring_in for bridge in talks)
            pages_rung = sum(len(network.ledger.rings_of(one)) for one in self.supervisors)
        assert self.pages is not None
        return {
            "rings of supervisors": pages_rung,
            "talks of helpers who rang in": by_door,
            "taken in the console": self.pages.took,
            "put back in the console": self.pages.put_back,
            "pages of the console that failed": self.pages.failed,
        }
