"""Reasons that people type: a phone number in one is hidden, however it is spelled."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.audit.words import LONGEST_DETAIL, typed_text
from ivr.logs import HIDDEN
from tests.hotline import AMINA

DIGITS = AMINA.removeprefix("+")
SCRIPTS = ("٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹", "०१२३४५६७८९", "０１２３４５６７８９")
SPELLINGS = [
    AMINA, DIGITS, "00" + DIGITS, " ".join(DIGITS), "  ".join(DIGITS), "-".join(DIGITS), ", ".join(DIGITS),
    " . ".join(DIGITS), "_".join(DIGITS), "/".join(DIGITS), "\u200b".join(DIGITS), " x ".join(DIGITS),
    "(202) 555-01 47", "202.555.0147", "202 - 555 - 0147", "2025550147", "5550147", "+1 (202) 555‑0147",
    "1x202x555x0147", "+\u20661202\u20695550147",
    *(DIGITS.translate(str.maketrans("0123456789", script)) for script in SCRIPTS),
]  # fmt: skip


@pytest.mark.parametrize("spelled", SPELLINGS)
@pytest.mark.parametrize(
    "sentence", ["{}", "she rang from {}, call back", "رقمها {} من فضلك", "tel:{}!", "No{}"]
)
def test_a_number_is_hidden_however_it_is_spelled(spelled: str, sentence: str) -> None:
    """Daniel types Amina's number into a reason, in one go or digit by digit, in whatever digits: it isn't kept."""
    kept = typed_text(sentence.format(spelled))
    assert HIDDEN in kept
    left = "".join(c for c in kept if c.isdigit())
    assert len(left) < 4


@pytest.mark.parametrize(
    "text",
    [
        "she said she would take pills tonight", "held until 2026-03-05", "since 2026-03-01 22:15 at risk",
        "3 calls in 20 minutes, the 2nd cut off", "room 12, ward 4", "112 was rung at 21:05", "",
        "10-12 tablets of 500", "3f2a9c0e1b7d4a5f8e6c0d1b2a3f4e5d",
    ],
)  # fmt: skip
def test_ordinary_reasons_stay_as_they_are(text: str) -> None:
    """Dates, times, small numbers and ids can be read later."""
    assert typed_text(text) == text


@given(st.text(max_size=2000))
def test_whatever_is_typed_fits_and_can_be_kept(text: str) -> None:
    """What is kept is at most five hundred characters, and hiding twice changes nothing more."""
    kept = typed_text(text)
    assert len(kept) <= LONGEST_DETAIL
    kept.encode()
    assert HIDDEN in kept or typed_text(kept) == kept


def test_a_number_after_a_date_is_hidden_and_the_date_is_not() -> None:
    """Of a reason with both, what is a date stays."""
    assert typed_text("since 2026-03-01 202 555 0147") == f"since 2026-03-01 {HIDDEN}"


def test_a_character_that_no_database_keeps_is_left_out() -> None:
    """PostgreSQL takes no NUL: a reason with one is kept without it, and hides a number no worse for it."""
    assert typed_text("in dan\0ger") == "in danger"
    assert HIDDEN in typed_text("+1202\x00555\x000147")
