"""One's own profile: languages, gender, time zone, number, PIN and password."""

from __future__ import annotations

import re

import pyotp
import pytest
from sqlalchemy import select

from ivr.people.roles import Role
from ivr.vault.tables import vault_entries
from tests.console.desk import PASSWORD, Browser, Desk

HER_NUMBER = "+12025550133"


def helpers_numbers(desk: Desk) -> list[str]:
    with desk.hotline.wiring.database.connect() as connection:
        wanted = select(vault_entries.c.id).where(vault_entries.c.kind == "helper")
        return list(connection.execute(wanted).scalars())


def shown_codes(browser: Browser) -> list[str]:
    """The recovery codes that a page shows."""
    listed = browser.page.text.partition('id="codes">')[2].partition("</ol>")[0]
    return re.findall(r"<li>([^<]+)</li>", listed)


def test_leila_says_who_she_is(desk: Desk) -> None:
    """Leila's name, languages, gender, time zone and language of the pages are kept, and shown on her profile."""
    worker = desk.employ("Leila")
    leila = desk.signed_in(worker)
    leila.get("/profile/about")
    fields = {
        "name": "ليلى",
        "languages": ["ar", "fr"],
        "gender": "woman",
        "time_zone": "Africa/Nairobi",
        "reads": "ar",
    }
    leila.post("/profile/about", fields)
    assert leila.path == "/profile"
    assert "ليلى" in leila.text
    assert 'dir="rtl"' in leila.page.text
    person = desk.person(worker)
    assert (person.languages, person.gender, person.time_zone) == (("ar", "fr"), "woman", "Africa/Nairobi")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 121),
        ("gender", "robot"),
        ("time_zone", "Mars/Olympus"),
        ("languages", ["xx-not-offered"]),
        ("reads", "tlh"),
    ],
)
def test_what_can_t_be_kept_is_said_at_its_field(small_desk: Desk, field: str, value: str) -> None:
    """A field that is left empty, or holds what the page never offered, is named, and nothing is changed."""
    worker = small_desk.employ("Leila")
    leila = small_desk.signed_in(worker)
    before = small_desk.person(worker)
    leila.get("/profile/about")
    good = {"name": "Leila", "languages": ["en"], "gender": "", "time_zone": "UTC", "reads": ""}
    leila.post("/profile/about", {**good, field: value})
    assert leila.path == "/profile/about"
    assert "This isn't done yet" in leila.text
    assert f'id="{field}-error"' in leila.page.text
    assert small_desk.person(worker) == before


def test_a_number_is_sealed_and_never_shown_again(desk: Desk) -> None:
    """Leila gives her number as people write it; it is in the vault, and on no page of hers; a second replaces it."""
    worker = desk.employ("Leila")
    leila = desk.signed_in(worker)
    leila.get("/profile/number")
    leila.post("/profile/number", {"number": "00 1 (202) 555-0133"})
    assert leila.path == "/profile"
    assert "Sealed in the vault" in leila.text
    assert "0133" not in leila.page.text
    first = helpers_numbers(desk)
    assert first == [desk.person(worker).number_id]
    leila.get("/profile/number")
    leila.post("/profile/number", {"number": HER_NUMBER})
    second = helpers_numbers(desk)
    assert len(second) == 1
    assert second != first


def test_a_number_can_be_shredded_by_its_owner(small_desk: Desk) -> None:
    """Leila takes her number back: nothing of it is left, and pressing twice does no harm."""
    worker = small_desk.employ("Leila")
    leila = small_desk.signed_in(worker)
    leila.get("/profile/number")
    leila.post("/profile/number", {"number": HER_NUMBER})
    for _ in range(2):
        leila.get("/profile/number")
        leila.post("/profile/number", {"remove": "yes"})
        assert "Your number is shredded" in leila.text
    assert helpers_numbers(small_desk) == []
    assert small_desk.person(worker).number_id is None


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Type the number with its country code"),
        ("not a number", "This can't be a phone number"),
        ("0202 555 0133", "This can't be a phone number"),
        ("+1 900 555 0133", "doesn't call numbers of this kind"),
        ("+" + "1" * 60, "This is too long"),
    ],
)
def test_a_number_that_can_t_be_rung_is_refused_in_words(small_desk: Desk, typed: str, said: str) -> None:
    """A slip, a number without its country, and one that costs extra are explained, and stay as they were typed."""
    leila = small_desk.signed_in(small_desk.employ("Leila"))
    leila.get("/profile/number")
    leila.post("/profile/number", {"number": typed})
    assert said in leila.text
    assert f'value="{typed}"' in leila.page.text
    assert helpers_numbers(small_desk) == []


def test_a_pin_gives_a_phone_code(desk: Desk) -> None:
    """Joseph chooses a PIN, and reads his phone code; with both the phone knows him; then he deletes them."""
    worker = desk.employ("Joseph")
    joseph = desk.signed_in(worker)
    joseph.get("/profile/pin")
    joseph.post("/profile/pin", {"pin": "840 271", "again": "840271"})
    assert joseph.path == "/profile"
    code = desk.person(worker).phone_code
    assert code and code in joseph.text
    assert desk.hotline.wiring.people.pins.check(code, "840271", desk.now).id == worker.id
    joseph.get("/profile/pin")
    joseph.post("/profile/pin", {"remove": "yes"})
    assert desk.person(worker).has_pin is False


