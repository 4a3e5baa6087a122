"""The telephone page and the little it asks of the server: open to itself, closed to everybody else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from twilio.request_validator import RequestValidator

from ivr.publishing.lines import all_lines
from ivr.publishing.releases import ReleasedClip
from ivr.telephony.simulator.terminal import hum
from tests.hotline import (
    LINE,
    LINE_NUMBER,
    PUBLIC_URL,
    SIMULATOR_ACCOUNT,
    SIMULATOR_TOKEN,
    Hotline,
    make_hotline,
    with_simulator,
)

OWN = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
VOICE = f"{PUBLIC_URL}/phone/simulator/voice"
RECORDING = "/telephone/recordings/RE" + "a" * 32


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hotline]:
    """A hotline with the simulator switched on."""
    made = make_hotline(
        tmp_path_factory.mktemp("data"), line=replace(LINE, provider="simulator"), **with_simulator()
    )
    yield made
    made.wiring.database.dispose()


@pytest.fixture
def small_simulated(tmp_path: Path) -> Iterator[Hotline]:
    """One that a test may break."""
    made = make_hotline(tmp_path, line=replace(LINE, provider="simulator"), **with_simulator())
    yield made
    made.wiring.database.dispose()


@pytest.fixture
def client(simulated: Hotline) -> FlaskClient:
    """A browser of that hotline's page."""
    return simulated.app.test_client()


def released(hotline: Hotline) -> list[tuple[tuple[str, str], ReleasedClip]]:
    with hotline.wiring.database.connect() as connection:
        [line] = all_lines(connection)
    return list(hotline.wiring.releases.get(line.release_id or "").clips.items())


def test_the_page_names_the_lines(client: FlaskClient) -> None:
    """Whoever opens the telephone sees which line it rings, and a browser is told to run nothing from elsewhere."""
    page = client.get("/telephone")
    assert page.status_code == 200
    assert "First line" in page.text
    assert "+1 202 555 0100" in page.text
    assert "default-src 'self'" in page.headers["Content-Security-Policy"]
    assert SIMULATOR_TOKEN not in page.text
    assert page.headers["Cache-Control"] == "no-store"


def test_without_the_simulator_there_is_no_telephone(small_hotline: Hotline) -> None:
    """On a hotline in use, nobody finds the page or has anything signed."""
    client = small_hotline.app.test_client()
    assert client.get("/telephone").status_code == 404
    assert client.post("/telephone/sign", json={}, headers=OWN).status_code == 404
    assert client.get("/telephone/static/main.js").status_code == 404


def test_a_database_that_is_gone_is_a_plain_page(small_simulated: Hotline) -> None:
    """The database is gone: whoever opens the telephone reads what happened, what callers hear, and what to ask; what
    the page asks by itself is a clear error too."""
    with small_simulated.wiring.database.begin() as connection:
        connection.exec_driver_sql("DROP TABLE lines")
        connection.exec_driver_sql("DROP TABLE simulated_calls")
    client = small_simulated.app.test_client()
    page = client.get("/telephone")
    assert page.status_code == 503
    for words in ("database doesn't answer", "emergency number", "warmline doctor"):
        assert words in page.text
    assert "Internal Server Error" not in page.text
    assert client.get("/telephone/lines").status_code == 503
    asked = client.post("/telephone/rings", json={"number": "+12025550123", "call": ""}, headers=OWN)
    assert (asked.status_code, asked.json) == (503, {"error": "the database doesn't answer"})


def test_the_server_signs_for_the_page(client: FlaskClient) -> None:
    """The page's webhooks are signed on the server, and the official library finds them genuine."""
    params = [["AccountSid", SIMULATOR_ACCOUNT], ["Digits", "1"]]
    signed = client.post("/telephone/sign", json={"url": VOICE, "params": params}, headers=OWN)
    fields = dict(params)
    assert RequestValidator(SIMULATOR_TOKEN).validate(VOICE, fields, signed.get_json()["signature"])


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "https://mallory.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost", "Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://localhost.mallory.example"},
    ],
)
@pytest.mark.parametrize(
    "path", ["/telephone/sign", "/telephone/legs", "/telephone/rings", "/telephone/legs/CA1/answer"]
)
def test_another_site_gets_nothing(client: FlaskClient, headers: dict[str, str], path: str) -> None:
    """Mallory's page, open in Sara's browser, can't sign, ring or answer with Sara's telephone."""
    assert client.post(path, json={"url": VOICE, "params": []}, headers=headers).status_code == 403


def test_another_site_can_not_record(client: FlaskClient) -> None:
    """Mallory's page can't put a recording either."""
    headers = {"Origin": "https://mallory.example"}
    assert client.put(RECORDING, data=hum(1), headers=headers).status_code == 403


