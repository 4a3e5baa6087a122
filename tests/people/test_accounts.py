"""Accounts: from the invitation to the closing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from ivr.audit.log import COMMAND_LINE
from ivr.people.accounts import INVITATION_SECONDS
from ivr.people.refusals import (
    InvitationNotValid,
    LastAdmin,
    NameTaken,
    NameUnusable,
    NobodyOfThisId,
    NoRole,
    NotDone,
    PasswordRefused,
    WrongNameOrPassword,
)
from ivr.people.roles import Role
from ivr.people.tables import invitations, people, person_roles
from tests.people.house import PASSWORD, House


def test_somebody_is_invited_joins_and_is_in(house: House) -> None:
    """Leila gets a link, sets a password with it, and signs in; the log says who invited her, and that she came."""
    token = house.invite("Leila", Role.HELPER, Role.STAFF)
    invited = house.parts.accounts.invited(token, house.now)
    assert (invited.name, invited.state) == ("Leila", "invited")
    joined = house.parts.accounts.join(token, PASSWORD, house.now, "Leila M.")
    assert (joined.name, joined.state, joined.roles) == ("Leila M.", "active", {Role.HELPER, Role.STAFF})
    passed = house.sign_in("leila")
    assert not passed.needs_code
    assert house.who(passed.token) == joined
    assert [(e.who, e.deed, e.about) for e in house.deeds()] == [
        (COMMAND_LINE, "person_invited", joined.id),
        (joined.id, "invitation_used", joined.id),
        (joined.id, "signed_in", joined.id),
    ]  # fmt: skip


def test_nobody_is_in_before_joining(house: House) -> None:
    """An invited person who hasn't used the link can't sign in, with no password and with none."""
    house.invite("Leila")
    for password in ("", PASSWORD):
        with pytest.raises(WrongNameOrPassword):
            house.sign_in("leila", password)


def test_a_link_works_once(house: House) -> None:
    """Whoever finds the link in a mailbox a day later is told that it is over."""
    token = house.invite("Leila")
    house.parts.accounts.join(token, PASSWORD, house.now)
    for _ in range(2):
        with pytest.raises(InvitationNotValid):
            house.parts.accounts.join(token, "mallory was also here", house.now)
        with pytest.raises(InvitationNotValid):
            house.parts.accounts.invited(token, house.now)
    assert house.sign_in("leila").token


def test_a_link_that_is_clicked_twice_at_once_works_once(house: House) -> None:
    """Leila clicks, nothing seems to happen, she clicks again: one of them counts, the one that says so."""
    token = house.invite("Leila")
    passwords = [f"click number {n} of leila's" for n in range(4)]

    def click(password: str) -> str | None:
        try:
            house.parts.accounts.join(token, password, house.now)
        except InvitationNotValid:
            return None
        return password

    with ThreadPoolExecutor(4) as pool:
        won = [password for password in pool.map(click, passwords) if password]
    assert len(won) == 1
    assert house.sign_in("leila", won[0]).token


def test_a_link_is_over_after_seven_days(house: House) -> None:
    """A link that lies about for a week opens nothing any more."""
    token = house.invite("Leila")
    house.clock.forward(INVITATION_SECONDS - 1)
    assert house.parts.accounts.invited(token, house.now).name == "Leila"
    house.clock.forward(1)
    with pytest.raises(InvitationNotValid):
        house.parts.accounts.join(token, PASSWORD, house.now)


def test_a_refused_password_leaves_the_link_good(house: House) -> None:
    """Leila's first idea is too short; with a better one the same link still works."""
    token = house.invite("Leila")
    with pytest.raises(PasswordRefused, match="too_short"):
        house.parts.accounts.join(token, "short", house.now)
    with pytest.raises(NameUnusable):
        house.parts.accounts.join(token, PASSWORD, house.now, "+1 202 555 0147")
    assert house.parts.accounts.join(token, PASSWORD, house.now).state == "active"


@pytest.mark.parametrize("token", ["", "nonsense", "\0", "a" * 10_000, "é\ud800"])
def test_a_made_up_link_opens_nothing(house: House, token: str) -> None:
    """Mallory makes up links; each gets the same answer as one that was used."""
    house.invite("Leila")
    with pytest.raises(InvitationNotValid):
        house.parts.accounts.join(token, PASSWORD, house.now)


