"""Signing in and out on the web."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from sqlalchemy import event, select

from ivr.audit.log import COMMAND_LINE
from ivr.people.passwords import Passwords
from ivr.people.person import Person
from ivr.people.refusals import (
    NotDone,
    NotSignedIn,
    PasswordRefused,
    ShutFor,
    WrongNameOrPassword,
)
from ivr.people.sessions import SEEN_SECONDS
from ivr.people.tables import failures, known_browsers, sign_ins
from tests.people.house import ELSEWHERE, OFFICE, PASSWORD, TIMES, House

NEW_PASSWORD = "ten lamps under the tulip"


@pytest.fixture
def leila(house: House) -> Person:
    """Leila, who has joined."""
    return house.employ("Leila")


def test_wrong_names_and_wrong_passwords_get_one_answer(house: House, leila: Person) -> None:
    """Mallory can't find out who works here: an unknown name, a closed account, an invited one and a wrong password are
    refused in the same words."""
    house.invite("Joseph")
    house.employ("Sara")
    house.parts.accounts.close(COMMAND_LINE, house.parts.accounts.named("sara").id, house.now)
    said = set()
    for name in ("leila", "nobody", "joseph", "sara", "", "\0", "x" * 100_000):
        with pytest.raises(WrongNameOrPassword) as refused:
            house.sign_in(name, "not leila's password")
        said.add((type(refused.value), str(refused.value)))
    assert len(said) == 1


@contextmanager
def counting(house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What an answer costs: each statement, and each look at a hash."""
    done: list[str] = []
    look = Passwords.matches

    def counted(self: Passwords, hashed: str, secret: str) -> bool:
        done.append("hash")
        return look(self, hashed, secret)

    def statement(_connection: object, _cursor: object, text: str, *_rest: object) -> None:
        done.append(text)

    monkeypatch.setattr(Passwords, "matches", counted)
    event.listen(house.database, "before_cursor_execute", statement)
    yield done
    event.remove(house.database, "before_cursor_execute", statement)


