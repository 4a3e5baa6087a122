"""What the people's room refuses, in words: what is wrong, and what to do instead."""

from __future__ import annotations

from ivr.console.languages import gettext, language
from ivr.console.sign_in_forms import SHORTEST_PASSWORD
from ivr.console.times import how_long
from ivr.people.pins import LONGEST_PIN, SHORTEST_PIN
from ivr.people.refusals import ShutFor, TooBusy


def shut_words(shut: ShutFor) -> str:
    """That nothing is looked at for a while, and what that means for whoever waits."""
    if isinstance(shut, TooBusy):
        return gettext(
            "Many people are signing in at this moment, and calls go first. Try again in a minute."
        )
    return gettext(
        "There were too many wrong attempts, so signing in is shut for %(span)s. Nothing is lost; "
        "calls go on as ever. If it wasn't you who tried, tell an admin.",
        span=how_long(shut.seconds, language()),
    )


def unreadable_words() -> str:
    """That a one-time code can't be looked at, whichever it is."""
    return gettext(
        "Warmline can't read the secret of your codes any more, so no code can be right. An admin can give you "
        "a new link with which you set codes up again."
    )


def password_words(why: str) -> str:
    """Why a password isn't taken; `why` as PasswordRefused says it."""
    if why == "too_short":
        return gettext("This password is too short: at least %(least)s characters.", least=SHORTEST_PASSWORD)
    if why == "too_long":
        return gettext("This password is too long. A few words are enough.")
    if why == "own_name":
        return gettext("This password holds your name, which is the first thing somebody would try.")
    return gettext("Many people use this password, so it is easily guessed. Choose one of your own.")


def pin_words(why: str) -> str:
    """Why a PIN isn't taken; `why` as PinRefused says it."""
    if why == "not_digits":
        return gettext("A PIN is keyed on a phone, so it has digits only.")
    if why in ("too_short", "too_long"):
        return gettext("A PIN has %(least)s to %(most)s digits.", least=SHORTEST_PIN, most=LONGEST_PIN)
    if why == "phone_code":
        return gettext("This is too much like your phone code. Choose other digits.")
    return gettext("This PIN is easily guessed: the same digit over and over, digits in a row, or a year.")
