"""The forms with which an admin lets people in."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, StringField

from ivr.console.forms import ConsoleForm, Needed, NotTooLong, Ticks, options, trimmed
from ivr.console.words import ROLE_HINTS, ROLES
from ivr.people.roles import Role

ROLE_CHOICES = options((role.value, word) for role, word in ROLES.items())
HINTS = {role.value: hint for role, hint in ROLE_HINTS.items()}


class RolesForm(ConsoleForm):
    """What somebody is to the hotline."""

    roles = Ticks(
        _l("Roles"),
        [Needed(_l("Choose at least one role."))],
        choices=ROLE_CHOICES,
        hints=HINTS,
        description=_l("No role includes another: whoever is two things has two roles."),
    )

    def chosen(self) -> list[Role]:
        """The roles that are ticked."""
        return [Role(value) for value in self.roles.data or ()]


class InviteForm(RolesForm):
    """Somebody new."""

    name = StringField(
        _l("Name"),
        [Needed(_l("Type what colleagues call this person.")), NotTooLong()],
        description=_l("What colleagues call this person."),
        filters=[trimmed],
        render_kw={"autocomplete": "off", "dir": "auto"},
    )
    sign_in_name = StringField(
        _l("Sign-in name"),
        [Needed(_l("Give a sign-in name.")), NotTooLong()],
        description=_l("Short, without blanks, such as joseph. It is typed to sign in."),
        filters=[trimmed],
        render_kw={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false", "dir": "auto"},
    )
    field_order = ("name", "sign_in_name", "roles")


class NewLinkForm(ConsoleForm):
    """A new link for somebody who can't get in."""

    codes_off = BooleanField(_l("Their phone is lost too: let them set up one-time codes again"))


class NothingToType(ConsoleForm):
    """A question that is answered with one press."""
