"""Accounts: who is let in as what, from the invitation to the closing."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from ivr.audit.deeds import Deed
from ivr.audit.log import COMMAND_LINE
from ivr.people.account_rows import end_sign_ins, give_roles, keep_an_admin, new_person
from ivr.people.helper_rows import forget_helper
from ivr.people.keys import new_token
from ivr.people.names import folded_sign_in_name, tidy_name, tidy_sign_in_name
from ivr.people.notices import NoticeKind, Notices
from ivr.people.passwords import Passwords, judge_password
from ivr.people.person import Person
from ivr.people.records import Records, find_person, open_account, people_where
from ivr.people.refusals import InvitationNotValid, NameTaken, NobodyOfThisId, NoRole
from ivr.people.roles import TOLD_OF_EVERYTHING, Right, Role, may
from ivr.people.subjects import Subjects
from ivr.people.tables import invitations, people, person_roles, recovery_codes
from ivr.store.engine import reading
from ivr.vault.errors import VaultOutOfReach

INVITATION_SECONDS = 7 * 24 * 3600.0

EndCalls = Callable[[Connection, str, float], object]
"""Ends the calls that this person has under way, in this transaction: a person's id, and now."""
Shred = Callable[[Connection, list[str]], object]
"""Shreds vault entries by their ids, in this transaction."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """A one-time link for somebody. The token is in no printed form; it is shown once and kept nowhere."""

    person_id: str
    expires_at: float
    token: str = field(repr=False)


class Accounts:
    """The accounts of one installation. Every method is a transaction of its own, with its row in the audit log.

    `who` is the id of the person who does it, or `ivr.audit.log.COMMAND_LINE`.
    """

    def __init__(
        self,
        records: Records,
        passwords: Passwords,
        subjects: Subjects,
        notices: Notices,
        shred: Shred,
        end_calls: EndCalls,
    ) -> None:
        self._records = records
        self._passwords = passwords
        self._subjects = subjects
        self._notices = notices
        self._shred = shred
        self._end_calls = end_calls

    def invite(
        self, who: str, name: str, sign_in_name: str, roles: Collection[Role], now: float
    ) -> Invitation:
        """A new account, closed until its one-time link is used, within 7 days. All who lead are told where it leads.

        Raises NameUnusable, NameTaken, NoRole.
        """
        row = new_person(self._records.new_id(), tidy_name(name), tidy_sign_in_name(sign_in_name), now)
        wanted = _wanted(roles)
        try:
            with self._records.database.begin() as connection:
                connection.execute(insert(people).values(**row))
                give_roles(connection, row["id"], wanted)
                invitation = self._new_link(connection, row["id"], now)
                self._tell_of_roles(connection, who, row["id"], wanted, now)
                self._note(connection, who, Deed.PERSON_INVITED, row["id"], now, {"roles": _listed(wanted)})
        except IntegrityError:
            raise NameTaken(sign_in_name) from None
        return invitation

    def invited(self, token: str, now: float) -> Person:
        """Whose link this is; using it up is left to `join`. Raises InvitationNotValid."""
        with reading(self._records.database) as connection:
            return self._invited(connection, token, now)

    def join(self, token: str, password: str, now: float, name: str = "") -> Person:
        """Uses up the link: the account is active with this password, and with this name unless it is empty.

        Nobody is signed in by it. Raises InvitationNotValid (also for the slower of two clicks at once),
        PasswordRefused, NameUnusable, TooBusy; after the last three the link is still good.
        """
        person = self.invited(token, now)
        called = tidy_name(name) if name.strip() else person.name
        judge_password(password, (called, person.name, person.sign_in_name))
        hashed = self._passwords.hash(password)
        with self._records.database.begin() as connection:
            try:
                open_account(connection, person.id)
            except NobodyOfThisId:
                raise InvitationNotValid from None
            used = delete(invitations).where(
                invitations.c.token == self._mark(token), invitations.c.expires_at > now
            )
            if connection.execute(used).rowcount != 1:
                raise InvitationNotValid
            connection.execute(
                update(people)
                .where(people.c.id == person.id)
                .values(state="active", password=hashed, name=called)
            )
            # Whoever has guessed at this account meanwhile must not keep its owner from the first sign-in.
            self._subjects.forget_all_of(connection, person)
            self._note(connection, person.id, Deed.INVITATION_USED, person.id, now)
            return find_person(connection, person.id)

    def invite_again(self, who: str, person_id: str, now: float, *, codes_off: bool = False) -> Invitation:
        """A new one-time link, for a lost password or a link that ran out. The old password and link count no more,
        the person is signed out everywhere, and what they have under way on the phone ends, as when an account is
        closed: somebody else may have it in hand. With `codes_off` one-time codes have to be set up anew, and all who
        lead are told, the person too: whoever holds such a link can come in as them.

        Raises NobodyOfThisId, LastAdmin (where this would leave no admin who can sign in; the command line may).
        """
        with self._records.database.begin() as connection:
            if who != COMMAND_LINE:
                keep_an_admin(connection, without=person_id)
            open_account(connection, person_id)
            changes: dict[str, Any] = {"state": "invited", "password": ""}
            if codes_off:
                self._notices.tell(connection, NoticeKind.LINK_WITHOUT_CODES, who, person_id, {}, now)
                changes["code_secret"] = None
                connection.execute(delete(recovery_codes).where(recovery_codes.c.person_id == person_id))
            connection.execute(update(people).where(people.c.id == person_id).values(**changes))
            end_sign_ins(connection, person_id)
            self._end_calls(connection, person_id, now)
            invitation = self._new_link(connection, person_id, now)
            self._note(connection, who, Deed.PERSON_INVITED, person_id, now, {"again": "yes"})
            if codes_off:
                self._note(connection, who, Deed.CODES_SWITCHED_OFF, person_id, now)
        return invitation

    def change_roles(self, who: str, person_id: str, roles: Collection[Role], now: float) -> None:
        """Gives exactly these roles. All who lead are told of whoever leads from now on. The calls of whoever may
        call nobody back any more end.

        Raises NobodyOfThisId, NoRole, LastAdmin.
        """
        wanted = _wanted(roles)
        with self._records.database.begin() as connection:
            if Role.ADMIN not in wanted:
                keep_an_admin(connection, without=person_id)
            before = open_account(connection, person_id).roles
            if before == wanted:
                return
            give_roles(connection, person_id, wanted)
            if not may(wanted, Right.TAKE_CALLBACKS):
                self._end_calls(connection, person_id, now)
            self._tell_of_roles(connection, who, person_id, wanted - before, now)
            told = {"before": _listed(before), "roles": _listed(wanted)}
            self._note(connection, who, Deed.PERSON_CHANGED, person_id, now, told)

    def close(self, who: str, person_id: str, now: float) -> None:
        """Closes an account for good: signed out everywhere, out of every call, secrets and PIN deleted, the own
        number shredded, the sign-in name free for somebody else. The name stays, for the audit log.

        Raises NobodyOfThisId, LastAdmin.

        Where the key store doesn't answer, the number is shredded later: nobody must stay in for it.
        """
        with self._records.database.begin() as connection:
            keep_an_admin(connection, without=person_id)
            open_account(connection, person_id)
            end_sign_ins(connection, person_id)
            for table in (invitations, recovery_codes, person_roles):
                connection.execute(delete(table).where(table.c.person_id == person_id))
            # Before the state of the helper goes: whoever ends a call holds its rows in this order.
            self._end_calls(connection, person_id, now)
            forget_helper(connection, person_id)
            connection.execute(
                update(people)
                .where(people.c.id == person_id)
                .values(
                    state="closed",
                    sign_in_name=f"closed {person_id}",
                    password="",
                    code_secret=None,
                    phone_code=None,
                    pin="",
                    languages="[]",
                    gender="",
                    time_zone="",
                )
            )
            self._note(connection, who, Deed.PERSON_CLOSED, person_id, now)
        with suppress(VaultOutOfReach):
            self.shred_left_over()

    def shred_left_over(self) -> int:
        """Shreds the numbers of closed accounts; returns how many. Raises VaultOutOfReach."""
        left_over = (people.c.state == "closed") & people.c.number_id.is_not(None)
        with self._records.database.begin() as connection:
            wanted = select(people.c.number_id).where(left_over).with_for_update(key_share=True)
            number_ids = list(connection.execute(wanted).scalars())
            if number_ids:
                self._shred(connection, number_ids)
                connection.execute(
                    update(people).where(people.c.number_id.in_(number_ids)).values(number_id=None)
                )
        return len(number_ids)

    def unlock(self, who: str, person_id: str, now: float) -> None:
        """Forgets the wrong attempts against this account, on the web and by phone. Raises NobodyOfThisId."""
        with self._records.database.begin() as connection:
            person = open_account(connection, person_id)
            self._subjects.forget_all_of(connection, person)
            self._note(connection, who, Deed.UNLOCKED, person_id, now)

    def person(self, person_id: str) -> Person:
        """One person, a closed account too. Raises NobodyOfThisId."""
        with reading(self._records.database) as connection:
            return find_person(connection, person_id)

    def named(self, sign_in_name: str) -> Person:
        """The person who signs in with this name. Raises NobodyOfThisId."""
        with reading(self._records.database) as connection:
            found = people_where(connection, people.c.sign_in_name == folded_sign_in_name(sign_in_name))
        if not found:
            raise NobodyOfThisId(sign_in_name)
        return found[0]

    def everybody(self) -> list[Person]:
        """Everybody who has or had an account, by name; closed accounts last."""
        with reading(self._records.database) as connection:
            return sorted(people_where(connection), key=lambda person: person.state == "closed")

    def _invited(self, connection: Connection, token: str, now: float) -> Person:
        wanted = select(invitations.c.person_id).where(
            invitations.c.token == self._mark(token), invitations.c.expires_at > now
        )
        person_id = connection.execute(wanted).scalar()
        if person_id is None:
            raise InvitationNotValid
        return find_person(connection, person_id)

    def _new_link(self, connection: Connection, person_id: str, now: float) -> Invitation:
        connection.execute(delete(invitations).where(invitations.c.person_id == person_id))
        invitation = Invitation(person_id, now + INVITATION_SECONDS, new_token())
        connection.execute(
            insert(invitations).values(
                token=self._mark(invitation.token), person_id=person_id, expires_at=invitation.expires_at
            )
        )
        return invitation

    def _tell_of_roles(
        self, connection: Connection, who: str, about: str, given: Collection[Role], now: float
    ) -> None:
        leading = TOLD_OF_EVERYTHING.intersection(given)
        if leading:
            details = {"roles": _listed(leading)}
            self._notices.tell(connection, NoticeKind.ROLE_GIVEN, who, about, details, now)

    def _mark(self, token: str) -> str:
        return self._records.keys.mark("invitation", token)

    def _note(
        self,
        connection: Connection,
        who: str,
        deed: Deed,
        about: str,
        now: float,
        details: dict[str, str] | None = None,
    ) -> None:
        self._records.audit.append(connection, at=now, who=who, deed=deed, about=about, details=details)


def _wanted(roles: Collection[Role]) -> frozenset[Role]:
    if not roles:
        raise NoRole
    return frozenset(Role(role) for role in roles)


def _listed(roles: Collection[Role]) -> str:
    return ", ".join(sorted(roles))
