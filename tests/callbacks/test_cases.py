"""What supervisors do with a caller's number, and what remains of it for others to see."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select

from ivr.audit.log import AuditLog, entries
from ivr.audit.tables import audit_rows
from ivr.callbacks.cases import (
    CaseGone,
    Cases,
    HoldUnusable,
    NotAllowed,
    NumberHeld,
    ReasonTooShort,
    TimeIsOver,
)
from ivr.people.notices import Notices
from ivr.people.person import Person
from ivr.people.roles import Role
from ivr.people.tables import notices
from ivr.publishing.lines import save_line
from ivr.store.ids import new_id
from ivr.vault.errors import CallerAsksAgain, NumberShredded, VaultOutOfReach
from ivr.vault.tables import vault_entries
from ivr.vault.upkeep import shred_due_numbers
from tests.callbacks.people import person
from tests.hotline import LINE
from tests.vault.rig import AMINA, NOON, Rig

DAY = 86_400.0
WHY = "She said that she will not be alive tomorrow."


@dataclass
class Desk:
    """A vault with one number in it, and the people who work with it."""

    rig: Rig
    cases: Cases
    audit: AuditLog
    number_id: str
    now: float = NOON

    def listed(self) -> list[NumberHeld]:
        with self.rig.database.connect() as connection:
            return self.cases.list_numbers(connection, self.now)

    def deeds(self) -> list[tuple[str, str, str]]:
        with self.rig.database.connect() as connection:
            return [(row.deed, row.who, row.about) for row in entries(connection, 10)]

    def told(self) -> list[tuple[str, str]]:
        with self.rig.database.connect() as connection:
            return [tuple(row) for row in connection.execute(select(notices.c.kind, notices.c.who))]

    def reveal(self, who: str = "daniel", reason: str = WHY) -> str:
        return self.cases.reveal(self.number_id, who=who, reason=reason, now=self.now)

    def hold(self, days: float = 7, who: str = "daniel", reason: str = WHY) -> None:
        until = self.now + days * DAY
        self.cases.hold(self.number_id, who=who, reason=reason, until=until, now=self.now)

    def close(self, who: str = "daniel") -> None:
        self.cases.close(self.number_id, who=who, now=self.now)

    def shred_due(self) -> int:
        return shred_due_numbers(self.rig.database, self.rig.vault, self.now)


PEOPLE: dict[str, Person] = {
    "daniel": person("daniel", Role.SUPERVISOR),
    "joseph": person("joseph", Role.HELPER),
    "sara": person("sara", Role.STAFF),
    "admin": person("admin", Role.ADMIN),
    "gone": person("gone", Role.SUPERVISOR, state="closed"),
}


@pytest.fixture
def desk(rig: Rig) -> Desk:
    """Amina has asked to be called back."""
    with rig.database.begin() as connection:
        line_id = save_line(connection, LINE).id
    audit = AuditLog(b"s" * 40)
    cases = Cases(rig.database, rig.vault, audit, Notices(new_id, 1800.0), PEOPLE.__getitem__)
    return Desk(rig, cases, audit, rig.keep(line=line_id))


def test_the_list_shows_everything_but_the_number(desk: Desk) -> None:
    """Supervisors see which line, need, language, day and hour, and how long it is kept; never the number."""
    (one,) = desk.listed()
    assert (one.line, one.need, one.language) == ("First line", "emotional_support", "sw")
    assert (one.date, one.held_until, one.held_by) == ("2026-03-01", None, "")
    assert one.shred_at > desk.now
    assert "2025550147" not in repr(one)


def test_revealing_leaves_a_row_and_tells_everybody(desk: Desk) -> None:
    """Daniel sees the number; the audit log and a notice say that he did and why, without the number."""
    assert desk.reveal() == "+12025550147"
    assert desk.deeds() == [("number_revealed", "daniel", desk.number_id)]
    assert desk.told() == [("number_revealed", "daniel")]
    with desk.rig.database.connect() as connection:
        assert desk.audit.verify(connection).broken_at is None
        written = connection.execute(select(audit_rows.c.details)).scalar_one()
    assert json.loads(written)["reason"] == WHY
    assert "2025550147" not in written


def test_a_number_is_not_shown_when_nobody_can_be_told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the notice or the audit row can't be written, the number isn't shown and nothing is noted."""

    def fail(*_: Any, **__: Any) -> str:
        raise RuntimeError("no notice")

    monkeypatch.setattr(Notices, "tell", fail)
    with pytest.raises(RuntimeError):
        desk.reveal()
    assert desk.deeds() == []


@pytest.mark.parametrize("reason", ["", "   ", "urgent", " because  "])
def test_a_reason_has_to_say_something(desk: Desk, reason: str) -> None:
    """Whoever reveals or holds a number says why, in words that others understand."""
    with pytest.raises(ReasonTooShort):
        desk.reveal(reason=reason)
    with pytest.raises(ReasonTooShort):
        desk.hold(reason=reason)
    assert (desk.deeds(), desk.told()) == ([], [])


def test_a_number_typed_into_a_reason_is_hidden(desk: Desk) -> None:
    """A reason that repeats a number doesn't bring it out of the vault."""
    desk.hold(reason="She can also be reached on +1 202 555 0199 at night")
    assert "0199" not in repr(desk.listed())
    with desk.rig.database.connect() as connection:
        assert "0199" not in connection.execute(select(audit_rows.c.details)).scalar_one()


