"""Whether what is said stays short enough to be kept in mind, and long enough to help."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator

from flows.checks.report import Report
from flows.house import WAITING_TIMES
from flows.languages import name as language_name
from flows.lengths import Lengths, seconds_of
from flows.model import EMERGENCY_NUMBER, WAITING_TIME, AskLanguage, Flow, Menu, Node, Pack, Play, Rate
from flows.problems import Path, listed
from flows.prompts import KEYS_FOR_LANGUAGES, THIS_LANGUAGE, press

MOST_OPTION_SECONDS = 4.0
MOST_MENU_SECONDS = 20.0
MOST_LANGUAGE_MENU_SECONDS = 12.0
CONTENT_SECONDS = (60.0, 120.0)

ESTIMATES_ERR_BY = 0.15
"""Of a length. Nobody is sent to shorten a text that may be short enough; once it is recorded, the clip decides."""


def check_timing(pack: Pack, report: Report, lengths: Lengths) -> None:
    """Warns by the lengths of clips where they are known, and by an estimate from the text where they aren't."""
    timing = _Timing(pack, report, lengths)
    for flow in pack.flows.values():
        for key in flow.keys.values():
            if key.say is not None:
                timing.option(("flow", flow.id, "keys", key.key), key.key, key.say)
        for node in flow.nodes.values():
            timing.node(flow, node)


class _Timing:
    def __init__(self, pack: Pack, report: Report, lengths: Lengths) -> None:
        self.pack = pack
        self.report = report
        self.lengths = lengths
        self.options: set[tuple[str, str]] = set()
        """Pairs of words and key that were already complained of: one recording too long is one problem."""

    def node(self, flow: Flow, node: Node) -> None:
        where = ("node", flow.id, node.id)
        match node:
            case AskLanguage():
                self.language_menu(where)
            case Menu(options=options):
                self.question((*where, "options"), node.prompts, [(o.key, o.say) for o in options])
            case Rate(choices=choices):
                self.question((*where, "choices"), node.prompts, [(c.key, c.say) for c in choices])
            case Play(measure="completion"):
                self.content((*where, "play"), node.prompts)
            case _:
                pass

    def seconds(self, prompts: tuple[str, ...], language: str) -> float:
        return seconds_of(self.pack, prompts, language, self.lengths)

    def doubt(self, heard: Iterable[tuple[str, str]]) -> float:
        """How far the length of these (prompt, language) may be off, as a part of it."""
        measured = all(each in self.lengths for each in clips_of(heard))
        return 0.0 if measured else ESTIMATES_ERR_BY

    def over(self, prompts: tuple[str, ...], most: float) -> str:
        """ "4.3 s in French and 4.9 s in Arabic" for the languages in which it takes longer than `most`."""
        return self.told(
            prompts, lambda seconds, doubt: _up(seconds) if seconds > most * (1 + doubt) else None
        )

    def under(self, prompts: tuple[str, ...], least: float) -> str:
        """The languages in which it is shorter than `least`, unless nothing is known of it."""
        return self.told(
            prompts, lambda seconds, doubt: _down(seconds) if 0 < seconds < least * (1 - doubt) else None
        )

    def told(self, prompts: tuple[str, ...], wrong: Callable[[float, float], str | None]) -> str:
        found = (
            (code, wrong(self.seconds(prompts, code), self.doubt((prompt, code) for prompt in prompts)))
            for code in self.pack.languages
        )
        return listed(f"{length} s in {language_name(code)}" for code, length in found if length is not None)

    def language_menu(self, where: Path) -> None:
        pairs = list(zip(self.pack.languages, KEYS_FOR_LANGUAGES, strict=False))
        total = sum(self.seconds((THIS_LANGUAGE, press(key)), code) for code, key in pairs)
        doubt = self.doubt((prompt, code) for code, key in pairs for prompt in (THIS_LANGUAGE, press(key)))
        if total > MOST_LANGUAGE_MENU_SECONDS * (1 + doubt):
            self.report.warn(
                where,
                f"Choosing a language takes {_up(total)} s, and callers give up after "
                f"{MOST_LANGUAGE_MENU_SECONDS:.0f} s.",
                "Shorten “this_language” to the name of the language, such as “English,”.",
            )

    def question(self, where: Path, prompts: tuple[str, ...], options: list[tuple[str, str]]) -> None:
        for key, say in options:
            self.option((*where, key), key, say)
        every = (*prompts, *(part for key, say in options for part in (say, press(key))))
        long = self.over(every, MOST_MENU_SECONDS)
        if long:
            self.report.warn(
                where[:-1],
                f"This takes {long} until the last key is named; {MOST_MENU_SECONDS:.0f} s are enough.",
                "Shorten what comes before the keys, or move it into a “play” node before this one.",
            )

    def option(self, where: Path, key: str, say: str) -> None:
        long = self.over((say, press(key)), MOST_OPTION_SECONDS)
        if long and (key, say) not in self.options:
            self.options.add((key, say))
            self.report.warn(
                where,
                f"“{say}” with its key takes {long}; {MOST_OPTION_SECONDS:.0f} s are enough.",
                "Say only what the key is for: “To listen,”. The key itself is said after it.",
            )

    def content(self, where: Path, prompts: tuple[str, ...]) -> None:
        least, most = CONTENT_SECONDS
        long = self.over(prompts, most)
        if long:
            self.report.warn(
                where,
                f"This takes {long}; most people listen for {most:.0f} s at most.",
                "Split it into two pieces, and offer the second after the first.",
            )
        short = self.under(prompts, least)
        if short:
            self.report.warn(
                where,
                f"This takes only {short}; an exercise needs {least:.0f} s or more to help.",
                "Leave more room with “…” (one second each), or repeat a part. If it is no exercise, "
                "take “measure” away.",
            )


def clips_of(heard: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """The clips of which something consists; the length of the emergency number is taken as known."""
    for prompt, language in heard:
        if prompt == WAITING_TIME:
            yield from ((sentence, language) for sentence in WAITING_TIMES)
        elif prompt != EMERGENCY_NUMBER:
            yield prompt, language


def _up(seconds: float) -> str:
    """Never rounded to the very limit that it exceeds."""
    return f"{math.ceil(seconds * 10) / 10:.1f}"


def _down(seconds: float) -> str:
    return f"{math.floor(seconds * 10) / 10:.1f}"
