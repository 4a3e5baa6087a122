"""The languages of a flow, as they are written down."""

from __future__ import annotations

import re

from flows.fields import Fields, shortened
from flows.languages import NAMES, base
from flows.prompts import KEYS_FOR_LANGUAGES
from flows.yaml_tree import Listing, Text

CODE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}\Z")

BY_NAME = {name.lower(): code for code, name in reversed(NAMES.items())}

OFTEN_CONFUSED = {
    "cz": "cs",
    "gr": "el",
    "ua": "uk",
    "jp": "ja",
    "dk": "da",
    "se": "sv",
    "cn": "zh",
}


def language_complaint(code: str) -> tuple[str, str] | None:
    """Message and hint when this isn't the code of a language that Warmline knows, else None."""
    if CODE.match(code) and base(code) in NAMES:
        return None
    word = code.strip().lower()
    right = BY_NAME.get(word) or OFTEN_CONFUSED.get(word) or (word if word in NAMES else None)
    hint = (
        f"Write “{right}”, the code of {NAMES[right]}."
        if right
        else "Languages are written as short codes: en for English, fr for French, ar for Arabic, sw for Swahili."
    )
    return f"“{shortened(code)}” isn't the code of a language that Warmline knows.", hint


def read_languages(fields: Fields) -> tuple[str, ...]:
    """The languages of a flow, most common first; () when they can't be read."""
    tree = fields.required(
        "languages", "List the codes of the languages, most common first: “languages: [en, fr]”."
    )
    if tree is None:
        return ()
    items = tree.items if isinstance(tree, Listing) else (tree,)
    found: list[str] = []
    for item in items:
        value = item.value if isinstance(item, Text) else ""
        complaint = language_complaint(value)
        if complaint is not None:
            fields.error(item.line, *complaint)
        elif value in found:
            fields.error(item.line, f"The language “{value}” is listed twice.", "Take one of the two away.")
        else:
            found.append(value)
    if not items:
        fields.error(fields.line("languages"), "The list of languages is empty.", "Name at least one: [en].")
    if len(found) > len(KEYS_FOR_LANGUAGES):
        fields.error(
            fields.line("languages"),
            f"There are {len(found)} languages, but only {len(KEYS_FOR_LANGUAGES)} can be chosen with one key.",
            "Split them over two lines with a number each.",
        )
    return tuple(found)
