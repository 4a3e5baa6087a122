"""Publishing and voices: what keeps a flow off the air is listed with the way to mend it; a no loses nothing."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from sqlalchemy import update

from audio.tables import clips
from ivr.people.roles import Role
from ivr.publishing.lines import find_line
from ivr.store.tables import releases
from tests.console.desk import Browser, Desk, Worker
from tests.console.recorded import (
    agree_to_everything,
    approved,
    bring,
    forget_clips,
    recorded,
    room_of,
    speaks,
    with_words,
)
from tests.hotline import LINE_NUMBER

WELCOME = ("welcome", "sw")


@pytest.fixture
def real_desk(small_desk: Desk) -> Desk:
    """A hotline that isn't a demonstration: the gate asks for real voices, and for clinical reviews."""
    small_desk.hotline.app.extensions["console"].on_air.demo_allowed = False
    return small_desk


def staff(desk: Desk) -> tuple[Worker, Worker]:
    """Sara records, Leila reviews."""
    sara, leila = desk.employ("Sara", Role.STAFF), desk.employ("Leila")
    speaks(desk, leila, "sw")
    return sara, leila


def on_air(desk: Desk) -> str | None:
    with desk.hotline.wiring.database.connect() as connection:
        line = find_line(connection, LINE_NUMBER)
    return line.release_id if line else None


def put_on_air(browser: Browser, desk: Desk) -> None:
    """Presses the button for the one line there is."""
    with desk.hotline.wiring.database.connect() as connection:
        line = find_line(connection, LINE_NUMBER)
    assert line
    browser.get("/console/publish")
    browser.post("/console/publish/first_line", {"version": browser.hidden("version"), "lines": line.id})


def test_a_changed_script_is_recorded_approved_and_put_on_air(real_desk: Desk) -> None:
    """The gate lists the one prompt that is missing, then that it waits for review, then nothing: callers hear it."""
    sara, leila = staff(real_desk)
    bring(real_desk, with_words(real_desk.hotline.pack, WELCOME, "Karibu. Tunafurahi umepiga."))
    agree_to_everything(real_desk)
    before, browser = on_air(real_desk), real_desk.signed_in(sara)
    put_on_air(browser, real_desk)
    assert "It isn't on air" in browser.text
    assert "1 thing stands between this flow and going on air." in browser.text
    assert "/console/record?language=sw&amp;prompt=welcome" in browser.page.text
    assert on_air(real_desk) == before
    take = recorded(real_desk, sara, "welcome", voice="test")
    browser.get("/console/publish")
    assert "Swahili: Recorded, and not approved yet" in browser.text
    assert "/console/library/sw/welcome" in browser.page.text
    room_of(real_desk).reviewing.approve(leila.id, take.id, real_desk.now)
    put_on_air(browser, real_desk)
    assert "First line is on air on First line." in browser.text
    assert on_air(real_desk) != before
    assert [(entry.deed, entry.who) for entry in real_desk.deeds()][-1] == ("put_on_air", sara.id)
    call = real_desk.hotline.ring().press("4")
    heard = {url.rpartition("/")[2].partition(".")[0] for url in call.clips}
    assert take.clip_sha in heard


def test_what_differs_from_what_callers_hear_is_counted(real_desk: Desk) -> None:
    """Before anything is put on air the page says how many scripts and clips would be other ones."""
    sara, leila = staff(real_desk)
    bring(real_desk)
    agree_to_everything(real_desk)
    browser = real_desk.signed_in(sara)
    browser.get("/console/publish")
    assert "Callers hear exactly this already." in browser.text
    assert "Nothing stands in the way" in browser.text
    approved(real_desk, sara, leila, voice="test")
    browser.get("/console/publish")
    assert "Compared with what callers hear: other clips: 1." in browser.text


def test_clinical_reviews_and_the_demo_voice_are_named(real_desk: Desk) -> None:
    """Without them a flow doesn't go on air: therapeutic words nobody has read are listed in each language."""
    bring(real_desk)
    browser = real_desk.signed_in(real_desk.employ("Sara", Role.STAFF))
    browser.get("/console/publish")
    for language in ("English", "French", "Arabic", "Swahili"):
        assert f"{language}: Therapeutic words that no supervisor has read as they are now" in browser.text
    assert "breathing" in browser.text


def test_a_language_without_recordings_fits_on_a_page(real_desk: Desk) -> None:
    """Though nothing is recorded in three languages, each prompt is there with its link, in less than 100 kB."""
    bring(real_desk)
    for language in ("fr", "ar", "sw"):
        forget_clips(real_desk, language)
    browser = real_desk.signed_in(real_desk.employ("Sara", Role.STAFF))
    page = browser.get("/console/publish")
    wanted = len(room_of(real_desk).drafts.scripts("fr"))
    assert page.text.count("/console/record?language=fr&amp;prompt=") > wanted - 60
    assert len(page.data) < 75_000


