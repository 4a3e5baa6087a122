"""Processes that are told to stop (SIGTERM) in the middle of something finish it first, and begin nothing else."""

from __future__ import annotations

import shutil
import signal
import sqlite3
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from ivr.jobs.queue_server import is_answering, server_program
from tests.calling_back import JOSEPH, LEILA, CallingBack, calling_back
from tests.faults.fire.run import WallClock
from tests.hotline import AMINA, make_hotline
from tests.network import Person
from tests.serving import PROGRAM, Answer, environment_of, serving, wait_until
from tests.telephony.provider.faults import Fault

ANSWERS_AFTER = 2.0
"""Seconds. What the provider does is done long before."""
ENDS_WITHIN = 8.0
CALLS = r"/Calls\.json"
OTHER_CALLER = "+12025550177"


@pytest.fixture
def queue() -> Iterator[str]:
    """A queue server of its own; its address."""
    # A short name: the socket of a queue server stands for no long one.
    folder = Path(tempfile.mkdtemp(prefix="wl-stop-"))
    url = f"unix://{folder / 'queue.sock'}"
    options = ["--port", "0", "--unixsocket", str(folder / "queue.sock"), "--dir", str(folder), "--save", ""]
    with subprocess.Popen([str(server_program()), *options], stdout=subprocess.DEVNULL) as server:
        wait_until(lambda: is_answering(url), 20, "the queue server")
        yield url
        server.kill()
    shutil.rmtree(folder)


@pytest.fixture
def house(tmp_path: Path, queue: str) -> Iterator[CallingBack]:
    """A hotline with two helpers and two callers who wait; nobody picks up."""
    with calling_back(tmp_path, redis_url=queue, clock=WallClock(time.time())) as made:
        made.network.add(*(Person(number, reaction="never") for number in (JOSEPH, LEILA)))
        made.employ("Joseph", JOSEPH)
        made.employ("Leila", LEILA)
        for caller in (AMINA, OTHER_CALLER):
            made.wish(caller, wishes={"safe_when": "as_soon_as_possible"})
        yield made


@contextmanager
def dialler(house: CallingBack, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`warmline worker --urgent`."""
    command, environment = [PROGRAM, "worker", "--urgent"], environment_of(house.hotline.wiring.settings)
    with (
        log.open("ab") as written,
        subprocess.Popen(command, env=environment, stdout=written, stderr=written) as process,
    ):
        yield process
        process.kill()


def rings(house: CallingBack) -> list[str]:
    """Whom the provider was asked to ring, in that order."""
    asked = house.network.provider.asked
    return [form["To"][0] for method, path, form in asked if (method, path) == ("POST", "/Calls.json")]


def test_a_dialler_told_to_stop_finishes_the_ring_and_begins_no_other(
    house: CallingBack, tmp_path: Path
) -> None:
    """Between writing down that Joseph is rung and the provider's answer the dialler is told to stop: it waits for the
    answer, notes it and ends; Leila is rung by the next dialler, and nobody twice."""
    # What happens on the line is told to nobody, so that only the provider's answer can say that there is a leg.
    house.network.reach = ""
    house.network.provider.faults.append(Fault("late", "POST", CALLS, seconds=ANSWERS_AFTER))
    assert house.hotline.wiring.callbacks.dispatcher.dispatch(house.now) == 2
    with dialler(house, tmp_path / "log") as first:
        wait_until(lambda: rings(house), 20, "a ring")
        assert sorted(row.state for row in house.attempts) == ["asked", "to_ring"]
        first.send_signal(signal.SIGTERM)
        assert first.wait(ANSWERS_AFTER + ENDS_WITHIN) == 0
    assert len(rings(house)) == 1
    (rung,) = [row for row in house.attempts if row.state == "live"]
    assert rung.helper_leg in house.network.provider.calls
    with dialler(house, tmp_path / "log") as second:
        wait_until(lambda: len(rings(house)) > 1, 20, "the other ring")
        wait_until(lambda: all(row.state == "live" for row in house.attempts), 10, "its answer")
        second.send_signal(signal.SIGTERM)
        assert second.wait(ENDS_WITHIN) == 0
    assert sorted(rings(house)) == [JOSEPH, LEILA]


def test_a_web_process_told_to_stop_answers_first(tmp_path: Path) -> None:
    """Amina has pressed a key, and the database takes a while; the web process is told to stop: she hears her menu,
    the process ends, and the next one answers the same webhook in the same words, once more and doing nothing twice."""
    hotline, call, heard = make_hotline(tmp_path / "data"), "CA" + "c" * 32, list[Answer]()
    settings = hotline.wiring.settings
    file = str(hotline.wiring.database.url.database)
    with serving(settings, tmp_path / "log") as served:
        menu = served.ring(call)
        with closing(sqlite3.connect(file, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            asking = threading.Thread(target=lambda: heard.append(served.press(menu, call, "1")))
            asking.start()
            time.sleep(0.7)
            served.process.send_signal(signal.SIGTERM)
            time.sleep(0.7)
            assert not heard
            other.execute("ROLLBACK")
        asking.join(10)
        assert served.process.wait(ENDS_WITHIN) == 0
    assert [answer.status for answer in heard] == [200]
    assert "<Gather" in heard[0].text
    with serving(settings, tmp_path / "log") as served:
        assert served.press(menu, call, "1").text == heard[0].text
    hotline.wiring.database.dispose()
