"""What a YAML parser complains of, said in plain words."""

from __future__ import annotations

import re

from ruamel.yaml.error import MarkedYAMLError

from flows.quotes import CURLY_HINT, CURLY_MESSAGE, curly, ends_early, left_open

Explained = tuple[str, str, int]
"""Message, hint, and the line it is about, counted from 0."""

STAR_WITHOUT_QUOTES = re.compile(r"^\s*(\{\s*)?\*\s*:|[{,]\s*\*\s*:")


def in_plain_words(error: MarkedYAMLError, lines: list[str], line: int) -> Explained:
    """Message, hint and line (from 0) for a parser's complaint."""
    problem = str(error.problem or "")
    context = str(error.context or "")
    opened = error.context_mark.line if error.context_mark is not None else line
    shown = lines[line] if line < len(lines) else ""
    return (
        _about_a_character(problem, shown, line)
        or _about_quotes(problem, context, opened)
        or _about_quotes_before(lines, line, opened)
        or _about_brackets(context, opened)
        or _about_layout(problem, context, shown, line)
    )


def _about_a_character(problem: str, shown: str, line: int) -> Explained | None:
    if "\\t" in problem or "\t" in problem:
        return (
            "There is a tab at the start of this line.",
            "Replace the tab by spaces, two for each step inwards. Most editors can do this for a whole file.",
            line,
        )
    if STAR_WITHOUT_QUOTES.search(shown):
        return ("The star key is written without quotes.", 'Write it in quotes: "*".', line)
    found = re.search(r"found character '(.)' that cannot start", problem)
    if found:
        return (
            f"A text can't begin with “{found[1]}” here.",
            "Put the whole text in quotes.",
            line,
        )
    if "escape" in problem:
        return (
            "There is a backslash in this text, and what follows it isn't understood.",
            "Take the backslash away, or use single quotes around the text.",
            line,
        )
    if "chomping or indentation" in problem:
        return (
            "After “|” or “>” the text has to begin on the next line.",
            "Move the text down one line and put two more spaces before it.",
            line,
        )
    return None


def _about_quotes(problem: str, context: str, opened: int) -> Explained | None:
    if "quoted scalar" in context and "end of stream" in problem:
        return (
            "A quotation mark is opened here and never closed.",
            "Put the same quotation mark at the end of the text.",
            opened,
        )
    return None


def _about_quotes_before(lines: list[str], line: int, opened: int) -> Explained | None:
    """What the parser stumbles over is often far below the quotation mark that is missing."""
    number = left_open(lines, line)
    if number is not None:
        return (
            "A quotation mark is opened here and not closed in this line.",
            "Put the same quotation mark at the end of the text.",
            number,
        )
    for at in (line, opened):
        if at < len(lines) and curly(lines[at]):
            return CURLY_MESSAGE, CURLY_HINT, at
        if at < len(lines) and ends_early(lines[at]):
            return (
                "Something follows here after a text has already ended.",
                "If the text contains a quotation mark or an apostrophe, put double quotes around all of it.",
                at,
            )
    return None


def _about_brackets(context: str, opened: int) -> Explained | None:
    if "flow mapping" in context or "flow sequence" in context:
        bracket, closing = ("{", "}") if "mapping" in context else ("[", "]")
        return (
            f"A bracket “{bracket}” is opened here, and what follows doesn't fit, or it is never closed.",
            f"Check that there is a comma between the parts and a “{closing}” at the end.",
            opened,
        )
    return None


def _about_layout(problem: str, context: str, shown: str, line: int) -> Explained:
    if "mapping values are not allowed" in problem:
        if shown.count(": ") > 1:
            return (
                "There is a second colon in this line.",
                "If it belongs to a text, put the whole text in quotes. If something is missing, start a new line.",
                line,
            )
        return (
            "This line stands further in than the one it belongs to, or the line above it isn't finished.",
            "Put the same number of spaces before all lines that belong together, and a colon after each name.",
            line,
        )
    if "expected <block end>" in problem and "<scalar>" in problem:
        return (
            "Something follows here after a text has already ended.",
            "If the text contains a quotation mark or an apostrophe, put double quotes around all of it.",
            line,
        )
    if "expected <block end>" in problem:
        return (
            "This line doesn't stand in line with the ones it belongs to.",
            "Put the same number of spaces before all lines that belong together.",
            line,
        )
    if "could not find expected ':'" in problem or "simple key" in context:
        return (
            "A colon is missing in this line.",
            "Write the name, a colon, a space, and then the text.",
            line,
        )
    if "'}'" in problem or "']'" in problem:
        return ("A bracket is closed here that was never opened.", "Take it away, or open it.", line)
    return (
        "This line can't be understood.",
        "Compare it with the same kind of line in a flow that works: spaces, colons, quotes and brackets matter.",
        line,
    )