def test_two_people_cannot_sign_in_with_the_same_name(house: House) -> None:
    """Capitals and blanks around it make no other name; nothing is left of the second invitation."""
    house.invite("Leila")
    for name in ("leila", " LEILA ", "ＬＥＩＬＡ"):
        with pytest.raises(NameTaken):
            house.parts.accounts.invite(COMMAND_LINE, "Leila", name, [Role.HELPER], house.now)
    with house.database.connect() as connection:
        assert connection.execute(select(func.count()).select_from(invitations)).scalar() == 1
        assert connection.execute(select(func.count()).select_from(person_roles)).scalar() == 1


def test_a_name_of_another_script_can_be_typed_in_capitals(house: House) -> None:
    """Élodie signs in as ÉLODIE, typed on a keyboard that puts the accent after the letter."""
    token = house.parts.accounts.invite(COMMAND_LINE, "Élodie", "Élodie", [Role.HELPER], house.now).token
    house.parts.accounts.join(token, PASSWORD, house.now)
    assert house.sign_in("E\u0301LODIE").token


def test_an_unusable_name_leaves_nothing_behind(house: House) -> None:
    """An invitation with a phone number for a name is refused before anything is written."""
    with pytest.raises(NameUnusable):
        house.invite("+12025550147")
    assert house.parts.accounts.everybody() == []
    assert house.deeds() == []


def test_an_account_needs_a_role(house: House) -> None:
    """Somebody without a role would be signed in to nothing."""
    with pytest.raises(NoRole):
        house.parts.accounts.invite(COMMAND_LINE, "Leila", "leila", [], house.now)
    person = house.employ("Joseph")
    with pytest.raises(NoRole):
        house.parts.accounts.change_roles(COMMAND_LINE, person.id, [], house.now)


def test_roles_change_at_once_and_leave_a_row(house: House) -> None:
    """Joseph becomes a supervisor too; whoever looks at the log sees what he was and what he is."""
    person = house.employ("Joseph")
    token = house.sign_in("joseph").token
    house.parts.accounts.change_roles(COMMAND_LINE, person.id, [Role.HELPER, Role.SUPERVISOR], house.now)
    signed_in = house.who(token)
    assert signed_in is not None
    assert signed_in.roles == {Role.HELPER, Role.SUPERVISOR}
    assert signed_in.has_to_set_up_codes
    assert house.deeds()[-1].details == {"before": "helper", "roles": "helper, supervisor"}


def test_whoever_may_call_nobody_back_any_more_is_taken_out_of_their_call(house: House) -> None:
    """Joseph loses the helpers' role, and Leila's account is closed: what they have under way ends now. Who only gets
    another role goes on talking."""
    house.employ("Daniel", Role.ADMIN)
    joseph, leila, sara = (house.employ(name) for name in ("Joseph", "Leila", "Sara"))
    house.parts.accounts.change_roles(COMMAND_LINE, sara.id, [Role.HELPER, Role.STAFF], house.now)
    assert house.taken_out == []
    house.parts.accounts.change_roles(COMMAND_LINE, joseph.id, [Role.STAFF], house.now)
    house.parts.accounts.close(COMMAND_LINE, leila.id, house.now)
    assert house.taken_out == [(joseph.id, house.now), (leila.id, house.now)]


def test_the_last_admin_stays(house: House) -> None:
    """Daniel, the only admin, can neither be closed nor lose the role, nor shut himself out with a new link."""
    daniel = house.employ("Daniel", Role.ADMIN)
    house.invite("Sara", Role.ADMIN)
    house.employ("Leila")
    before = house.deeds()
    for deed in (
        lambda: house.parts.accounts.close(daniel.id, daniel.id, house.now),
        lambda: house.parts.accounts.change_roles(daniel.id, daniel.id, [Role.STAFF], house.now),
        lambda: house.parts.accounts.invite_again(daniel.id, daniel.id, house.now),
    ):
        with pytest.raises(LastAdmin):
            deed()
    assert house.deeds() == before
    assert house.sign_in("daniel").token


def test_two_admins_who_close_each_other_at_once_leave_one(house: House) -> None:
    """However close together the two clicks are, somebody is left who can let people in."""
    daniel, sara = house.employ("Daniel", Role.ADMIN), house.employ("Sara", Role.ADMIN)

    def close(pair: tuple[str, str]) -> bool:
        try:
            house.parts.accounts.close(*pair, house.now)
        except NotDone:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(close, [(daniel.id, sara.id), (sara.id, daniel.id)]))
    assert sorted(done) == [False, True]
    active = [p for p in house.parts.accounts.everybody() if p.state == "active" and Role.ADMIN in p.roles]
    assert len(active) == 1


