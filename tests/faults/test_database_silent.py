"""The database server is stopped without being gone: it hangs up on nobody, and it answers nobody."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from ivr.store.hot import SECONDS_WITHOUT_ASKING
from ivr.store.tables import live_calls
from ivr.vault.reach import REMEMBERED_SECONDS
from tests.hotline import LINE_NUMBER, Hotline, make_hotline
from tests.postgres import PostgresServer, new_database_on
from tests.serving import Served, serving, wait_until

pytestmark = [pytest.mark.postgres, pytest.mark.xdist_group("silent")]

LONGEST_ANSWER_SECONDS = 10
"""A provider gives up after 15."""

AT_ONCE = 24


@pytest.fixture(scope="module")
def server(postgres_programs: Path) -> Iterator[PostgresServer]:
    with PostgresServer(postgres_programs) as own:
        yield own


@pytest.fixture(scope="module")
def hotline(server: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hotline]:
    made = make_hotline(tmp_path_factory.mktemp("silent") / "data", server.url)
    yield made
    made.wiring.database.dispose()


@pytest.fixture(scope="module")
def served(hotline: Hotline, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(hotline.wiring.settings, tmp_path_factory.mktemp("log") / "log") as made:
        yield made


def test_callers_of_a_silent_database_hear_the_emergency_screen(
    server: PostgresServer, hotline: Hotline, served: Served
) -> None:
    """Three times as many callers as there are threads ring and press while the database says nothing: each hears the
    emergency screen before the provider gives up. When it goes on, so do their calls, where they were."""
    emergency = hotline.wiring.emergency.reply_for("twilio", LINE_NUMBER)
    under_way = {f"CA{n:032d}": served.ring(f"CA{n:032d}") for n in range(AT_ONCE // 2)}
    with ThreadPoolExecutor(AT_ONCE) as many:
        with server.frozen():
            began = time.monotonic()
            asked = [many.submit(served.press, answer, call, "1") for call, answer in under_way.items()]
            asked += [many.submit(served.ring, f"CB{n:032d}") for n in range(AT_ONCE // 2)]
            answers = [one.result() for one in asked]
            assert time.monotonic() - began < LONGEST_ANSWER_SECONDS
            assert {(answer.status, answer.text) for answer in answers} == {(200, emergency)}
            began = time.monotonic()
            assert served.ask("GET", "/healthz").status == 503
            assert time.monotonic() - began < LONGEST_ANSWER_SECONDS
        time.sleep(SECONDS_WITHOUT_ASKING)
        wait_until(lambda: served.ask("GET", "/healthz").status == 200, 15, "the database")
        for call, answer in under_way.items():
            assert "<Gather" in served.press(answer, call, "1").text
            assert served.hang_up(call).status == 204


def test_whoever_reads_pages_waits_only_so_long(server: PostgresServer, hotline: Hotline) -> None:
    """Pages and jobs of a silent database fail within seconds, and work again when it goes on."""
    database = hotline.wiring.database
    with database.connect() as connection:
        connection.execute(select(live_calls)).all()
        with server.frozen():
            began = time.monotonic()
            with pytest.raises(OperationalError):
                connection.execute(select(live_calls)).all()
            with pytest.raises(OperationalError), database.connect():
                pass
            assert time.monotonic() - began < LONGEST_ANSWER_SECONDS
    with database.connect() as connection:
        connection.execute(select(live_calls)).all()


def test_a_silent_key_store_keeps_no_caller_waiting(
    server: PostgresServer, tmp_path: Path, database_url: str
) -> None:
    """The server of the key store says nothing: Amina gets her menu in time, and isn't offered what can't be kept."""
    with new_database_on(server.url) as keys:
        hotline = make_hotline(tmp_path / "data", database_url, key_store_url=keys)
        call = hotline.ring().press("1")
        assert "for_urgent_help" in call.prompts
        with server.frozen():
            time.sleep(REMEMBERED_SECONDS)
            began = time.monotonic()
            call.press("1")
            assert time.monotonic() - began < LONGEST_ANSWER_SECONDS
            assert "callback_unavailable" in call.prompts
        hotline.wiring.vault.key_store.engine.dispose()
        hotline.wiring.database.dispose()
