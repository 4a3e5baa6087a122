"""Which numbers are rung: a caller chooses whom we dial, so only ordinary phones of countries that are served."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.telephony.twilio import WITHHELD, shown_number
from ivr.vault.allowed import check_can_be_called
from ivr.vault.errors import CannotBeCalled
from ivr.vault.number import NotANumber, PhoneNumber
from tests.vault.rig import AMINA, Rig

EVERYWHERE = frozenset({"US", "KE", "GB", "TZ", "DE", "JM", "CH"})


def test_an_ordinary_phone_is_called() -> None:
    """Amina's phone is an ordinary one of a country that is served."""
    check_can_be_called(AMINA, {"US"})


@pytest.mark.parametrize(
    ("number", "what"),
    [
        ("+19005550123", "premium rate"),
        ("+449095550123", "premium rate abroad"),
        ("+448435550123", "shared cost"),
        ("+447055550123", "a personal number that costs more than abroad"),
        ("+18005550123", "free for whoever rings it"),
        ("+447640555012", "a pager"),
        ("+12021", "too short"),
        ("+1202555010", "a digit too few"),
        ("+120255501000", "a digit too many"),
        ("+9995550123", "no country"),
        ("+8816315550123", "a satellite phone"),
    ],
)
def test_an_unusual_number_is_refused(number: str, what: str) -> None:
    """Numbers that cost extra, or that nobody can have, are never rung."""
    try:
        caller = PhoneNumber(number)
    except NotANumber:
        return
    with pytest.raises(CannotBeCalled) as refused:
        check_can_be_called(caller, EVERYWHERE)
    assert number not in str(refused.value)


def test_a_country_that_is_not_served_is_refused() -> None:
    """A forged number of a far country, or of an island under the same code, costs the hotline nothing."""
    for number in ("+18765550123", "+255712555012"):
        with pytest.raises(CannotBeCalled):
            check_can_be_called(PhoneNumber(number), {"US", "KE"})


@given(st.text(max_size=24))
def test_a_malformed_number_never_gets_in(text: str) -> None:
    """Whatever the network sends in place of a number, what gets past is in international form."""
    shown = shown_number(text)
    assert shown is None or text[0] == "+"


@pytest.mark.parametrize(
    "sent", [*sorted(WITHHELD), "anonymous", "unknown", "", "Restricted", "+", "+0", "266696687"]
)
def test_a_withheld_number_never_gets_in(sent: str) -> None:
    """A phone that hides its number has none, however the network spells that."""
    assert shown_number(sent) is None


def test_the_vault_refuses_what_can_not_be_called(small_rig: Rig) -> None:
    """Neither a caller's nor a helper's number gets into the vault if it could never be rung."""
    premium = PhoneNumber("+19005550123")
    assert not small_rig.vault.can_be_called(premium)
    for kind in ("caller", "helper"):
        with pytest.raises(CannotBeCalled):
            small_rig.vault.keep(premium, kind=kind, line_id="", now=0.0)  # type: ignore[arg-type]
