"""The form of a term: its words in each language, and its key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import StringField

from ivr.console.forms import ConsoleForm, NotTooLong, trimmed
from ivr.console.languages import LANGUAGES
from ivr.console.words import language_name
from ivr.outcomes.terms import LONGEST_LABEL

WORDS = "words_"


class TermForm(ConsoleForm):
    """The key; the words come with the languages: see `form_in`."""

    key = StringField(
        _l("Key on the phone"),
        [NotTooLong(2)],
        description=_l(
            "What helpers key right after a talk; empty, and it can be chosen on the web alone. "
            "The script that says the keys has to be recorded anew when they change."
        ),
        filters=[trimmed],
        render_kw={"class": "short", "inputmode": "numeric", "autocomplete": "off", "dir": "ltr"},
    )

    def labels(self) -> dict[str, str]:
        """The words, by language."""
        return {
            field.name.removeprefix(WORDS): field.data or "" for field in self if field.name.startswith(WORDS)
        }

    @property
    def words(self) -> list[Any]:
        """The fields of the words."""
        return [field for field in self if field.name.startswith(WORDS)]


def form_in(languages: Iterable[str], labels: Mapping[str, str], key: str) -> TermForm:
    """The form with a field for each language: those of the console, of the lines, and that the term has already."""
    codes = dict.fromkeys((*LANGUAGES, *languages, *labels))
    fields = {WORDS + code: _words_in(code) for code in codes}
    kind = type("TermFormIn", (TermForm,), fields)
    values = {WORDS + code: labels.get(code, "") for code in codes}
    form: TermForm = kind(data={**values, "key": key})
    return form


def _words_in(code: str) -> StringField:
    return StringField(
        language_name(code),
        [NotTooLong(LONGEST_LABEL)],
        filters=[trimmed],
        render_kw={"autocomplete": "off", "lang": code, "dir": "auto"},
    )
