"""Passwords: which may be taken, how they are kept, and that nobody is kept waiting for them."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from ivr.audit.log import COMMAND_LINE
from ivr.people.passwords import LONGEST_PASSWORD, MEASURED, Cost, Passwords, Turnstile, judge_password
from ivr.people.refusals import PasswordRefused, TooBusy
from ivr.people.roles import Role
from ivr.people.tables import people
from ivr.store.migrate import migrate
from ivr.wiring import wire
from tests.hotline import CHEAP, settings_for
from tests.people.house import PASSWORD, House

NAMES = ("Leila Mwangi", "leila.mwangi@example.org")

TOO_USUAL = [
    "password1234", "P@ssw0rd!!!!", "123456789012", "qwertyuiop12", "abcabcabcabc", "aaaaaaaaaaaa", "Warmline2026!",
    "warmlinewarmline", "iloveyou12345", "Welcome123456", "1qaz2wsx3edc", "9876543210987", "Karibu-Karibu1",
    "asdfghjklzxcvbnm", "motdepasse2026", "correcthorsebatterystaple", "111122223333", "letmeinletmein",
]  # fmt: skip
GOOD = [
    PASSWORD, "kitabu cha bluu 7", "مرحبا بالجميع هنا", "831049275610", "correct horse battery", "mfupi mrefu kati",
    "x9!Lq2#vR7pz", "我喜欢在晚上安静地听雨声吗", "   three   blanks   ",
]  # fmt: skip


@pytest.mark.parametrize("password", GOOD)
def test_a_long_password_is_taken_whatever_is_in_it(password: str) -> None:
    """A sentence in any script will do; nobody has to think of a sign and a capital."""
    judge_password(password, NAMES)


@pytest.mark.parametrize("password", TOO_USUAL)
def test_what_everybody_tries_first_is_refused(password: str) -> None:
    """Length doesn't help a password that stands at the top of every list."""
    with pytest.raises(PasswordRefused, match="too_usual"):
        judge_password(password, NAMES)


@pytest.mark.parametrize(
    "password", ["leilamwangi1", "LEILA_MWANGI_99", "mwangi-leila!", "leila.mwangi@example.org"]
)
def test_a_name_and_little_more_is_refused(password: str) -> None:
    """Mallory knows Leila's name, so a password that is hardly more than it protects nothing."""
    with pytest.raises(PasswordRefused, match="own_name"):
        judge_password(password, NAMES)


def test_a_name_in_a_longer_sentence_is_taken() -> None:
    """Leila may name herself in a sentence that is long enough without it."""
    judge_password("leila sings to nine lamps", NAMES)


@pytest.mark.parametrize("password", ["", "elevenchars", "e\u0301" * 11])
def test_a_short_password_is_refused(password: str) -> None:
    """Fewer than twelve characters are refused, and an accent isn't one of them."""
    with pytest.raises(PasswordRefused, match="too_short"):
        judge_password(password, ())


def test_a_giant_password_is_refused_and_costs_nothing_to_look_at() -> None:
    """Mallory sends a megabyte: it is refused, and hashing never sees it."""
    with pytest.raises(PasswordRefused, match="too_long"):
        judge_password("ab c" * 250_000, ())
    passwords = Passwords(CHEAP)
    longest = "lamp " * 60
    assert not passwords.matches(passwords.hash(longest[:LONGEST_PASSWORD]), longest)


@given(st.text(min_size=1, max_size=60))
@settings(deadline=None)
def test_the_same_password_is_known_again_and_no_other(password: str) -> None:
    """What somebody typed is known again when it is typed again; with one more character it isn't."""
    passwords = Passwords(Cost(passes=1, kibibytes=8))
    hashed = passwords.hash(password)
    assert passwords.matches(hashed, password)
    assert not passwords.matches(hashed, password + "x")


