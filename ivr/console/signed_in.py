"""Who has signed in, as the console's views see it. The cookies are set and cleared here and nowhere else.

The browser holds two: one, gone with the browser, with the sign-in's token and the mark against forged forms; and a
long one that only says that somebody has signed in with this browser before. Neither says who.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, request, session
from flask_login import LoginManager, UserMixin, current_user, login_user

from ivr.people.person import Person
from ivr.people.refusals import NotSignedIn
from ivr.people.sessions import Passed
from ivr.people.sign_in import SignIn
from ivr.people.upkeep import BROWSER_SECONDS

COOKIES = "warmline_cookies"
"""Where the application keeps what this module was set up with."""
HERE = "X-Warmline-Here"
"""A page that keeps itself as it is now says "no" with it while nobody touches it: an open browser that everybody has
left is signed out all the same.
"""
HOME = "/"


class Cookies:
    """How this installation's cookies are called and who is behind them."""

    def __init__(self, sign_in: SignIn, clock: Callable[[], float], public_url: str, proxies: int) -> None:
        public = urlsplit(public_url)
        self.https = public.scheme == "https"
        prefix = "__Host-" if self.https else ""
        self.session, self.browser = f"{prefix}warmline", f"{prefix}warmline-browser"
        self.public_host = public.netloc
        self.proxies = proxies
        self._sign_in = sign_in
        self._clock = clock

    def holder(self, token: str) -> Holder | None:
        """Whose token this is."""
        living = self._sign_in.living(token, self._clock(), here=request.headers.get(HERE) != "no")
        return Holder(token, living.person, living.complete) if living else None


class Holder(UserMixin):  # type: ignore[misc]
    """Somebody who holds a good token; signed in once it is `complete`."""

    def __init__(self, token: str, person: Person, complete: bool) -> None:
        self.token = token
        self.person = person
        self.complete = complete

    def get_id(self) -> str:
        """What flask-login keeps in the browser's session: not who it is, but the sign-in's token."""
        return self.token

    @property
    def is_authenticated(self) -> bool:
        """Whether nothing is still to come."""
        return self.complete


class _OnlyBySignIn(LoginManager):  # type: ignore[misc]
    """No "remember me": a sign-in ends when its time is over. And clips aren't asked for cookies after each answer."""

    def _update_remember_cookie(self, response: Response) -> Response:
        return response


def set_up_signing_in(
    app: Flask, sign_in: SignIn, clock: Callable[[], float], secret: bytes, public_url: str, proxies: int
) -> None:
    """Gives an application its sessions. `proxies` is how many of them stand in front of it."""
    cookies = Cookies(sign_in, clock, public_url, proxies)
    app.extensions[COOKIES] = cookies
    app.secret_key = hmac.digest(secret, b"warmline console sessions", hashlib.sha256)
    app.config.update(
        SESSION_COOKIE_NAME=cookies.session,
        SESSION_COOKIE_SECURE=cookies.https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
    )
    manager = _OnlyBySignIn()
    manager.session_protection = None
    manager.user_loader(cookies.holder)
    manager.init_app(app, add_context_processor=False)


def me() -> Person:
    """Who is signed in. Only for views behind a door that asks for signing in: raises NotSignedIn elsewhere."""
    person = who_is_in()
    if person is None:
        raise NotSignedIn
    return person


def who_is_in() -> Person | None:
    """Who is signed in, or None; half in counts as nobody. For layouts of pages that everybody sees."""
    holder = holder_of_this()
    return holder.person if holder and holder.complete else None


def holder_of_this() -> Holder | None:
    """Who holds the token of this request, half in too."""
    found: Any = current_user._get_current_object()
    return found if isinstance(found, Holder) else None


def my_token() -> str:
    """The sign-in token of this request (half in too), or empty."""
    holder = holder_of_this()
    return holder.token if holder else ""


def my_browser() -> str:
    """What this browser kept when somebody signed in with it before, or empty: `browser=` of SignIn."""
    return request.cookies.get(_cookies().browser, "")[:128]


def my_address() -> str:
    """Where the request comes from, behind as many proxies as WARMLINE_PROXIES says: `address=` of SignIn."""
    proxies = _cookies().proxies
    direct = request.remote_addr or ""
    if not proxies:
        return direct
    # Each proxy adds whom it heard it from; what stands before those anybody may have written.
    told = [part.strip() for line in request.headers.getlist("X-Forwarded-For") for part in line.split(",")]
    if len(told) < proxies:
        return direct
    return told[-proxies] if _is_address(told[-proxies]) else direct


def let_in(passed: Passed, response: Response) -> Response:
    """Puts what a step of signing in gave into the browser: a new session, and the long cookie. Returns `response`."""
    cookies = _cookies()
    session.clear()
    holder = cookies.holder(passed.token)
    if holder is None:
        raise NotSignedIn
    login_user(holder, force=True)
    if passed.browser:
        response.set_cookie(
            cookies.browser,
            passed.browser,
            max_age=int(BROWSER_SECONDS),
            secure=cookies.https,
            httponly=True,
            samesite="Lax",
            path="/",
        )
    return response


def let_out(response: Response) -> Response:
    """Empties the browser's session; the caller has called SignIn.out before. Returns `response`."""
    session.clear()
    current_app.login_manager._update_request_context_with_user()  # type: ignore[attr-defined]
    return response


def safe_next(wanted: str | None) -> str:
    """Where to go after signing in: `wanted` when it is a plain path of this site, else `/`."""
    if not wanted or not wanted.startswith("/") or not wanted.isprintable():
        return HOME
    # Browsers read a backslash as a slash, and two slashes as the beginning of another site.
    if "\\" in wanted or wanted.startswith("//"):
        return HOME
    parts = urlsplit(wanted)
    return HOME if parts.scheme or parts.netloc else wanted


def is_sent_by_another_site() -> bool:
    """Whether a form was sent by a page that isn't ours: a second guard beside the mark in every form."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = request.headers.get("Origin", "null")
    # Forms of a page that sends no referrer name no origin: "null". Then the mark alone decides.
    return origin != "null" and urlsplit(origin).netloc not in (request.host, _cookies().public_host)


def _cookies() -> Cookies:
    found: Cookies = current_app.extensions[COOKIES]
    return found


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
