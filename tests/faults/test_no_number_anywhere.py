"""A caller's number, in any spelling, is in no file of the installation: not in the database, a log or the queue."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from redis import Redis
from sqlalchemy import insert, text, update

from ivr.jobs.timetable import ENTRIES, enqueue_due
from ivr.store.queue import embedded_url
from ivr.store.tables import live_calls, notes
from tests.faults.broken_requests import send_broken_requests
from tests.faults.traces import disguises_of, traces_in
from tests.hotline import Hotline, make_hotline
from tests.postgres import PostgresServer
from tests.serving import Served, fields_of, serving

pytestmark = pytest.mark.xdist_group("traces")

CALLER = "+12025550163"
FORM = {"Content-Type": "application/x-www-form-urlencoded", "X-Caller": CALLER}


@dataclass
class Installation:
    """A hotline that runs whole, and the folders that hold everything it writes."""

    hotline: Hotline
    served: Served
    folders: list[Path]

    def traces(self, number: str) -> list[str]:
        if self.hotline.wiring.database.dialect.name == "postgresql":
            with self.hotline.wiring.database.connect() as connection:
                connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("CHECKPOINT"))
        return [trace for folder in self.folders for trace in traces_in(folder, number)]


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def installation(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """Everything that `warmline up` starts, on a database whose files can be read."""
    folder = tmp_path_factory.mktemp("whole")
    if request.param == "sqlite":
        yield from running(folder, "", [folder])
        return
    with PostgresServer(request.getfixturevalue("postgres_programs")) as server:
        yield from running(folder, server.url, [folder, server.folder])


def running(folder: Path, url: str, folders: list[Path]) -> Iterator[Installation]:
    hotline = make_hotline(folder / "data", url, log_level="debug")
    with serving(hotline.wiring.settings, folder / "log", "up") as served:
        yield Installation(hotline, served, folders)
    hotline.wiring.database.dispose()


def live_through_everything(served: Served) -> None:
    """A caller with this number does all that can be done, and all that can go wrong goes wrong."""
    call = "CA" + "1" * 32
    answer = served.ring(call, caller=CALLER)
    for key in "11122":
        answer = served.press(answer, call, key)
    served.post("/phone/twilio/status", fields_of(call, CALLER, CallStatus="completed"))
    left = "CA" + "2" * 32
    served.press(served.ring(left, caller=CALLER), left, "1")
    more = {"Caller": CALLER, "CallerName": CALLER, "Digits": CALLER, "Unknown": CALLER}
    served.post("/phone/twilio/voice", fields_of("CA" + "3" * 32, CALLER, **more))
    served.post("/phone/twilio/turn?turn=1", fields_of("CA" + "3" * 32, CALLER, **more))
    served.post("/phone/twilio/voice", fields_of("CA" + "4" * 32, CALLER, to=CALLER))
    served.post("/phone/twilio/voice", fields_of("", CALLER, **more))
    served.post("/phone/twilio/voice", fields_of("CA" + "5" * 32, CALLER, to=CALLER + "\0"))
    served.post(f"/phone/twilio/turn?turn=1&From={CALLER}", fields_of("CA" + "6" * 32, CALLER, **more))
    served.ask("POST", f"/phone/twilio/voice?From=%2B{CALLER[1:]}", b"From=" + CALLER.encode(), FORM)
    served.ask("GET", f"/phone/fallback?From=%2B{CALLER[1:]}&To=%2B{CALLER[1:]}")
    served.ask(
        "GET", f"/{CALLER}?caller={CALLER}", headers={"X-Caller": CALLER, "Referer": f"http://x/{CALLER}"}
    )


def test_no_file_holds_the_number_of_a_caller(installation: Installation) -> None:
    """After whole calls, lost calls, mistakes and forgeries, no file of database, log or queue shows the number."""
    live_through_everything(installation.served)
    with installation.hotline.wiring.database.begin() as connection:
        connection.execute(update(live_calls).values(session="damaged"))
    broken = fields_of("CA" + "2" * 32, CALLER, Digits=CALLER)
    installation.served.post("/phone/twilio/turn?turn=2", broken)
    with Redis.from_url(embedded_url(installation.hotline.wiring.settings.data)) as client:
        enqueue_due(client, ENTRIES, time.time() + 120)
    time.sleep(1.5)
    assert installation.traces(CALLER) == []
    log = installation.served.log.read_text()
    assert "webhook_refused" in log
    assert "turn_failed" in log


@pytest.mark.parametrize("server", ["gthread", "granian"])
def test_requests_that_break_the_rules_of_http_leave_no_number(tmp_path: Path, server: str) -> None:
    """What a web server can't read of a request is written down without the caller's number that is in it."""
    hotline = make_hotline(tmp_path / "data", server=server, log_level="debug")
    with serving(hotline.wiring.settings, tmp_path / "log", GUNICORN_CMD_ARGS="--access-logfile -") as served:
        send_broken_requests(served.port, CALLER)
        assert served.ask("GET", f"/phone/fallback?From=%2B{CALLER[1:]}").status < 500
        time.sleep(0.5)
    hotline.wiring.database.dispose()
    assert traces_in(tmp_path, CALLER) == []
    if server == "gthread":
        assert "Invalid HTTP request line" in served.log.read_text()


def test_the_search_finds_what_it_looks_for(installation: Installation) -> None:
    """A number that is really written, into a note of a call or into a file, is found: the search is no blind one."""
    planted = "+12025550164"
    with installation.hotline.wiring.database.begin() as connection:
        connection.execute(insert(notes).values(call_id="planted", seq=1, name="planted", value=planted))
    assert any("E.164" in trace for trace in installation.traces(planted))


@pytest.mark.parametrize("name", list(disguises_of(CALLER)))
def test_every_disguise_is_seen_through(tmp_path: Path, name: str) -> None:
    """Each spelling, encoding and unkeyed hash of a number is found in a file that holds it."""
    (tmp_path / "file").write_bytes(b"before " + disguises_of(CALLER)[name] + b" after")
    assert any(trace.endswith(f": {name}") for trace in traces_in(tmp_path, CALLER))