def test_accents_may_come_from_another_keyboard() -> None:
    """An é typed as one sign and as two is the same password."""
    passwords = Passwords(CHEAP)
    assert passwords.matches(passwords.hash("nous aimons l'e\u0301te\u0301"), "nous aimons l'été")


@pytest.mark.parametrize("kept", ["", "nonsense", "$argon2id$v=19$m=8,t=1,p=1$AAAA", "\0"])
def test_nothing_matches_what_was_never_kept_by_us(kept: str) -> None:
    """An empty or damaged row lets nobody in, not even with the password that stands for nobody."""
    passwords = Passwords(CHEAP)
    for tried in ("", PASSWORD, "nobody has this password"):
        assert not passwords.matches(kept, tried)


def test_the_cost_is_what_was_measured() -> None:
    """Hashes are made at a cost that a thief feels: no less than the 19 MB in two passes that are the least advised."""
    hashed = Passwords().hash(PASSWORD)
    assert hashed.startswith(f"$argon2id$v=19$m={MEASURED.kibibytes},t={MEASURED.passes},p=1$")
    assert MEASURED.kibibytes * MEASURED.passes >= 19 * 1024 * 2


def test_a_hotline_that_is_run_never_has_the_cheap_passwords_of_tests(tmp_path: Path) -> None:
    """Whatever is set for a hotline, its passwords are kept at the measured cost: no setting makes them cheaper."""
    wiring = wire(settings_for(tmp_path))
    migrate(wiring.database)
    accounts = wiring.people.accounts
    token = accounts.invite(COMMAND_LINE, "Joseph", "joseph", [Role.HELPER], 0.0).token
    accounts.join(token, PASSWORD, 0.0)
    with wiring.database.connect() as connection:
        kept = connection.execute(select(people.c.password)).scalar_one()
    assert f"$m={MEASURED.kibibytes},t={MEASURED.passes}," in kept
    wiring.database.dispose()


def test_a_password_is_kept_anew_when_the_cost_changes(house: House) -> None:
    """After an upgrade that raises the cost, each password is kept at the new one from its next use on."""
    leila = house.employ("Leila")
    before = house.kept(leila.id, "password")
    dearer = House(house.database, cost=Cost(passes=2, kibibytes=64))
    assert dearer.sign_in("leila").token
    after = house.kept(leila.id, "password")
    assert before != after
    assert "t=2" in str(after)
    assert dearer.sign_in("leila").token
    assert house.kept(leila.id, "password") == after


def test_no_more_threads_wait_for_passwords_than_callers_can_spare() -> None:
    """A flood of guesses keeps three threads of a web process at most; all further ones are sent away at once, so that
    calls are answered by the others."""
    turnstile = Turnstile(at_once=1, waiting=2, patience=5.0)
    go_on, inside = threading.Event(), threading.Semaphore(0)
    outcomes = []

    def guess() -> None:
        try:
            with turnstile.passing():
                inside.release()
                go_on.wait(10)
                outcomes.append("looked at")
        except TooBusy:
            outcomes.append("sent away")

    threads = [threading.Thread(target=guess) for _ in range(8)]
    for thread in threads:
        thread.start()
    inside.acquire(timeout=10)
    for thread in threads:
        thread.join(0.2)
    assert outcomes == ["sent away"] * 5
    go_on.set()
    for thread in threads:
        thread.join(10)
    assert outcomes.count("looked at") == 3


def test_known_browsers_do_not_stand_in_line_behind_strangers() -> None:
    """While strangers' guesses keep their line full, a helper whose browser is known is looked at at once."""
    passwords = Passwords(CHEAP)
    passwords._strangers = Turnstile(at_once=1, waiting=0, patience=0.01)
    with passwords.turn(known=False):
        with pytest.raises(TooBusy), passwords.turn(known=False):
            raise AssertionError
        with passwords.turn(known=True):
            assert passwords.matches(passwords._hasher.hash(PASSWORD), PASSWORD)
