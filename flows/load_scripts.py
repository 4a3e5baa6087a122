"""The scripts of one language, from the tree of their file to objects."""

from __future__ import annotations

import re

from flows.fields import MOST_TEXT, Fields, Findings, shortened, suggestion, what_it_is, why_no_id
from flows.load_languages import language_complaint
from flows.model import Review, Script
from flows.yaml_tree import Block, Text, Tree

KNOWN = ("language", "licence", "review", "source", "therapeutic", "scripts")
KNOWN_OF_SCRIPT = ("text", "direction", "aim_seconds", "therapeutic", "source", "licence", "review")
MOST_SCRIPTS = 2000

EXAMPLE = "A script file begins with “language: en”, then “scripts:” with one block for each prompt."


def read_scripts(findings: Findings, file: str, tree: Tree | None) -> tuple[str, dict[str, Script]] | None:
    """The language of a file and its scripts by prompt; scripts with mistakes are left out."""
    if not isinstance(tree, Block):
        message = (
            "This file is empty." if tree is None else f"This file holds no scripts, but {what_it_is(tree)}."
        )
        findings.add("error", file, 1 if tree is None else tree.line, "", message, EXAMPLE)
        return None
    fields = Fields(findings, file, tree, ("script", f"file {file}"), "", "This script file")
    language = _language(fields, file)
    shared = _Shared(fields)
    block = fields.block_of("scripts", 'Write below it, for each prompt: “to_listen: {text: "To listen,"}”.')
    fields.finish(KNOWN)
    if not language or block is None:
        return None
    findings.places[("script", language)] = (file, 1)
    if len(block.fields) > MOST_SCRIPTS:
        fields.error(block.line, f"There are more than {MOST_SCRIPTS} scripts.", "Split the pack into two.")
        return None
    found: dict[str, Script] = {}
    for prompt, entry in block.fields.items():
        script = _script(fields, shared, language, prompt, entry, block.lines[prompt])
        if script is None:
            findings.unreadable_scripts.add((prompt, language))
        else:
            found[prompt] = script
    for prompt, first, second in block.twice:
        fields.error(
            second,
            f"The script of “{shortened(prompt)}” is written twice: in line {first} and again in line {second}.",
            "Keep the one that should be read aloud.",
        )
    return language, found


def _language(fields: Fields, file: str) -> str:
    language = fields.text("language", 20)
    stem = file.rsplit("/", 1)[-1].removesuffix(".yaml")
    if not language:
        if not fields.has("language"):
            fields.error(
                fields.line("language"),
                "The language of these scripts isn't named.",
                f"Write “language: {stem}”.",
            )
        return ""
    complaint = language_complaint(language)
    if complaint is not None:
        fields.error(fields.line("language"), *complaint)
        return ""
    if language != stem:
        fields.error(
            fields.line("language"),
            f"The file is called “{stem}.yaml”, but its language is “{language}”.",
            f"Rename the file to “{language}.yaml”, or write “language: {stem}”.",
        )
    return language


class _Shared:
    """What holds for every script of the file that doesn't say otherwise."""

    def __init__(self, fields: Fields) -> None:
        self.licence = fields.text("licence")
        self.source = fields.text("source", 400)
        self.therapeutic = fields.yes_no("therapeutic", False)
        self.review = _review(fields, Review(""))


def _review(fields: Fields, otherwise: Review) -> Review:
    tree = fields.take("review")
    if tree is None:
        return otherwise
    if isinstance(tree, Text):
        return Review(fields.text("review"))
    if not isinstance(tree, Block):
        fields.error(
            fields.line("review"), f"“review” can't be {what_it_is(tree)}.", "Write “review: {state: …}”."
        )
        return otherwise
    inner = fields.inner(tree, ("review",), "“review”")
    review = Review(inner.text("state"), inner.text("clinical"), inner.text("native_speaker"))
    inner.finish(("state", "clinical", "native_speaker"))
    fields.right = fields.right and inner.right
    return review


def _script(
    fields: Fields, shared: _Shared, language: str, prompt: str, tree: Tree, line: int
) -> Script | None:
    where = ("script", language, prompt)
    fields.findings.places[where] = (fields.file, line)
    complaint = why_no_id(prompt)
    if complaint:
        fields.error(
            line, f"“{shortened(prompt)}” can't be the name of a prompt: {complaint}.", suggestion(prompt)
        )
    if isinstance(tree, Text):
        tree = Block({"text": tree}, {"text": line}, (), line)
    if not isinstance(tree, Block):
        fields.error(
            line, f"The script of “{shortened(prompt)}” is {what_it_is(tree)}.", 'Write {text: "…"}.'
        )
        return None
    inner = Fields(fields.findings, fields.file, tree, where, "", f"The script of “{shortened(prompt)}”")
    script = Script(
        prompt=prompt,
        language=language,
        text=inner.text("text", MOST_TEXT),
        direction=inner.text("direction", 400),
        aim_seconds=_seconds(inner),
        therapeutic=inner.yes_no("therapeutic", shared.therapeutic),
        source=inner.text("source", 400) or shared.source,
        licence=inner.text("licence") or shared.licence,
        review=_review(inner, shared.review),
    )
    inner.finish(KNOWN_OF_SCRIPT)
    return script if inner.right and not complaint else None


def _seconds(fields: Fields) -> float:
    tree = fields.take("aim_seconds")
    if tree is None:
        return 0.0
    if isinstance(tree, Text) and re.fullmatch(r"[0-9]{1,4}([.,][0-9]{1,3})?", tree.value):
        return float(tree.value.replace(",", "."))
    fields.error(
        fields.line("aim_seconds"),
        f"“aim_seconds” should be a number of seconds, but it is {what_it_is(tree)}.",
        "Write how long it should take to read, in seconds: “aim_seconds: 3”.",
    )
    return 0.0
