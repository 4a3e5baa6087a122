"""One run: a hotline is set up, people ask, everything burns, everything settles, and is judged."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from ivr.callbacks.windows import next_span
from ivr.jobs.queue import queue_named
from ivr.jobs.tasks import clear_ring_backs, close_callbacks, find_lost_answers, sweep_callbacks
from ivr.publishing.lines import find_line, save_line
from ivr.store.callback_tables import callbacks
from ivr.store.queue import DEFAULT_QUEUE, connect_to_queue
from tests.calling_back import CallingBack, clips_of
from tests.faults.fire.arson import Arson
from tests.faults.fire.parts import queue_socket, running_parts
from tests.faults.fire.plan import Plan
from tests.faults.fire.town import Town
from tests.faults.fire.traces import traces_of
from tests.faults.fire.verdict import Rows, Verdict, judge, judge_in_danger, judge_missed_calls
from tests.faults.fire.visitors import FLASH_NUMBER, Visitors
from tests.faults.fire.watch import Watch
from tests.hotline import ACCOUNT, LINE_NUMBER, PUBLIC_URL, TOKEN, Clock, make_hotline
from tests.network import PhoneNetwork, phone_network
from tests.postgres import PostgresServer
from tests.serving import START_SECONDS, free_port, is_listening, wait_until
from tests.telephony.fake_rest import Provider

WISHES = {"as_soon_as_possible": "1", "in_the_morning": "2", "in_the_evening": "3"}
ZONE = "America/New_York"
CALMED_EVERY = 2.0
MOST_TRIES, TRIES_APART = 8, 150.0
TOLD = {"callback_noted", "asked_already"}
GENDERS_FROM = 12
"""With fewer helpers than these there isn't a woman and a man for every language."""

Say = Callable[[str], None]


class WallClock(Clock):
    """The time on the wall: the processes have no other, and nobody moves it."""

    def __call__(self) -> float:
        return time.time()

    def forward(self, seconds: float) -> None:
        """Time passes by itself."""


@dataclass
class Burnt:
    """What was done, and what came of it."""

    plan: Plan
    seed: int
    database: str
    verdict: Verdict
    struck: dict[str, int]
    starts: dict[str, int]
    ended_by_themselves: list[str]
    settled_seconds: float
    seconds: float
    history: dict[str, Any] = field(default_factory=dict)


