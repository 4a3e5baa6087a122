"""The forms of one's own profile."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, PasswordField, RadioField, SelectField, StringField

from ivr.console.forms import ConsoleForm, Needed, NotTooLong, Ticks, code_field, options, trimmed
from ivr.console.sign_in_forms import LONGEST_PASSWORD, SHORTEST_PASSWORD
from ivr.console.words import GENDERS
from ivr.people.pins import LONGEST_PIN, SHORTEST_PIN


class Radio(RadioField):  # type: ignore[misc]
    """One of a few choices, all of them in sight."""

    hints: dict[str, str] = {}  # noqa: RUF012 - the same shape as Ticks has


class AboutForm(ConsoleForm):
    """What a person says of themself."""

    name = StringField(
        _l("Your name"),
        [Needed(_l("Type the name your colleagues call you by.")), NotTooLong()],
        description=_l("What your colleagues call you. Callers never learn it from Warmline."),
        filters=[trimmed],
        render_kw={"autocomplete": "name", "dir": "auto"},
    )
    languages = Ticks(
        _l("Languages you talk with callers in"),
        description=_l("So that your colleagues know whom to ask."),
    )
    gender = Radio(
        _l("You are"),
        description=_l("Some callers ask to talk with a woman, or with a man."),
        choices=options(GENDERS.items()),
    )
    time_zone = SelectField(_l("Your time zone"), description=_l("Times on these pages go by this clock."))
    reads = Radio(_l("Language of these pages"))


class NumberForm(ConsoleForm):
    """One's own number."""

    number = StringField(
        _l("Your number"),
        [Needed(_l("Type the number with its country code.")), NotTooLong(40)],
        description=_l("With + and the country code, such as %(example)s.", example="+1 202 555 0147"),
        filters=[trimmed],
        render_kw={"autocomplete": "tel", "inputmode": "tel", "dir": "ltr", "class": "code"},
    )


class PinForm(ConsoleForm):
    """A PIN for use by phone."""

    pin = PasswordField(
        _l("New PIN"),
        [Needed(_l("Choose the digits of your PIN.")), NotTooLong(40)],
        description=_l("%(least)s to %(most)s digits, hard to guess.", least=SHORTEST_PIN, most=LONGEST_PIN),
        render_kw={"autocomplete": "off", "inputmode": "numeric", "class": "short code", "dir": "ltr"},
    )
    again = PasswordField(
        _l("The same PIN again"),
        [Needed(_l("Type the PIN a second time, so that a slip is noticed."))],
        render_kw={"autocomplete": "off", "inputmode": "numeric", "class": "short code", "dir": "ltr"},
    )


class PasswordForm(ConsoleForm):
    """One's own password."""

    old = PasswordField(
        _l("The password you have now"),
        [Needed(_l("Type the password you have now.")), NotTooLong(LONGEST_PASSWORD)],
        render_kw={"autocomplete": "current-password"},
    )
    new = PasswordField(
        _l("New password"),
        [Needed(_l("Choose a password.")), NotTooLong(LONGEST_PASSWORD)],
        description=_l(
            "At least %(least)s characters. A few words that belong to nobody but you are best.",
            least=SHORTEST_PASSWORD,
        ),
        render_kw={"autocomplete": "new-password"},
    )


class SetUpCodesForm(ConsoleForm):
    """The first code, which proves that the app has the secret."""

    code = code_field(_l("The one your app shows now."))
    sealed = HiddenField()


class FreshCodesForm(ConsoleForm):
    """A code, in return for new recovery codes."""

    code = code_field(_l("The one your app shows now."), id="fresh-code")


class CodesOffForm(ConsoleForm):
    """A code, to switch codes off."""

    code = StringField(
        _l("Six-digit code or recovery code"),
        [Needed(_l("Type a code, so that nobody else can switch codes off for you.")), NotTooLong()],
        filters=[trimmed],
        id="off-code",
        render_kw={"class": "code", "autocomplete": "one-time-code", "dir": "ltr"},
    )
