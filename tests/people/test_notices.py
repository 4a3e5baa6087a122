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