@dataclass
class Fire:
    """One run in a folder, on SQLite or on a PostgreSQL server that is its own."""

    plan: Plan
    seed: int
    folder: Path
    postgres: PostgresServer | None = None
    say: Say = print

    def run(self) -> Burnt:
        """Everything, from nothing; at most minutes."""
        began = time.monotonic()
        with phone_network(
            PUBLIC_URL, speed=self.plan.speed, provider=Provider(account_sid=ACCOUNT, token=TOKEN)
        ) as network:
            house = self._hotline(network)
            plan = self.plan
            others = plan.in_danger + plan.flashers + plan.supervisors + plan.ring_in
            town = Town(self.seed, plan.callbacks, plan.helpers, others)
            visitors = Visitors.of(plan, self.seed, town.others)
            network.add(*town.helpers.values(), *town.callers.values(), *visitors.everybody)
            for place, number in enumerate(town.helpers):
                speaks, gender = town.speak[number], town.gender[number]
                house.employ(f"Helper{place}", number, languages=speaks, gender=gender)
            visitors.are_employed(house, list(town.helpers))
            self.say("asking")
            asked = self._ask_before(house, town)
            burnt = self._burn(house, town, visitors, asked)
            burnt.seconds = time.monotonic() - began
            house.hotline.wiring.database.dispose()
        return burnt

    def _hotline(self, network: PhoneNetwork) -> CallingBack:
        port = free_port()
        hotline = make_hotline(
            self.folder / "data",
            self.postgres.url if self.postgres else "",
            clock=WallClock(time.time()),
            twilio_api_url=network.api_url,
            redis_url=f"unix://{queue_socket(self.folder)}",
            port=port,
            **self.plan.settings,
        )
        network.clips.known.update(clips_of(hotline))
        network.reach = f"http://127.0.0.1:{port}"
        voice, status = f"{PUBLIC_URL}/phone/twilio/voice", f"{PUBLIC_URL}/phone/twilio/status"
        for line in (LINE_NUMBER, FLASH_NUMBER):
            network.has_line(line, voice, f"{PUBLIC_URL}/phone/fallback", status)
        with hotline.wiring.database.begin() as connection:
            first = find_line(connection, LINE_NUMBER)
            assert first is not None
            save_line(connection, replace(first, id="", number=FLASH_NUMBER, name="Missed calls", flash=True))
        return CallingBack(hotline, network)

    def _ask_before(self, house: CallingBack, town: Town) -> set[str]:
        random = Random(f"asking {self.seed}")
        callers = list(town.callers)[: self.plan.callbacks - self.plan.keyed]
        for place, caller in enumerate(callers):
            answers = {"when_is_it_safe": _later() if place < self.plan.later else "1"}
            if self.plan.helpers >= GENDERS_FROM and random.random() < 0.2:
                answers["woman_or_man"] = random.choice("12")
            call = house.hotline.ring(caller).press(town.language_keys[caller] + "11")
            while "callback_noted" not in call.prompts:
                key = next((answers[prompt] for prompt in call.prompts if prompt in answers), "")
                call.press(key) if key else call.wait()
            call.hang_up()
        return {row.id for row in house.rows(callbacks)}

    def _burn(self, house: CallingBack, town: Town, visitors: Visitors, asked: set[str]) -> Burnt:
        network, settings = house.network, house.hotline.wiring.settings
        keyed = list(town.callers)[self.plan.callbacks - self.plan.keyed :]
        with (
            running_parts(settings, self.folder) as parts,
            Watch(house.hotline.wiring.database) as watch,
        ):
            arson = Arson(self.plan, Random(self.seed), parts, network, self.postgres)
            # From here on everybody who calls is answered, as long as nothing is struck.
            wait_until(lambda: is_listening(settings.port), START_SECONDS, "the web process")
            self._will_ring_in(network, keyed)
            visitors.will_come(network)
            with visitors.on_the_pages(settings.port):
                arson.burn(self.say)
            self.say("calm")
            settled = self._settle(house, visitors)
            watch.look()
            rows = self._rows(house)
        verdict = judge(
            rows,
            network,
            seen=watch.history,
            asked=asked,
            told_noted=sum(_was_told(network, caller) for caller in keyed),
            callers=town.callers,
            helpers=[*town.helpers, *visitors.staff],
            most_attempts=self.plan.most_attempts,
        )
        judge_in_danger(verdict, network, visitors.in_danger, self.plan.most_attempts)
        judge_missed_calls(verdict, network, visitors.flashers)
        verdict.figures |= visitors.figures(network)
        numbers = [*town.callers, *town.helpers, *town.others]
        verdict.faults += traces_of(self.folder, self.postgres, numbers)
        starts = {name: part.starts for name, part in parts.all.items()}
        return Burnt(
            self.plan, self.seed, "PostgreSQL" if self.postgres else "SQLite", verdict, dict(arson.struck), starts,
            parts.ended_by_themselves, settled, 0.0, dict(watch.history),
        )  # fmt: skip

    def _will_ring_in(self, network: PhoneNetwork, callers: list[str]) -> None:
        random = Random(f"ringing {self.seed}")
        for caller in callers:
            after = random.uniform(0.05, 0.7) * self.plan.fire_seconds * self.plan.speed
            network.schedule.after(after, partial(_rings_in, network, caller, MOST_TRIES))

    def _rows(self, house: CallingBack) -> Rows:
        wiring = house.hotline.wiring
        return Rows.read(wiring.database, wiring.vault.key_store)

    def _settle(self, house: CallingBack, visitors: Visitors) -> float:
        """Waits until nobody is called any more; the seconds that it took."""
        began = time.monotonic()
        with connect_to_queue(house.hotline.wiring.settings) as client:
            queue = queue_named(DEFAULT_QUEUE, client)
            unsettled: list[str] = []
            while (passed := time.monotonic() - began) < self.plan.calm_seconds:
                unsettled = self._rows(house).unsettled
                if house.network.is_quiet() and not unsettled and visitors.are_served(house.network):
                    return passed
                # What the timetable asks for each minute is asked for sooner: nothing else is done for them.
                for task in (sweep_callbacks, close_callbacks, find_lost_answers, clear_ring_backs):
                    queue.enqueue(task, job_timeout=30, ttl=30)
                time.sleep(CALMED_EVERY)
        under_way = house.network.post.under_way
        self.say(f"not settled: {unsettled}, {len(house.network.live())} legs, {under_way} webhooks")
        return self.plan.calm_seconds


def _later() -> str:
    """The key for hours that aren't now, nor soon."""
    now = time.time()
    for wish, key in WISHES.items():
        if wish != "as_soon_as_possible" and next_span(wish, ZONE, now, now + 1800).opens > now + 1800:  # type: ignore[arg-type]
            return key
    raise AssertionError("it can't be morning and evening at once")


def _rings_in(network: PhoneNetwork, caller: str, tries: int) -> None:
    """Whoever wasn't told that it is noted rings again, as people do."""
    if not tries or network.ledger.rings_of(caller) or _was_told(network, caller):
        return
    network.ring_in(caller, LINE_NUMBER)
    network.schedule.after(TRIES_APART, partial(_rings_in, network, caller, tries - 1))


def _was_told(network: PhoneNetwork, caller: str) -> bool:
    legs = [leg for leg in network.ledger.legs_of(caller) if leg.kind == "incoming"]
    return any(TOLD & set(heard.prompts) for leg in legs for heard in leg.heard)


__all__ = ["Burnt", "Fire"]
