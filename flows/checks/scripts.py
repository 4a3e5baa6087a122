"""Whether everything that can be said has a text in every language, and whether each text says where it comes from."""

from __future__ import annotations

from collections.abc import Callable

from flows.checks.report import Report, quoted
from flows.house import AT_WILL, moment, written_at_will
from flows.languages import name as language_name
from flows.model import KEYS, Pack, Script
from flows.problems import WHOLE_FILE, Path, listed, nearest
from flows.prompts import ALWAYS_NEEDED, named_by, needed_by_pack, only_of_house, press

MOST_NAMED = 3
"""Texts of the line itself that are named one by one; a pack without any lacks dozens."""


def check_scripts(pack: Pack, report: Report, unreadable: frozenset[tuple[str, str]], *, whole: bool) -> None:
    """`unreadable` are (prompt, language) with mistakes of their own; nothing more is said of those. `whole` where
    everything in the flows could be read: otherwise no script is called idle, for what is unread may name it."""
    needed = needed_by_pack(pack)
    spoken = {language: _prompts_in(pack, language) for language in pack.languages}
    meant = _missing(pack, report, needed, spoken, unreadable)
    for language in dict.fromkeys([*pack.languages, *(code for _, code in pack.scripts)]):
        scripts = [script for (_, code), script in pack.scripts.items() if code == language]
        if language not in pack.languages:
            report.warn(
                ("script", language),
                f"Nobody can choose {language_name(language)} in this pack, so these scripts are never said.",
                f"Add “{language}” to the languages of the flow, or take the file away.",
            )
            continue
        _empty(report, scripts)
        _origin(report, language, scripts)
        if whole:
            _never_said(report, language, scripts, {*needed, *meant, *written_at_will(pack)})
        _half_written(report, language, spoken[language])


def _prompts_in(pack: Pack, language: str) -> set[str]:
    return {prompt for prompt, code in pack.scripts if code == language}


def _missing(
    pack: Pack,
    report: Report,
    needed: tuple[str, ...],
    spoken: dict[str, set[str]],
    unreadable: frozenset[tuple[str, str]],
) -> set[str]:
    """Complains of texts that aren't there; the names of those that may have been meant instead."""
    meant: set[str] = set()
    for language, prompts in spoken.items():
        if not prompts and (WHOLE_FILE, language) not in unreadable:
            report.error(
                ("script", language),
                f"There are no scripts in {language_name(language)}.",
                f"Write scripts/{language}.yaml, or take “{language}” out of the languages.",
            )
    lacking = {
        language: [
            prompt for prompt in needed if prompt not in prompts and (prompt, language) not in unreadable
        ]
        for language, prompts in spoken.items()
        if prompts and (WHOLE_FILE, language) not in unreadable
    }
    _not_said_by_the_line(pack, report, lacking)
    for prompt in needed:
        missing = [language for language, prompts in lacking.items() if prompt in prompts]
        if missing:
            guess = nearest(prompt, spoken[missing[0]] - set(needed))
            meant |= {guess} if guess else set()
            report.error(
                _where_said(pack, prompt),
                f"“{prompt}” has no text in {listed(language_name(language) for language in missing)}.",
                f"Did you mean “{guess}”?"
                if guess
                else f"Add it to {listed(f'scripts/{language}.yaml' for language in missing)}.",
            )
    return meant


def _not_said_by_the_line(pack: Pack, report: Report, lacking: dict[str, list[str]]) -> None:
    """One problem for a language that lacks much of what the line itself says, taken out of what is lacking."""
    own = only_of_house(pack)
    for language, prompts in lacking.items():
        missing = [prompt for prompt in prompts if prompt in own]
        if len(missing) <= MOST_NAMED:
            continue
        lacking[language] = [prompt for prompt in prompts if prompt not in own]
        named, more = quoted(missing[:MOST_NAMED]), len(missing) - MOST_NAMED
        report.error(
            ("script", language),
            f"{len(missing)} texts that the line itself says to helpers, and to callers whom it rings, "
            f"are missing in {language_name(language)}: {listed([*named, f'{more} more'])}.",
            "Without them nobody can be called back. Copy them from scripts of the pack that ships, "
            "under “Said by the line itself”, and put them into your words.",
        )


