"""Names of people, and names to sign in with."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.people.names import folded_sign_in_name, tidy_name, tidy_sign_in_name
from ivr.people.refusals import NameUnusable

UNUSABLE = [
    "", "  ", "le", "two words", "a/b", "<b>", "a\0bc", "x" * 121, "+12025550147", "1 202 555 0147", "12025550147",
    "a\ud800bc", "\u202eleila", "٠٧٠٠٥٥٥٠١٤٧٧",
]  # fmt: skip


@pytest.mark.parametrize("name", UNUSABLE)
def test_what_cannot_be_typed_or_kept_is_no_sign_in_name(name: str) -> None:
    """A name with blanks, signs, tricks of writing or a phone number in it is refused."""
    with pytest.raises(NameUnusable):
        tidy_sign_in_name(name)


@pytest.mark.parametrize("name", ["ليلى", "joseph.k", "sara@example.org", "Élodie", "o-w_2"])
def test_names_of_many_scripts_can_be_used(name: str) -> None:
    """Leila may sign in with her name as she writes it."""
    assert tidy_sign_in_name(name) == tidy_sign_in_name(f" {name.upper()} ")


@given(st.text())
def test_however_a_name_is_typed_it_is_looked_for_in_one_way(name: str) -> None:
    """Folding a name twice changes nothing more, and what comes out can be looked for in any database."""
    folded = folded_sign_in_name(name)
    assert folded_sign_in_name(folded) == folded
    assert "\0" not in folded
    folded.encode()


def test_a_name_is_one_line() -> None:
    """Blanks and line ends in a name become single blanks."""
    assert tidy_name("  Leila \n Mwangi\t") == "Leila Mwangi"


@pytest.mark.parametrize("name", ["", " ", "\u202eLeila", "Leila\0", "+1 202 555 0147", "x" * 121, "a\ud800"])
def test_a_name_that_would_mislead_or_leak_is_refused(name: str) -> None:
    """No name turns the line around, hides signs, or is a phone number."""
    with pytest.raises(NameUnusable):
        tidy_name(name)
