"""Whether what is said stays short enough to be kept in mind, and long enough to help."""

from __future__ import annotations

from collections.abc import Callable

from flows.checks.report import Report
from flows.languages import name as language_name
from flows.lengths import Lengths, seconds_of
from flows.model import AskLanguage, Flow, Menu, Node, Pack, Play, Rate
from flows.problems import Path, listed
from flows.prompts import KEYS_FOR_LANGUAGES, THIS_LANGUAGE, press

MOST_OPTION_SECONDS = 4.0
MOST_MENU_SECONDS = 20.0
MOST_LANGUAGE_MENU_SECONDS = 12.0
CONTENT_SECONDS = (60.0, 120.0)


def check_timing(pack: Pack, report: Report, lengths: Lengths) -> None:
    """Warns by the lengths of clips where they are known, and by an estimate from the text where they aren't."""
    timing = _Timing(pack, report, lengths)
    for flow in pack.flows.values():
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

    def over(self, prompts: tuple[str, ...], wrong: Callable[[float], bool]) -> str:
        """ "14 s in French and 13 s in Arabic" for the languages in which the length is wrong."""
        found = ((language, self.seconds(prompts, language)) for language in self.pack.languages)
        return listed(f"{length:.0f} s in {language_name(code)}" for code, length in found if wrong(length))

    def language_menu(self, where: Path) -> None:
        pairs = list(zip(self.pack.languages, KEYS_FOR_LANGUAGES, strict=False))
        total = sum(self.seconds((THIS_LANGUAGE, press(key)), code) for code, key in pairs)
        if total > MOST_LANGUAGE_MENU_SECONDS:
            self.report.warn(
                where,
                f"Choosing a language takes {total:.0f} s, and callers give up after "
                f"{MOST_LANGUAGE_MENU_SECONDS:.0f} s.",
                "Shorten “this_language” to the name of the language, such as “English,”.",
            )

    def question(self, where: Path, prompts: tuple[str, ...], options: list[tuple[str, str]]) -> None:
        for key, say in options:
            if (key, say) in self.options:
                continue
            long = self.over((say, press(key)), lambda seconds: seconds > MOST_OPTION_SECONDS + 0.5)
            if long:
                self.options.add((key, say))
                self.report.warn(
                    (*where, key),
                    f"“{say}” with its key takes {long}; {MOST_OPTION_SECONDS:.0f} s are enough.",
                    "Say only what the key is for: “To listen,”. The key itself is said after it.",
                )
        every = (*prompts, *(part for key, say in options for part in (say, press(key))))
        long = self.over(every, lambda seconds: seconds > MOST_MENU_SECONDS + 0.5)
        if long:
            self.report.warn(
                where[:-1],
                f"This takes {long} until the last key is named; {MOST_MENU_SECONDS:.0f} s are enough.",
                "Shorten what comes before the keys, or move it into a “play” node before this one.",
            )

    def content(self, where: Path, prompts: tuple[str, ...]) -> None:
        least, most = CONTENT_SECONDS
        long = self.over(prompts, lambda seconds: seconds > most + 0.5)
        if long:
            self.report.warn(
                where,
                f"This takes {long}; most people listen for {most:.0f} s at most.",
                "Split it into two pieces, and offer the second after the first.",
            )
        short = self.over(prompts, lambda seconds: 0 < seconds < least - 0.5)
        if short:
            self.report.warn(
                where,
                f"This takes only {short}; an exercise needs {least:.0f} s or more to help.",
                "Leave more room with “…” (one second each), or repeat a part. If it is no exercise, "
                "take “measure” away.",
            )
