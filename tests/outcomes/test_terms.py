"""The words of outcomes can be changed; the codes that reports count by can't."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from ivr.outcomes.default_terms import DEFAULTS
from ivr.outcomes.questions import code_of_keys
from ivr.outcomes.tables import outcomes, terms
from ivr.outcomes.terms import (
    KEY_DIGITS,
    KINDS,
    LONGEST_CODE,
    KeyUnusable,
    LastTerm,
    MayNotEdit,
    NoLabel,
    NoSuchTerm,
    Term,
    TermFixed,
    TermInUse,
    terms_of,
)
from tests.outcomes.house import DANIEL, SARA, House
from tests.outcomes.talks import LEILA, outcome_rows


def change(house: House, deed: str, *arguments: Any, who: str = DANIEL) -> Any:
    """Daniel changes something."""
    with house.rig.database.begin() as connection:
        return getattr(house.parts.terms, deed)(connection, *arguments, who, house.now)


def listed(house: House, kind: str, retired: bool = False) -> list[Term]:
    with house.rig.database.connect() as connection:
        return terms_of(connection, kind, retired=retired)


def codes(house: House, kind: str, retired: bool = False) -> list[str]:
    return [term.code for term in listed(house, kind, retired)]


def test_what_ships_is_complete() -> None:
    """Eleven issues with keys 01 to 11, every term in four languages, every code and key unmistakable."""
    assert [issue.key for issue in DEFAULTS["issue"]] == [f"{number:02d}" for number in range(1, 12)]
    assert [risk.code for risk in DEFAULTS["risk"]] == ["none", "some", "high"]
    for kind, known in DEFAULTS.items():
        assert all(one.en and one.fr and one.ar and one.sw for one in known)
        assert all(len(one.code) <= LONGEST_CODE and one.code.isidentifier() for one in known)
        keys = [one.key for one in known if one.key]
        assert len(set(keys)) == len(keys)
        assert {len(key) for key in keys} == {KEY_DIGITS[kind]}
        assert len({one.code for one in known}) == len(known)
        assert all(hasattr(outcomes.c, kind) for kind in KINDS)


def test_nothing_is_stored_before_somebody_changes_something(house: House) -> None:
    """A new hotline has the terms that ship, whatever its database has; the first change puts that kind into it."""
    assert house.all_of(terms) == []
    assert len(listed(house, "issue")) == 11
    change(house, "change", "issue", "peers", {"en": "Friends"}, "05")
    assert {row["kind"] for row in house.all_of(terms)} == {"issue"}
    assert len(listed(house, "issue")) == 11


def test_words_change_and_codes_stay(house: House) -> None:
    """Daniel gives a subject other words and another key: old rows and new ones count under the same code."""
    callback_id = house.talked()
    change(house, "change", "issue", "family", {"en": "Home", "sw": "Nyumbani", "fr": " "}, "44")
    (term,) = (one for one in listed(house, "issue") if one.code == "family")
    assert (term.label("sw"), term.label("fr"), term.label("ar")) == ("Nyumbani", "Home", "Home")
    assert house.keyed(callback_id, "issue", "44")
    assert not house.keyed(callback_id, "issue", "04")
    assert house.task(callback_id).answers == {"issue": "family"}
    assert house.deeds() == [("terms_changed", DANIEL)]


def test_a_term_is_added_and_can_be_keyed(small_house: House) -> None:
    """Daniel adds a subject of this programme: it stands at the end, has its own code, and can be keyed at once."""
    code = change(small_house, "add", "issue", {"en": "Flood & drought!"}, "12")
    assert code == "flood_drought"
    assert codes(small_house, "issue")[-1] == code
    assert small_house.keyed(small_house.talked(), "issue", "12")
    assert change(small_house, "add", "issue", {"en": "Flood, drought"}, "") == "flood_drought_2"


def test_a_term_in_a_script_without_latin_letters_has_a_code_too(small_house: House) -> None:
    """A label in Arabic alone makes a plain code."""
    assert change(small_house, "add", "action", {"ar": "صليت معه"}, "") == "term"
    assert change(small_house, "add", "action", {"ar": "انتظرت"}, "") == "term_2"


def test_a_retired_term_is_offered_no_more_and_old_rows_keep_it(small_house: House) -> None:
    """A retired subject can't be chosen any more; the outcome that has it keeps it, and it can be offered again."""
    small_house.fill_in(small_house.talked(), issue="peers")
    small_house.parts.sweep(small_house.now)
    change(small_house, "retire", "issue", "peers", True)
    assert "peers" not in codes(small_house, "issue")
    assert "peers" in codes(small_house, "issue", retired=True)
    assert not small_house.keyed(small_house.talked(), "issue", "05")
    assert outcome_rows(small_house.rig)[0]["issue"] == "peers"
    change(small_house, "retire", "issue", "peers", False)
    assert "peers" in codes(small_house, "issue")


