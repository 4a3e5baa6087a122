"""The proof that everything else rests on: whoever gets hold of anything that Warmline writes learns of no number.

A whole installation lives through callers and helpers, faults and kills. Then everything it has written is searched:
the database with its free pages and its log, the key store, the queue, logs at their most talkative, the web server's
list of addresses, error reports, exports, temporary files, and what others see of its processes. Then three days pass,
and even the sealed numbers and their keys are gone. The search proves itself by finding what is planted.

That the bytes are gone is proved here on SQLite; for a key store on PostgreSQL, without its write-ahead log, see
tests/vault/test_traces.py.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from sqlalchemy import Engine, func, insert, select, text, update

from ivr.jobs.scrubs import reconcile_with_providers, scrub_what_is_due
from ivr.jobs.timetable import ENTRIES, enqueue_due
from ivr.people.roles import Role
from ivr.people.tables import people
from ivr.store.callback_tables import callbacks
from ivr.store.queue import embedded_url
from ivr.store.tables import live_calls, notes
from ivr.vault.key_tables import row_keys
from ivr.vault.tables import vault_entries
from ivr.vault.upkeep import shred_due_numbers, tend_keys
from ivr.wiring import wire
from tests.conftest import missing
from tests.faults.broken_requests import send_broken_requests
from tests.faults.plain_browser import PlainBrowser
from tests.faults.test_parts_killed import children_of, command_of
from tests.faults.traces import traces_in
from tests.hotline import ACCOUNT, LINE_NUMBER, TOKEN, Hotline, make_hotline
from tests.postgres import PostgresServer, find_programs, new_database_on
from tests.serving import PROGRAM, Served, environment_of, fields_of, serving, wait_until
from tests.signing_in import PASSWORD, employ, with_codes
from tests.telephony.fake_rest import Provider, rest_app, serve

pytestmark = [
    pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at processes in /proc"),
    pytest.mark.xdist_group("proof"),
    pytest.mark.timeout(240),
]

DAY = 86_400.0
CALLERS = {
    "asks by keys": "+12025550163",
    "says nothing at all": "+12025550164",
    "presses 0": "+12025550165",
    "loses the connection": "+12025550166",
    "is killed in the middle": "+12025550167",
    "asks twice": "+12025550168",
}
HELPERS = {
    "written as the machine likes it": ("+12025550171", "+12025550171"),
    "with blanks": ("+12025550172", "+1 202 555 0172"),
    "with brackets and dashes": ("+12025550173", "+1 (202) 555-0173"),
    "with dots": ("+12025550174", "+1.202.555.0174"),
}
SEEDED = [*CALLERS.values(), *(number for number, _ in HELPERS.values())]
HELD = "+12025550163"
"""A supervisor keeps this one for longer, because a life is at risk."""


@dataclass
class Installation:
    """Everything that runs, and everywhere it writes."""

    hotline: Hotline
    served: Served
    provider: Provider
    folder: Path
    elsewhere: list[Path]
    """What isn't below `folder`: the files of a database server."""
    calls: Iterator[int] = field(default_factory=lambda: iter(range(1, 1000)))

    @property
    def database(self) -> Engine:
        return self.hotline.wiring.database

    def ring(self, caller: str, keys: str = "", silent: bool = False) -> str:
        """Somebody rings, and presses keys, or is silent until the goodbye; the call's id."""
        call = f"CA{next(self.calls):032x}"
        self.provider.has_call("in-progress", sid=call, to=LINE_NUMBER, from_=caller)
        answer = self.served.ring(call, caller=caller)
        for key in keys:
            answer = self.served.press(answer, call, key, caller=caller)
        while silent and "<Redirect" in answer.text:
            answer = self.served.keep_silent(answer, call, caller=caller)
        return call

    def hang_up(self, caller: str, call: str) -> None:
        """The call is over, at the provider and here."""
        self.provider.become(self.provider.calls[call], "completed", self.provider.clock())
        self.served.post("/phone/twilio/status", fields_of(call, caller, CallStatus="completed"))

    def kill(self, part: str) -> None:
        """A process dies without a word; another takes its place."""
        first = wait_until(lambda: self.pid(part), 20, f"a {part}")
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: self.pid(part) not in (0, first), 20, f"another {part}")

    def pid(self, part: str) -> int:
        """The process that does the work of a part; 0 while there is none. Of the web server that is its worker."""
        parts = children_of(self.served.process.pid)
        if part == "web":
            servers = [pid for pid in parts if "gunicorn" in command_of(pid)]
            return next((pid for server in servers for pid in children_of(server)), 0)
        return next((pid for pid in parts if f"/warmline {part}" in command_of(pid)), 0)

    def command(self, *words: str) -> str:
        """What a command of an operator prints."""
        done = subprocess.run(
            [PROGRAM, *words],
            env=environment_of(self.hotline.wiring.settings, TMPDIR=str(self.folder / "tmp")),
            capture_output=True,
            text=True,
        )
        return done.stdout + done.stderr

    def let_a_minute_pass(self) -> None:
        with Redis.from_url(embedded_url(self.hotline.wiring.settings.data)) as client:
            enqueue_due(client, ENTRIES, time.time() + 120)

    def after(self, days: float) -> Any:
        """The parts of a worker, with a clock that many days ahead."""
        return wire(self.hotline.wiring.settings, clock=lambda: time.time() + days * DAY)

    def traces(self, *numbers: str) -> list[str]:
        """Where numbers show, in whatever disguise."""
        for engine in (self.database, self.hotline.wiring.vault.key_store.engine):
            if engine.dialect.name == "postgresql":
                with engine.connect() as connection:
                    connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("CHECKPOINT"))
        return [trace for place in (self.folder, *self.elsewhere) for trace in traces_in(place, *numbers)]

    def holds(self, secret: bytes) -> bool:
        """Whether some bytes are in any file."""
        places = (self.folder, *self.elsewhere)
        return any(
            secret in path.read_bytes() for place in places for path in place.rglob("*") if path.is_file()
        )


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def installation(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """Everything that `warmline up` starts, with the provider beside it, on databases whose files can be read."""
    folder = tmp_path_factory.mktemp("proof")
    with ExitStack() as open_things:
        data, keys, elsewhere = "", f"sqlite:///{folder / 'keys' / 'keys.db'}", []
        if request.param == "postgresql":
            programs = find_programs()
            if programs is None:
                missing("PostgreSQL isn't installed on this machine (Debian: apt-get install postgresql)")
                return
            server = open_things.enter_context(PostgresServer(programs))
            data = open_things.enter_context(new_database_on(server.url))
            keys = open_things.enter_context(new_database_on(server.url))
            elsewhere = [server.folder]
        yield open_things.enter_context(_running(folder, data, keys, elsewhere))


class _running:
    """The installation, from its first table to its last process."""

    def __init__(self, folder: Path, data: str, keys: str, elsewhere: list[Path]) -> None:
        self.folder, self.data, self.keys, self.elsewhere = folder, data, keys, elsewhere
        self.open_things = ExitStack()

    def __enter__(self) -> Installation:
        provider = Provider(account_sid=ACCOUNT, token=TOKEN, clock=time.time)
        provider.has_number(LINE_NUMBER)
        address = self.open_things.enter_context(serve(rest_app(provider)))
        hotline = make_hotline(
            self.folder / "data",
            self.data,
            key_store_url=self.keys,
            twilio_api_url=address,
            log_level="debug",
        )
        for name in ("tmp", "logs"):
            (self.folder / name).mkdir()
        served = self.open_things.enter_context(
            serving(
                hotline.wiring.settings,
                self.folder / "logs" / "all.log",
                "up",
                TMPDIR=str(self.folder / "tmp"),
                # What an operator might switch on, or a proxy in front writes anyway: every address asked for.
                GUNICORN_CMD_ARGS=f"--access-logfile {self.folder / 'logs' / 'addresses.log'}",
            )
        )
        self.open_things.callback(hotline.wiring.database.dispose)
        return Installation(hotline, served, provider, self.folder, self.elsewhere)

    def __exit__(self, *raised: object) -> None:
        self.open_things.close()


@pytest.fixture(scope="module")
def lived_through(installation: Installation) -> Installation:
    """Callers, helpers and a supervisor do all they can do; processes are killed among it."""
    one = installation
    one.hang_up(CALLERS["asks by keys"], one.ring(CALLERS["asks by keys"], "11111112"))
    one.hang_up(CALLERS["says nothing at all"], one.ring(CALLERS["says nothing at all"], silent=True))
    one.hang_up(CALLERS["presses 0"], one.ring(CALLERS["presses 0"], "10", silent=True))
    for keys in ("1111111", "112#1111"):
        one.hang_up(CALLERS["asks twice"], one.ring(CALLERS["asks twice"], keys))
    _lose_the_connection(one)
    _break_a_turn(one)
    one.kill("worker")
    one.kill("web")
    wait_until(lambda: _answers(one), 20, "the web process")
    one.hang_up(CALLERS["is killed in the middle"], one.ring(CALLERS["is killed in the middle"], "1111111"))
    _work_in_the_console(one)
    one.let_a_minute_pass()
    for words in (
        ["calls"],
        ["people", "list"],
        ["audit", "show"],
        ["scrub", "status"],
        ["keys", "status"],
        ["doctor"],
    ):
        (one.folder / f"{words[0]}.txt").write_text(one.command(*words))
    (one.folder / "processes.txt").write_text(_processes(one.served.process.pid))
    time.sleep(1.5)
    return one


def _answers(one: Installation) -> bool:
    try:
        return one.served.ask("GET", "/healthz").status == 200
    except OSError:
        return False


def _lose_the_connection(one: Installation) -> None:
    caller = CALLERS["loses the connection"]
    call = one.ring(caller, "11111")
    with one.database.begin() as connection:
        connection.execute(
            update(live_calls).where(live_calls.c.provider_call == call).values(expires_at=0.0)
        )
    one.provider.become(one.provider.calls[call], "completed", one.provider.clock())


def _break_a_turn(one: Installation) -> None:
    """A damaged row makes a turn fail, and its error is reported; forms come broken and forged."""
    caller = CALLERS["is killed in the middle"]
    call = one.ring(caller, "11")
    with one.database.begin() as connection:
        connection.execute(
            update(live_calls).where(live_calls.c.provider_call == call).values(session="damaged")
        )
    more = {"Caller": caller, "CallerName": caller, "Digits": caller}
    one.served.post("/phone/twilio/turn?turn=3", fields_of(call, caller, **more))
    one.served.post("/phone/twilio/voice", fields_of("", caller, **more))
    form = {"Content-Type": "application/x-www-form-urlencoded", "X-Caller": caller}
    one.served.ask("POST", "/phone/twilio/voice", b"From=" + caller.encode(), form)
    send_broken_requests(one.served.port, caller)
    one.provider.become(one.provider.calls[call], "completed", one.provider.clock())


def _work_in_the_console(one: Installation) -> None:
    """Helpers give their numbers, each as people write them; Daniel reveals one number and keeps another."""
    clocked = replace(one.hotline, clock=_Now())
    for place, (_, written) in enumerate(HELPERS.values()):
        name = f"helper{place}"
        app = with_codes(clocked, employ(clocked, name))
        browser = PlainBrowser(one.served)
        browser.sign_in(name, app)
        assert browser.send("/profile/number", {"number": written}).status == 303
    app = with_codes(clocked, employ(clocked, "daniel", Role.SUPERVISOR, Role.ADMIN))
    daniel = PlainBrowser(one.served)
    daniel.sign_in("daniel", app)
    numbers = _entries(one)
    held = numbers[HELD]
    reason = f"A life is at risk; she called from {HELD}, that is 202 555 0163."
    shown = daniel.send(f"/numbers/{held}/reveal", {"reason": reason, "password": PASSWORD})
    assert HELD[-4:] in shown.text
    until = time.strftime("%Y-%m-%dT%H:%M", time.gmtime(time.time() + 10 * DAY))
    assert daniel.send(f"/numbers/{held}/hold", {"reason": reason, "until": until}).status == 303
    for address in ("/", "/numbers", "/people", "/audit", "/profile"):
        assert daniel.get(address).status == 200


class _Now:
    """The time as it is, for what the tests do beside the processes."""

    @property
    def now(self) -> float:
        return time.time()

    def __call__(self) -> float:
        return time.time()

    def forward(self, seconds: float) -> None:
        raise AssertionError("this clock can't be moved")


def _entries(one: Installation) -> dict[str, str]:
    """Number → the vault's entry, as only the vault can tell."""
    vault = one.hotline.wiring.vault
    with one.database.connect() as connection:
        ids = connection.execute(select(vault_entries.c.id).where(vault_entries.c.kind == "caller")).scalars()
        return {vault.reveal(connection, entry, time.time()): entry for entry in list(ids)}


def _processes(parent: int) -> str:
    """What others on the machine can see of every process: its command and its environment."""
    seen, found = [parent], []
    while seen:
        pid = seen.pop()
        seen += children_of(pid)
        for part in ("cmdline", "environ"):
            try:
                found.append(Path(f"/proc/{pid}/{part}").read_bytes().replace(b"\0", b"\n").decode())
            except OSError:
                continue
    return "\n".join(found)


def test_what_should_have_been_kept_was_kept(lived_through: Installation) -> None:
    """The search would find nothing in an empty house: callers' wishes, sealed numbers and helpers' are there."""
    with lived_through.database.connect() as connection:
        wishes = connection.execute(select(func.count()).select_from(callbacks)).scalar()
        helpers = connection.execute(
            select(func.count()).select_from(people).where(people.c.number_id.is_not(None))
        ).scalar()
    asked = set(_entries(lived_through))
    assert {CALLERS["asks by keys"], CALLERS["presses 0"], CALLERS["asks twice"]} <= asked
    assert CALLERS["says nothing at all"] in asked
    assert wishes == len(asked)
    assert helpers == len(HELPERS)
    log = lived_through.served.log.read_text()
    assert "turn_failed" in log
    assert "Invalid HTTP request line" in log
    assert "/phone/twilio/turn" in (lived_through.folder / "logs" / "addresses.log").read_text()


def test_no_number_shows_anywhere(lived_through: Installation) -> None:
    """While callers wait to be called back and helpers are on duty, nothing that is written shows a number."""
    assert lived_through.traces(*SEEDED) == []


def test_after_three_days_even_the_sealed_numbers_are_gone(lived_through: Installation) -> None:
    """The rows of callers, their keys, and every copy of both in free pages; what a supervisor keeps is kept."""
    one = lived_through
    keys = one.hotline.wiring.vault.key_store
    held = _entries(one)[HELD]
    with one.database.connect() as connection, keys.engine.connect() as in_keys:
        query = select(vault_entries.c.id, vault_entries.c.sealed).where(vault_entries.c.kind == "caller")
        sealed = {row.id: bytes(row.sealed) for row in connection.execute(query)}
        wrapped = {
            row.entry_id: bytes(row.wrapped)
            for row in in_keys.execute(select(row_keys.c.entry_id, row_keys.c.wrapped))
        }
    assert all(one.holds(secret) for secret in sealed.values())
    later = one.after(days=3.1)
    shred_due_numbers(later.database, later.vault, later.clock())
    tend_keys(later.database, later.vault, later.clock())
    with one.database.connect() as connection:
        left = set(
            connection.execute(select(vault_entries.c.id).where(vault_entries.c.kind == "caller")).scalars()
        )
    assert left == {held}
    assert len(sealed) > 3
    if one.database.dialect.name == "sqlite":
        gone = [entry for entry in sealed if entry != held]
        assert not any(one.holds(sealed[entry]) for entry in gone)
        assert not any(one.holds(wrapped[entry]) for entry in gone)
    assert one.holds(sealed[held])


def test_the_provider_forgets_every_call(lived_through: Installation) -> None:
    """A day later nothing of any call is left at the provider, and whatever it was told of its end."""
    later = lived_through.after(days=1.1)
    for _ in range(5):
        scrub_what_is_due(later)
    reconcile_with_providers(later)
    later = lived_through.after(days=1.2)
    for _ in range(5):
        scrub_what_is_due(later)
    assert lived_through.provider.calls == {}


def test_the_search_finds_what_is_planted(lived_through: Installation) -> None:
    """A number written into a note of a call, or into a temporary file, is found: the search is no blind one."""
    planted = "+12025550199"
    assert lived_through.traces(planted) == []
    with lived_through.database.begin() as connection:
        connection.execute(insert(notes).values(call_id="planted", seq=1, name="planted", value=planted))
    assert any("E.164" in trace for trace in lived_through.traces(planted))
    (lived_through.folder / "tmp" / "left-over").write_text("from 202-555-0198 at noon")
    assert any("left-over" in trace for trace in lived_through.traces("+12025550198"))
