"""Who has signed in, as the console's views see it. The cookies are set and cleared here and nowhere else."""

from __future__ import annotations

from flask import Response

from ivr.people.person import Person
from ivr.people.sign_in import Passed


def me() -> Person:
    """Who is signed in. Only for views behind a door that asks for signing in: raises NotSignedIn elsewhere."""
    raise NotImplementedError


def who_is_in() -> Person | None:
    """Who is signed in, or None; half in counts as nobody. For layouts of pages that everybody sees."""
    raise NotImplementedError


def my_token() -> str:
    """The sign-in token of this request (half in too), or empty."""
    raise NotImplementedError


def my_browser() -> str:
    """What this browser kept when somebody signed in with it before, or empty: `browser=` of SignIn."""
    raise NotImplementedError


def my_address() -> str:
    """Where the request comes from, behind as many proxies as WARMLINE_PROXIES says: `address=` of SignIn."""
    raise NotImplementedError


def let_in(passed: Passed, response: Response) -> Response:
    """Puts what a step of signing in gave into the browser: a new session, and the long cookie. Returns `response`."""
    raise NotImplementedError


def let_out(response: Response) -> Response:
    """Empties the browser's session; the caller has called SignIn.out before. Returns `response`."""
    raise NotImplementedError


def safe_next(wanted: str | None) -> str:
    """Where to go after signing in: `wanted` when it is a plain path of this site, else `/`."""
    raise NotImplementedError
