"""Signing in and out. Whoever passes holds a random token; the database knows only a keyed hash of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from ivr.people.person import Person

HALF_IN_SECONDS = 600.0
"""How long after the password the one-time code may come."""


@dataclass(frozen=True, slots=True)
class Passed:
    """A step of signing in has gone well. `token` replaces the browser's token before, which counts no more.

    With `needs_code` the person is half in: `with_code` or `with_recovery_code` comes next. `browser`, when it isn't
    empty, is to be kept by the browser for long: with it, nobody else's wrong attempts shut this browser out.
    """

    token: str = field(repr=False)
    needs_code: bool
    browser: str = field(repr=False)


class SignIn:
    """Signing in on the web. `address` is where the request comes from; `browser` what the browser kept, or empty."""

    def with_password(
        self, sign_in_name: str, password: str, *, address: str, browser: str, now: float
    ) -> Passed:
        """The first step. Raises WrongNameOrPassword, ShutFor."""
        raise NotImplementedError

    def with_code(self, token: str, code: str, *, browser: str, now: float) -> Passed:
        """The second step: the one-time code. Raises WrongCode, ShutFor, NotSignedIn (begin again)."""
        raise NotImplementedError

    def with_recovery_code(self, token: str, code: str, *, browser: str, now: float) -> Passed:
        """The second step without the telephone that makes codes. Raises WrongCode, ShutFor, NotSignedIn."""
        raise NotImplementedError

    def who(self, token: str, now: float) -> Person | None:
        """Whose complete sign-in this is, or None: timed out, signed out, half in, account closed."""
        raise NotImplementedError

    def half_in(self, token: str, now: float) -> Person | None:
        """Who has given the password with this token, and still has to give a code; or None."""
        raise NotImplementedError

    def confirm_password(self, token: str, password: str, now: float) -> Person:
        """Asks somebody who is signed in once more, before what can't be undone.

        Raises WrongNameOrPassword, ShutFor, NotSignedIn.
        """
        raise NotImplementedError

    def change_password(self, token: str, old: str, new: str, now: float) -> Passed:
        """Changes one's own password, and signs out everywhere else.

        Raises WrongNameOrPassword (the old one), ShutFor, PasswordRefused (the new one), NotSignedIn.
        """
        raise NotImplementedError

    def out(self, token: str, now: float) -> None:
        """Signs out here. Nothing happens for a token that is no one's."""
        raise NotImplementedError

    def out_everywhere(self, who: str, person_id: str, now: float) -> None:
        """Signs somebody out on every browser: oneself, or an admin somebody else."""
        raise NotImplementedError
