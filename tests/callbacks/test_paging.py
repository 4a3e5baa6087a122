"""Who is rung for a page and when: one phone at a time, never for ever, on both databases."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from sqlalchemy import Connection, Engine, delete, insert, select, update

from ivr.callbacks.own_legs import subject_and_person
from ivr.callbacks.page_ringing import PageRinging
from ivr.callbacks.paging import Accepted, Pages, PagingRules, pages_state
from ivr.callbacks.ringing import Addressed
from ivr.callbacks.supervisors import Supervisor
from ivr.callbacks.taking import NotFitting
from ivr.operations.checks.help_now import HelpFacts, check_help
from ivr.people.roles import Role
from ivr.people.tables import people
from ivr.store.callback_tables import callbacks, pages, risk_cases
from ivr.store.tables import lines
from ivr.telephony.contract import AnswerLost, Network, ProviderBusy, ProviderOutOfReach
from ivr.vault.number import PhoneNumber
from ivr.vault.vault import Vault
from tests.callback_rows import put_callback
from tests.callbacks.people import person
from tests.hotline import Clock

LINE_ID, CALLBACK = "a" * 32, "b" * 32
DANIEL, GRACE = "d" * 32, "e" * 32


class OpensAll:
    """A vault in which every supervisor's number can be read."""

    def open(self, _connection: Connection, entry: str, _now: float) -> PhoneNumber:
        return PhoneNumber("+12025550161" if entry == DANIEL else "+12025550162")


@dataclass
class Provider:
    """A network that writes down what it is asked for."""

    asked: list[str] = field(default_factory=list)
    hung_up: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    fails: Exception | None = None

    def place_call(self, to: Any, caller_id: str, voice_url: str, *_: Any) -> str:
        self.asked.append(subject_and_person(voice_url)[1])
        if self.fails is not None:
            raise self.fails
        return f"CA{len(self.asked)}"

    def hangup(self, call: str) -> None:
        if isinstance(self.fails, ProviderBusy):
            raise self.fails
        self.hung_up.append(call)

    def placed(self, *_: Any) -> list[str]:
        return self.left


class Refuses:
    """Nobody can have the callback now."""

    able = False

    def take(self, *_: Any) -> str:
        raise NotFitting

    def could_take(self, *_: Any) -> bool:
        return self.able


class NoCases:
    """There is no case of risk."""

    def accept(self, *_: Any) -> None: ...


@dataclass
class Rig:
    """A page about somebody in crisis, two supervisors, and a worker."""

    database: Engine
    ringing: PageRinging
    service: Pages
    provider: Provider
    clock: Clock

    @property
    def page(self) -> Any:
        with self.database.connect() as connection:
            return connection.execute(select(pages)).one_or_none()

    def work(self, seconds: float = 0.0) -> dict[str, int]:
        """A pass of the worker, some time later."""
        self.clock.forward(seconds)
        return self.ringing.run(self.clock.now)

    def is_over(self, who: str, leg: str = "") -> None:
        """A supervisor's phone has stopped ringing."""
        self.service.ring_is_over(CALLBACK, who, leg or self.page.leg, self.clock.now)

    def change(self, **values: Any) -> None:
        with self.database.begin() as connection:
            connection.execute(update(callbacks).values(**values))


def both(_connection: Connection, _now: float) -> Sequence[Supervisor]:
    return [Supervisor(DANIEL, DANIEL, True, False), Supervisor(GRACE, GRACE, False, False)]


@pytest.fixture
def rig(database: Engine) -> Iterator[Rig]:
    clock, provider = Clock(), Provider()
    with database.begin() as connection:
        connection.execute(
            insert(lines).values(
                id=LINE_ID, number="+12025550100", name="First line", provider="twilio", release_id=None,
                country="KE", time_zone="Africa/Nairobi", emergency_number="112", open_hours="{}",
                dial_emergency=False, flash=False,
            )
        )  # fmt: skip
        put_callback(connection, CALLBACK, at=clock.now, need="crisis", crisis=True, priority=0)
        connection.execute(
            insert(people).values(
                id=DANIEL, name="Daniel", sign_in_name="daniel", state="active", password="", code_step=0, pin="",
                languages="[]", gender="", time_zone="UTC", reads="", number_id=DANIEL, created_on="2026-03-01",
            )
        )  # fmt: skip
        connection.execute(
            insert(pages).values(
                id=CALLBACK, kind="crisis", about=CALLBACK, line_id=LINE_ID, opened_at=clock.now,
                next_at=clock.now, tries=0, ringing="", leg="", accepted_by="",
            )
        )  # fmt: skip
    service = Pages(
        database, PagingRules(), both, lambda who: person(who, Role.SUPERVISOR), Refuses(), NoCases()
    )
    ringing = PageRinging(
        database,
        cast(Vault, OpensAll()),
        service,
        lambda _: cast(Network, provider),
        lambda _, of: Addressed(of, of),
        lambda _connection, _provider, now: now,
        clock,
        lambda _: None,
    )
    yield Rig(database, ringing, service, provider, clock)


