"""The measuring itself: it runs, it checks what it measures, and its page says all of it, however slow the machine."""

from __future__ import annotations

import io
from pathlib import Path
from xml.etree import ElementTree

import pytest
from sqlalchemy import func, select

from benchmarks import turns
from benchmarks.calling import WrongAnswer, answer_to, call
from benchmarks.floor import bare
from benchmarks.hotlines import TURNS_IN_A_CALL, Hotline, build_hotline
from benchmarks.over_http import percentile
from benchmarks.stored import VISITED
from benchmarks.variants import Crowd, Variant
from benchmarks.webhooks import TOKEN, Caller, environ_of, request_of
from ivr.store.tables import calls, live_calls, notes, visits
from ivr.telephony.signature import sign

STORED = 30
MOST_PICTURE_BYTES = 100_000


@pytest.fixture
def hotline(tmp_path: Path) -> Hotline:
    """A hotline as it is measured, with a few calls stored."""
    return build_hotline(tmp_path / "data", "SQLite", f"sqlite:///{tmp_path / 'measured.db'}", STORED)


@pytest.mark.timeout(120)
def test_a_tiny_run_writes_the_page_and_its_picture(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A tiny run measures every part once, says which aims are met, and writes the whole page and a light picture."""
    assert turns.main(["--tiny", "--into", str(tmp_path)]) == 0
    page = (tmp_path / "performance.md").read_text()
    for words in ("bare Flask route", "plain way", "under gthread", "under granian", "Where the time goes"):
        assert words in page
    assert str(tmp_path) not in page
    assert "3.5 ×" in capsys.readouterr().out
    picture = tmp_path / "performance.svg"
    assert picture.stat().st_size < MOST_PICTURE_BYTES
    assert ElementTree.parse(picture).getroot().tag.endswith("svg")


def test_stored_calls_are_whole(hotline: Hotline) -> None:
    """Stored calls have the visits and the note that a whole call leaves, no more and no less."""
    with hotline.wiring.database.connect() as connection:
        counts = [
            connection.scalar(select(func.count()).select_from(table)) for table in (calls, visits, notes)
        ]
    assert counts == [STORED, STORED * len(VISITED), STORED]


def test_every_turn_that_is_measured_is_really_taken(hotline: Hotline) -> None:
    """Callers press keys through whole calls; each turn leads to the next screen and leaves one visit."""
    callers = 3
    crowd = Crowd(Variant("Warmline", hotline.app, "", hotline=hotline), callers)
    crowd.ready_for(1)
    with hotline.wiring.database.connect() as connection:
        before = connection.scalar(select(func.count()).select_from(visits)) or 0
        taken = connection.scalar(select(func.min(live_calls.c.turn))) or 0
    count = callers * (TURNS_IN_A_CALL - taken)
    for hook in crowd.turns(count):
        answer_to(hotline.app, hook)
    with hotline.wiring.database.connect() as connection:
        after = connection.scalar(select(func.count()).select_from(visits)) or 0
        last = connection.scalar(select(func.max(live_calls.c.turn)))
    assert after - before == count
    assert last == TURNS_IN_A_CALL


def test_a_turn_that_went_wrong_is_no_figure(hotline: Hotline) -> None:
    """When a call is answered with anything but the next screen, the measuring stops instead of writing a figure."""
    (caller,) = hotline.callers(1)
    hook = caller.press()
    answer_to(hotline.app, hook)
    caller.turn += 5
    with pytest.raises(WrongAnswer):
        answer_to(hotline.app, caller.press())
    with pytest.raises(WrongAnswer):
        call(hotline.app, environ_of(hook._replace(signature="forged")))


def test_webhooks_are_signed_as_the_provider_signs() -> None:
    """What the load generator signs by itself is what the house would have signed."""
    caller = Caller("CA" + "1" * 32)
    caller.ring()
    hook = caller.press()
    fields = [tuple(part.split("=")) for part in hook.body.decode().replace("%2B", "+").split("&")]
    fields = [(name, value.replace("Gather+End", "Gather End")) for name, value in fields]
    url = "https://line.example.org" + hook.target
    assert hook.signature == sign(TOKEN.encode(), url, fields)
    assert len(fields) == 28


def test_the_wire_and_the_server_carry_the_same_webhook() -> None:
    """A webhook over HTTP and one in process have the same body, address and signature."""
    caller = Caller("CA" + "2" * 32)
    hook = caller.ring()
    environ = environ_of(hook)
    assert isinstance(environ["wsgi.input"], io.BytesIO)
    head, _, body = request_of(hook).partition(b"\r\n\r\n")
    assert body == environ["wsgi.input"].read()
    assert hook.signature.encode() in head
    assert head.startswith(f"POST {environ['RAW_URI']} HTTP/1.1".encode())


def test_percentiles_count_from_the_fastest() -> None:
    """Of a hundred turns the p99 is the slowest, and the p50 lies in the middle."""
    latencies = tuple(float(number) for number in range(100))
    assert percentile(latencies, 99) == 99.0
    assert percentile(latencies, 50) == 50.0
    assert call(bare, {}) == b"Hello"