@pytest.mark.parametrize(
    ("pin", "again", "said"),
    [
        ("", "", "Choose the digits of your PIN"),
        ("840271", "840272", "The two PINs differ"),
        ("1234", "1234", "6 to 10 digits"),
        ("123456", "123456", "easily guessed"),
        ("777777", "777777", "easily guessed"),
        ("abcdef", "abcdef", "digits only"),
    ],
)
def test_a_bad_pin_is_explained(small_desk: Desk, pin: str, again: str, said: str) -> None:
    """A PIN that is empty, mistyped, too short or easily guessed is refused, and never stands on the page again."""
    worker = small_desk.employ("Joseph")
    joseph = small_desk.signed_in(worker)
    joseph.get("/profile/pin")
    joseph.post("/profile/pin", {"pin": pin, "again": again})
    assert said in joseph.text
    assert not pin or f'value="{pin}"' not in joseph.page.text
    assert small_desk.person(worker).has_pin is False


def test_a_new_password_signs_out_everywhere_else(desk: Desk) -> None:
    """Joseph changes his password at home; the browser at the office is out, the one at home is still in."""
    worker = desk.employ("Joseph")
    office, home = desk.signed_in(worker), desk.signed_in(worker)
    home.get("/profile/password")
    home.post("/profile/password", {"old": "wrong", "new": "another quiet river"})
    assert "This isn't the password you have now" in home.text
    home.post("/profile/password", {"old": PASSWORD, "new": "short"})
    assert "too short" in home.text
    home.post("/profile/password", {"old": PASSWORD, "new": "another quiet river"})
    assert home.path == "/profile"
    assert "Your password is changed" in home.text
    office.get("/profile")
    assert office.path == "/sign-in"


def test_signing_out_everywhere(small_desk: Desk) -> None:
    """Joseph lost a phone that was signed in: one press, and every browser of his is out."""
    worker = small_desk.employ("Joseph")
    lost, here = small_desk.signed_in(worker), small_desk.signed_in(worker)
    here.get("/profile")
    here.post("/profile/sign-out-everywhere")
    assert "You are signed out everywhere" in here.text
    assert lost.get("/").request.path == "/sign-in"


def test_leila_sets_codes_up_and_has_recovery_codes_once(desk: Desk) -> None:
    """Leila scans or types the secret, proves it with a code, and sees ten recovery codes this one time."""
    worker = desk.employ("Leila")
    leila = desk.signed_in(worker)
    leila.get("/profile/codes")
    assert "<svg" in leila.page.text
    secret = re.search(r'class="secret"[^>]*>([A-Z2-7 ]+)<', leila.page.text)
    assert secret
    app = pyotp.TOTP(secret[1].replace(" ", ""))
    sealed = leila.hidden("sealed")
    leila.post("/profile/codes", {"sealed": sealed, "code": "123"})
    assert "This isn't the code of now" in leila.text
    assert leila.hidden("sealed") == sealed
    leila.post("/profile/codes", {"sealed": sealed, "code": app.at(int(desk.now))})
    assert len(shown_codes(leila)) == 10
    assert leila.page.headers["Cache-Control"] == "no-store"
    leila.post("/profile/codes", {"sealed": sealed, "code": app.at(int(desk.now))})
    assert "They are on" in leila.text
    assert desk.person(worker).has_codes


def test_codes_are_renewed_and_switched_off(small_desk: Desk) -> None:
    """Leila has new recovery codes made, for which she gives a code; then she switches codes off, with another."""
    worker = small_desk.employ("Leila", codes=True)
    leila = small_desk.signed_in(worker)
    leila.get("/profile/codes")
    leila.post("/profile/codes/recovery", {"code": "000000"})
    assert "This code isn't right" in leila.text
    leila.post("/profile/codes/recovery", {"code": small_desk.code(worker)})
    assert len(shown_codes(leila)) == 10
    small_desk.hotline.clock.forward(30)
    leila.get("/profile/codes")
    leila.post("/profile/codes/off", {"code": small_desk.code(worker)})
    assert leila.path == "/profile"
    assert not small_desk.person(worker).has_codes


def test_whoever_needs_codes_sets_them_up_first_and_keeps_them(small_desk: Desk) -> None:
    """A supervisor without codes sees nothing but the page that sets them up; one with codes can't switch them off."""
    daniel = small_desk.browser()
    small_desk.employ("Daniel", Role.SUPERVISOR, codes=False)
    daniel.get("/sign-in")
    daniel.post("/sign-in", {"name": "daniel", "password": PASSWORD})
    assert daniel.path == "/profile/codes"
    for address in ("/", "/numbers", "/profile"):
        assert daniel.get(address).request.path == "/profile/codes"
    grace = small_desk.employ("Grace", Role.SUPERVISOR)
    browser = small_desk.signed_in(grace)
    browser.get("/profile/codes")
    assert "Your role needs codes" in browser.text
    browser.post("/profile/codes/off", {"code": small_desk.code(grace)})
    assert small_desk.person(grace).has_codes
