"""The forms of reviews: what should be different in another take, and where."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import FloatField, TextAreaField
from wtforms.validators import StopValidation

from ivr.console.forms import ConsoleForm, Needed, NotTooLong, trimmed
from ivr.recording.reviewing import LONGEST_REASON


class _Place(FloatField):  # type: ignore[misc]
    """A second of the clip, or nothing."""

    def process_formdata(self, valuelist: list[str]) -> None:
        text = valuelist[0].strip().replace(",", ".") if valuelist else ""
        self.data = None
        if text:
            super().process_formdata([text])

    def pre_validate(self, form: Any) -> None:  # noqa: ARG002
        if self.data is not None and not 0 <= self.data < 3600:
            raise StopValidation(_l("Give a second of the clip, such as 3.5, or leave it empty."))


class AgainForm(ConsoleForm):
    """Why another take is wanted."""

    reason = TextAreaField(
        _l("What should be different?"),
        [Needed(_l("Say in a few words what should be different.")), NotTooLong(LONGEST_REASON)],
        description=_l(
            "Whoever recorded it reads this: kind and clear, such as: the second sentence is too fast."
        ),
        filters=[trimmed],
        render_kw={"rows": 3, "dir": "auto"},
    )
    at = _Place(
        _l("At which second?"),
        description=_l("Only where it is about one place. Press the picture of the sound to put it in."),
        render_kw={"class": "short", "inputmode": "decimal", "autocomplete": "off", "dir": "ltr"},
    )