@pytest.mark.parametrize("who", ["joseph", "sara", "admin", "gone"])
def test_only_supervisors_may(desk: Desk, who: str) -> None:
    """Helpers, staff, admins, and a supervisor whose account is closed, can do none of it, whatever door they found."""
    for attempt in (desk.reveal, desk.hold, desk.close):
        with pytest.raises(NotAllowed):
            attempt(who=who)
    with pytest.raises(NotAllowed):
        desk.cases.end_hold(desk.number_id, who=who, now=desk.now)
    assert (desk.deeds(), desk.told()) == ([], [])
    assert len(desk.listed()) == 1


def test_a_held_number_outlives_its_time(desk: Desk) -> None:
    """Held for a week, the number is there on the fourth day and gone after the eighth; the list says who and why."""
    desk.hold(days=7)
    (one,) = desk.listed()
    assert (one.held_by, one.hold_reason, one.held_until) == ("daniel", WHY, desk.now + 7 * DAY)
    desk.now += 4 * DAY
    assert desk.shred_due() == 0
    assert desk.reveal() == "+12025550147"
    desk.now += 4 * DAY
    assert desk.shred_due() == 1
    assert desk.listed() == []


def test_without_a_worker_a_number_is_gone_in_time(desk: Desk) -> None:
    """Nobody shreds for six days: Daniel can neither see Amina's number nor keep it, the list says that it is due, and
    closing shreds it."""
    desk.now += 6 * DAY
    assert [one.is_due for one in desk.listed()] == [True]
    for attempt in (desk.reveal, desk.hold):
        with pytest.raises(TimeIsOver):
            attempt()
    assert (desk.deeds(), desk.told()) == ([], [])
    desk.close()
    assert desk.listed() == []


def test_a_hold_can_be_renewed_and_ended(desk: Desk) -> None:
    """Before a hold ends it can be renewed; ended, the number goes its ordinary way."""
    desk.hold(days=10)
    desk.now += 9 * DAY
    desk.hold(days=10)
    desk.now += 9 * DAY
    assert desk.shred_due() == 0
    desk.cases.end_hold(desk.number_id, who="daniel", now=desk.now)
    desk.cases.end_hold(desk.number_id, who="daniel", now=desk.now)
    assert [deed for deed, _, _ in desk.deeds()] == ["hold_ended", "number_held", "number_held"]
    assert desk.shred_due() == 1


@pytest.mark.parametrize("days", [-1, 0, 14.01, 365])
def test_a_hold_ends_within_two_weeks(desk: Desk, days: float) -> None:
    """A number isn't held into the past, nor for longer than fourteen days at a time."""
    with pytest.raises(HoldUnusable):
        desk.hold(days=days)
    desk.hold(days=14)


def test_closing_shreds_at_once(desk: Desk) -> None:
    """Daniel closes the case, though it is held: the number is gone for everybody, and the log says who did it."""
    desk.hold()
    desk.close()
    assert desk.listed() == []
    assert desk.deeds()[0] == ("number_shredded", "daniel", desk.number_id)
    for attempt in (desk.reveal, desk.hold, desk.close):
        with pytest.raises(CaseGone):
            attempt()
    with desk.rig.database.connect() as connection, pytest.raises(NumberShredded):
        desk.rig.vault.open(connection, desk.number_id, desk.now)


def test_closing_waits_for_a_caller_who_is_asking_again(desk: Desk) -> None:
    """Amina asks again at the moment in which Daniel closes her case: her new wish isn't lost with the old one."""
    vault, now = desk.rig.vault, desk.now
    line_id = _line_id(desk)
    again = vault.keep(AMINA, kind="caller", line_id=line_id, now=now)
    with pytest.raises(CallerAsksAgain):
        desk.close()
    with desk.rig.database.begin() as connection:
        vault.store(connection, again)
    assert desk.deeds() == []
    desk.close()
    assert desk.listed() == []


def test_nothing_is_done_while_the_vault_is_out_of_reach(desk: Desk) -> None:
    """While the master key is gone nothing is revealed, and nothing is lost."""
    file = desk.rig.master_file
    file.rename(file.with_suffix(".aside"))
    with pytest.raises(VaultOutOfReach):
        desk.reveal()
    file.with_suffix(".aside").rename(file)
    assert desk.deeds() == []
    assert desk.reveal() == "+12025550147"


def test_a_helpers_own_number_is_no_case(desk: Desk) -> None:
    """Leila's own number isn't in the list, and can't be revealed from it."""
    vault = desk.rig.vault
    own = vault.keep(AMINA, kind="helper", line_id="", now=desk.now)
    with desk.rig.database.begin() as connection:
        vault.store(connection, own)
    assert [one.id for one in desk.listed()] == [desk.number_id]
    with pytest.raises(CaseGone):
        desk.cases.reveal(own.id, who="daniel", reason=WHY, now=desk.now)


def _line_id(desk: Desk) -> str:
    with desk.rig.database.connect() as connection:
        found: str = connection.execute(select(vault_entries.c.line_id)).scalar_one()
        return found
