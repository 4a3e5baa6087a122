"""PINs: how a helper says on any phone who they are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.audit.log import COMMAND_LINE
from ivr.people import pins
from ivr.people.lockout import NAME_FROM_ADDRESS, PIN, PIN_FROM_PHONE
from ivr.people.pins import judge_pin
from ivr.people.refusals import NoPhoneCodeLeft, PinRefused, ShutFor, WrongNameOrPassword, WrongPin
from tests.people.house import ELSEWHERE, House

GOOD = "583920"
OTHER = "720461"


def guess(house: House, phone_code: str, phone: str = "mallorys", times: int = 1) -> int:
    """Mallory keys PINs; returns how many were looked at."""
    looked_at = 0
    for _ in range(times):
        try:
            house.parts.pins.check(phone_code, OTHER, house.now, phone=phone)
        except ShutFor:
            continue
        except WrongPin:
            looked_at += 1
    return looked_at


def test_a_helper_is_known_by_code_and_pin(house: House) -> None:
    """Leila sets a PIN, is given a phone code, and with both is Leila on any phone."""
    leila = house.employ("Leila")
    code = house.parts.pins.set(leila.id, GOOD, house.now)
    assert code.isdigit()
    assert len(code) == 4
    known = house.parts.pins.check(code, GOOD, house.now)
    assert (known.id, known.has_pin, known.phone_code) == (leila.id, True, code)
    assert GOOD not in str(house.kept(leila.id, "pin"))
    assert house.deeds()[-1].deed == "pin_changed"


def test_the_phone_code_stays_when_the_pin_changes(house: House) -> None:
    """Leila has learned her code by heart; a new PIN doesn't change it, and the old PIN counts no more."""
    leila = house.employ("Leila")
    code = house.parts.pins.set(leila.id, GOOD, house.now)
    assert house.parts.pins.set(leila.id, OTHER, house.now) == code
    with pytest.raises(WrongPin):
        house.parts.pins.check(code, GOOD, house.now)
    assert house.parts.pins.check(code, OTHER, house.now).id == leila.id


def test_no_two_people_have_one_code(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the first codes are taken, another is given; where all are, that is said, and nothing is changed."""
    leila, joseph, sara = (house.employ(name) for name in ("Leila", "Joseph", "Sara"))
    monkeypatch.setattr(pins, "_new_phone_codes", lambda _: ["4711", "5822"])
    assert house.parts.pins.set(leila.id, GOOD, house.now) == "4711"
    assert house.parts.pins.set(joseph.id, GOOD, house.now) == "5822"
    with pytest.raises(NoPhoneCodeLeft):
        house.parts.pins.set(sara.id, GOOD, house.now)
    assert not house.parts.accounts.person(sara.id).has_pin
    assert house.parts.pins.check("5822", GOOD, house.now).id == joseph.id


@pytest.mark.parametrize("phone_code", ["", "0000", "abcd", "\0", "1" * 5000, "٤٧١١"])
def test_a_code_that_is_nobodys_gets_the_same_answer(house: House, phone_code: str) -> None:
    """Mallory can't find out on the phone which codes are given away."""
    house.parts.pins.set(house.employ("Leila").id, GOOD, house.now)
    with pytest.raises(WrongPin) as refused:
        house.parts.pins.check(phone_code, GOOD, house.now)
    assert str(refused.value) == ""


def test_without_a_pin_nobody_is_let_in_by_phone(house: House) -> None:
    """An account without a PIN, one whose PIN was deleted and one that was closed are no one's on the phone."""
    leila, joseph = house.employ("Leila"), house.employ("Joseph")
    codes = [house.parts.pins.set(person.id, GOOD, house.now) for person in (leila, joseph)]
    house.parts.pins.off(leila.id, house.now)
    house.parts.accounts.close(COMMAND_LINE, joseph.id, house.now)
    for code in codes:
        for pin in (GOOD, ""):
            with pytest.raises(WrongPin):
                house.parts.pins.check(code, pin, house.now)


def test_the_phone_does_not_shut_the_web_nor_the_web_the_phone(house: House) -> None:
    """Mallory guesses Leila's PIN until it is shut: Leila signs in on the web as ever; and the other way round."""
    leila = house.employ("Leila")
    code = house.parts.pins.set(leila.id, GOOD, house.now)
    assert guess(house, code, times=20) == PIN_FROM_PHONE.free
    assert house.sign_in("leila", address=ELSEWHERE).token
    joseph = house.employ("Joseph")
    josephs = house.parts.pins.set(joseph.id, GOOD, house.now)
    for _ in range(NAME_FROM_ADDRESS.free):
        with pytest.raises(WrongNameOrPassword):
            house.sign_in("joseph", "not his", ELSEWHERE)
    with pytest.raises(ShutFor):
        house.sign_in("joseph", address=ELSEWHERE)
    assert house.parts.pins.check(josephs, GOOD, house.now, phone="josephs").id == joseph.id


def test_a_phone_that_was_right_before_is_never_shut_by_others(house: House) -> None:
    """Mallory keys wrong PINs from phone after phone: Leila still gets in from the phone that she always uses."""
    code = house.parts.pins.set(house.employ("Leila").id, GOOD, house.now)
    assert house.parts.pins.check(code, GOOD, house.now, phone="leilas")
    assert sum(guess(house, code, phone=f"phone {n}") for n in range(40)) == PIN.free
    with pytest.raises(ShutFor):
        house.parts.pins.check(code, GOOD, house.now, phone="a new one")
    assert house.parts.pins.check(code, GOOD, house.now, phone="leilas")
    assert guess(house, code, phone="leilas", times=20) == PIN_FROM_PHONE.free


def test_one_phone_that_tries_many_codes_is_shut(house: House) -> None:
    """Mallory tries one PIN with every code from one phone, and soon has to wait."""
    house.parts.pins.set(house.employ("Leila").id, GOOD, house.now)
    assert sum(guess(house, str(code)) for code in range(1000, 1060)) == 12


@pytest.mark.parametrize(
    ("pin", "why"),
    [
        ("", "not_digits"), ("12a456", "not_digits"), ("٥٨٣٩٢٠", "not_digits"), ("58392", "too_short"),
        ("58392017465", "too_long"), ("111111", "repeats"), ("121212", "repeats"), ("112122", "repeats"),
        ("583583", "repeats"), ("5839258392", "repeats"), ("123456", "run"), ("987654", "run"), ("890123", "run"),
        ("135791", "run"), ("123321", "run"), ("111222", "repeats"), ("456789", "run"), ("123654", "run"),
        ("198473", "year"), ("310784", ""), ("582007", "year"), ("720461", ""), ("747114", "phone_code"),
        ("583920", ""), ("5839041746", ""),
    ],
)  # fmt: skip
def test_a_pin_that_everybody_tries_is_refused(pin: str, why: str) -> None:
    """The same digit over and over, digits in a row, a year, or the code itself make no PIN; other digits do."""
    if not why:
        judge_pin(pin, "4711")
        return
    with pytest.raises(PinRefused) as refused:
        judge_pin(pin, "4711")
    assert refused.value.why == why


@given(st.text("0123456789", min_size=6, max_size=10), st.text("0123456789", min_size=4, max_size=6))
def test_most_pins_are_taken(pin: str, phone_code: str) -> None:
    """Whatever is refused has a reason that can be seen in it."""
    try:
        judge_pin(pin, phone_code)
    except PinRefused as refused:
        reason = refused.why
        assert reason in ("repeats", "run", "phone_code", "year")
        assert reason != "phone_code" or phone_code in pin
        assert reason != "year" or "19" in pin or "20" in pin
