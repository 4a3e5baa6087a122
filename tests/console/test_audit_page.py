"""The audit log on a page: who did what, when, in words; and nothing of callers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy import text

from ivr.audit.deeds import Deed
from ivr.console.deeds_in_words import NAMES, SENTENCES
from ivr.people.roles import Role
from ivr.vault.upkeep import note_end_of_audit_log
from tests.console.desk import PASSWORD, Desk
from tests.hotline import AMINA


def test_every_deed_has_its_words() -> None:
    """Whatever can be done and noted can be read in a sentence, and chosen in the filter."""
    assert set(SENTENCES) == set(Deed) == set(NAMES)


def test_daniel_reads_who_did_what(desk: Desk) -> None:
    """What was done stands there in sentences, newest first, and can be narrowed to a person and to a deed."""
    desk.employ("Joseph")
    daniel = desk.signed_in(desk.employ("Daniel", Role.ADMIN))
    daniel.get("/audit")
    assert "Somebody at the command line invited Joseph." in daniel.text
    assert "Daniel switched one-time codes on." in daniel.text
    assert daniel.text.index("Daniel signed in.") < daniel.text.index("invited Joseph.")
    assert re.search(r"All \d+ rows are as they were written", daniel.text)
    daniel.get("/audit?who=command+line&deed=person_invited")
    assert "invited Joseph." in daniel.text
    assert "signed in." not in daniel.text
    daniel.get("/audit?deed=number_revealed")
    assert "Nothing of this kind has been done" in daniel.text


def test_what_was_changed_stands_beside_the_deed(small_desk: Desk) -> None:
    """The log says which roles somebody had and has, what of a profile was changed, and that a PIN is gone."""
    joseph = small_desk.employ("Joseph")
    daniel = small_desk.signed_in(small_desk.employ("Daniel", Role.ADMIN))
    daniel.get(f"/people/{joseph.id}")
    daniel.post(f"/people/{joseph.id}", {"roles": ["staff", "helper"]})
    browser = small_desk.signed_in(joseph)
    browser.get("/profile/about")
    profile = {"name": "Joseph K", "languages": ["sw"], "gender": "man", "time_zone": "UTC", "reads": ""}
    browser.post("/profile/about", profile)
    browser.get("/profile/pin")
    browser.post("/profile/pin", {"pin": "840271", "again": "840271"})
    browser.get("/profile/pin")
    browser.post("/profile/pin", {"remove": "yes"})
    daniel.get("/audit")
    assert "As: Helper." in daniel.text
    assert "Before: Helper. Since then: Helper, Staff." in daniel.text
    assert "name" in daniel.text.partition("Changed: ")[2].partition(".")[0]
    assert "The PIN was deleted." in daniel.text


def test_a_log_that_was_touched_says_so(small_desk: Desk) -> None:
    """Mallory changes a row in the database; the page says from which row on nothing can be believed."""
    daniel = small_desk.signed_in(small_desk.employ("Daniel", Role.ADMIN))
    with small_desk.hotline.wiring.database.begin() as connection:
        for trigger in connection.execute(
            text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_rows'")
        ).scalars():
            connection.execute(text(f'DROP TRIGGER "{trigger}"'))
        connection.execute(text("UPDATE audit_rows SET who = 'warmline' WHERE seq = 2"))
    daniel.get("/audit")
    assert "The log has been touched." in daniel.text
    assert "Row 2 isn't as it was written" in daniel.text


@pytest.mark.parametrize("many", [False, True])
def test_rows_taken_from_the_end_are_seen(
    small_desk: Desk, monkeypatch: pytest.MonkeyPatch, many: bool
) -> None:
    """Mallory takes the newest rows away, head and all: the key store has noted the end, so the page isn't green, not
    even where the log is too long to be looked through unasked. Where the key store is away, that is said."""
    if many:
        monkeypatch.setattr("ivr.console.audit_pages.QUICKLY_LOOKED_THROUGH", 1)
    daniel = small_desk.signed_in(small_desk.employ("Daniel", Role.ADMIN))
    wiring = small_desk.hotline.wiring
    note_end_of_audit_log(wiring.database, wiring.vault)
    assert "has been touched" not in daniel.get("/audit").text
    with wiring.database.begin() as connection:
        for trigger in connection.execute(
            text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_rows'")
        ).scalars():
            connection.execute(text(f'DROP TRIGGER "{trigger}"'))
        connection.execute(text("DELETE FROM audit_rows WHERE seq > 3"))
        last = connection.execute(text("SELECT chained FROM audit_rows WHERE seq = 3")).scalar()
        connection.execute(text("UPDATE audit_chain_head SET seq = 3, chained = :last"), {"last": last})
    daniel.get("/audit")
    assert "The log has been touched." in daniel.text
    Path(wiring.settings.key_store.removeprefix("sqlite:///")).unlink()
    daniel.get("/audit")
    assert "its note of where the log ends wasn't looked at" in daniel.text


def test_a_filter_with_a_nul_is_no_error_on_either_database(desk: Desk) -> None:
    """An address that somebody has tampered with shows a page, also on PostgreSQL, which refuses to look for a NUL."""
    daniel = desk.signed_in(desk.employ("Daniel", Role.ADMIN))
    for query in ("who=%00", "deed=%00", "who=a%00b&deed=%00"):
        assert daniel.get(f"/audit?{query}").status_code == 200


def test_a_long_log_comes_in_pages(small_desk: Desk) -> None:
    """Older rows are a press away, and so is the way back; each row is on one page."""
    daniel = small_desk.signed_in(small_desk.employ("Daniel", Role.ADMIN))
    wiring = small_desk.hotline.wiring
    with wiring.database.begin() as connection:
        for number in range(120):
            wiring.audit.append(
                connection,
                at=small_desk.now,
                who="warmline",
                deed=Deed.NUMBER_SHREDDED,
                details={"reason": f"row-{number:03}"},
            )
    daniel.get("/audit")
    seen = re.findall(r"row-\d{3}", daniel.text)
    while "Older" in daniel.text:
        older = re.search(r'href="(/audit\?before=\d+)"', daniel.page.text)
        assert older
        daniel.get(older[1])
        assert "The newest" in daniel.text
        seen += re.findall(r"row-\d{3}", daniel.text)
    assert seen == [f"row-{number:03}" for number in reversed(range(120))]


def test_nonsense_in_the_address_is_no_error(small_desk: Desk) -> None:
    """A filter nobody offers shows an empty log, and a page number that is none shows the first page."""
    daniel = small_desk.signed_in(small_desk.employ("Daniel", Role.ADMIN))
    for query in ("before=x", "before=-1", "who=%00", "deed=%F0%9F%92%A9", "before=99999999999999999999"):
        assert daniel.get(f"/audit?{query}").status_code == 200


def test_nothing_of_a_caller_stands_in_the_log(small_desk: Desk) -> None:
    """Daniel, who types a number into a reason, finds it hidden: on the page, in the notice and in the database."""
    daniel = small_desk.signed_in(small_desk.employ("Daniel", Role.ADMIN, Role.SUPERVISOR))
    grace = small_desk.signed_in(small_desk.employ("Grace", Role.SUPERVISOR))
    number = small_desk.amina_asks()
    daniel.get(f"/numbers/{number}/reveal")
    daniel.post(
        f"/numbers/{number}/reveal",
        {"reason": f"She rang from {AMINA} and is in danger.", "password": PASSWORD},
    )
    for reader, address in ((daniel, "/audit"), (grace, "/")):
        reader.get(address)
        assert "is in danger" in reader.text
        assert AMINA[-7:] not in re.sub(r"\D", "", reader.text)
