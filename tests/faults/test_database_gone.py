"""The database is really taken away while a real server runs: callers hear the emergency screen, then their menus."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import select

from ivr.store.tables import calls, live_calls
from tests.hotline import LINE_NUMBER, PUBLIC_URL, Hotline, make_hotline
from tests.postgres import PostgresServer
from tests.serving import Answer, Served, serving, wait_until

pytestmark = pytest.mark.xdist_group("gone")

LONGEST_ANSWER_SECONDS = 10
"""A provider gives up after 15."""


@dataclass
class House:
    """A hotline, the server that answers for it, and how its database is taken away."""

    hotline: Hotline
    served: Served
    takes: dict[str, Callable[[], Callable[[], None]]]

    @property
    def emergency(self) -> str:
        return self.hotline.wiring.emergency.reply_for("twilio", LINE_NUMBER)


def database_file(house: Hotline) -> Path:
    return house.wiring.settings.data / "warmline.db"


def sqlite_takes(hotline: Hotline) -> dict[str, Callable[[], Callable[[], None]]]:
    """Ways in which a file can stop being a database; each gives the way back."""
    path = database_file(hotline)

    def aside() -> Path:
        hotline.wiring.database.dispose()
        safe = path.with_name("safe")
        safe.mkdir()
        for file in path.parent.glob("warmline.db*"):
            shutil.move(file, safe / file.name)
        return safe

    def back(safe: Path) -> None:
        for file in path.parent.glob("warmline.db*"):
            shutil.rmtree(file) if file.is_dir() else file.unlink()
        for file in safe.iterdir():
            shutil.move(file, path.parent / file.name)
        safe.rmdir()

    def deleted() -> Callable[[], None]:
        safe = aside()
        return lambda: back(safe)

    def replaced_by_a_folder() -> Callable[[], None]:
        safe = aside()
        path.mkdir()
        return lambda: back(safe)

    def replaced_by_rubbish() -> Callable[[], None]:
        safe = aside()
        path.write_bytes(b"not a database\n" * 1000)
        return lambda: back(safe)

    return {"deleted": deleted, "a folder": replaced_by_a_folder, "rubbish": replaced_by_rubbish}


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A hotline on a database of its own, served by a real server."""
    folder = tmp_path_factory.mktemp("gone")
    with database_of(request) as (url, take):
        hotline = make_hotline(folder / "data", url)
        takes = {"stopped": take} if take else sqlite_takes(hotline)
        with serving(hotline.wiring.settings, folder / "log") as served:
            yield House(hotline, served, takes)
        hotline.wiring.database.dispose()


@contextmanager
def database_of(
    request: pytest.FixtureRequest,
) -> Iterator[tuple[str, Callable[[], Callable[[], None]] | None]]:
    if request.param == "sqlite":
        yield "", None
        return
    with PostgresServer(request.getfixturevalue("postgres_programs")) as server:

        def stopped() -> Callable[[], None]:
            server.stop()
            return server.start

        yield server.url, stopped


@pytest.fixture(autouse=True)
def settled(house: House) -> None:
    """Each test begins with a hotline that answers."""
    wait_until(lambda: house.served.ask("GET", "/healthz").status == 200, 10, "the database")


def timed(ask: Callable[[], Answer]) -> Answer:
    began = time.monotonic()
    answer = ask()
    assert time.monotonic() - began < LONGEST_ANSWER_SECONDS
    return answer


def test_callers_hear_the_emergency_screen_until_it_is_back(house: House) -> None:
    """However the database goes, whoever rings or is in a call hears the emergency screen in all languages; when it is
    back, calls begin and go on without a restart."""
    served = house.served
    for place, (way, take) in enumerate(house.takes.items()):
        under_way = f"CA{place:032d}"
        before = served.ring(under_way)
        assert "<Gather" in before.text
        give_back = take()
        try:
            for n in range(10):
                answer = timed(lambda n=n: served.ring(f"CF{n:032d}"))  # type: ignore[misc]
                assert (way, answer.status, answer.text) == (way, 200, house.emergency)
            answer = timed(lambda: served.press(before, under_way, "1"))  # noqa: B023
            assert (answer.status, answer.text) == (200, house.emergency)
            assert answer.headers["Content-Type"] == "text/xml; charset=utf-8"
            assert timed(lambda: served.hang_up(under_way)).status == 204  # noqa: B023
            assert timed(lambda: served.ask("GET", "/healthz")).status == 503
            for url in set(re.findall(r"<Play>([^<]+)</Play>", answer.text)):
                assert served.ask("GET", url.removeprefix(PUBLIC_URL)).status == 200
            for method in ("GET", "POST"):
                fallback = timed(lambda method=method: served.ask(method, "/phone/fallback"))  # type: ignore[misc]
                assert (fallback.status, fallback.text) == (200, house.emergency)
        finally:
            give_back()
        for n in range(12):
            again = f"CB{place}{n:031d}"
            assert "<Gather" in served.ring(again).text, f"call {n} after it was {way}"
            served.hang_up(again)
        assert "<Gather" in served.press(before, under_way, "1").text
        assert served.hang_up(under_way).status == 204


def test_a_short_restart_costs_no_caller_the_call(house: House) -> None:
    """The database restarts between two keys, noticed by nobody: the very next key is answered with its screen."""
    served = house.served
    answer = served.ring("CC" + "1" * 32)
    for way, take in house.takes.items():
        take()()
        answer = served.press(answer, "CC" + "1" * 32, "1")
        assert "<Gather" in answer.text, way
    served.hang_up("CC" + "1" * 32)


def test_nothing_written_is_lost(house: House) -> None:
    """What was kept before and after is in the database that came back; nothing went to a file without a name."""
    served = house.served
    for n, take in enumerate(house.takes.values()):
        served.press(served.ring(f"CD{n:032d}"), f"CD{n:032d}", "1")
        take()()
        served.hang_up(f"CD{n:032d}")
    with house.hotline.wiring.database.connect() as connection:
        live = {row.provider_call for row in connection.execute(select(live_calls))}
        kept = len(connection.execute(select(calls)).all())
    assert not {call for call in live if call.startswith("CD")}
    assert kept >= len(house.takes)


def test_a_server_may_start_without_its_database(house: House, tmp_path: Path) -> None:
    """The machine restarts while the database is away: the web process comes up with the screens of before, and takes
    calls as soon as the database is there."""
    give_back = next(iter(house.takes.values()))()
    try:
        with serving(house.hotline.wiring.settings, tmp_path / "log") as served:
            assert timed(lambda: served.ring("CE" + "1" * 32)).text == house.emergency
            assert served.ask("GET", "/healthz").status == 503
            give_back()
            assert "<Gather" in served.ring("CE" + "2" * 32).text
            served.hang_up("CE" + "2" * 32)
            give_back = None
    finally:
        if give_back is not None:
            give_back()