def test_a_draft_that_changed_meanwhile_isn_t_put_on_air(real_desk: Desk) -> None:
    """Other words are brought while the page is open: what Sara looked at isn't what would go on air, so it doesn't."""
    sara, _leila = staff(real_desk)
    pack = bring(real_desk)
    agree_to_everything(real_desk)
    before, browser = on_air(real_desk), real_desk.signed_in(sara)
    browser.get("/console/publish")
    version = browser.hidden("version")
    slowly = replace(pack.scripts[WELCOME], direction="slowly")
    bring(real_desk, replace(pack, scripts={**pack.scripts, WELCOME: slowly}))
    with real_desk.hotline.wiring.database.connect() as connection:
        line = find_line(connection, LINE_NUMBER)
    assert line
    browser.post("/console/publish/first_line", {"version": version, "lines": line.id})
    assert "The flow was changed while this page was open." in browser.text
    browser.post("/console/publish/first_line", {"version": browser.hidden("version")})
    assert "Choose the lines that it should be on." in browser.text
    assert on_air(real_desk) == before


def test_two_voices_in_one_menu_are_flagged_until_they_are_meant(real_desk: Desk) -> None:
    """Neema has said one option of a menu that Sara says: it stands in the way until somebody says that it is meant."""
    sara, leila = staff(real_desk)
    bring(real_desk)
    agree_to_everything(real_desk)
    approved(real_desk, sara, leila, "to_listen", voice="Neema")
    browser = real_desk.signed_in(sara)
    browser.get("/console/publish")
    assert "Two voices in one menu" in browser.text
    browser.get("/console/voices")
    assert "In first_line: main callers hear test, Neema in one menu" in browser.text
    for node in re.findall(r'name="node" value="([^"]+)"', browser.page.text):
        fields = {"pack": "first_line", "language": "sw", "node": node, "meant": "yes"}
        browser.post("/console/voices/mixes", fields)
        assert "Noted: two voices are meant here." in browser.text
    browser.get("/console/publish")
    assert "Nothing stands in the way" in browser.text
    browser.get("/console/voices")
    browser.post("/console/voices/mixes", {**fields, "meant": "no"})
    assert "Noted: one voice is wanted here." in browser.text
    assert browser.post("/console/voices/mixes", {**fields, "node": "nowhere"}).status_code == 404


def test_voices_have_names_and_one_is_usual(small_desk: Desk) -> None:
    """Sara names two voices of Swahili; the first is the usual one until she chooses the other."""
    bring(small_desk)
    browser = small_desk.signed_in(small_desk.employ("Sara", Role.STAFF))
    browser.get("/console/voices")
    for name in ("Neema", "Baraka"):
        browser.post("/console/voices", {"language": "sw", "name": name})
        assert f"{name} is a voice of Swahili now." in browser.text
    browser.post("/console/voices", {"language": "sw", "name": " "})
    assert "Give the voice a name" in browser.text
    assert browser.post("/console/voices", {"language": "xx", "name": "Neema"}).status_code == 404
    voices = room_of(small_desk).voices
    assert voices.usual("sw") == "Neema"
    browser.get("/console/voices")
    other = next(voice for voice in voices.all("sw") if voice.name == "Baraka")
    browser.post(f"/console/voices/{other.id}/usual")
    assert "This voice is the usual one of its language now." in browser.text
    assert voices.usual("sw") == "Baraka"
    assert browser.post(f"/console/voices/{'0' * 32}/usual").status_code == 404


def test_staff_see_it_where_they_publish(small_desk: Desk) -> None:
    """Sara reads beside the line that a machine speaks there, until people are heard."""
    told = "Callers hear the demo voice here"
    bring(small_desk)
    sara = small_desk.signed_in(small_desk.employ("Sara", Role.STAFF))
    database = small_desk.hotline.wiring.database
    for state, seen in (("demo", True), ("approved", False)):
        with database.begin() as connection:
            connection.execute(update(clips).values(state=state))
        sara.get("/console/publish")
        assert (told in sara.text) is seen


def test_a_damaged_release_is_mended_from_the_page(small_desk: Desk) -> None:
    """A disk has spoilt what is on air: Sara's pages still open, and say where it has to be put on air again."""
    bring(small_desk)
    sara = small_desk.signed_in(small_desk.employ("Sara", Role.STAFF))
    with small_desk.hotline.wiring.database.begin() as connection:
        connection.execute(update(releases).values(document="{}"))
    small_desk.hotline.wiring.releases._compiled.clear()
    for address in ("/", "/console/review", "/console/library", "/console/panels/new"):
        assert sara.get(address).status_code == 200, address
    sara.get("/console/publish")
    assert "What was on air is damaged" in sara.text
