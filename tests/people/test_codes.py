"""One-time codes and recovery codes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pyotp
import pytest
from sqlalchemy import select, update

from ivr.people.codes import RECOVERY_CODES, SET_UP_SECONDS
from ivr.people.proofs import matching_step
from ivr.people.refusals import (
    CodesAlreadyOn,
    CodesUnreadable,
    NotDone,
    NotSignedIn,
    SetUpTooOld,
    ShutFor,
    WrongCode,
)
from ivr.people.roles import Role
from ivr.people.sessions import HALF_IN_SECONDS
from ivr.people.tables import people, recovery_codes
from tests.people.house import House


def give_code(house: House, half: str, code: str) -> str:
    """The second step; returns the new token."""
    return house.parts.sign_in.with_code(half, code, browser="", now=house.now).token


def test_the_password_alone_is_half_the_way(house: House) -> None:
    """With codes on, the password lets nobody in: it is the code that does, and with it comes a new token."""
    daniel, app, _ = house.with_codes("Daniel", Role.SUPERVISOR)
    half = house.sign_in("daniel")
    assert half.needs_code
    assert half.browser == ""
    assert house.who(half.token) is None
    assert house.parts.sign_in.half_in(half.token, house.now) == daniel
    token = give_code(house, half.token, app.at(house.now))
    assert token != half.token
    assert house.who(token) == daniel
    assert house.who(half.token) is None
    assert house.parts.sign_in.half_in(half.token, house.now) is None


def test_a_code_has_to_come_within_ten_minutes(house: House) -> None:
    """A sign-in that was left half done is over after ten minutes."""
    _, app, _ = house.with_codes("Daniel")
    half = house.sign_in("daniel").token
    house.clock.forward(HALF_IN_SECONDS + 1)
    with pytest.raises(NotSignedIn):
        give_code(house, half, app.at(house.now))


def test_a_code_counts_once(house: House) -> None:
    """Mallory looks over Daniel's shoulder: the code he has just used lets her in no more, and no older one does."""
    _, app, _ = house.with_codes("Daniel")
    first, second = house.sign_in("daniel").token, house.sign_in("daniel").token
    code, older = app.at(house.now), app.at(house.now - 30)
    give_code(house, first, code)
    for used in (code, older):
        with pytest.raises(WrongCode):
            give_code(house, second, used)
    house.clock.forward(30)
    assert give_code(house, second, app.at(house.now))


def test_a_code_used_twice_at_once_counts_once(house: House) -> None:
    """The same code from two browsers in the same moment lets one of them in."""
    _, app, _ = house.with_codes("Daniel")
    halves = [house.sign_in("daniel").token for _ in range(4)]
    code = app.at(house.now)

    def enter(half: str) -> bool:
        try:
            give_code(house, half, code)
        except NotDone:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(enter, halves)) == [False, False, False, True]


def test_a_clock_that_was_ahead_keeps_nobody_out(house: House) -> None:
    """The clock runs a week ahead, Daniel signs in, and it is put right: his next code lets him in, and counts once."""
    _, app, _ = house.with_codes("Daniel")
    right = house.now
    house.clock.forward(7 * 24 * 3600)
    give_code(house, house.sign_in("daniel").token, app.at(house.now))
    house.clock.now = right + 90
    code = app.at(house.now)
    assert give_code(house, house.sign_in("daniel").token, code)
    for used in (code, app.at(house.now - 30)):
        with pytest.raises(WrongCode):
            give_code(house, house.sign_in("daniel").token, used)


def test_clocks_may_be_half_a_minute_apart_and_no_more() -> None:
    """A phone whose clock is a little wrong still makes good codes; one that is minutes off doesn't."""
    secret = pyotp.random_base32()
    app, now = pyotp.TOTP(secret), 1_772_366_400.0
    found = [matching_step(secret, app.at(now + 30 * late), now) for late in range(-3, 4)]
    present = int(now // 30)
    assert found == [None, None, present - 1, present, present + 1, None, None]


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "\0", "0" * 10_000])
def test_what_is_no_code_is_wrong(house: House, code: str) -> None:
    """Whatever Mallory types instead of six right digits is a wrong code, and nothing breaks."""
    house.with_codes("Daniel")
    with pytest.raises(WrongCode):
        give_code(house, house.sign_in("daniel").token, code)


