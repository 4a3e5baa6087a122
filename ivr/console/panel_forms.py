"""The form of a listening panel: what it is called, for how long it is open, and which clips are heard."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, StringField
from wtforms.validators import NumberRange, StopValidation

from ivr.console.forms import ConsoleForm, Needed, NotTooLong, Ticks, trimmed
from ivr.recording.panels import LONGEST_DAYS, LONGEST_TITLE, MOST_CLIPS

USUAL_DAYS = 14


def _not_too_many(_form: Any, field: Ticks) -> None:
    if len(field.data or ()) > MOST_CLIPS:
        raise StopValidation(
            _l("Choose at most %(most)s clips: whoever listens holds a phone to the ear.", most=MOST_CLIPS)
        )


class PanelForm(ConsoleForm):
    """A new panel in a language that has been chosen."""

    title = StringField(
        _l("Title"),
        [Needed(_l("Give it a title.")), NotTooLong(LONGEST_TITLE)],
        description=_l("For colleagues, such as: women's group in the north, March. No names of people."),
        filters=[trimmed],
        render_kw={"autocomplete": "off", "dir": "auto"},
    )
    days = IntegerField(
        _l("For how many days?"),
        [
            Needed(_l("Give a number of days between 1 and 366.")),
            NumberRange(1, LONGEST_DAYS, _l("Give a number of days between 1 and 366.")),
        ],
        default=USUAL_DAYS,
        description=_l("Beginning today. It can be closed earlier at any time."),
        render_kw={"class": "short", "inputmode": "numeric", "autocomplete": "off", "dir": "ltr"},
    )
    clips = Ticks(
        _l("What is heard, in this order"),
        [Needed(_l("Choose at least one clip.")), _not_too_many],
        description=_l("A handful is best. After each, a listener says by key how it was understood."),
    )
