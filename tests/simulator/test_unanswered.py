"""A simulated phone that nobody answers: the hotline hears of it although no telephone page is open."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ivr.jobs import tasks
from ivr.telephony.simulator.parts import network_of
from ivr.vault.number import PhoneNumber
from tests.hotline import LINE, LINE_NUMBER, make_hotline, with_simulator
from tests.serving import free_port
from tests.simulator.listening import served

JOSEPH = "+12025550155"


def test_the_worker_says_that_nobody_answered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Joseph's phone has rung in vain and no page is open: within a minute the hotline is told, once."""
    port = free_port()
    public_url = f"http://127.0.0.1:{port}"
    hotline = make_hotline(
        tmp_path / "data", line=replace(LINE, provider="simulator"), public_url=public_url, **with_simulator()
    )
    wiring = hotline.wiring
    monkeypatch.setattr(tasks, "_wiring", lambda: wiring)
    network = network_of(wiring)
    call = network.place_call(PhoneNumber(JOSEPH), LINE_NUMBER, "", f"{public_url}/phone/simulator/status", 0)
    with served(hotline.app, port):
        assert [tasks.tell_unanswered_calls() for _ in range(2)] == [{"told": 1}, {"told": 0}]
    assert network.state_of(call) == "over"
    with wiring.database.connect() as connection:
        # The hotline has taken down that the call is over.
        assert connection.exec_driver_sql("SELECT count(*) FROM ended_calls").scalar() == 1
    wiring.database.dispose()


def test_where_there_is_no_simulator_nobody_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a real line the task does nothing."""
    wiring = make_hotline(tmp_path / "data").wiring
    monkeypatch.setattr(tasks, "_wiring", lambda: wiring)
    assert tasks.tell_unanswered_calls() == {"told": 0}
    wiring.database.dispose()