def test_workers_at_once_ring_one_phone(rig: Rig) -> None:
    """Eight workers look at the same page in the same moment: one phone is asked to ring."""
    with ThreadPoolExecutor(8) as pool:
        rung = list(pool.map(lambda _: rig.work()["rung"], range(8)))
    assert sum(rung) == 1
    assert rig.provider.asked == [DANIEL]


def test_while_one_phone_rings_no_other_does(rig: Rig) -> None:
    """Daniel's phone rings; the worker comes by every five seconds, and rings nobody."""
    rig.work()
    assert sum(rig.work(5)["rung"] for _ in range(10)) == 0
    rig.is_over(DANIEL)
    assert rig.work(1)["rung"] == 0
    assert rig.work(5)["rung"] == 1
    assert rig.provider.asked == [DANIEL, GRACE]


def test_a_late_word_of_another_ring_changes_nothing(rig: Rig) -> None:
    """Word of the first ring comes again while the second one rings: it goes on ringing."""
    rig.work()
    first = rig.page.leg
    rig.is_over(DANIEL)
    rig.work(6)
    rig.is_over(DANIEL, first)
    rig.is_over(GRACE, first)
    assert rig.page.ringing == GRACE


def test_a_ring_whose_end_nobody_told_is_hung_up(rig: Rig) -> None:
    """All word of Daniel's leg is lost: after the time of one ring it is hung up, and Grace's phone rings."""
    rig.work()
    assert rig.work(119)["ended"] == 0
    assert rig.work(2)["ended"] == 1
    assert rig.provider.hung_up == ["CA1"]
    rig.work(5)
    assert rig.provider.asked == [DANIEL, GRACE]


def test_a_ring_in_doubt_is_looked_for_before_the_next(rig: Rig) -> None:
    """The provider's answer was lost: it is asked which calls it has placed, and those are hung up first."""
    rig.provider.fails, rig.provider.left = AnswerLost(), ["CA of Daniel"]
    assert rig.work()["rung"] == 1
    rig.provider.fails = None
    rig.work(121)
    assert rig.provider.hung_up == ["CA of Daniel"]


def test_a_busy_provider_is_asked_again_and_no_second_phone_rings_meanwhile(rig: Rig) -> None:
    """While the ring can't be ended, nobody else is rung: two phones at once would be worse than a wait."""
    rig.work()
    rig.provider.fails = ProviderBusy()
    assert rig.work(121) == {"rung": 0, "ended": 0, "over": 0}
    rig.provider.fails = None
    assert rig.work(5)["ended"] == 1


def test_a_provider_out_of_reach_is_not_asked_without_end(rig: Rig) -> None:
    """An hour in which no call can be placed: it is asked some dozens of times, not thousands."""
    rig.provider.fails = ProviderOutOfReach()
    for _ in range(720):
        rig.work(5)
    assert 20 < len(rig.provider.asked) < 60


@pytest.mark.parametrize("state", ["offered", "dialling", "talking"])
def test_a_helper_is_busy_with_it_and_the_phones_fall_silent(rig: Rig, state: str) -> None:
    """A helper has it in hand: Daniel's phone is hung up; back in the queue, supervisors are rung again."""
    rig.work()
    rig.change(state=state)
    assert rig.work(5) == {"rung": 0, "ended": 1, "over": 0}
    rig.change(state="waiting")
    assert rig.work(60)["rung"] == 1


def test_a_page_ends_with_what_it_is_about(rig: Rig) -> None:
    """The caller has taken the wish back: nobody is rung, and the page is no more."""
    rig.change(state="closed")
    assert rig.work() == {"rung": 0, "ended": 0, "over": 1}
    assert rig.page is None
    assert rig.provider.asked == []


def test_a_page_whose_callback_is_gone_ends_too(rig: Rig) -> None:
    """The callback was closed and deleted meanwhile."""
    with rig.database.begin() as connection:
        connection.execute(delete(callbacks))
    assert rig.work()["over"] == 1