def test_codes_may_be_typed_as_people_type_them(house: House) -> None:
    """A blank in the middle, or Arabic digits, make no code wrong."""
    _, app, _ = house.with_codes("Leila")
    code = app.at(house.now)
    assert give_code(house, house.sign_in("leila").token, f" {code[:3]} {code[3:]} ")
    house.clock.forward(30)
    arabic = app.at(house.now).translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    assert give_code(house, house.sign_in("leila").token, arabic)


def test_guessing_codes_is_shut_after_five(house: House) -> None:
    """Mallory, who has the password, has five guesses at the code, and then waits, however often she begins again."""
    _, app, _ = house.with_codes("Daniel")
    wrong = str((int(app.at(house.now)) + 1) % 10**6).zfill(6)
    for _ in range(5):
        with pytest.raises(WrongCode):
            give_code(house, house.sign_in("daniel").token, wrong)
    with pytest.raises(ShutFor):
        give_code(house, house.sign_in("daniel").token, app.at(house.now))


def test_supervisors_and_admins_must_helpers_may(house: House) -> None:
    """Whoever can see a number or let somebody in has to set codes up; the others are offered them."""
    for role, has_to in (
        (Role.HELPER, False),
        (Role.STAFF, False),
        (Role.SUPERVISOR, True),
        (Role.ADMIN, True),
    ):
        assert house.employ(f"{role.value}-person", role).has_to_set_up_codes is has_to
    with_codes, _, _ = house.with_codes("Daniel", Role.ADMIN)
    assert not with_codes.has_to_set_up_codes


def test_setting_up_is_proved_by_a_first_code(house: House) -> None:
    """Codes are on only once a first code was right: a picture that wasn't scanned locks nobody out."""
    leila = house.employ("Leila")
    set_up = house.parts.codes.begin(leila.id, house.now)
    assert set_up.uri == f"otpauth://totp/Warmline:leila?secret={set_up.secret}&issuer=Warmline"
    with pytest.raises(WrongCode):
        house.parts.codes.confirm(leila.id, set_up.sealed, "000000", house.now)
    assert not house.parts.accounts.person(leila.id).has_codes
    again = house.parts.codes.again(leila.id, set_up.sealed, house.now)
    assert again == set_up
    code = pyotp.TOTP(set_up.secret).at(house.now)
    given = house.parts.codes.confirm(leila.id, set_up.sealed, code, house.now)
    assert len(set(given)) == RECOVERY_CODES
    with pytest.raises(CodesAlreadyOn):
        house.parts.codes.begin(leila.id, house.now)
    with pytest.raises(CodesAlreadyOn):
        house.parts.codes.confirm(leila.id, set_up.sealed, code, house.now)
    with pytest.raises(WrongCode):
        give_code(house, house.sign_in("leila").token, code)


def test_setting_up_ends_other_sign_ins(house: House) -> None:
    """Where Mallory sits in another browser already, without a code, she is out when Leila switches codes on."""
    leila = house.employ("Leila")
    here, elsewhere = house.sign_in("leila").token, house.sign_in("leila").token
    set_up = house.parts.codes.begin(leila.id, house.now)
    code = pyotp.TOTP(set_up.secret).at(house.now)
    house.parts.codes.confirm(leila.id, set_up.sealed, code, house.now, token=here)
    assert house.who(here) is not None
    assert house.who(elsewhere) is None


def test_a_set_up_is_for_one_person_and_half_an_hour(house: House) -> None:
    """What comes back from the page counts for nobody else, not for long, and not when it was touched."""
    leila, joseph = house.employ("Leila"), house.employ("Joseph")
    set_up = house.parts.codes.begin(leila.id, house.now)
    code = pyotp.TOTP(set_up.secret).at(house.now)
    flipped = set_up.sealed[:20] + ("A" if set_up.sealed[20] != "A" else "B") + set_up.sealed[21:]
    for person, sealed in (
        (joseph, set_up.sealed),
        (leila, flipped),
        (leila, ""),
        (leila, "é"),
        (leila, "AAAA"),
    ):
        with pytest.raises(SetUpTooOld):
            house.parts.codes.confirm(person.id, sealed, code, house.now)
    house.clock.forward(SET_UP_SECONDS + 1)
    with pytest.raises(SetUpTooOld):
        house.parts.codes.again(leila.id, set_up.sealed, house.now)


