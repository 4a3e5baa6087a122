"""The people of the hotline, for admins: who is let in as what."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request, url_for

from ivr.console.frame import go, now, page, parts
from ivr.console.languages import gettext
from ivr.console.people_forms import InviteForm, NewLinkForm, NothingToType, RolesForm
from ivr.console.says import Undo, say
from ivr.console.signed_in import me
from ivr.console.words import ROLES, STATES, isolated, language_names, role_words
from ivr.people.accounts import Invitation
from ivr.people.person import Person
from ivr.people.refusals import LastAdmin, NameTaken, NameUnusable, NobodyOfThisId, NoRole
from ivr.people.roles import Role


def add_people(console: Blueprint) -> None:
    """Adds the views."""
    both = ["GET", "POST"]
    console.add_url_rule("/people", "people", people, methods=["GET"])
    console.add_url_rule("/people/invite", "invite", invite, methods=both)
    console.add_url_rule("/people/<person_id>", "person", person, methods=both)
    console.add_url_rule("/people/<person_id>/link", "invite_again", invite_again, methods=["POST"])
    console.add_url_rule("/people/<person_id>/unlock", "unlock", unlock, methods=["POST"])
    console.add_url_rule("/people/<person_id>/sign-out", "person_out", person_out, methods=["POST"])
    console.add_url_rule("/people/<person_id>/close", "close_person", close_person, methods=both)


def people() -> Response:
    """Everybody who works here."""
    everybody = parts().people.accounts.everybody()
    rows = [
        {
            "person": one,
            "roles": role_words(one.roles),
            "languages": language_names(one.languages),
            "state": STATES[one.state],
        }
        for one in everybody
        if one.state != "closed"
    ]
    closed = [one for one in everybody if one.state == "closed"]
    return page("people.html", rows=rows, closed=closed, alone=len(rows) < 2)


def invite() -> Response:
    """Lets somebody in: the answer is a link, shown once."""
    form = InviteForm()
    if form.validate_on_submit():
        try:
            made = parts().people.accounts.invite(
                me().id, form.name.data, form.sign_in_name.data, form.chosen(), now()
            )
            return _show_link(made, form.name.data)
        except NameUnusable:
            form.refuse(
                form.sign_in_name,
                gettext(
                    "One of these names can't be used. The sign-in name has no blanks, and neither is a number."
                ),
            )
        except NameTaken:
            form.refuse(form.sign_in_name, _taken(form.sign_in_name.data))
        except NoRole:
            form.refuse(form.roles, gettext("Choose at least one role."))
    return page("invite.html", form=form)


def _taken(sign_in_name: str) -> str:
    # Whoever pressed twice finds the way to the person, and to a new link.
    return gettext(
        "Somebody signs in with this name already. If you have just invited %(name)s, open their page "
        "under People and make a new link.",
        name=isolated(sign_in_name),
    )


def _show_link(made: Invitation, name: str) -> Response:
    # Answered at once instead of after another page: what is shown once is kept nowhere, not even for a moment.
    address = parts().public_url + url_for("console.join", token=made.token)
    return page(
        "link.html",
        link=address,
        name=name,
        person_id=made.person_id,
        expires_at=made.expires_at,
        here=url_for("console.person", person_id=made.person_id),
    )


def person(person_id: str) -> Response:
    """One person's account, and the roles."""
    one = _found(person_id)
    form = RolesForm(data={"roles": [role.value for role in one.roles]})
    if request.method == "POST" and one.state == "closed":
        abort(404)
    if form.validate_on_submit():
        try:
            return _roles_changed(one, form.chosen())
        except LastAdmin:
            form.refuse(form.roles, _last_admin())
        except NoRole:
            form.refuse(form.roles, gettext("Choose at least one role."))
    return _person_page(one, form)


def _person_page(one: Person, form: RolesForm) -> Response:
    return page(
        "person.html",
        person=one,
        form=form,
        roles=role_words(one.roles),
        languages_spoken=language_names(one.languages),
        state=STATES[one.state],
        link_form=NewLinkForm(formdata=None),
        myself=one.id == me().id,
        here=url_for("console.person", person_id=one.id),
    )


def _roles_changed(one: Person, chosen: list[Role]) -> Response:
    parts().people.accounts.change_roles(me().id, one.id, chosen, now())
    before = Undo(
        url_for("console.person", person_id=one.id),
        [("roles", role.value) for role in ROLES if role in one.roles],
    )
    say(gettext("The roles of %(name)s are changed.", name=isolated(one.name)), undo=before)
    # Whoever takes the role of an admin from themself has no business on this page any more.
    mine = one.id == me().id and Role.ADMIN not in chosen
    return go("console.home") if mine else go("console.person", person_id=one.id)


def _last_admin() -> str:
    return gettext(
        "Nobody else is an admin who can sign in. Make somebody else an admin first, so that the hotline "
        "always has one."
    )


def invite_again(person_id: str) -> Response:
    """A new link, shown once; the old password counts no more."""
    one, form = _found(person_id), NewLinkForm()
    if form.validate():
        try:
            made = parts().people.accounts.invite_again(me().id, one.id, now(), codes_off=form.codes_off.data)
            return _show_link(made, one.name)
        except LastAdmin:
            say(_last_admin(), "")
    return go("console.person", person_id=one.id)


def unlock(person_id: str) -> Response:
    """Forgets wrong attempts."""
    one = _found(person_id)
    parts().people.accounts.unlock(me().id, one.id, now())
    say(gettext("%(name)s can try to sign in again at once.", name=isolated(one.name)))
    return go("console.person", person_id=one.id)


def person_out(person_id: str) -> Response:
    """Signs somebody out everywhere."""
    one = _found(person_id)
    parts().people.sign_in.out_everywhere(me().id, one.id, now())
    say(gettext("%(name)s is signed out everywhere.", name=isolated(one.name)))
    return go("console.person", person_id=one.id)


def close_person(person_id: str) -> Response:
    """Closes an account for good, once that has been confirmed."""
    one, form = _found(person_id), NothingToType()
    if one.state == "closed":
        return go("console.person", person_id=one.id)
    if form.validate_on_submit():
        try:
            parts().people.accounts.close(me().id, one.id, now())
            say(gettext("The account of %(name)s is closed.", name=isolated(one.name)))
            return go("console.people")
        except LastAdmin:
            form.refuse(None, _last_admin())
    return page("close_person.html", form=form, person=one)


def _found(person_id: str) -> Person:
    try:
        return parts().people.accounts.person(person_id)
    except NobodyOfThisId:
        abort(404)
