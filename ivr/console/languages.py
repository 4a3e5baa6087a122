"""The languages of the console: which one a page is in, and its catalogue.

English is the source. The catalogues are read as they are kept (`translations/<language>/LC_MESSAGES/messages.po`), so
that nothing has to be built between correcting a word and seeing it.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, has_request_context, request
from flask_babel import Babel, Domain, get_locale
from flask_babel import gettext as translated
from flask_babel import ngettext as counted

LANGUAGES = {"en": "English", "fr": "Français", "ar": "العربية"}
"""Each names itself."""

RIGHT_TO_LEFT = frozenset({"ar"})
FOLDER = Path(__file__).parent / "translations"
COOKIE = "language"


class Catalogues(Domain):  # type: ignore[misc]
    """The catalogues, each read once in a process."""

    def get_translations(self) -> NullTranslations:
        """The words of the page's language."""
        return _words(language())


@lru_cache(maxsize=len(LANGUAGES))
def _words(code: str) -> NullTranslations:
    path = FOLDER / code / "LC_MESSAGES" / "messages.po"
    if code == "en" or not path.exists():
        return NullTranslations()
    compiled = io.BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=code))
    compiled.seek(0)
    return Translations(compiled)


def set_up_languages(app: Flask, preferred: Callable[[], str]) -> None:
    """`preferred` gives the language that whoever is signed in has chosen, or nothing."""

    def choose() -> str:
        if not has_request_context():
            return "en"
        return chosen(
            preferred(), request.cookies.get(COOKIE, ""), request.accept_languages.best_match(LANGUAGES)
        )

    babel = Babel(app, locale_selector=choose)
    babel.domain_instance = Catalogues()


def chosen(*wishes: str | None) -> str:
    """The first wish that can be granted; English otherwise."""
    return next((wish for wish in wishes if wish in LANGUAGES), "en")


def language() -> str:
    """The language of the page that is being made."""
    locale = get_locale()
    return str(locale.language) if locale else "en"


def direction() -> str:
    """Whether its lines run from left to right."""
    return "rtl" if language() in RIGHT_TO_LEFT else "ltr"


def gettext(message: str, **values: object) -> str:
    """A text in the language of the page, with its values put in."""
    return str(translated(message, **values))


def ngettext(one: str, several: str, count: int, **values: object) -> str:
    """The same of a text that counts something, as `num`."""
    return str(counted(one, several, count, **values))