def _half_written(report: Report, language: str, prompts: set[str]) -> None:
    """What may be left out is left out whole, or nobody hears of it."""
    for group in AT_WILL:
        missing = [prompt for prompt in group if prompt not in prompts]
        if missing and len(missing) < len(group):
            named = quoted(missing[:MOST_NAMED])
            more = [f"{len(missing) - MOST_NAMED} more"] if len(missing) > MOST_NAMED else []
            report.warn(
                ("script", language),
                f"Of what is {moment(group[0])}, {language_name(language)} lacks {listed([*named, *more])}.",
                "Until they are there the line doesn't offer it. Copy them from scripts of the pack that ships, or "
                "take the others away.",
            )


def _where_said(pack: Pack, prompt: str) -> Path:
    """The first node that names a prompt, else the flow's keys, else the flow."""
    if prompt in ALWAYS_NEEDED:
        return ("flow", pack.entry)
    for flow in pack.flows.values():
        for node in flow.nodes.values():
            if prompt in named_by(node):
                return ("node", flow.id, node.id)
        for key in flow.keys.values():
            if prompt == key.say:
                return ("flow", flow.id, "keys", key.key)
    return ("flow", pack.entry)


def _empty(report: Report, scripts: list[Script]) -> None:
    for script in scripts:
        if not script.text:
            report.error(
                ("script", script.language, script.prompt),
                f"The text of “{script.prompt}” is empty.",
                "Write what is to be read aloud. A short silence is written as …",
            )


def _origin(report: Report, language: str, scripts: list[Script]) -> None:
    _each_or_all(
        report,
        language,
        scripts,
        lambda script: not script.licence,
        "under which licence they may be used",
        "Write it once at the top of the file: “licence: CC-BY-4.0”.",
    )
    _each_or_all(
        report,
        language,
        scripts,
        lambda script: not script.review.state,
        "whether anyone has reviewed them",
        "Write it once at the top of the file: “review: {state: sample, needs clinical and native-speaker review}”.",
    )
    for script in scripts:
        where = ("script", language, script.prompt)
        if script.therapeutic and not script.source:
            report.error(
                where,
                f"“{script.prompt}” is therapeutic, but doesn't say where its method comes from.",
                "Add “source:” with the guideline or the book, so that a clinician can review it.",
            )
        if script.therapeutic and not script.direction:
            report.warn(
                where,
                f"“{script.prompt}” doesn't say how it should be read.",
                "Add “direction:” for the speaker, such as “slowly; leave room”.",
            )


def _each_or_all(
    report: Report,
    language: str,
    scripts: list[Script],
    lacks: Callable[[Script], bool],
    what: str,
    hint: str,
) -> None:
    """One problem for a whole file that forgot something; one for each script where only some did."""
    lacking = [script for script in scripts if lacks(script)]
    if lacking and len(lacking) == len(scripts):
        report.error(("script", language), f"The scripts don't say {what}.", hint)
        return
    for script in lacking:
        report.error(
            ("script", language, script.prompt), f"The script of “{script.prompt}” doesn't say {what}.", hint
        )


def _never_said(report: Report, language: str, scripts: list[Script], said: set[str]) -> None:
    """Recordings of keys that aren't used yet are welcome: menus are rearranged without recording anything again."""
    spare = {press(key) for key in KEYS}
    idle = [script.prompt for script in scripts if script.prompt not in said | spare]
    if idle:
        report.warn(
            ("script", language, idle[0]),
            f"Never said in any flow: {listed(quoted(idle))}.",
            "Name them in a node, or take them away, so that nobody records them in vain.",
        )
