"""The emergency screen: ready before it is needed, in every language, and not to be broken by anything."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from ivr.app import create_app
from ivr.calls.emergency import EmergencyScreens
from ivr.publishing.lines import all_lines, save_line
from ivr.wiring import make_emergency_screens, wire
from tests.hotline import ACCOUNT, AMINA, LINE, LINE_NUMBER, PUBLIC_URL, Hotline, make_hotline, settings_for
from tests.serving import fields_of


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Hotline:
    """A hotline on SQLite."""
    return make_hotline(tmp_path_factory.mktemp("emergency") / "data")


def another_process(hotline: Hotline) -> EmergencyScreens:
    """What another process, started now, knows."""
    return wire(hotline.wiring.settings, clock=hotline.clock).emergency


def said(hotline: Hotline, reply: str) -> list[tuple[str, str]]:
    """The (prompt, language) of every clip in a reply."""
    with hotline.wiring.database.connect() as connection:
        release_id = next(line.release_id for line in all_lines(connection) if line.release_id)
    by_sha = {clip.sha: key for key, clip in hotline.wiring.releases.get(release_id).clips.items()}
    return [by_sha[sha] for sha in re.findall(r"/media/([0-9a-f]{64})\.wav", reply)]


def test_it_says_the_emergency_number_in_every_language_twice(house: Hotline) -> None:
    """Each language says its last words and the number digit by digit, all languages in turn, and all of it again."""
    parts = said(house, house.wiring.emergency.reply_for("twilio", LINE_NUMBER))
    digits = ["digit_1", "digit_1", "digit_2"]
    for language in ("en", "fr", "ar", "sw"):
        spoken = [prompt for prompt, spoken_in in parts if spoken_in == language]
        assert "last_resort" in spoken
        assert [prompt for prompt in spoken if prompt.startswith("digit_")][:3] == digits
        assert spoken.count("last_resort") == 2
    assert list(dict.fromkeys(language for _, language in parts)) == ["en", "fr", "ar", "sw"]


@pytest.mark.parametrize("number", ["", "+12025550199", "../../etc/passwd", "é" * 50, "1" * 5000, "\0"])
@pytest.mark.parametrize("provider", ["twilio", "nobody", "", "../twilio"])
def test_there_is_one_for_whatever_is_asked(house: Hotline, provider: str, number: str) -> None:
    """An unknown line or provider, or an attempt to read other files, gets a line's screen rather than none."""
    usual = house.wiring.emergency.reply_for("twilio", LINE_NUMBER)
    assert house.wiring.emergency.reply_for(provider, number) == usual


def test_it_is_there_before_the_database_is(house: Hotline, tmp_path: Path) -> None:
    """A process that starts without its database takes over the files of an earlier one."""
    usual = house.wiring.emergency.reply_for("twilio", LINE_NUMBER)
    settings = house.wiring.settings.model_copy(update={"database_url": f"sqlite:///{tmp_path}"})
    app = create_app(wire(settings))
    assert app.test_client().get(f"/phone/fallback?To=%2B{LINE_NUMBER[1:]}").text == usual
    assert app.test_client().get("/healthz").status_code == 503


def test_a_corrected_number_is_said_at_once(house: Hotline) -> None:
    """Sara corrects the line's emergency number at the command line: a web process that runs says the new one."""
    running = another_process(house)
    before = running.reply_for("twilio", LINE_NUMBER)
    with house.wiring.database.begin() as connection:
        save_line(connection, replace(LINE, emergency_number="999"))
    make_emergency_screens(house.wiring)
    after = running.reply_for("twilio", LINE_NUMBER)
    assert after != before
    assert [p for p, _ in said(house, after) if p.startswith("digit_")][:3] == ["digit_9"] * 3
    with house.wiring.database.begin() as connection:
        save_line(connection, LINE)
    make_emergency_screens(house.wiring)


def test_a_line_with_nothing_on_air_is_no_bare_refusal(tmp_path: Path) -> None:
    """A second line is added and nothing is on air on it yet: its callers hear the first line's words, with their
    own country's emergency number."""
    hotline = make_hotline(tmp_path / "data")
    new = replace(LINE, number="+12025550177", name="Second line", emergency_number="119")
    with hotline.wiring.database.begin() as connection:
        save_line(connection, new)
    assert make_emergency_screens(hotline.wiring) == 2
    digits = [prompt for prompt, _ in said(hotline, hotline.ring(to=new.number).text) if "digit" in prompt]
    assert digits[:3] == ["digit_1", "digit_1", "digit_9"]
    unknown = said(hotline, hotline.wiring.emergency.reply_for("twilio", "+12025550188"))
    assert [prompt for prompt, _ in unknown if "digit" in prompt][:3] == ["digit_1", "digit_1", "digit_2"]
    hotline.wiring.database.dispose()


@pytest.mark.parametrize("content", [b"", b"<?xml version", b"\xff\xfe\x00", b"<Response><Play>"])
def test_half_a_file_is_never_said(house: Hotline, content: bytes) -> None:
    """A file that a power cut has left half written is passed over: a reply that just ends would hang up."""
    usual = house.wiring.emergency.reply_for("twilio", LINE_NUMBER)
    path = house.wiring.settings.emergency_folder / f"twilio-{LINE_NUMBER[1:]}.xml"
    path.write_bytes(content)
    try:
        assert house.wiring.emergency.reply_for("twilio", LINE_NUMBER) == usual
        assert another_process(house).reply_for("twilio", LINE_NUMBER) == usual
    finally:
        make_emergency_screens(house.wiring)
    assert path.read_text() == usual