def test_a_recovery_code_counts_once(house: House) -> None:
    """Daniel's phone is broken: a recovery code from his drawer lets him in, once, however it is typed."""
    daniel, _, given = house.with_codes("Daniel", Role.SUPERVISOR)
    typed = given[3].upper().replace("-", " ")

    def enter() -> str:
        half = house.sign_in("daniel").token
        return house.parts.sign_in.with_recovery_code(half, typed, browser="", now=house.now).token

    assert house.who(enter()) == daniel
    assert house.parts.codes.left(daniel.id) == RECOVERY_CODES - 1
    with pytest.raises(WrongCode):
        enter()
    assert "recovery_code_used" in [entry.deed for entry in house.deeds()]


def test_a_recovery_code_is_nobody_elses(house: House) -> None:
    """Joseph's recovery code doesn't stand in for Daniel's."""
    house.with_codes("Daniel")
    _, _, josephs = house.with_codes("Joseph")
    half = house.sign_in("daniel").token
    with pytest.raises(WrongCode):
        house.parts.sign_in.with_recovery_code(half, josephs[0], browser="", now=house.now)


def test_new_recovery_codes_replace_the_old(house: House) -> None:
    """The sheet that was lost is worth nothing once there is a new one; for that a one-time code is asked."""
    daniel, app, old = house.with_codes("Daniel")
    with pytest.raises(WrongCode):
        house.parts.codes.new_recovery_codes(daniel.id, "000000", house.now)
    new = house.parts.codes.new_recovery_codes(daniel.id, app.at(house.now), house.now)
    assert not set(old) & set(new)
    half = house.sign_in("daniel").token
    with pytest.raises(WrongCode):
        house.parts.sign_in.with_recovery_code(half, old[0], browser="", now=house.now)
    assert house.parts.sign_in.with_recovery_code(half, new[0], browser="", now=house.now).token


@pytest.mark.parametrize("with_recovery_code", [False, True])
def test_codes_are_switched_off_with_a_code(house: House, with_recovery_code: bool) -> None:
    """Leila switches codes off with a code or a recovery code; guesses don't."""
    leila, app, given = house.with_codes("Leila")
    with pytest.raises(WrongCode):
        house.parts.codes.off(leila.id, "not a code", house.now)
    house.parts.codes.off(leila.id, given[0] if with_recovery_code else app.at(house.now), house.now)
    assert not house.parts.accounts.person(leila.id).has_codes
    assert not house.sign_in("leila").needs_code
    assert house.parts.codes.left(leila.id) == 0


def test_secrets_lie_sealed_in_the_database(house: House) -> None:
    """Neither the secret of codes nor a recovery code can be read in the database, and printing them shows nothing."""
    leila = house.employ("Leila")
    set_up = house.parts.codes.begin(leila.id, house.now)
    given = house.parts.codes.confirm(
        leila.id, set_up.sealed, pyotp.TOTP(set_up.secret).at(house.now), house.now
    )
    with house.database.connect() as connection:
        kept = repr(
            [tuple(row) for table in (people, recovery_codes) for row in connection.execute(select(table))]
        )
    for secret in (set_up.secret, *given, *(code.replace("-", "") for code in given)):
        assert secret not in kept
    assert set_up.secret not in repr(set_up)


def test_a_secret_moved_to_somebody_else_opens_nothing(house: House) -> None:
    """Mallory, who can write to the database, puts her own secret in Daniel's row: it counts for nothing there."""
    daniel, _, _ = house.with_codes("Daniel", Role.ADMIN)
    mallory, app, _ = house.with_codes("Mallory")
    hers = house.kept(mallory.id, "code_secret")
    with house.database.begin() as connection:
        connection.execute(update(people).where(people.c.id == daniel.id).values(code_secret=hers))
    with pytest.raises(CodesUnreadable):
        give_code(house, house.sign_in("daniel").token, app.at(house.now))


def test_another_secret_key_makes_codes_unreadable_and_says_so(house: House) -> None:
    """Where WARMLINE_SECRET_KEY was changed, nobody gets in by it: the page can say that an admin has to help."""
    daniel, app, _ = house.with_codes("Daniel")
    other = House(house.database, secret=b"t" * 40, clock=house.clock)
    half = other.sign_in("daniel").token
    with pytest.raises(CodesUnreadable):
        give_code(other, half, app.at(house.now))
    assert other.parts.sign_in.half_in(half, other.now) is not None
    assert daniel.has_codes
