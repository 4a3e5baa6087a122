"""Every word of the console is there in every language, and says the same."""

from __future__ import annotations

import re
from functools import lru_cache
from io import BytesIO
from pathlib import Path

import jinja2
import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from jinja2 import nodes

import ivr.console

CONSOLE = Path(ivr.console.__file__).parent
TEMPLATES = sorted((CONSOLE / "templates").rglob("*.html"))
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2")]
KEYWORDS = {"_": None, "_l": None, "gettext": None, "ngettext": (1, 2)}
PLACEHOLDER = re.compile(r"%\(\w+\)s")
SPOKEN_ATTRIBUTES = re.compile(r'\b(?:aria-label|title|placeholder|alt)="([^"{]*[A-Za-z]{2}[^"{]*)"')
NAMES = {"Warmline"}

Message = str | tuple[str, ...]


@lru_cache(maxsize=1)
def messages() -> frozenset[Message]:
    """Every text that is marked to be translated."""
    found = extract_from_dir(CONSOLE, METHODS, keywords=KEYWORDS)
    return frozenset(tuple(said) if isinstance(said, list | tuple) else said for _, _, said, _, _ in found)


@lru_cache(maxsize=2)
def catalogue(language: str) -> Catalog:
    """What a language has."""
    text = (CONSOLE / "translations" / language / "LC_MESSAGES" / "messages.po").read_bytes()
    return read_po(BytesIO(text), locale=language)


def forms(said: Message) -> tuple[str, ...]:
    return said if isinstance(said, tuple) else (said,)


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_every_text_is_translated(language: str) -> None:
    """No page falls back into English in the middle: each text has each of its forms, and none is a guess."""
    known = {tuple(m.id) if isinstance(m.id, list | tuple) else m.id: m for m in catalogue(language) if m.id}
    assert len(messages()) > 350
    assert messages() - set(known) == set()
    assert set(known) - messages() == set(), "no longer said anywhere"
    assert [m.id for m in known.values() if m.fuzzy] == []
    count = catalogue(language).num_plurals
    for said, message in known.items():
        strings = forms(message.string)
        assert all(text.strip() for text in strings), said
        assert len(strings) == (count if isinstance(said, tuple) else 1), said


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_every_translation_has_the_same_values_put_in(language: str) -> None:
    """A name, a date or a number that English says is said in every form of every language, spelled the same."""
    for message in catalogue(language):
        if message.id:
            wanted = set(PLACEHOLDER.findall(forms(message.id)[-1]))
            for text in forms(message.string):
                assert set(PLACEHOLDER.findall(text)) == wanted, message.id


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_no_translation_holds_markup_or_is_left_in_english(language: str) -> None:
    """A translation can't bring tags into a page, and Arabic is written in Arabic letters."""
    same = {"Pages"}
    for message in catalogue(language):
        for text in forms(message.string) if message.id else ():
            assert not re.search("[<>]", text), message.id
            assert text not in forms(message.id) or text in same, message.id
            assert language != "ar" or re.search("[\u0600-\u06ff]", text), message.id


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_says_a_word_that_isn_t_marked(path: Path) -> None:
    """Whatever can be read or heard on a page goes through the catalogues; only the house's own name doesn't."""
    tree = jinja2.Environment(autoescape=True, extensions=["jinja2.ext.i18n"]).parse(path.read_text("utf-8"))
    plain = "\0".join(data.data for data in tree.find_all(nodes.TemplateData))
    assert SPOKEN_ATTRIBUTES.findall(plain) == []
    visible = re.sub(r"<[^>]*>|<[^>]*$|^[^<]*>", " ", plain)
    assert set(re.findall(r"[A-Za-z]{2,}", visible)) - NAMES - _of_torn_tags(visible) == set()


def _of_torn_tags(visible: str) -> set[str]:
    """Names of attributes and classes of tags whose inside is put in by the template."""
    torn = re.findall(r'[\w-]+="[^"]*"?|"[^"\0]*"?|[\w-]+=', visible)
    return {word for piece in torn for word in re.findall(r"[A-Za-z]{2,}", piece)}
