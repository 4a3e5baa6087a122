"""Which prompt and language a file is, by its name alone. Pure.

Names are labels and nothing else: no path is ever made of one. What a name doesn't say beyond doubt is left open: a
person who listens decides that in a moment, and a wrong guess would put other words into a call.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flows import languages as all_languages

LONGEST_LABEL = 160
"""As much of a name as is kept of it."""

_WORDS = re.compile(r"[^\W_]+")
_FOLDERS = re.compile(r"[/\\]+")
_LONGEST_READ = 400
"""Names come from strangers' archives, 65 535 signs if they like: looking for a prompt in them must cost nothing."""
_MOST_TAKES = 9
"""A second number up to this tells takes apart ("017-2", "17 (3)"); what is larger is a date or a counter."""


@dataclass(frozen=True, slots=True)
class Known:
    """What names may mean: prompts by the words that their ids are made of, printed numbers, and languages."""

    prompts: Mapping[tuple[str, ...], str]
    numbers: Mapping[int, str]
    languages: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Match:
    """What a name says. Each is empty where it doesn't."""

    prompt: str
    language: str


def known_names(prompts: Iterable[str], numbers: Mapping[int, str], languages: Iterable[str]) -> Known:
    """What can be recognised. `numbers` are those of the printed sheets."""
    named = {code.casefold(): code for code in languages}
    named |= {all_languages.name(code).casefold(): code for code in named.values()}
    return Known({words_of(prompt): prompt for prompt in prompts}, numbers, named)


def label_of(name: str) -> str:
    """A file's name as it is kept and shown: without folders, without signs that nobody can see, and not too long."""
    plain = "".join(sign for sign in _FOLDERS.split(name)[-1] if sign.isprintable())
    return plain.strip()[:LONGEST_LABEL]


def words_of(text: str) -> tuple[str, ...]:
    """The words of a name, whatever stands between them."""
    return tuple(_WORDS.findall(unicodedata.normalize("NFKC", text).casefold()))


def match(name: str, known: Known) -> Match:
    """What a file is. `name` may begin with folders: `sw/017 welcome (2).m4a`."""
    *folders, file = _FOLDERS.split(name[-_LONGEST_READ:])
    words = words_of(file.rpartition(".")[0] or file)
    named, at = _named(words, known)
    numbered = _numbered(words, known)
    # Where a name and a number tell of two prompts, one of them is a mistake.
    prompt = "" if named and numbered and named != numbered else named or numbered
    rest = words[: at.start] + words[at.stop :]
    return Match(prompt, _language(folders, rest, known))


def _named(words: tuple[str, ...], known: Known) -> tuple[str, slice]:
    """The one prompt whose id stands in a name. Ids begin with others ("to_listen", "to_listen_again"): the longest."""
    longest = min(len(words), max(map(len, known.prompts), default=0))
    spans = [
        slice(start, start + size)
        for size in range(longest, 0, -1)
        for start in range(len(words) - size + 1)
        if words[start : start + size] in known.prompts
    ]
    if not spans:
        return "", slice(0, 0)
    best = spans[0]
    if any(span.start < best.start or span.stop > best.stop for span in spans):
        return "", slice(0, 0)
    return known.prompts[words[best]], best


def _numbered(words: tuple[str, ...], known: Known) -> str:
    """The prompt of a printed number, where the name begins with it. A phone's own names end with numbers."""
    numbers = [int(word) for word in words if word.isdecimal() and len(word) < 9]
    if not words or not words[0].isdecimal() or not numbers:
        return ""
    others = numbers[1:]
    if len(others) > 1 or any(number > _MOST_TAKES for number in others):
        return ""
    return known.numbers.get(numbers[0], "")


def _language(folders: list[str], rest: tuple[str, ...], known: Known) -> str:
    """The language of the nearest folder that is called by one; else the one that the name itself says."""
    for folder in reversed(folders):
        if code := known.languages.get(" ".join(words_of(folder))):
            return code
    said = {known.languages[word] for word in rest if word in known.languages}
    return said.pop() if len(said) == 1 else ""
