"""A hotline with people, numbers and notices, and its console over real HTTP: what browsers are shown."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

from ivr.people.roles import Role
from ivr.people.shifts import When
from ivr.publishing.lines import all_lines
from ivr.vault.number import PhoneNumber
from tests.callback_rows import put_callback
from tests.console.desk import Desk, Worker
from tests.hotline import make_hotline
from tests.simulator.listening import served

PUBLIC_URL = "http://127.0.0.1"
COOKIE = "warmline"
LANGUAGES = ("en", "fr", "ar")
REASON = "She said goodbye in a way that frightened me; the clinic is looking for her."


@dataclass
class Staffed:
    """The hotline, where it listens, and who works there."""

    desk: Desk
    address: str
    daniel: Worker
    joseph: Worker
    grace: Worker
    number: str
    invitation: str
    shift: str
    talk: str
    case: str

    def pages_of_daniel(self) -> dict[str, str]:
        """Everything that an admin and supervisor can open, by what it is called here."""
        return {
            "home": "/",
            "profile": "/profile",
            "about": "/profile/about",
            "own-number": "/profile/number",
            "pin": "/profile/pin",
            "password": "/profile/password",
            "codes": "/profile/codes",
            "people": "/people",
            "invite": "/people/invite",
            "person": f"/people/{self.joseph.id}",
            "close-person": f"/people/{self.joseph.id}/close",
            "audit": "/audit",
            "numbers": "/numbers",
            "roster": "/roster",
            "plan": f"/roster/{self.joseph.id}/shifts",
            "plan-add": f"/roster/{self.joseph.id}/shifts/add",
            "plan-move": f"/roster/{self.joseph.id}/shifts/{self.shift}",
            "reveal": f"/numbers/{self.number}/reveal",
            "hold": f"/numbers/{self.number}/hold",
            "close-case": f"/numbers/{self.number}/close",
            "outcomes": "/console/outcomes",
            "risk": "/console/risk",
            "risk-close": f"/console/risk/{self.case}/close",
            "terms": "/console/terms",
            "add-term": "/console/terms/action",
            "term": "/console/terms/issue/family",
            "nothing": "/nothing",
        }

    def pages_of_joseph(self) -> dict[str, str]:
        """Pages that look different for a helper without codes."""
        return {
            "home-of-helper": "/",
            "codes-set-up": "/profile/codes",
            "closed": "/people",
            "shifts": "/shifts",
            "add-shift": "/shifts/add",
            "shift": f"/shifts/{self.shift}",
            "outcomes-of-helper": "/console/outcomes",
            "outcome": f"/console/outcomes/{self.talk}",
        }

    def pages_of_nobody(self) -> dict[str, str]:
        """Pages before signing in."""
        return {
            "sign-in": "/sign-in",
            "invitation": f"/invitation/{self.invitation}",
            "invitation-over": "/invitation/none",
        }

    def all_pages(self) -> list[tuple[Worker | None, dict[str, str]]]:
        """Every page, by who opens it."""
        return [
            (None, self.pages_of_nobody()),
            (self.joseph, self.pages_of_joseph()),
            (self.daniel, self.pages_of_daniel()),
        ]

    def window(
        self, chromium: Browser, worker: Worker | None, language: str = "en", **options: Any
    ) -> BrowserContext:
        """A browser of its own, in which somebody has signed in already."""
        wanted = {"viewport": {"width": 1280, "height": 800}, "locale": language, **options}
        context = chromium.new_context(**wanted)
        if worker:
            cookie = self.desk.signed_in(worker).client.get_cookie(COOKIE, domain="line.example.org")
            assert cookie
            context.add_cookies([{"name": COOKIE, "value": cookie.value, "url": self.address}])
        return context

    def open(self, page: Page, path: str) -> None:
        """Shows a page."""
        page.goto(self.address + path)
        page.locator("main h1").wait_for()


@contextmanager
def staffed_hotline(folder: Path) -> Iterator[Staffed]:
    """Daniel, Grace, Joseph and Leila work here; Sara is invited; two callers wait, one of them in danger."""
    hotline = make_hotline(folder / "data", public_url=PUBLIC_URL)
    desk = Desk(hotline)
    daniel = desk.employ("Daniel", Role.ADMIN, Role.SUPERVISOR)
    grace = desk.employ("Grace", Role.SUPERVISOR)
    joseph, leila = desk.employ("Joseph"), desk.employ("Leila", Role.HELPER, Role.STAFF)
    hotline.wiring.people.profiles.change(
        leila.id, name="ليلى حدّاد", languages=["ar", "fr"], gender="woman", time_zone="Africa/Nairobi", reads="",
        now=desk.now,
    )  # fmt: skip
    invitation = desk.invite("Sara", Role.STAFF)
    numbers = [_caller(desk, PhoneNumber(f"+1202555014{last}"), need) for last, need in enumerate(_NEEDS)]
    desk.hotline.clock.forward(5 * 3600)
    cases = hotline.app.extensions["console"].cases
    cases.hold(numbers[1], who=grace.id, reason=REASON, until=desk.now + 100 * 3600, now=desk.now)
    desk.hotline.clock.forward(600)
    shift = _roster(desk, joseph.id, leila.id)
    talk, case = _talks(desk, joseph.id, leila.id)
    with served(hotline.app) as address:
        yield Staffed(desk, address, daniel, joseph, grace, numbers[1], invitation, shift, talk, case)
    hotline.wiring.database.dispose()


def _roster(desk: Desk, joseph: str, leila: str) -> str:
    """Joseph is on shift and has had three hard calls; Leila has a call with a life at risk behind her."""
    people, zone = desk.hotline.wiring.people, "Africa/Nairobi"
    with desk.hotline.wiring.database.begin() as connection:
        people.shifts.add(connection, joseph, When(zone, time(20), time(2), weekday=6), desk.now)
        shift = people.shifts.add(connection, joseph, When(zone, time(18), time(22), weekday=2), desk.now)
        people.shifts.leave_out(connection, joseph, shift.id, date(2026, 3, 4))
        berlin = When("Europe/Berlin", time(9), time(12), on=date(2026, 3, 7))
        people.shifts.add(connection, leila, berlin, desk.now)
        for call in range(3):
            ended = desk.now - 1800 + 600 * call
            people.helpers.talked(connection, f"{call}" * 32, joseph, ended - 300, ended, hard=True)
        people.helpers.owe_debrief(connection, leila)
    return shift.id


def _talks(desk: Desk, joseph: str, leila: str) -> tuple[str, str]:
    """Joseph still has to fill in the outcome of a talk; Leila has said of hers that a life is in danger."""
    wiring = desk.hotline.wiring
    with wiring.database.begin() as connection:
        for helper, callback_id in ((joseph, "7" * 32), (leila, "8" * 32)):
            over = {"state": "closed", "ending": "talked", "helper": helper, "attempt": callback_id}
            put_callback(connection, callback_id, at=desk.now - 7200, number_id=None, language="ar", **over)
            wiring.outcomes.tasks.open_task(connection, callback_id, helper, 700, desk.now - 3600)
        wiring.outcomes.tasks.keyed(connection, "8" * 32, "risk", "3", desk.now)
        return "7" * 32, wiring.outcomes.cases.open_cases(connection)[0].id


_NEEDS = (("emotional_support", "sw"), ("crisis", "ar"))


def _caller(desk: Desk, number: PhoneNumber, wish: tuple[str, str]) -> str:
    wiring = desk.hotline.wiring
    with wiring.database.begin() as connection:
        line = all_lines(connection)[0]
        kept = wiring.vault.keep(number, kind="caller", line_id=line.id, now=desk.now)
        wiring.vault.store(connection, kept)
        put_callback(
            connection, kept.id[::-1], at=desk.now, line_id=line.id, need=wish[0], language=wish[1],
            crisis=wish[0] == "crisis", number_id=kept.id,
        )  # fmt: skip
    return kept.id