def test_a_key_that_was_given_away_doesn_t_come_back_with_its_term(small_house: House) -> None:
    """While a term was retired another got its key: offered again, it has none."""
    change(small_house, "retire", "issue", "peers", True)
    change(small_house, "add", "issue", {"en": "Flood"}, "05")
    change(small_house, "retire", "issue", "peers", False)
    assert {one.code: one.key for one in listed(small_house, "issue")}["peers"] == ""
    with small_house.rig.database.connect() as connection:
        assert code_of_keys(connection, "issue", "05") == "flood"


def test_a_term_in_use_can_t_be_deleted(house: House) -> None:
    """A term of an outcome, or of answers on their way into one, stays; one that was never used can go."""
    used = house.talked()
    house.fill_in(used, action="referred")
    with pytest.raises(TermInUse):
        change(house, "delete", "action", "referred")
    house.parts.sweep(house.now)
    with pytest.raises(TermInUse):
        change(house, "delete", "action", "referred")
    change(house, "delete", "action", "informed")
    assert "informed" not in codes(house, "action", retired=True)
    assert "referred" in codes(house, "action")


def test_terms_change_places(house: House) -> None:
    """A term moves up one place; the first stays where it is."""
    change(house, "move_up", "action", "referred")
    assert codes(house, "action") == ["listened", "referred", "informed", "called_for_help"]
    change(house, "move_up", "action", "listened")
    assert codes(house, "action")[0] == "listened"


@pytest.mark.parametrize(
    ("kind", "key"), [("issue", "1"), ("issue", "01"), ("action", "12"), ("action", "a"), ("action", "١")]
)
def test_a_key_has_to_be_one_that_can_be_keyed(small_house: House, kind: str, key: str) -> None:
    """A key of another length, one that another term has, or one that is no digit, is refused."""
    with pytest.raises(KeyUnusable):
        change(small_house, "add", kind, {"en": "Something"}, key)
    assert small_house.deeds() == []


def test_what_warmline_acts_on_keeps_its_codes(small_house: House) -> None:
    """The levels of risk can have other words, and nothing else: supervisors are rung by their code."""
    change(small_house, "change", "risk", "high", {"en": "Call for help now"}, "3")
    for deed, arguments in (
        ("add", ({"en": "Very high"}, "4")),
        ("retire", ("high", True)),
        ("delete", ("high",)),
    ):
        with pytest.raises(TermFixed):
            change(small_house, deed, "risk", *arguments)
    assert codes(small_house, "risk") == ["none", "some", "high"]


def test_something_is_always_left_to_choose(small_house: House) -> None:
    """The last term of a kind can't be retired or deleted, and no term is without words."""
    change(small_house, "retire", "follow_up", "yes", True)
    for deed, arguments in (("retire", ("no", True)), ("delete", ("no",))):
        with pytest.raises(LastTerm):
            change(small_house, deed, "follow_up", *arguments)
    with pytest.raises(NoLabel):
        change(small_house, "change", "follow_up", "no", {"en": "  "}, "2")


def test_what_there_isn_t_is_refused(small_house: House) -> None:
    """A kind or code that isn't there is said to be none."""
    for kind, code in (("mood", "good"), ("issue", "nonsense")):
        with pytest.raises(NoSuchTerm):
            change(small_house, "change", kind, code, {"en": "Words"}, "")


@pytest.mark.parametrize("who", [LEILA, SARA])
def test_only_supervisors_and_admins_change_words(small_house: House, who: str) -> None:
    """Neither Leila nor Sara can, whatever door they found."""
    with pytest.raises(MayNotEdit):
        change(small_house, "add", "issue", {"en": "Flood"}, "", who=who)
    with small_house.rig.database.connect() as connection:
        assert connection.execute(select(terms)).first() is None


def test_a_number_in_a_label_is_hidden(small_house: House) -> None:
    """Whoever writes a phone number into a label doesn't bring it into every export."""
    code = change(small_house, "add", "action", {"en": "Rang +1 202 555 0199"}, "")
    (term,) = (one for one in listed(small_house, "action") if one.code == code)
    assert "0199" not in term.label("en")
    assert "0199" not in code
