"""A thousand missed calls in a minute come out as an orderly queue."""

from __future__ import annotations

import itertools
import random
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from ivr.callbacks.flash_counts import rung
from ivr.callbacks.flashes import OVER, WAITING
from ivr.jobs.ring_backs import ring_backs_of
from ivr.store.callback_tables import flash_counts, flashes
from ivr.store.tables import lines
from tests.calling_back import clips_of
from tests.hotline import ACCOUNT, LINE, LINE_NUMBER, PUBLIC_URL, TOKEN, Clock, Hotline, make_hotline
from tests.network import BUSY, NEVER, Person, PhoneNetwork, by_prompt, fictional_numbers, phone_network
from tests.telephony.fake_rest import Provider, serve

SPEED = 40.0
STORMS = {"sqlite": (300, 1000), "postgresql": (100, 150)}
"""How many phones ring, and how often in all: a thousand on the database that is the harder one for it."""
WORKERS = 2
CLOSE = 1e-5


class NetworkClock(Clock):
    """The hotline's time is that of the network, and goes on as fast."""

    def __init__(self, network: PhoneNetwork) -> None:
        super().__init__()
        self.network = network

    def __call__(self) -> float:
        return self.now + self.network.now()


class Storm:
    """A flash line on the network, workers, and how they went."""

    def __init__(self, hotline: Hotline, network: PhoneNetwork) -> None:
        self.hotline = hotline
        self.network = network
        self.stopped = threading.Event()
        self._calls = itertools.count()

    def missed_call(self, caller: str) -> str:
        """What is answered to one."""
        fields = {
            "CallSid": f"CA{next(self._calls):032x}", "AccountSid": ACCOUNT, "From": caller, "To": LINE_NUMBER,
            "CallStatus": "ringing", "ApiVersion": "2010-04-01", "Direction": "inbound",
        }  # fmt: skip
        return self.hotline.post("/phone/twilio/voice", fields).get_data(as_text=True)

    def work(self) -> None:
        """A worker: its task each second of the network, without the queue."""
        made = ring_backs_of(self.hotline.wiring)
        worker = replace(made, sleep=lambda seconds: time.sleep(seconds / SPEED))
        while not self.stopped.is_set():
            worker.run(0.5)
            time.sleep(0.2 / SPEED)

    def waiting(self) -> int:
        """How many wait now."""
        with self.hotline.wiring.database.connect() as connection:
            query = select(func.count()).select_from(flashes).where(flashes.c.state == WAITING)
            return int(connection.execute(query).scalar_one())


@pytest.fixture
def storm(tmp_path: Path, tables_url: str) -> Iterator[Storm]:
    """All of it, on each kind of database in turn."""
    provider = Provider(account_sid=ACCOUNT, token=TOKEN)
    with phone_network(PUBLIC_URL, speed=SPEED, provider=provider) as network:
        hotline = make_hotline(
            tmp_path / "data",
            tables_url,
            line=replace(LINE, flash=True),
            clock=NetworkClock(network),
            twilio_api_url=network.api_url,
            ring_back_minutes=60,
        )
        network.clips.known.update(clips_of(hotline))
        provider.clock = hotline.clock
        with serve(hotline.app) as reach:
            network.reach = reach
            network.has_line(LINE_NUMBER, f"{PUBLIC_URL}/phone/twilio/voice")
            yield Storm(hotline, network)
        hotline.wiring.database.dispose()


def test_a_thousand_missed_calls_come_out_in_order(storm: Storm) -> None:
    """A thousand missed calls from three hundred phones: each is rung once, in the order of coming, one a second."""
    dice = random.Random(4)
    callers, missed_calls = STORMS[storm.hotline.wiring.database.dialect.name]
    numbers = fictional_numbers(callers)
    moods = [BUSY, NEVER, NEVER]
    storm.network.add(*(Person(number, reaction=dice.choice(moods)) for number in numbers[:-20]))
    storm.network.add(*(Person(number, by_prompt({"call_hello": "1"})) for number in numbers[-20:]))
    ringing = [*numbers, *dice.choices(numbers, k=missed_calls - callers)]
    dice.shuffle(ringing)
    with ThreadPoolExecutor(8) as phones:
        replies = set(phones.map(storm.missed_call, ringing))
    assert {"<Reject/>" in reply for reply in replies} == {True}
    assert storm.waiting() == callers
    workers = [threading.Thread(target=storm.work) for _ in range(WORKERS)]
    for worker in workers:
        worker.start()
    try:
        storm.network.wait_until(lambda: not storm.waiting(), 150, "the end of the queue")
    finally:
        storm.stopped.set()
        for worker in workers:
            worker.join()
    storm.network.wait_quiet(30)
    assert sorted(_asked(storm)) == sorted(numbers)
    moments = [row.asked_at for row in _rows(storm)]
    in_order = sorted(moments)
    # Each worker holds one: what one of them has taken first, another may ask for first.
    assert max(abs(place - in_order.index(at)) for place, at in enumerate(moments)) <= WORKERS
    assert min(later - earlier for earlier, later in itertools.pairwise(in_order)) >= 1 - CLOSE
    assert {row.state for row in _rows(storm)} == {OVER}
    assert _count(storm) == callers
    assert all(len(storm.network.ledger.rings_of(number)) == 1 for number in numbers)


def _asked(storm: Storm) -> list[str]:
    """Whom the provider was asked to ring."""
    requests = storm.network.provider.asked
    return [form["To"][-1] for way, path, form in requests if (way, path) == ("POST", "/Calls.json")]


def _rows(storm: Storm) -> list[Any]:
    with storm.hotline.wiring.database.connect() as connection:
        return list(connection.execute(select(flashes).order_by(flashes.c.came_at, flashes.c.id)))


def _count(storm: Storm) -> int:
    """How many ring-backs were counted."""
    with storm.hotline.wiring.database.connect() as connection:
        line_id = connection.execute(select(lines.c.id)).scalar_one()
        query = select(func.sum(flash_counts.c.count)).where(flash_counts.c.subject == rung(line_id))
        return int(connection.execute(query).scalar_one())