def test_whoever_accepts_first_has_it(rig: Rig) -> None:
    """Daniel on the phone and Grace on the web, at the same moment: one has it, the other is told who."""

    def accept(who: str) -> str:
        try:
            rig.service.accept(CALLBACK, who, rig.clock.now)
        except Exception as error:
            return type(error).__name__
        return who

    with ThreadPoolExecutor(2) as pool:
        said = sorted(pool.map(accept, [DANIEL, GRACE]))
    assert said[0] == "AcceptedByAnother"
    assert said[1] == rig.page.accepted_by


def test_accepted_and_nobody_calls_so_the_phones_ring_again(rig: Rig) -> None:
    """Daniel accepts, and can't call her himself; nobody else does. Three minutes later supervisors are rung again."""
    rig.service.accept(CALLBACK, DANIEL, rig.clock.now)
    assert rig.work(170)["rung"] == 0
    assert rig.work(15)["rung"] == 1
    assert rig.page.accepted_by == ""


def test_accepted_on_the_web_while_her_phone_rings_it_rings_on(rig: Rig) -> None:
    """Daniel presses "I take it" while his phone rings for it. It goes on ringing, for the time of one ring, and nobody
    else's does: what he has in his hand leads to her. Another supervisor's is hung up."""
    cast(Refuses, rig.service.taking).able = True
    rig.work()
    assert rig.service.accept(CALLBACK, DANIEL, rig.clock.now).rings
    assert rig.work(10) == {"rung": 0, "ended": 0, "over": 0}
    assert rig.service.stands(CALLBACK, DANIEL) == "open"
    assert rig.service.stands(CALLBACK, GRACE) == "taken"
    assert rig.work(111)["ended"] == 1
    assert rig.provider.hung_up == ["CA1"]
    assert (rig.page.ringing, rig.page.next_at) == ("", rig.clock.now + 180)


def test_who_cannot_call_her_is_not_left_with_a_ringing_phone(rig: Rig) -> None:
    """Daniel speaks another language: he has it, and is told that he can't call; his phone falls silent. So it does
    where Grace was faster on the web, or where a helper is at it."""
    rig.work()
    assert rig.service.accept(CALLBACK, DANIEL, rig.clock.now) == Accepted()
    assert rig.work(1)["ended"] == 1
    rig.change(state="offered")
    assert rig.service.stands(CALLBACK, DANIEL) == "taken"
    rig.change(state="waiting")
    cast(Refuses, rig.service.taking).able = True
    assert rig.work(181)["rung"] == 1
    rung, other = (GRACE, DANIEL) if rig.page.ringing == GRACE else (DANIEL, GRACE)
    assert not rig.service.accept(CALLBACK, other, rig.clock.now).rings
    assert (rig.page.ringing, rig.work(1)["ended"]) == (rung, 1)


def test_a_case_that_is_hers_already_is_said_to_be(rig: Rig) -> None:
    """A life at risk, accepted on the web: whoever picks up the phone that rang for it hears that it is theirs."""
    with rig.database.begin() as connection:
        row = {"id": CALLBACK, "line_id": LINE_ID, "number_id": None, "language": "en", "risk": "high"}
        times = {"helper_id": GRACE, "opened_at": 0.0, "due_at": 0.0, "accepted_by": ""}
        connection.execute(insert(risk_cases).values(**row, **times))
        connection.execute(update(pages).values(kind="risk"))
    rig.work()
    assert rig.service.accept(CALLBACK, DANIEL, rig.clock.now) == Accepted()
    assert rig.service.stands(CALLBACK, DANIEL) == "yours"
    assert rig.service.stands(CALLBACK, GRACE) == "taken"
    assert rig.work(1)["ended"] == 1


def test_accepted_and_called_in_vain_waits_for_the_next_time(rig: Rig) -> None:
    """Daniel rings her and she doesn't pick up: nobody is rung for half an hour, as her phone isn't to ring before
    that. Then somebody has to try again: a page that rests on Daniel alone would rest for ever."""
    rig.service.accept(CALLBACK, DANIEL, rig.clock.now)
    rig.change(state="dialling")
    assert rig.work(600)["rung"] == 0
    rig.change(state="waiting", ready=False, not_before=rig.clock.now + 1800, tried=1)
    assert rig.work(1790)["rung"] == 0
    rig.change(ready=True)
    assert rig.work(100)["rung"] == 0
    assert rig.work(100)["rung"] == 1


def test_a_life_at_risk_that_is_looked_after_is_not_opened_by_this(rig: Rig) -> None:
    """A case of a life at risk has a clock of its own: accepted, it stays so."""
    with rig.database.begin() as connection:
        connection.execute(update(pages).values(kind="risk", accepted_by=DANIEL))
    assert rig.service.reopen(rig.clock.now + 3600) == 0