def test_it_is_remembered_when_the_disk_is_gone(house: Hotline) -> None:
    """The folder disappears under a running process: what it remembers is said."""
    usual = house.wiring.emergency.reply_for("twilio", LINE_NUMBER)
    folder = house.wiring.settings.emergency_folder
    away = folder.rename(folder.with_name("away"))
    try:
        assert house.wiring.emergency.reply_for("twilio", LINE_NUMBER) == usual
    finally:
        away.rename(folder)


def test_a_full_disk_keeps_nobody_from_starting(house: Hotline) -> None:
    """The files can't be written: the process starts all the same, and remembers the screens."""
    folder = house.wiring.settings.emergency_folder
    away = folder.rename(folder.with_name("away"))
    folder.write_text("no folder")
    try:
        app = create_app(wire(house.wiring.settings))
        assert "<Play>" in app.test_client().post("/phone/fallback").text
    finally:
        folder.unlink()
        away.rename(folder)


def test_before_anything_is_published_the_line_is_busy(tmp_path: Path) -> None:
    """A hotline without any published line refuses calls, at no charge, instead of answering with nothing."""
    app = create_app(wire(settings_for(tmp_path)))
    answer = app.test_client().post("/phone/fallback")
    assert "<Reject/>" in answer.text
    assert app.test_client().get("/healthz").status_code == 503


def test_whoever_is_rung_back_hears_the_emergency_number_when_nothing_works(
    house: Hotline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Amina is rung back after a missed call, and the database is away: she hears the emergency number, and no error in
    another language. A helper's leg is asked about again."""

    def away(*_: object) -> str:
        raise OSError("away")

    monkeypatch.setattr(house.wiring.legs, "answer", away)
    form = {
        "CallSid": "CA1", "CallStatus": "in-progress", "Direction": "outbound-api", "To": AMINA,
        "From": LINE_NUMBER, "AccountSid": ACCOUNT,
    }  # fmt: skip
    rung_back = house.post("/phone/twilio/leg?part=flash&of=f1&step=", form)
    assert (rung_back.status_code, "<Play>" in rung_back.text) == (200, True)
    assert house.post("/phone/twilio/leg?part=helper&of=a1&step=", form).status_code == 503


def test_a_leg_that_nobody_can_answer_for_ends_without_a_word(house: Hotline) -> None:
    """Joseph's phone, or Amina's that he has rung, hears no machine when everything is away; whoever is rung back after
    a missed call hears the emergency number, as in a call of her own."""
    client = house.app.test_client()
    for part in ("helper", "caller", "page", "crisis"):
        reply = client.post(f"/phone/fallback?provider=twilio&part={part}", data={"From": LINE_NUMBER}).text
        assert ("<Hangup" in reply, "<Play" in reply, "<Say" in reply) == (True, False, False)
    rung_back = client.post(
        "/phone/fallback?provider=twilio&part=flash", data={"From": LINE_NUMBER, "Direction": "outbound-api"}
    )
    assert rung_back.text == client.post("/phone/fallback", data={"To": LINE_NUMBER}).text
    assert "<Play>" in rung_back.text


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_fallback_needs_no_signature(house: Hotline, method: str) -> None:
    """The fallback address answers everybody, in both methods, for it must work when all else fails."""
    number = {"To": LINE_NUMBER}
    client = house.app.test_client()
    for answer in (
        client.open("/phone/fallback", method=method, query_string=number),
        client.open("/phone/fallback", method=method, data=number if method == "POST" else None),
        client.open("/phone/fallback", method=method, data=b"\xff\xfe" if method == "POST" else None),
        client.open(
            "/phone/fallback", method=method, data={"To": "1" * 200_000} if method == "POST" else None
        ),
        client.open("/phone/fallback?provider=nobody&To=%00&%FF", method=method),
    ):
        assert answer.status_code == 200
        assert answer.content_type == "text/xml; charset=utf-8"
        assert answer.text == house.wiring.emergency.reply_for("twilio", LINE_NUMBER)


def test_whatever_breaks_the_caller_hears_it(house: Hotline, monkeypatch: pytest.MonkeyPatch) -> None:
    """Any error in a turn, even one of our own, ends with the emergency screen and never with an error page."""
    usual = house.wiring.emergency.reply_for("twilio", LINE_NUMBER)
    for error in (RuntimeError("a mistake of ours"), MemoryError(), RecursionError(), KeyError("x")):

        def broken(*_: object, error: BaseException = error) -> None:
            raise error

        monkeypatch.setattr(type(house.wiring.turns), "answer", broken)
        monkeypatch.setattr(type(house.wiring.turns), "end", broken)
        for path in ("voice", "turn?turn=1"):
            answer = house.post(f"/phone/twilio/{path}", fields_of("CA" + "1" * 32))
            assert (answer.status_code, answer.text) == (200, usual)
        over = fields_of("CA" + "1" * 32, CallStatus="completed")
        assert house.post("/phone/twilio/status", over).status_code == 204


def test_its_clips_are_served_from_the_disk(house: Hotline) -> None:
    """Every clip that it plays is a file that needs no database."""
    reply = house.wiring.emergency.reply_for("twilio", LINE_NUMBER)
    for url in re.findall(r"<Play>([^<]+)</Play>", reply):
        assert url.startswith(f"{PUBLIC_URL}/media/")
        assert house.app.test_client().get(url.removeprefix(PUBLIC_URL)).status_code == 200