def test_a_lost_password_is_replaced_by_a_new_link(house: House) -> None:
    """Leila has lost her password: the old one counts no more at once, she is out everywhere and out of every call, and
    the new link lets her choose another; her codes stay on."""
    leila, app, _ = house.with_codes("Leila")
    half = house.sign_in("leila").token
    token = house.parts.sign_in.with_code(half, app.at(house.now), browser="", now=house.now).token
    again = house.parts.accounts.invite_again(COMMAND_LINE, leila.id, house.now)
    assert house.who(token) is None
    assert house.taken_out == [(leila.id, house.now)]
    with pytest.raises(WrongNameOrPassword):
        house.sign_in("leila")
    house.parts.accounts.join(again.token, "another nine lamps", house.now)
    assert house.sign_in("leila", "another nine lamps").needs_code


def test_codes_go_only_if_an_admin_says_so(house: House) -> None:
    """Leila has lost her phone too: then the new link comes with codes off, and a row in the log says so."""
    leila, _, _ = house.with_codes("Leila")
    again = house.parts.accounts.invite_again(COMMAND_LINE, leila.id, house.now, codes_off=True)
    house.parts.accounts.join(again.token, PASSWORD, house.now)
    assert not house.sign_in("leila").needs_code
    assert house.parts.codes.left(leila.id) == 0
    assert "codes_switched_off" in [entry.deed for entry in house.deeds()]


def test_a_newer_link_takes_the_place_of_the_older(house: House) -> None:
    """Of two links for the same person only the newer opens."""
    older = house.invite("Leila")
    leila = house.parts.accounts.named("leila")
    newer = house.parts.accounts.invite_again(COMMAND_LINE, leila.id, house.now).token
    with pytest.raises(InvitationNotValid):
        house.parts.accounts.join(older, PASSWORD, house.now)
    assert house.parts.accounts.join(newer, PASSWORD, house.now).id == leila.id


def test_a_closed_account_is_over_at_once_and_for_good(house: House) -> None:
    """Joseph leaves: the page he has open is his last, his secrets are gone and his number is shredded; his name stays
    for the log, and somebody else may sign in with it."""
    house.employ("Daniel", Role.ADMIN)
    joseph, _, _ = house.with_codes("Joseph")
    house.parts.pins.set(joseph.id, "583920", house.now)
    with house.database.begin() as connection:
        house.parts.profiles.put_number(connection, joseph.id, "e" * 32, house.now)
    half = house.sign_in("joseph").token
    house.parts.accounts.close(COMMAND_LINE, joseph.id, house.now)
    assert house.parts.sign_in.half_in(half, house.now) is None
    assert house.shredded == ["e" * 32]
    closed = house.parts.accounts.person(joseph.id)
    assert (closed.name, closed.sign_in_name, closed.state, closed.roles) == ("Joseph", "", "closed", set())
    assert not closed.has_codes
    assert not closed.has_pin
    assert closed.number_id is None
    assert house.kept(joseph.id, "password") == ""
    with pytest.raises(WrongNameOrPassword):
        house.sign_in("joseph")
    with pytest.raises(NobodyOfThisId):
        house.parts.accounts.invite_again(COMMAND_LINE, joseph.id, house.now)
    assert house.employ("Joseph").id != joseph.id
    assert house.parts.accounts.everybody()[-1].id == joseph.id


def test_a_link_of_a_closed_account_opens_nothing(house: House) -> None:
    """Joseph was invited, then the account was closed: his link is over."""
    token = house.invite("Joseph")
    house.parts.accounts.close(COMMAND_LINE, house.parts.accounts.named("joseph").id, house.now)
    with pytest.raises(InvitationNotValid):
        house.parts.accounts.join(token, PASSWORD, house.now)


@pytest.mark.parametrize("person_id", ["", "0" * 32, "\0", "' OR 1=1 --", "é" * 5000])
def test_nobody_is_found_under_a_made_up_id(house: House, person_id: str) -> None:
    """A made-up id in an address is nobody, whatever is in it."""
    house.employ("Daniel", Role.ADMIN)
    with pytest.raises(NobodyOfThisId):
        house.parts.accounts.person(person_id)
    with pytest.raises(NobodyOfThisId):
        house.parts.accounts.close(COMMAND_LINE, person_id, house.now)


def test_the_database_knows_no_link(house: House) -> None:
    """What is kept of a link is a keyed hash: whoever reads the database can't use it."""
    token = house.invite("Leila")
    with house.database.connect() as connection:
        kept = [tuple(row) for table in (invitations, people) for row in connection.execute(select(table))]
    assert token not in repr(kept)
    invitation = house.parts.accounts.invite(COMMAND_LINE, "Joseph", "joseph", [Role.HELPER], house.now)
    assert invitation.token not in repr(invitation)
