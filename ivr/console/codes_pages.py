"""One-time codes: setting them up, the recovery codes, and switching them off."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import segno
from flask import Blueprint, Response, url_for
from markupsafe import Markup

from ivr.console.digits import plain_digits
from ivr.console.frame import go, now, page, parts
from ivr.console.languages import gettext
from ivr.console.profile_forms import CodesOffForm, FreshCodesForm, SetUpCodesForm
from ivr.console.refused import shut_words, unreadable_words
from ivr.console.says import say
from ivr.console.signed_in import me, my_token
from ivr.people.codes import SetUp
from ivr.people.person import Person
from ivr.people.refusals import (
    CodesAlreadyOn,
    CodesUnreadable,
    NotDone,
    SetUpTooOld,
    ShutFor,
    WrongCode,
)
from ivr.people.roles import need_codes

LETTERS_A_GROUP = 4


def add_codes(console: Blueprint) -> None:
    """Adds the views."""
    console.add_url_rule("/profile/codes", "codes", codes, methods=["GET", "POST"])
    console.add_url_rule("/profile/codes/recovery", "recovery_codes", recovery_codes, methods=["POST"])
    console.add_url_rule("/profile/codes/off", "codes_off", codes_off, methods=["POST"])


def codes() -> Response:
    """Sets codes up; where they are on, what can be done with them."""
    person = me()
    if person.has_codes:
        return _codes_are_on(person)
    form = SetUpCodesForm()
    if not form.is_submitted():
        return _set_up_page(form, person, parts().people.codes.begin(person.id, now()))
    try:
        if form.validate():
            shown = parts().people.codes.confirm(
                person.id, form.sealed.data, plain_digits(form.code.data), now(), token=my_token()
            )
            return _show_once(shown)
    except WrongCode:
        form.refuse(
            form.code,
            gettext(
                "This isn't the code of now. Wait for the next one; see that your phone's clock is right."
            ),
        )
    except CodesAlreadyOn:
        say(gettext("Codes were switched on already. You can have new recovery codes here."), "")
        return go("console.codes")
    except SetUpTooOld:
        return _begin_again()
    return _set_up_again(form, person)


def _set_up_again(form: SetUpCodesForm, person: Person) -> Response:
    try:
        return _set_up_page(form, person, parts().people.codes.again(person.id, form.sealed.data, now()))
    except SetUpTooOld:
        return _begin_again()


def _begin_again() -> Response:
    say(
        gettext(
            "That page had been open for too long. Here is a fresh one; delete the old entry in your app."
        ),
        "",
    )
    return go("console.codes")


def _set_up_page(form: SetUpCodesForm, person: Person, set_up: SetUp) -> Response:
    form.sealed.data = set_up.sealed
    groups = [
        set_up.secret[at : at + LETTERS_A_GROUP] for at in range(0, len(set_up.secret), LETTERS_A_GROUP)
    ]
    return page(
        "codes_set_up.html",
        form=form,
        groups=groups,
        uri=set_up.uri,
        picture=_picture(set_up.uri),
        has_to=need_codes(person.roles),
    )


def _picture(uri: str) -> Markup:
    drawn = BytesIO()
    segno.make(uri, error="m", micro=False).save(
        drawn, kind="svg", xmldecl=False, svgns=True, border=2, omitsize=True, nl=False, light="#fff"
    )
    return Markup(drawn.getvalue().decode())  # noqa: S704 - drawn here, of nothing but squares


def _codes_are_on(person: Person, **forms: Any) -> Response:
    given = {"fresh": FreshCodesForm(formdata=None), "off": CodesOffForm(formdata=None), **forms}
    return page(
        "codes.html",
        left=parts().people.codes.left(person.id),
        has_to=need_codes(person.roles),
        here=url_for("console.codes"),
        form=next(iter(forms.values()), given["fresh"]),
        **given,
    )


def _show_once(shown: tuple[str, ...]) -> Response:
    # Answered at once instead of after another page: what is shown once is kept nowhere, not even for a moment.
    return page("recovery_codes.html", codes=shown, here=url_for("console.codes"))


def recovery_codes() -> Response:
    """Ten new recovery codes, shown once."""
    person, form = me(), FreshCodesForm()
    if person.has_codes and form.validate():
        try:
            return _show_once(
                parts().people.codes.new_recovery_codes(person.id, plain_digits(form.code.data), now())
            )
        except (WrongCode, ShutFor, CodesUnreadable) as refused:
            _refuse(form, refused)
    return _codes_are_on(person, fresh=form) if person.has_codes else go("console.codes")


def codes_off() -> Response:
    """Switches codes off, for those who may do without."""
    person, form = me(), CodesOffForm()
    if need_codes(person.roles) or not person.has_codes:
        return go("console.codes")
    if form.validate():
        try:
            parts().people.codes.off(person.id, plain_digits(form.code.data), now())
            say(gettext("Codes are switched off. You can set them up again whenever you like."))
            return go("console.profile")
        except (WrongCode, ShutFor, CodesUnreadable) as refused:
            _refuse(form, refused)
    return _codes_are_on(person, off=form)


def _refuse(form: Any, refused: NotDone) -> None:
    if isinstance(refused, ShutFor):
        form.refuse(None, shut_words(refused))
    elif isinstance(refused, CodesUnreadable):
        form.refuse(None, unreadable_words())
    else:
        form.refuse(form.code, gettext("This code isn't right, or has been used. Wait for the next one."))
