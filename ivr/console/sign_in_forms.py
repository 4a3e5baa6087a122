"""The forms at the entrance."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, PasswordField, StringField

from ivr.console.forms import ConsoleForm, Needed, NotTooLong, code_field, trimmed

LONGEST_PASSWORD = 1000
SHORTEST_PASSWORD = 12


class SignInForm(ConsoleForm):
    """Name and password."""

    name = StringField(
        _l("Sign-in name"),
        [Needed(_l("Type your sign-in name.")), NotTooLong()],
        filters=[trimmed],
        render_kw={
            "autocomplete": "username",
            "autocapitalize": "none",
            "spellcheck": "false",
            "dir": "auto",
        },
    )
    password = PasswordField(
        _l("Password"),
        [Needed(_l("Type your password.")), NotTooLong(LONGEST_PASSWORD)],
        render_kw={"autocomplete": "current-password"},
    )
    next = HiddenField()


class CodeForm(ConsoleForm):
    """The one-time code."""

    code = code_field(_l("Your authenticator app shows a new one every half minute."))
    next = HiddenField()


class RecoveryCodeForm(ConsoleForm):
    """A recovery code, when the phone with the app isn't at hand."""

    code = StringField(
        _l("Recovery code"),
        [Needed(_l("Type one of your recovery codes.")), NotTooLong()],
        description=_l("One of the ten you were shown when you set up codes. Each works once."),
        filters=[trimmed],
        render_kw={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false", "dir": "ltr"},
    )
    next = HiddenField()


class JoinForm(ConsoleForm):
    """An invited person sets a name and a password."""

    name = StringField(
        _l("Your name"),
        [Needed(_l("Type the name your colleagues call you by.")), NotTooLong()],
        description=_l("What your colleagues call you. Callers never learn it from Warmline."),
        filters=[trimmed],
        render_kw={"autocomplete": "name", "dir": "auto"},
    )
    password = PasswordField(
        _l("New password"),
        [Needed(_l("Choose a password.")), NotTooLong(LONGEST_PASSWORD)],
        description=_l(
            "At least %(least)s characters. A few words that belong to nobody but you are best.",
            least=SHORTEST_PASSWORD,
        ),
        render_kw={"autocomplete": "new-password"},
    )