def test_wrong_names_and_wrong_passwords_take_the_same_time(
    house: House, leila: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For a name that doesn't exist the same is done as for one that does: as many looks at a hash of the same cost,
    and the same statements in the same order, up to the attempt that shuts the door."""
    with counting(house, monkeypatch) as done:
        costs = {}
        for name in ("leila", "nobody"):
            done.clear()
            for _ in range(6):
                with pytest.raises(NotDone):
                    house.sign_in(name, "not the password", address=f"192.0.2.{len(name)}")
            costs[name] = list(done)
    assert costs["leila"] == costs["nobody"]
    assert costs["leila"].count("hash") == 5


def test_each_sign_in_has_a_token_of_its_own(house: House, leila: Person) -> None:
    """Two browsers of Leila's hold two tokens; out on one, she is still in on the other."""
    one, other = house.sign_in("leila").token, house.sign_in("leila").token
    assert one != other
    house.parts.sign_in.out(one, house.now)
    assert house.who(one) is None
    assert house.who(other) == leila
    house.parts.sign_in.out(one, house.now)
    house.parts.sign_in.out("", house.now)
    assert [entry.deed for entry in house.deeds()].count("signed_out") == 1


def test_the_database_knows_no_token(house: House, leila: Person) -> None:
    """Whoever reads the database, or prints what a step of signing in gave, can't go on in Leila's place."""
    passed = house.sign_in("leila")
    with house.database.connect() as connection:
        kept = repr(
            [
                tuple(row)
                for table in (sign_ins, known_browsers, failures)
                for row in connection.execute(select(table))
            ]
        )
    assert passed.token not in kept
    assert passed.browser not in kept
    assert passed.token not in repr(passed)
    assert passed.browser not in repr(passed)
    assert OFFICE not in kept


@pytest.mark.parametrize("token", ["", "nonsense", "\0", "é" * 10_000])
def test_a_made_up_token_is_nobodys(house: House, leila: Person, token: str) -> None:
    """Mallory makes up a cookie: she is nobody."""
    house.sign_in("leila")
    assert house.who(token) is None
    assert house.parts.sign_in.half_in(token, house.now) is None


def test_whoever_does_nothing_for_half_an_hour_is_out(house: House, leila: Person) -> None:
    """Leila falls asleep over the page: half an hour later it is closed to whoever sits down there."""
    token = house.sign_in("leila").token
    house.clock.forward(TIMES.idle)
    assert house.who(token) == leila
    house.clock.forward(TIMES.idle + 1)
    assert house.who(token) is None


def test_whoever_goes_on_reading_stays_in_until_the_day_is_over(house: House, leila: Person) -> None:
    """With a page every twenty minutes Leila stays in for twelve hours, and then has to sign in again."""
    token = house.sign_in("leila").token
    start = house.now
    while house.now - start + 1200 <= TIMES.longest:
        house.clock.forward(1200)
        assert house.who(token) == leila
    house.clock.forward(1200)
    assert house.who(token) is None


def test_seen_is_written_once_a_minute(house: House, leila: Person) -> None:
    """Forty pages in a minute are one write, so that the console never gets in the way of calls."""
    token = house.sign_in("leila").token
    written = []

    def statement(_connection: object, _cursor: object, text: str, *_rest: object) -> None:
        if text.startswith("UPDATE"):
            written.append(text)

    house.clock.forward(SEEN_SECONDS)
    event.listen(house.database, "before_cursor_execute", statement)
    for _ in range(40):
        assert house.who(token) == leila
        house.clock.forward(1)
    assert len(written) == 1


def test_a_clock_that_is_set_back_keeps_nobody_in(house: House, leila: Person) -> None:
    """After the clock was a day ahead, sign-ins of that day are over instead of lasting a day longer."""
    house.clock.forward(24 * 3600)
    token = house.sign_in("leila").token
    house.clock.forward(-24 * 3600)
    assert house.who(token) is None
    assert house.who(house.sign_in("leila").token) == leila


def test_out_everywhere_is_everywhere(house: House, leila: Person) -> None:
    """Leila has lost her laptop: an admin signs her out on every browser; Joseph stays in."""
    house.employ("Joseph")
    tokens = [house.sign_in("leila").token for _ in range(3)]
    josephs = house.sign_in("joseph").token
    house.parts.sign_in.out_everywhere(COMMAND_LINE, leila.id, house.now)
    assert [house.who(token) for token in tokens] == [None] * 3
    assert house.who(josephs) is not None
    assert (house.deeds()[-1].who, house.deeds()[-1].deed) == (COMMAND_LINE, "signed_out_everywhere")


def test_a_new_password_ends_all_other_sign_ins(house: House, leila: Person) -> None:
    """Leila changes her password because she fears for it: only the browser in which she does it stays in, with a new
    token, and not for longer than before."""
    here, elsewhere = house.sign_in("leila").token, house.sign_in("leila").token
    passed = house.parts.sign_in.change_password(here, PASSWORD, NEW_PASSWORD, house.now)
    assert house.who(here) is None
    assert house.who(elsewhere) is None
    assert house.who(passed.token) == leila
    with pytest.raises(WrongNameOrPassword):
        house.sign_in("leila")
    assert house.sign_in("leila", NEW_PASSWORD).token
    assert "password_changed" in [entry.deed for entry in house.deeds()]


def test_a_new_password_needs_the_old_one(house: House, leila: Person) -> None:
    """Mallory at a page that was left open can't make it her own, nor guess for long."""
    token = house.sign_in("leila").token
    with pytest.raises(PasswordRefused):
        house.parts.sign_in.change_password(token, PASSWORD, "short", house.now)
    for _ in range(5):
        with pytest.raises(WrongNameOrPassword):
            house.parts.sign_in.change_password(token, "not her password", NEW_PASSWORD, house.now)
    with pytest.raises(ShutFor):
        house.parts.sign_in.change_password(token, PASSWORD, NEW_PASSWORD, house.now)
    assert house.who(token) == leila
    assert house.sign_in("leila").token


def test_before_what_cannot_be_undone_the_password_is_asked_again(house: House, leila: Person) -> None:
    """Whoever is signed in can be asked once more who they are; a token that is over is told so."""
    token = house.sign_in("leila").token
    assert house.parts.sign_in.confirm_password(token, PASSWORD, house.now) == leila
    with pytest.raises(WrongNameOrPassword):
        house.parts.sign_in.confirm_password(token, "not her password", house.now)
    house.parts.sign_in.out(token, house.now)
    with pytest.raises(NotSignedIn):
        house.parts.sign_in.confirm_password(token, PASSWORD, house.now)


def meanwhile(monkeypatch: pytest.MonkeyPatch, deed: Callable[[], object]) -> None:
    """Does something while a password is being looked at."""
    look = Passwords.matches

    def slow(self: Passwords, hashed: str, secret: str) -> bool:
        found = look(self, hashed, secret)
        monkeypatch.setattr(Passwords, "matches", look)
        deed()
        return found

    monkeypatch.setattr(Passwords, "matches", slow)


def test_an_account_that_closes_while_its_password_is_looked_at_lets_nobody_in(
    house: House, leila: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Daniel closes Leila's account in the very moment in which she signs in: she isn't in."""
    meanwhile(monkeypatch, lambda: house.parts.accounts.close(COMMAND_LINE, leila.id, house.now))
    with pytest.raises(WrongNameOrPassword):
        house.sign_in("leila")


def test_a_password_that_is_replaced_while_it_is_looked_at_lets_nobody_in(
    house: House, leila: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Mallory signs in with Leila's stolen password while Leila gets a new link: the old password counts no more."""
    meanwhile(monkeypatch, lambda: house.parts.accounts.invite_again(COMMAND_LINE, leila.id, house.now))
    with pytest.raises(WrongNameOrPassword):
        house.sign_in("leila")


def test_many_browsers_may_sign_in_at_once(house: House) -> None:
    """At the beginning of a shift eight helpers sign in from one office in the same moment, and all are in."""
    names = [f"Helper{n}" for n in range(8)]
    for name in names:
        house.employ(name)

    def enter(name: str) -> bool:
        while True:
            try:
                return house.who(house.sign_in(name.lower()).token) is not None
            except ShutFor as busy:
                assert type(busy) is not ShutFor, "nobody has been wrong"

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(enter, names))


def test_a_browser_that_mallory_planted_is_not_taken_over(house: House, leila: Person) -> None:
    """A cookie that isn't from us is replaced at the first sign-in; one that is from us stays, for all who share it."""
    planted = "planted"
    given = house.sign_in("leila", browser=planted).browser
    assert given not in ("", planted)
    assert house.sign_in("leila", browser=given, address=ELSEWHERE).browser == given
    house.employ("Joseph")
    assert house.sign_in("joseph", browser=given).browser == given
