"""Accounts: who is let in as what, from the invitation to the closing."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from ivr.people.person import Person
from ivr.people.roles import Role

INVITATION_SECONDS = 7 * 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Invitation:
    """A one-time link for somebody. The token is in no printed form; it is shown once and kept nowhere."""

    person_id: str
    token: str = field(repr=False)
    expires_at: float


class Accounts:
    """The accounts of one installation. Every method is a transaction of its own, with its row in the audit log.

    `who` is the id of the person who does it, or `ivr.audit.log.COMMAND_LINE`.
    """

    def invite(
        self, who: str, name: str, sign_in_name: str, roles: Collection[Role], now: float
    ) -> Invitation:
        """A new account, closed until its one-time link is used, within 7 days.

        Raises NameUnusable, NameTaken, NoRole.
        """
        raise NotImplementedError

    def invited(self, token: str, now: float) -> Person:
        """Whose link this is; using it up is left to `join`. Raises InvitationNotValid."""
        raise NotImplementedError

    def join(self, token: str, password: str, now: float, name: str = "") -> Person:
        """Uses up the link: the account is active with this password, and with this name unless it is empty.

        Nobody is signed in by it. Raises InvitationNotValid (also for the slower of two clicks at once),
        PasswordRefused, NameUnusable; after the last two the link is still good.
        """
        raise NotImplementedError

    def invite_again(self, who: str, person_id: str, now: float, *, codes_off: bool = False) -> Invitation:
        """A new one-time link, for a lost password or a link that ran out. The old password and link count no more,
        and the person is signed out everywhere. With `codes_off` one-time codes have to be set up anew.

        Raises NobodyOfThisId, LastAdmin (where this would leave no admin who can sign in; the command line may).
        """
        raise NotImplementedError

    def change_roles(self, who: str, person_id: str, roles: Collection[Role], now: float) -> None:
        """Gives exactly these roles. Raises NobodyOfThisId, NoRole, LastAdmin."""
        raise NotImplementedError

    def close(self, who: str, person_id: str, now: float) -> None:
        """Closes an account for good: signed out everywhere, secrets and PIN deleted, the own number shredded, the
        sign-in name free for somebody else. The name stays, for the audit log. Raises NobodyOfThisId, LastAdmin.
        """
        raise NotImplementedError

    def unlock(self, who: str, person_id: str, now: float) -> None:
        """Forgets the wrong attempts against this account, on the web and by phone. Raises NobodyOfThisId."""
        raise NotImplementedError

    def person(self, person_id: str) -> Person:
        """One person, a closed account too. Raises NobodyOfThisId."""
        raise NotImplementedError

    def named(self, sign_in_name: str) -> Person:
        """The person who signs in with this name. Raises NobodyOfThisId."""
        raise NotImplementedError

    def everybody(self) -> list[Person]:
        """Everybody who has or had an account, by name; closed accounts last."""
        raise NotImplementedError
