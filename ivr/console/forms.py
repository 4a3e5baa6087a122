"""What the forms of all pages share."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, SelectChoice, SelectMultipleField, StringField
from wtforms.validators import StopValidation
from wtforms.widgets import CheckboxInput

LONGEST_LINE = 120
LONGEST_TEXT = 500


class Needed:
    """Something has to be there; says what, in the words of the field."""

    field_flags = {"required": True}  # noqa: RUF012 - wtforms reads it from the class

    def __init__(self, message: Any) -> None:
        self.message = message

    def __call__(self, _form: Any, field: Field) -> None:
        if not field.data or (isinstance(field.data, str) and not field.data.strip()):
            field.errors[:] = []
            raise StopValidation(self.message)


class NotTooLong:
    """Keeps what is typed within what is kept."""

    def __init__(self, most: int = LONGEST_LINE) -> None:
        self.most = most
        self.field_flags = {"maxlength": most}

    def __call__(self, _form: Any, field: Field) -> None:
        if field.data and len(field.data) > self.most:
            raise StopValidation(_l("This is too long: at most %(most)s characters.", most=self.most))


class Ticks(SelectMultipleField):  # type: ignore[misc]
    """Several of a few choices, each with a box to tick. `hints` says more about some of them."""

    option_widget = CheckboxInput()

    def __init__(self, *args: Any, hints: dict[str, Any] | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.hints = hints or {}

    def pre_validate(self, _form: Any) -> None:
        """A choice that isn't offered was not made on this page."""
        offered = {choice.value for choice in self.choices}
        if not set(self.data or ()) <= offered:
            raise StopValidation(_l("Choose from what is offered."))


def options(pairs: Iterable[tuple[str, Any]]) -> list[SelectChoice]:
    """Choices of a field, of (value, label)."""
    return [SelectChoice(value, label) for value, label in pairs]


class ConsoleForm(FlaskForm):  # type: ignore[misc]
    """A form of the console. A wrong entry keeps what was typed, apart from passwords."""

    def refuse(self, field: Field | None, message: Any) -> None:
        """Says what is wrong, at a field or for the form as a whole."""
        errors = self.form_errors if field is None else field.errors
        if field is None:
            errors.append(message)
        else:
            field.errors = [*errors, message]


def trimmed(text: str | None) -> str | None:
    """Without the blanks around it, which come along when something is copied."""
    return text.strip() if text else text


def code_field(description: Any, **options: Any) -> StringField:
    """A field for the six digits that an app shows."""
    return StringField(
        _l("Six-digit code"),
        [Needed(_l("Type the six digits that your app shows now.")), NotTooLong()],
        description=description,
        filters=[trimmed],
        render_kw={
            "class": "short code",
            "inputmode": "numeric",
            "autocomplete": "one-time-code",
            "dir": "ltr",
        },
        **options,
    )
