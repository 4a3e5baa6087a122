"""Notices: everybody on duty is told, once."""

from __future__ import annotations

from ivr.audit.log import COMMAND_LINE
from ivr.logs import HIDDEN
from ivr.people.notices import Notice, NoticeKind
from ivr.people.person import Person
from ivr.people.roles import Role
from tests.people.house import TIMES, House


def tell(house: House, who: Person, reason: str = "she is in danger") -> str:
    """Somebody has revealed a number."""
    with house.database.begin() as connection:
        return house.parts.notices.tell(
            connection, NoticeKind.NUMBER_REVEALED, who.id, "e" * 32, {"reason": reason}, house.now
        )


def unseen(house: House, person: Person) -> list[Notice]:
    with house.database.connect() as connection:
        return house.parts.notices.unseen(connection, person.id)


def test_everybody_on_duty_is_told(house: House) -> None:
    """Daniel reveals a number: all supervisors and admins are told, and the helper who is signed in; not the one at
    home, not one whose sign-in is over, not one who still has to give a code, and not one who has left."""
    daniel, sara = house.employ("Daniel", Role.SUPERVISOR), house.employ("Sara", Role.ADMIN)
    at_home, asleep, here = (house.employ(name) for name in ("Amani", "Baraka", "Leila"))
    half, _, _ = house.with_codes("Halima")
    gone = house.employ("Joseph", Role.SUPERVISOR)
    house.parts.accounts.close(COMMAND_LINE, gone.id, house.now)
    house.sign_in("baraka")
    house.clock.forward(TIMES.idle + 1)
    house.sign_in("leila")
    house.sign_in("halima")
    notice_id = tell(house, daniel)
    expected = Notice(
        notice_id, house.now, "number_revealed", daniel.id, "e" * 32, {"reason": "she is in danger"}
    )
    for person in (daniel, sara, here):
        assert unseen(house, person) == [expected], person.name
    for person in (at_home, asleep, half, gone):
        assert unseen(house, person) == [], person.name


def test_what_was_seen_is_not_shown_again(house: House) -> None:
    """Sara has read it: it is gone for her, and still there for Daniel; the newest comes first."""
    daniel, sara = house.employ("Daniel", Role.SUPERVISOR), house.employ("Sara", Role.ADMIN)
    first = tell(house, daniel)
    house.clock.forward(1)
    second = tell(house, sara)
    assert [notice.id for notice in unseen(house, sara)] == [second, first]
    with house.database.begin() as connection:
        house.parts.notices.seen(connection, sara.id, second)
        house.parts.notices.seen(connection, sara.id, second)
        house.parts.notices.seen(connection, sara.id, "0" * 32)
        house.parts.notices.seen(connection, sara.id, "\0")
    assert [notice.id for notice in unseen(house, sara)] == [first]
    assert len(unseen(house, daniel)) == 2


def test_a_number_in_a_reason_is_hidden(house: House) -> None:
    """A number that somebody types into a reason isn't told to everybody."""
    daniel = house.employ("Daniel", Role.SUPERVISOR)
    tell(house, daniel, "rang from 202 555 01 47")
    assert unseen(house, daniel)[0].details == {"reason": f"rang from {HIDDEN}"}


def test_whoever_gives_rights_is_seen(house: House) -> None:
    """Mallory, in Sara's account, makes herself a supervisor, lets a friend in as one, and makes Daniel's link without
    codes: Daniel and Sara are told of each, and a helper who is signed in of none."""
    daniel, sara = house.employ("Daniel", Role.SUPERVISOR), house.employ("Sara", Role.ADMIN)
    helper = house.employ("Leila")
    house.sign_in("leila")
    accounts = house.parts.accounts
    accounts.change_roles(sara.id, sara.id, [Role.ADMIN, Role.SUPERVISOR], house.now)
    house.clock.forward(1)
    friend = accounts.invite(sara.id, "Friend", "friend", [Role.SUPERVISOR, Role.HELPER], house.now)
    house.clock.forward(1)
    accounts.invite_again(sara.id, daniel.id, house.now, codes_off=True)
    expected = [
        ("link_without_codes", daniel.id, {}),
        ("role_given", friend.person_id, {"roles": "supervisor"}),
        ("role_given", sara.id, {"roles": "supervisor"}),
    ]
    for person in (daniel, sara):
        assert [(one.kind, one.about, one.details) for one in unseen(house, person)] == expected
        assert {one.who for one in unseen(house, person)} == {sara.id}
    assert unseen(house, helper) == []


def test_ordinary_changes_of_roles_tell_nobody(house: House) -> None:
    """A helper who becomes staff, a supervisor who stays one, and a link for a lost password are no news to anybody."""
    daniel, sara = house.employ("Daniel", Role.SUPERVISOR), house.employ("Sara", Role.ADMIN)
    leila = house.employ("Leila")
    accounts = house.parts.accounts
    accounts.change_roles(sara.id, leila.id, [Role.STAFF], house.now)
    accounts.change_roles(sara.id, daniel.id, [Role.SUPERVISOR, Role.HELPER], house.now)
    accounts.invite_again(sara.id, leila.id, house.now)
    assert unseen(house, daniel) == unseen(house, sara) == []


def test_what_is_urgent_comes_first(house: House) -> None:
    """However much is kept and let go afterwards, a revealed number stands at the top."""
    daniel, sara = house.employ("Daniel", Role.SUPERVISOR), house.employ("Sara", Role.ADMIN)
    tell(house, daniel)
    for kind in (NoticeKind.NUMBER_HELD, NoticeKind.HOLD_ENDED):
        house.clock.forward(1)
        with house.database.begin() as connection:
            house.parts.notices.tell(connection, kind, daniel.id, "e" * 32, {}, house.now)
    assert [notice.kind for notice in unseen(house, sara)] == [
        "number_revealed",
        "hold_ended",
        "number_held",
    ]