def test_nobody_is_woken_for_a_caller_who_may_not_be_called_yet(rig: Rig) -> None:
    """Amina keyed that only the evening is safe: supervisors are rung in the evening, as quickly as at first, and the
    doctor doesn't call it late before that."""
    evening = rig.clock.now + 8 * 3600
    rig.change(ready=False, not_before=evening)
    assert rig.work()["rung"] == 0
    with rig.database.connect() as connection:
        assert pages_state(connection, evening + 60, PagingRules(), both).late == 0
        assert pages_state(connection, evening + 901, PagingRules(), both).late == 1
    rig.change(ready=True)
    assert rig.work(8 * 3600)["rung"] == 1
    rig.is_over(DANIEL)
    rig.work(6)
    rig.is_over(GRACE)
    assert rig.page.next_at == rig.clock.now + 60


def test_pages_at_once_spread_over_the_supervisors(rig: Rig) -> None:
    """Five callers in crisis at once and two supervisors: each phone rings for one of them, and then for the next."""
    with rig.database.begin() as connection:
        for number in range(4):
            one = f"{number:032x}"
            put_callback(connection, one, at=rig.clock.now, need="crisis", crisis=True, priority=0)
            connection.execute(
                insert(pages).values(
                    id=one, kind="crisis", about=one, line_id=LINE_ID, opened_at=rig.clock.now + 1,
                    next_at=rig.clock.now, tries=0, ringing="", leg="", accepted_by="",
                )
            )  # fmt: skip
    assert rig.work()["rung"] == 2
    assert sorted(rig.provider.asked) == [DANIEL, GRACE]
    assert rig.work(1)["rung"] == 0
    rung_for = set()
    for _ in range(5):
        with rig.database.connect() as connection:
            ringing = connection.execute(select(pages).where(pages.c.ringing != "")).all()
        assert len({row.ringing for row in ringing}) == len(ringing)
        rung_for |= {row.id for row in ringing}
        for row in ringing:
            rig.service.ring_is_over(row.id, row.ringing, row.leg, rig.clock.now)
        rig.work(1)
    assert len(rung_for) == 5


def test_after_the_herd_each_phone_has_its_turn(rig: Rig) -> None:
    """Daniel's phone rings for somebody else: Grace's is next, and in the next round it is Daniel's again."""
    with rig.database.begin() as connection:
        other = "c" * 32
        put_callback(connection, other, at=rig.clock.now, state="talking")
        connection.execute(
            insert(pages).values(
                id=other, kind="crisis", about=other, line_id=LINE_ID, opened_at=rig.clock.now,
                next_at=rig.clock.now + 999, tries=1, ringing=DANIEL, leg="", accepted_by="",
            )
        )  # fmt: skip
        connection.execute(update(callbacks).where(callbacks.c.id == other).values(state="waiting"))
    rig.work()
    with rig.database.begin() as connection:
        connection.execute(delete(pages).where(pages.c.id == other))
    rig.is_over(GRACE)
    rig.work(61)
    assert rig.provider.asked == [GRACE, DANIEL]


def test_no_page_is_rung_while_nobody_has_a_number_and_that_is_said(rig: Rig) -> None:
    """No supervisor has given a number: nothing can ring, and the doctor says so before it matters."""
    silent = PageRinging(
        rig.database,
        rig.ringing.vault,
        Pages(rig.database, PagingRules(), lambda *_: [], rig.service.person, Refuses(), NoCases()),
        rig.ringing.networks,
        rig.ringing.addressed,
        rig.ringing.reserve,
        rig.clock,
    )
    assert silent.run(rig.clock.now)["rung"] == 0
    with rig.database.connect() as connection:
        assert pages_state(connection, rig.clock.now, PagingRules(), lambda *_: []).nobody_to_ring
    said = check_help(HelpFacts(trained=2, supervisors=0, longest=(("First line", 90.0),)))
    assert (said.level, "no supervisor" in said.found) == ("warning", True)


def test_the_doctor_speaks_of_pages_that_nobody_accepts() -> None:
    """What has rung for a quarter of an hour is a problem; a line that reaches people says in what time."""
    line = (("First line", 90.4), ("Second line", 61.0))
    assert check_help(HelpFacts(trained=1, supervisors=1, late=2, longest=line)).level == "problem"
    assert check_help(HelpFacts(trained=0, supervisors=1, longest=line)).level == "warning"
    well = check_help(HelpFacts(trained=3, supervisors=1, longest=line))
    assert (well.level, "90 s" in well.found, "First line" in well.found) == ("good", True, True)
    assert check_help(HelpFacts()).level == "good"
