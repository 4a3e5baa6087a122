"""The forms about callers' numbers."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import DateTimeLocalField, PasswordField, TextAreaField

from ivr.console.forms import LONGEST_TEXT, ConsoleForm, Needed, NotTooLong, trimmed
from ivr.console.languages import gettext
from ivr.console.sign_in_forms import LONGEST_PASSWORD


def too_short() -> str:
    """A reason is read by others, who have to understand it."""
    return gettext("Say a little more, so that others understand it.")


class ReasonForm(ConsoleForm):
    """Why something is done with a number."""

    reason = TextAreaField(
        _l("Reason"),
        [Needed(_l("Say why. Everybody on duty reads it.")), NotTooLong(LONGEST_TEXT)],
        description=_l("Everybody on duty reads it, and it stays in the audit log. No names, no numbers."),
        filters=[trimmed],
        render_kw={"rows": 3, "dir": "auto"},
    )


class RevealForm(ReasonForm):
    """Why a number is revealed, and that it is really this supervisor who sits at the browser."""

    password = PasswordField(
        _l("Your password"),
        [Needed(_l("Type your password.")), NotTooLong(LONGEST_PASSWORD)],
        description=_l("Once more, so that nobody else reveals a number at a browser you have left open."),
        render_kw={"autocomplete": "current-password"},
    )


class HoldForm(ReasonForm):
    """Why a number is kept for longer, and until when."""

    until = DateTimeLocalField(
        _l("Until"),
        [Needed(_l("Say until when, as a date and a time."))],
        description=_l("By your clock. Then it is shredded, unless it is kept for longer again."),
        format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        render_kw={"class": "short"},
    )
