"""The entrance: signing in, the code, the invitation, and the way out."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request, url_for

from ivr.console.digits import plain_digits
from ivr.console.frame import go, go_back, now, on_to, page, parts
from ivr.console.languages import COOKIE, LANGUAGES, gettext
from ivr.console.refused import password_words, shut_words, unreadable_words
from ivr.console.says import say
from ivr.console.sign_in_forms import CodeForm, JoinForm, RecoveryCodeForm, SignInForm
from ivr.console.signed_in import (
    let_in,
    let_out,
    my_address,
    my_browser,
    my_token,
    safe_next,
    who_is_in,
)
from ivr.people.refusals import (
    CodesUnreadable,
    InvitationNotValid,
    NameUnusable,
    NotSignedIn,
    PasswordRefused,
    ShutFor,
    TooBusy,
    WrongCode,
    WrongNameOrPassword,
)
from ivr.people.sessions import Passed

A_YEAR = 365 * 24 * 3600


def add_entrance(console: Blueprint) -> None:
    """Adds the views."""
    both = ["GET", "POST"]
    console.add_url_rule("/sign-in", "sign_in", sign_in, methods=both)
    console.add_url_rule("/sign-in/code", "code", code, methods=both)
    console.add_url_rule("/sign-in/recovery-code", "recovery_code", recovery_code, methods=both)
    console.add_url_rule("/sign-out", "sign_out", sign_out, methods=["POST"])
    console.add_url_rule("/invitation/<token>", "join", join, methods=both)
    console.add_url_rule("/language", "speak", speak, methods=["POST"])


def sign_in() -> Response:
    """Name and password. Whoever is in already goes on."""
    form = SignInForm(next=request.args.get("next", ""))
    if request.method == "GET" and who_is_in():
        return on_to(safe_next(form.next.data))
    if form.validate_on_submit():
        try:
            passed = parts().people.sign_in.with_password(
                form.name.data, form.password.data, address=my_address(), browser=my_browser(), now=now()
            )
            return _passed(passed, form.next.data)
        except WrongNameOrPassword:
            form.refuse(
                None, gettext("Name and password don't belong together. Look at both, and try again.")
            )
        except ShutFor as shut:
            form.refuse(None, shut_words(shut))
    return page("sign_in.html", form=form, here=url_for("console.sign_in"))


def _passed(passed: Passed, wanted: str | None) -> Response:
    answer = go("console.code", next=wanted or None) if passed.needs_code else on_to(safe_next(wanted))
    return let_in(passed, answer)


def code() -> Response:
    """The one-time code, after the password."""
    return _second_step(CodeForm(next=request.args.get("next", "")), "code.html", "with_code")


def recovery_code() -> Response:
    """A recovery code instead."""
    form = RecoveryCodeForm(next=request.args.get("next", ""))
    return _second_step(form, "recovery_code.html", "with_recovery_code")


def _second_step(form: Any, template: str, step: str) -> Response:
    if form.validate_on_submit():
        try:
            check = getattr(parts().people.sign_in, step)
            passed = check(my_token(), plain_digits(form.code.data), browser=my_browser(), now=now())
        except WrongCode:
            form.refuse(form.code, gettext("This code isn't right, or has been used. Wait for the next one."))
        except CodesUnreadable:
            form.refuse(None, unreadable_words())
        except ShutFor as shut:
            form.refuse(None, shut_words(shut))
        except NotSignedIn:
            say(gettext("That took a while, so please begin again. Nothing is lost."), "")
            return go("console.sign_in", next=form.next.data or None)
        else:
            return _passed(passed, form.next.data)
    return page(template, form=form)


def sign_out() -> Response:
    """Out, on this browser."""
    parts().people.sign_in.out(my_token(), now())
    answer = let_out(go("console.sign_in"))
    say(gettext("You are signed out. Rest well."))
    return answer


def join(token: str) -> Response:
    """Where an invited person sets a password."""
    try:
        person = parts().people.accounts.invited(token, now())
        form = JoinForm(name=person.name)
        if form.validate_on_submit():
            parts().people.accounts.join(token, form.password.data, now(), form.name.data)
            say(gettext("Welcome. Your password is set; now sign in with it."))
            return go("console.sign_in")
    except InvitationNotValid:
        answer = page("invitation_over.html")
        answer.status_code = 404
        return answer
    except TooBusy as busy:
        form.refuse(None, shut_words(busy))
    except PasswordRefused as refused:
        form.refuse(form.password, password_words(refused.why))
    except NameUnusable:
        form.refuse(form.name, gettext("This name can't be used. Use letters, and no phone number."))
    return page("invitation.html", form=form, person=person)


def speak() -> Response:
    """The language of the pages, from now on: for this browser, and for whoever is signed in."""
    wanted = request.form.get("language", "")
    answer = go_back("console.sign_in")
    if wanted not in LANGUAGES:
        return answer
    person = who_is_in()
    if person and not person.has_to_set_up_codes:
        parts().people.profiles.change(
            person.id,
            name=person.name,
            languages=person.languages,
            gender=person.gender,
            time_zone=person.time_zone,
            reads=wanted,
            now=now(),
        )
    answer.set_cookie(
        COOKIE,
        wanted,
        max_age=A_YEAR,
        httponly=True,
        samesite="Lax",
        secure=parts().public_url.startswith("https://"),
    )
    return answer
