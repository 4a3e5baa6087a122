"""A hotline with a long queue and many helpers, its workers as they really run, and a provider that only notes."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import insert, select

from ivr.callbacks import machine
from ivr.callbacks.matching import Offering
from ivr.callbacks.queue import Glance
from ivr.publishing.lines import all_lines
from ivr.store.callback_tables import attempts, callbacks
from ivr.store.engine import reading
from tests.callback_rows import callback_row
from tests.calling_back import CallingBack
from tests.faults.fire.parts import Parts, queue_socket, running_parts
from tests.hotline import ACCOUNT, TOKEN, Clock, make_hotline
from tests.network import fictional_numbers, phone_network
from tests.telephony.fake_rest import Provider

LANGUAGES = ("en", "fr", "ar", "sw")
GENDERS = ("woman", "man")
URGENT = {
    "urgent worker 1": ("worker", "--urgent"),
    "urgent worker 2": ("worker", "--urgent"),
    "timetable": ("timetable",),
}
APART_SECONDS = 0.3
"""Between two wishes in the queue."""
ROWS_AT_ONCE = 5000
WISHES_FOR_A_GENDER = 0.2


class WallClock(Clock):
    """The time on the wall."""

    def __call__(self) -> float:
        return time.time()


@dataclass
class Asked:
    """Notes when the provider is asked to ring which phone. Rings nobody."""

    at: dict[str, float] = field(default_factory=dict)
    rung: threading.Condition = field(default_factory=threading.Condition)

    def placed(self, sid: str, asked: Mapping[str, Sequence[str]]) -> None:
        del sid
        with self.rung:
            self.at[asked["To"][-1]] = time.monotonic()
            self.rung.notify_all()

    def sent_elsewhere(self, sid: str, url: str) -> None:
        """Nobody is rung, so nobody can be sent elsewhere."""

    def ended(self, sid: str) -> None:
        """Nor hung up on."""


@dataclass
class House:
    """Callbacks wait, helpers come free; what happens in between is the product's own."""

    back: CallingBack
    asked: Asked
    random: Random
    zone: str
    line: str
    made: int = 0

    @property
    def numbers(self) -> list[str]:
        """The helpers' phones."""
        return list(self.back.helpers)

    def fill(self, count: int, now: float) -> None:
        """Adds so many who wait; the first of them has waited longest."""
        for start in range(0, count, ROWS_AT_ONCE):
            places = range(start, min(count, start + ROWS_AT_ONCE))
            rows = [self.row(now - (count - place) * APART_SECONDS) for place in places]
            with self.back.hotline.wiring.database.begin() as connection:
                connection.execute(insert(callbacks), rows)

    def come_free(self, number: str) -> float:
        """A helper presses the button that says "on call"; when that was (monotonic seconds)."""
        wiring = self.back.hotline.wiring
        began = time.monotonic()
        with wiring.database.begin() as connection:
            wiring.people.helpers.choose(connection, self.back.helpers[number], "on", time.time())
        wiring.callbacks.jobs.dispatch()
        return began

    def has_somebody_for(self, number: str) -> bool:
        """Whether somebody waits whom this helper may call: of a few, there may be nobody."""
        wiring, now = self.back.hotline.wiring, time.time()
        with reading(wiring.database) as connection:
            helper = wiring.people.helpers.helper(connection, self.back.helpers[number], now).person
            offering = Offering(frozenset(helper.languages), helper.gender, False)
            return Glance().first_for(connection, offering, now) is not None

    def wait_for_ring(self, number: str, seconds: float) -> float | None:
        """When the provider was asked to ring this phone; None if that took too long."""
        with self.asked.rung:
            if not self.asked.rung.wait_for(lambda: number in self.asked.at, seconds):
                return None
            return self.asked.at.pop(number)

    def have_talked(self, number: str) -> None:
        """The two talk, and hang up; the helper goes off call, and somebody else asks to be called."""
        wiring, now = self.back.hotline.wiring, time.time()
        book, helper = wiring.callbacks.book, self.back.helpers[number]
        with wiring.database.begin() as connection:
            wiring.people.helpers.choose(connection, helper, "off", now)
            mine = select(attempts.c.id).join(callbacks, callbacks.c.attempt == attempts.c.id)
            row = connection.execute(
                mine.where(attempts.c.helper_id == helper, attempts.c.state != "over")
            ).first()
            if row is None:
                return
            for happened in (machine.HelperAccepted(row.id), machine.CallerAccepted(row.id)):
                book.in_attempt(connection, row.id, happened, now)
            book.helper_leg_is_over(connection, row.id, now)
            connection.execute(insert(callbacks), [self.row(now)])

    def place_of(self, callback_id: str) -> int:
        """The place of a callback in the order of asking."""
        return int(callback_id[:16], 16)

    def row(self, at: float) -> dict[str, Any]:
        """A callback that was asked for then, and waits."""
        self.made += 1
        return callback_row(
            f"{self.made:016x}{self.random.getrandbits(64):016x}",
            at=at,
            line_id=self.line,
            language=self.random.choice(LANGUAGES),
            gender=self.random.choice(GENDERS) if self.random.random() < WISHES_FOR_A_GENDER else "",
            time_zone=self.zone,
            until=time.time() + 6 * 3600,
        )


@contextmanager
def house_with(folder: Path, database_url: str, helpers: int) -> Iterator[House]:
    """A hotline with so many helpers, all off call, and nobody waiting."""
    provider = Provider(account_sid=ACCOUNT, token=TOKEN)
    with phone_network("https://line.example.org", provider=provider) as network:
        asked = Asked()
        provider.carrier = asked
        hotline = make_hotline(
            folder / "data",
            database_url,
            clock=WallClock(time.time()),
            twilio_api_url=network.api_url,
            redis_url=f"unix://{queue_socket(folder)}",
            calls_per_second=100,
            wrap_up_minutes=0.0001,
            log_level="warning",
        )
        back, random = CallingBack(hotline, network), Random(4)
        for place, number in enumerate(fictional_numbers(helpers + 1)[1:]):
            speaks = tuple(random.sample(LANGUAGES, random.choice((1, 2, 3))))
            back.employ(f"Helper{place}", number, languages=speaks, gender=GENDERS[place % 2])
        for helper in back.helpers.values():
            with hotline.wiring.database.begin() as connection:
                hotline.wiring.people.helpers.choose(connection, helper, "off", time.time())
        with reading(hotline.wiring.database) as connection:
            line = all_lines(connection)[0].id
        yield House(back, asked, random, noon_zone(), line)
        hotline.wiring.database.dispose()


@contextmanager
def workers_of(house: House, folder: Path) -> Iterator[Parts]:
    """The queue server, two urgent workers and the timetable, until the end of the block."""
    with running_parts(house.back.hotline.wiring.settings, folder, URGENT) as parts:
        yield parts


def noon_zone() -> str:
    """A time zone in which it is about noon, so that people may be rung whenever this is run."""
    ahead = 12 - datetime.now(UTC).hour
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"


__all__ = ["House", "house_with", "noon_zone", "workers_of"]
