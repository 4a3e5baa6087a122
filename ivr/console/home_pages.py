"""The first page: what waits for whoever reads it. And the notices that have been seen."""

from __future__ import annotations

from flask import Blueprint, Response

from ivr.callbacks.cases import NumberHeld
from ivr.callbacks.listing import waiting_for
from ivr.console.callback_pages import offering_of
from ivr.console.frame import go_back, now, page, parts
from ivr.console.library_pages import recordings_left
from ivr.console.shelf import waiting_count
from ivr.console.signed_in import me
from ivr.console.upload_pages import files_to_settle
from ivr.people.person import Person
from ivr.people.roles import Right
from ivr.scrubbing.provider_state import ProviderState, provider_state
from ivr.store.engine import reading

SOON = 12 * 3600


def add_home(console: Blueprint) -> None:
    """Adds the views."""
    console.add_url_rule("/", "home", home, methods=["GET"])
    console.add_url_rule("/notices/<notice_id>/seen", "notice_seen", notice_seen, methods=["POST"])


def home() -> Response:
    """What is to be done now."""
    person = me()
    numbers, state = _numbers(person), _state(person)
    return page(
        "home.html",
        person=person,
        numbers=numbers,
        held=[number for number in numbers or () if number.held_until],
        soon=[number for number in numbers or () if _goes_soon(number)],
        state=state,
        takes_calls=person.may(Right.TAKE_CALLBACKS),
        waiting=_waiting(person),
        to_review=waiting_count(person),
        recordings=recordings_left() if person.may(Right.RECORD_AND_PUBLISH) else [],
        to_settle=files_to_settle() if person.may(Right.RECORD_AND_PUBLISH) else 0,
        invited=_invited(person),
    )


def _goes_soon(number: NumberHeld) -> bool:
    return (number.held_until or number.shred_at) - now() < SOON


def _numbers(person: Person) -> list[NumberHeld] | None:
    if not person.may(Right.CLOSE_CASE):
        return None
    with reading(parts().database) as connection:
        return list(parts().cases.list_numbers(connection, now()))


def _waiting(person: Person) -> int:
    """How many wait for a call from this helper."""
    if not person.may(Right.TAKE_CALLBACKS):
        return 0
    with reading(parts().database) as connection:
        helper = parts().people.helpers.helper(connection, person.id, now())
        return waiting_for(connection, offering_of(helper))


def _state(person: Person) -> ProviderState | None:
    if not person.may(Right.MANAGE_PEOPLE):
        return None
    with reading(parts().database) as connection:
        return provider_state(connection, now())


def _invited(person: Person) -> list[Person]:
    if not person.may(Right.MANAGE_PEOPLE):
        return []
    return [one for one in parts().people.accounts.everybody() if one.state == "invited"]


def notice_seen(notice_id: str) -> Response:
    """Somebody has seen a notice; it is shown to them no more."""
    with parts().database.begin() as connection:
        parts().people.notices.seen(connection, me().id, notice_id)
    return go_back()
