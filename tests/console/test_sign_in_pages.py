"""The entrance: signing in and out, the code, the invitation, and the language before anybody is in."""

from __future__ import annotations

import pytest

from ivr.people.roles import Role
from tests.console.desk import PASSWORD, Desk


def test_joseph_signs_in_and_out(desk: Desk) -> None:
    """Joseph gives name and password, sees what waits for him, signs out, and is asked again afterwards."""
    joseph = desk.signed_in(desk.employ("Joseph"))
    assert "Hello Joseph" in joseph.text
    joseph.post("/sign-out")
    assert joseph.path == "/sign-in"
    assert "You are signed out. Rest well." in joseph.text
    joseph.get("/profile")
    assert joseph.path == "/sign-in"


def test_after_signing_in_one_is_where_one_wanted_to_be(small_desk: Desk) -> None:
    """Whoever follows a link to a page, and has to sign in first, comes to that page and no other site."""
    daniel = small_desk.employ("Daniel", Role.ADMIN)
    browser = small_desk.browser()
    browser.get("/audit?deed=signed_in")
    assert browser.path == "/sign-in"
    browser.post("/sign-in", {"name": "daniel", "password": PASSWORD, "next": browser.hidden("next")})
    browser.post("/sign-in/code", {"code": small_desk.code(daniel), "next": browser.hidden("next")})
    assert browser.path == "/audit"
    mallory = small_desk.browser()
    mallory.get("/sign-in?next=//evil.example/")
    mallory.post(
        "/sign-in", {"name": "daniel", "password": PASSWORD, "next": "//evil.example/"}, follow=False
    )
    assert mallory.page.status_code == 303
    assert mallory.page.location.startswith("/sign-in/code")


@pytest.mark.parametrize(("name", "password"), [("joseph", "wrong"), ("nobody", PASSWORD), ("joseph", " ")])
def test_it_isn_t_said_which_of_name_and_password_was_wrong(
    small_desk: Desk, name: str, password: str
) -> None:
    """Mallory learns neither that a name exists nor that a password nearly fits; Joseph finds his name still typed."""
    small_desk.employ("Joseph")
    browser = small_desk.browser()
    browser.get("/sign-in")
    browser.post("/sign-in", {"name": name, "password": password})
    assert browser.path == "/sign-in"
    expected = "Type your password" if password == " " else "Name and password don't belong together"
    assert expected in browser.text
    assert f'value="{name}"' in browser.page.text
    assert PASSWORD not in browser.page.text


def test_after_many_wrong_attempts_the_page_says_how_long_to_wait(small_desk: Desk) -> None:
    """Whoever has guessed too often is told for how long the door is shut, in words, and that nothing is lost."""
    small_desk.employ("Joseph")
    browser = small_desk.browser()
    browser.get("/sign-in")
    for _ in range(30):
        browser.post("/sign-in", {"name": "joseph", "password": "wrong"})
        if "shut for" in browser.text:
            break
    assert "minute" in browser.text
    assert "Nothing is lost" in browser.text


def test_a_supervisor_gives_a_code_too(desk: Desk) -> None:
    """With the password alone Daniel sees nothing; a wrong code is refused, the right one lets him in."""
    worker = desk.employ("Daniel", Role.SUPERVISOR)
    daniel = desk.browser()
    daniel.get("/sign-in")
    daniel.post("/sign-in", {"name": "daniel", "password": PASSWORD})
    assert daniel.path == "/sign-in/code"
    daniel.get("/numbers")
    assert daniel.path == "/sign-in/code"
    daniel.post("/sign-in/code", {"code": "000000"})
    assert "This code isn't right, or has been used" in daniel.text
    daniel.post("/sign-in/code", {"code": f" {desk.code(worker)[:3]} {desk.code(worker)[3:]} "})
    assert "Hello Daniel" in daniel.text


def test_digits_of_another_script_are_digits(small_desk: Desk) -> None:
    """Leila's keyboard writes ٠ to ٩; her code is understood all the same."""
    worker = small_desk.employ("Leila", codes=True)
    leila = small_desk.browser("ar")
    leila.get("/sign-in")
    leila.post("/sign-in", {"name": "leila", "password": PASSWORD})
    arabic = small_desk.code(worker).translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    leila.post("/sign-in/code", {"code": arabic})
    assert leila.path == "/"


def test_a_recovery_code_lets_in_once(desk: Desk) -> None:
    """Daniel has lost his phone: one of his recovery codes lets him in, and never again."""
    worker = desk.employ("Daniel", Role.SUPERVISOR)
    for expected in ("/", "/sign-in/recovery-code"):
        daniel = desk.browser()
        daniel.get("/sign-in")
        daniel.post("/sign-in", {"name": "daniel", "password": PASSWORD})
        daniel.get("/sign-in/recovery-code")
        daniel.post("/sign-in/recovery-code", {"code": worker.recovery_codes[0]})
        assert daniel.path == expected


def test_sara_uses_her_invitation_once(desk: Desk) -> None:
    """Sara opens her link, sets a password and signs in with it; the link leads nobody in after that."""
    token = desk.invite("Sara", Role.STAFF)
    sara = desk.browser()
    sara.get(f"/invitation/{token}")
    assert "Welcome" in sara.text
    sara.post(f"/invitation/{token}", {"name": "Sara M", "password": "short"})
    assert "too short: at least" in sara.text
    assert 'value="Sara M"' in sara.page.text
    sara.post(f"/invitation/{token}", {"name": "Sara M", "password": PASSWORD})
    assert sara.path == "/sign-in"
    assert "Your password is set" in sara.text
    sara.post("/sign-in", {"name": "sara", "password": PASSWORD})
    assert "Hello Sara M" in sara.text
    mallory = desk.browser()
    mallory.get(f"/invitation/{token}")
    assert mallory.page.status_code == 404
    assert "ask an admin of your hotline for a new link" in mallory.text


def test_the_language_is_the_browser_s_until_somebody_chooses(small_desk: Desk) -> None:
    """A page speaks the browser's language, then the one chosen at its foot, and then the one a person reads."""
    worker = small_desk.employ("Leila")
    browser = small_desk.browser("fr-CA,fr;q=0.9,en;q=0.5")
    browser.get("/sign-in")
    assert "Se connecter" in browser.text
    browser.post("/language", {"language": "ar", "back": "/sign-in"})
    assert '<html lang="ar" dir="rtl">' in browser.page.text
    leila = small_desk.signed_in(worker, "de")
    assert "Hello Leila" in leila.text
    leila.post("/language", {"language": "fr", "back": "/profile"})
    assert leila.path == "/profile"
    assert "Votre profil" in leila.text
    assert small_desk.person(worker).reads == "fr"
    assert "Bonjour Leila" in small_desk.signed_in(worker, "ar").text


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "/\\evil.example", ""])
def test_the_language_switch_leads_to_no_other_site(small_desk: Desk, back: str) -> None:
    """Mallory can't use the switch to lead anybody away, whatever he puts into its form."""
    browser = small_desk.browser()
    browser.get("/sign-in")
    browser.post("/language", {"language": "fr", "back": back}, follow=False)
    assert browser.page.location in ("/", "/sign-in")


def test_a_language_that_isn_t_offered_changes_nothing(small_desk: Desk) -> None:
    """A made-up language is not an error page, and not a language."""
    browser = small_desk.browser()
    browser.get("/sign-in")
    browser.post("/language", {"language": "../../etc", "back": "/sign-in"})
    assert "Sign in" in browser.text
