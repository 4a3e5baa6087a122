"""The demo's people: two helpers with telephones, so that somebody can call back from the first minute, and one of the
programme's staff, who records.

They are made once, when nobody works here yet. Their password is this demo's own, and stands where its secrets are.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from ivr.audit.log import COMMAND_LINE
from ivr.people.roles import Role
from ivr.vault.number import PhoneNumber
from ivr.wiring import Wiring

PASSWORD_BYTES = 9


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody of the demo. `number` is from the range that is kept for fiction, "" for whoever isn't rung."""

    name: str
    role: Role
    number: str
    languages: tuple[str, ...]
    gender: str
    crisis_trained: bool = False

    @property
    def sign_in_name(self) -> str:
        return self.name.lower()


PEOPLE = (
    DemoPerson("Joseph", Role.HELPER, "+12025550151", ("en", "fr", "sw"), "man"),
    DemoPerson("Leila", Role.HELPER, "+12025550152", ("en", "ar", "sw"), "woman", crisis_trained=True),
    DemoPerson("Sara", Role.STAFF, "", ("en", "fr", "ar", "sw"), "woman"),
)
HELPERS = tuple(one for one in PEOPLE if one.role is Role.HELPER)


def new_password() -> str:
    """One password for all of this demo's people."""
    return secrets.token_urlsafe(PASSWORD_BYTES)


def employ_demo_people(wiring: Wiring, password: str) -> Sequence[DemoPerson]:
    """Makes them where nobody works here yet, and puts helpers on call at every start; which helpers are there."""
    people, now = wiring.people, wiring.clock()
    known = {one.sign_in_name: one for one in people.accounts.everybody()}
    if not known:
        for one in PEOPLE:
            _employ(wiring, one, password, now)
        known = {one.sign_in_name: one for one in people.accounts.everybody()}
    present = [one for one in HELPERS if one.sign_in_name in known and known[one.sign_in_name].number_id]
    with wiring.database.begin() as connection:
        for one in present:
            people.helpers.choose(connection, known[one.sign_in_name].id, "on", now)
            people.helpers.want_rung(connection, known[one.sign_in_name].id, True)
    return present


def _employ(wiring: Wiring, one: DemoPerson, password: str, now: float) -> None:
    people = wiring.people
    invitation = people.accounts.invite(COMMAND_LINE, one.name, one.sign_in_name, (one.role,), now)
    person = people.accounts.join(invitation.token, password, now)
    people.profiles.change(
        person.id,
        name=one.name,
        languages=one.languages,
        gender=one.gender,
        time_zone="UTC",
        reads="",
        now=now,
    )
    if one.number:
        _give_number(wiring, person.id, one.number, now)
    if one.crisis_trained:
        with wiring.database.begin() as connection:
            people.helpers.train(connection, COMMAND_LINE, person.id, True, now)


def _give_number(wiring: Wiring, person_id: str, number: str, now: float) -> None:
    with wiring.database.begin() as connection:
        kept = wiring.vault.keep(PhoneNumber(number), kind="helper", line_id="", now=now)
        wiring.vault.store(connection, kept)
        wiring.people.profiles.put_number(connection, person_id, kept.id, now)
