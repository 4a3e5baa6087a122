"""What people say of themselves, and what is forgotten."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from ivr.audit.log import COMMAND_LINE
from ivr.people.refusals import NameUnusable, NobodyOfThisId, NotDone, ProfileUnusable
from ivr.people.roles import NEED_CODES, Right, Role, may
from ivr.people.tables import failures, invitations, known_browsers, notices, notices_for, sign_ins
from ivr.people.upkeep import BROWSER_SECONDS, NOTICE_SECONDS, Forgotten, forget_old
from ivr.vault.errors import VaultOutOfReach
from tests.people.house import TIMES, House
from tests.people.test_notices import tell

FIELDS: dict[str, Any] = {
    "name": "Leila M.", "languages": ["sw", "ar", "sw"], "gender": "woman", "time_zone": "Africa/Nairobi",
    "reads": "ar",
}  # fmt: skip


def test_a_profile_is_changed_and_the_log_says_which_fields(house: House) -> None:
    """Leila says which languages she speaks; the log says that she did, not what."""
    leila = house.employ("Leila")
    house.parts.profiles.change(leila.id, **FIELDS, now=house.now)
    changed = house.parts.accounts.person(leila.id)
    assert (changed.name, changed.languages, changed.gender) == ("Leila M.", ("sw", "ar"), "woman")
    assert (changed.time_zone, changed.reads) == ("Africa/Nairobi", "ar")
    row = house.deeds()[-1]
    assert (row.deed, row.details) == (
        "profile_changed",
        {"changed": "name, languages, gender, time_zone, reads"},
    )
    house.parts.profiles.change(leila.id, **FIELDS, now=house.now)
    assert house.deeds()[-1] == row


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("languages", ["Swahili"]), ("languages", ["<b>"]), ("languages", [f"a{c}" for c in "abcdefghijklmnopqrstuvw"]),
        ("gender", "helper"), ("time_zone", "Nairobi"), ("time_zone", "../../etc/passwd"), ("reads", "de"),
        ("reads", "\0"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(house: House, field: str, value: object) -> None:
    """A field that can't be right is named, and nothing is changed."""
    leila = house.employ("Leila")
    with pytest.raises(ProfileUnusable) as refused:
        house.parts.profiles.change(leila.id, **FIELDS | {field: value}, now=house.now)
    assert refused.value.field == field
    with pytest.raises(NameUnusable):
        house.parts.profiles.change(leila.id, **FIELDS | {"name": "+12025550147"}, now=house.now)
    assert house.parts.accounts.person(leila.id) == leila


def test_the_own_number_is_a_vaults_entry(house: House) -> None:
    """What is kept of Leila's number is the vault's id; a newer one gives the older back to be shredded."""
    leila = house.employ("Leila")
    with house.database.begin() as connection:
        assert house.parts.profiles.put_number(connection, leila.id, "a" * 32, house.now) is None
    with house.database.begin() as connection:
        assert house.parts.profiles.put_number(connection, leila.id, "b" * 32, house.now) == "a" * 32
    assert house.parts.accounts.person(leila.id).number_id == "b" * 32
    with pytest.raises(NobodyOfThisId), house.database.begin() as connection:
        house.parts.profiles.put_number(connection, "0" * 32, None, house.now)


def test_an_account_closes_although_the_key_store_is_gone(house: House) -> None:
    """Mallory has to go now, and the key store doesn't answer: she is out, and her number is shredded when it does."""
    mallory = house.employ("Mallory")
    with house.database.begin() as connection:
        house.parts.profiles.put_number(connection, mallory.id, "a" * 32, house.now)
    accounts = house.parts.accounts

    def out_of_reach(*_: object) -> None:
        raise VaultOutOfReach

    accounts._shred, works = out_of_reach, accounts._shred
    accounts.close(COMMAND_LINE, mallory.id, house.now)
    assert accounts.person(mallory.id).state == "closed"
    with pytest.raises(VaultOutOfReach):
        accounts.shred_left_over()
    accounts._shred = works
    assert accounts.shred_left_over() == 1
    assert house.shredded == ["a" * 32]
    assert accounts.shred_left_over() == 0
    assert accounts.person(mallory.id).number_id is None


def rows(house: House) -> list[int]:
    with house.database.connect() as connection:
        return [
            connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (sign_ins, invitations, failures, known_browsers, notices, notices_for)
        ]


def test_what_is_over_is_forgotten_and_nothing_else(house: House) -> None:
    """Old sign-ins, links, wrong attempts, browsers and notices go, each in its time, and what is still good stays."""
    daniel, _, _ = house.with_codes("Daniel", Role.ADMIN)
    house.employ("Leila")
    house.invite("Joseph")
    token = house.sign_in("leila").token
    house.sign_in("daniel")
    with pytest.raises(NotDone):
        house.sign_in("leila", "wrong")
    tell(house, daniel)
    before = rows(house)
    assert forget_old(house.database, TIMES, house.now) == Forgotten(0, 0, 0, 0, 0, 0, 0)
    assert house.who(token) is not None
    house.clock.forward(TIMES.idle + 1)
    assert forget_old(house.database, TIMES, house.now).sign_ins == 2
    house.clock.forward(7 * 24 * 3600)
    assert forget_old(house.database, TIMES, house.now) == Forgotten(0, 1, 3, 0, 0, 0, 0)
    house.clock.forward(NOTICE_SECONDS)
    assert forget_old(house.database, TIMES, house.now).notices == 2
    house.clock.forward(BROWSER_SECONDS)
    assert forget_old(house.database, TIMES, house.now).known_browsers == 1
    assert before == [2, 1, 4, 1, 2, 2]
    assert rows(house) == [0, 0, 0, 0, 0, 0]


def test_rights_belong_to_roles_and_no_role_holds_another() -> None:
    """An admin opens no number, a supervisor no account; heavy rights belong to those who have codes."""
    assert {role for role in Role if may([role], Right.REVEAL_NUMBER)} == {Role.SUPERVISOR}
    assert {role for role in Role if may([role], Right.MANAGE_PEOPLE)} == {Role.ADMIN}
    assert {role for role in Role if may([role], Right.READ_AUDIT)} == {Role.ADMIN}
    for right in Right:
        assert any(may([role], right) for role in Role), right
        assert not may([], right)
    heavy = (Right.REVEAL_NUMBER, Right.HOLD_NUMBER, Right.MANAGE_PEOPLE, Right.READ_AUDIT, Right.CLOSE_CASE)
    assert {role for role in Role for right in heavy if may([role], right)} <= NEED_CODES


def test_a_person_who_is_not_active_has_no_rights(house: House) -> None:
    """An invited supervisor may nothing yet, and one whose account is closed may nothing any more."""
    house.invite("Daniel", Role.SUPERVISOR)
    daniel = house.parts.accounts.named("daniel")
    assert not daniel.may(Right.REVEAL_NUMBER)
    assert house.employ("Sara", Role.SUPERVISOR).may(Right.REVEAL_NUMBER)