@pytest.mark.parametrize(
    "asked",
    [
        None,
        [],
        {},
        {"url": 1, "params": []},
        {"url": VOICE, "params": {"a": "b"}},
        {"url": VOICE, "params": [["a"]]},
        {"url": VOICE, "params": [["a", 1]]},
    ],
)
def test_what_can_not_be_read_is_a_clear_error(client: FlaskClient, asked: Any) -> None:
    """Garbage sent to be signed is refused, and breaks nothing."""
    assert client.post("/telephone/sign", json=asked, headers=OWN).status_code == 400


def test_only_the_simulator_s_webhooks_are_signed(client: FlaskClient) -> None:
    """The page can't be used to forge a call of the real provider."""
    asked = {"url": f"{PUBLIC_URL}/phone/twilio/voice", "params": []}
    assert client.post("/telephone/sign", json=asked, headers=OWN).status_code == 403


def test_the_transcript_knows_what_is_said(simulated: Hotline, client: FlaskClient) -> None:
    """For every clip on air the page can ask for its words and its language."""
    sha = next(clip.sha for key, clip in released(simulated) if key == ("this_language", "en"))
    told = client.get(f"/telephone/clips/{sha}").get_json()
    assert (told["prompt"], told["language"], told["text"]) == ("this_language", "en", "English,")
    assert client.get(f"/telephone/clips/{'0' * 64}").status_code == 404


def test_a_ring_is_seen_and_answered_once(client: FlaskClient) -> None:
    """A leg that a page begins is seen by the page with that number, and answered once."""
    leg = {
        "id": "CA" + "1" * 32,
        "dialled_by": "CA" + "2" * 32,
        "from": LINE_NUMBER,
        "to": "+12025550150",
        "status_url": f"{PUBLIC_URL}/phone/simulator/leg-status",
        "seconds": 9,
    }
    assert client.post("/telephone/legs", json=leg, headers=OWN).status_code == 201
    look = {"number": "+12025550150", "call": ""}
    [ring] = client.post("/telephone/rings", json=look, headers=OWN).get_json()["rings"]
    assert (ring["id"], ring["in_vain"]) == (leg["id"], False)
    assert (ring["status_url"], ring["dialled_by"]) == (leg["status_url"], leg["dialled_by"])
    answer = f"/telephone/legs/{leg['id']}/answer"
    assert client.post(answer, headers=OWN).status_code == 200
    assert client.post(answer, headers=OWN).status_code == 409
    assert client.post(f"/telephone/legs/{leg['id']}/explode", headers=OWN).status_code == 404


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"to": "sip:x"}, 422),
        ({"id": "XX"}, 400),
        ({"seconds": "long"}, 400),
        ({"from": 5}, 400),
        ({"to": "9" * 99}, 400),
    ],
)
def test_a_leg_that_makes_no_sense_is_refused(
    client: FlaskClient, change: dict[str, Any], status: int
) -> None:
    """A page can't ring what is no number, or call a call by another thing's name."""
    leg = {
        "id": "CA" + "1" * 32,
        "dialled_by": "CA2",
        "from": LINE_NUMBER,
        "to": "+12025550150",
        "seconds": 9,
    }
    assert client.post("/telephone/legs", json=leg | change, headers=OWN).status_code == status


def test_what_was_recorded_can_be_played(client: FlaskClient) -> None:
    """Staff who record hear themselves, as from a provider; what isn't there, or can't be, isn't found."""
    recording = "/telephone/recordings/RE" + "b" * 32
    assert client.get(recording).status_code == 404
    assert client.put(recording, data=hum(2), headers=OWN).status_code == 201
    played = client.get(recording)
    assert (played.status_code, played.mimetype, played.data) == (200, "audio/wav", hum(2))
    assert client.get("/telephone/recordings/nothing").status_code == 404


def test_recordings_are_taken_and_bounded(client: FlaskClient) -> None:
    """A recording is taken once; what is too large or no sound is refused with a reason."""
    assert client.put(RECORDING, data=hum(20), headers=OWN).get_json() == {"seconds": 20}
    assert client.put(RECORDING, data=hum(1), headers=OWN).status_code == 409
    assert client.put(RECORDING.replace("a", "b"), data=b"no sound", headers=OWN).status_code in (400, 404)
    assert client.put(RECORDING, data=b"x" * 5_000_000, headers=OWN).status_code == 413


def test_no_number_stands_in_an_address() -> None:
    """Telephone pages look for rings without writing their number into an address, where logs would keep it."""
    static = Path(__file__).parents[2] / "ivr" / "telephony" / "simulator" / "static"
    scripts = "".join(path.read_text(encoding="utf-8") for path in static.glob("*.js"))
    assert 'send("/telephone/rings"' in scripts
    assert "rings?" not in scripts


def test_the_page_asks_nothing_of_elsewhere() -> None:
    """No script, style or template of the page names another machine."""
    simulator = Path(__file__).parents[2] / "ivr" / "telephony" / "simulator"
    files = [path for folder in ("static", "templates") for path in (simulator / folder).iterdir()]
    text = "".join(path.read_text(encoding="utf-8") for path in files).replace(
        "http://www.w3.org/2000/svg", ""
    )
    assert len(files) >= 12
    assert "http://" not in text
    assert "https://" not in text
