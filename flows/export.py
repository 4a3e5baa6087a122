"""A pack for others: one JSON document for programs, one sheet to read from for the people who record it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from html import escape

from flows.documents import pack_to_document
from flows.house import moment
from flows.languages import name as language_name
from flows.languages import right_to_left
from flows.lengths import estimated_seconds
from flows.model import STANDING_FOR, AskLanguage, Pack, Script
from flows.prompts import (
    ALWAYS_NEEDED,
    DIGITS,
    INVALID_KEY,
    KEYS_FOR_LANGUAGES,
    LAST_RESORT,
    THIS_LANGUAGE,
    named_by,
    needed_by_pack,
    only_of_house,
    press,
)

MOST_PLACES = 6


def as_json(pack: Pack) -> str:
    """The canonical document: equal packs give equal bytes."""
    return json.dumps(pack_to_document(pack), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def as_recording_sheet(
    pack: Pack, languages: Iterable[str], numbers: Mapping[str, int] | None = None, voice: str = ""
) -> str:
    """One HTML page to print and read from. Each language begins on a new sheet of paper. `numbers` are those by which
    prompts are known elsewhere, such as on a phone; without them they are counted. `voice`: who is to record it."""
    heard = where_heard(pack)
    title = escape(pack.flows[pack.entry].title or pack.id)
    sections = "".join(_language(pack, language, heard, numbers, voice) for language in languages)
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}: recording sheet</title><style>{STYLE}</style></head>\n"
        f"<body>{sections}</body></html>\n"
    )


def where_heard(pack: Pack) -> dict[str, list[str]]:
    """For each prompt, the nodes and moments at which it is heard, in words."""
    found: dict[str, list[str]] = {
        THIS_LANGUAGE: ["choosing a language"],
        INVALID_KEY: ["after a key without meaning"],
        LAST_RESORT: ["when a call can't go on"],
        **{digit: ["numbers, such as the emergency number"] for digit in DIGITS},
    }
    for flow in pack.flows.values():
        for node in flow.nodes.values():
            prompts = list(named_by(node))
            if isinstance(node, AskLanguage):
                prompts += [press(key) for key in KEYS_FOR_LANGUAGES[: len(pack.languages)]]
            for prompt in dict.fromkeys(prompts):
                name = node.id if flow.id == pack.entry else f"{flow.id}: {node.id}"
                found.setdefault(prompt, []).append(name)
        for key in flow.keys.values():
            if key.say is not None:
                found.setdefault(key.say, []).append(f"announcing key {key.key}")
                found.setdefault(press(key.key), []).append(f"announcing key {key.key}")
    for prompt in STANDING_FOR:
        found.pop(prompt, None)
    for prompt in only_of_house(pack):
        found.setdefault(prompt, []).append(moment(prompt))
    return found


def sheet_order(pack: Pack) -> tuple[str, ...]:
    """Every prompt in the order in which it is recorded: what callers hear first, then what is said at many places,
    then what the line says by itself."""
    needed = needed_by_pack(pack)
    spare = dict.fromkeys(prompt for prompt, _ in pack.scripts if prompt not in needed)
    own = only_of_house(pack)
    return tuple(sorted([*needed, *spare], key=lambda prompt: (prompt in own, prompt in ALWAYS_NEEDED)))


def _language(
    pack: Pack, language: str, heard: dict[str, list[str]], numbers: Mapping[str, int] | None, voice: str
) -> str:
    own = only_of_house(pack)
    needed = needed_by_pack(pack)
    prompts = [
        prompt for prompt in sheet_order(pack) if prompt in needed or (prompt, language) in pack.scripts
    ]
    scripts = [pack.scripts[prompt, language] for prompt in prompts if (prompt, language) in pack.scripts]
    minutes = sum(estimated_seconds(script.text, language) for script in scripts) / 60
    reviews = {_review(script) for script in scripts}
    shared = reviews.pop() if len(reviews) == 1 else None
    rows = {
        prompt: _row(
            numbers.get(prompt, 0) if numbers else number,
            prompt,
            pack.scripts.get((prompt, language)),
            heard.get(prompt, []),
            shared is None,
        )
        for number, prompt in enumerate(prompts, 1)
    }
    said_by_flows = "".join(row for prompt, row in rows.items() if prompt not in own)
    said_by_itself = "".join(row for prompt, row in rows.items() if prompt in own)
    who = f"<p>Voice: <strong>{escape(voice)}</strong></p>" if voice else ""
    state = f"<p>Review of all these texts: {escape(shared)}.</p>" if shared is not None else ""
    return (
        f"<section><header><h1>{escape(language_name(language))}: what to record</h1>"
        f"<p>{escape(pack.flows[pack.entry].title or pack.id)} · {len(scripts)} texts · about {minutes:.0f} minutes "
        "of speech, and three to four times as long to record. Read as you would to one person who sits beside you. "
        "“…” is a pause of one second: breathe. Tick the box when a text is recorded.</p>"
        f"{who}{state}</header>"
        f"{_table(said_by_flows)}{_own_words(said_by_itself)}</section>\n"
    )


def _own_words(rows: str) -> str:
    """The part of a sheet that no flow names; a pack that calls nobody back has none."""
    if not rows:
        return ""
    return (
        "<h2>Said by the line itself</h2><p>To helpers, and to callers whom it rings. "
        f"One voice for all of these is best.</p>{_table(rows)}"
    )


def _table(rows: str) -> str:
    return (
        "<table><thead><tr><th>Done</th><th>Text</th><th>How</th><th>About</th></tr></thead>"
        f"<tbody>{rows}</tbody></table>"
    )


def _row(number: int, prompt: str, script: Script | None, heard: list[str], with_review: bool) -> str:
    name = f'<p class="name">{f"{number}. " if number else ""}{escape(prompt)}</p>'
    places = heard[:MOST_PLACES] + ([f"{len(heard) - MOST_PLACES} more"] if len(heard) > MOST_PLACES else [])
    where = f"<p>Heard at: {escape(', '.join(places))}</p>" if places else "<p>Not used yet</p>"
    if script is None:
        missing = '<td class="missing">There is no text yet.</td><td></td>'
        return f'<tr><td><span class="box"></span></td>{missing}<td>{name}{where}</td></tr>'
    lines = "<br>".join(escape(line) for line in script.text.split("\n"))
    direction = "rtl" if right_to_left(script.language) else "ltr"
    said = f'<td class="said" lang="{escape(script.language)}" dir="{direction}">{lines}</td>'
    review = f"<p>Review: {escape(_review(script))}</p>" if with_review else ""
    about = f"<td>{name}{where}{_origin(script)}{review}</td>"
    return f'<tr><td><span class="box"></span></td>{said}<td>{_how(script)}</td>{about}</tr>'


def _how(script: Script) -> str:
    aim = script.aim_seconds or estimated_seconds(script.text, script.language)
    word = "aim for" if script.aim_seconds else "about"
    direction = f"<p>{escape(script.direction)}</p>" if script.direction else ""
    return f"{direction}<p>{word} {aim:.0f} s</p>"


def _review(script: Script) -> str:
    review = script.review
    parts = [review.state]
    parts += [f"clinical: {review.clinical}"] if review.clinical else []
    parts += [f"native speaker: {review.native_speaker}"] if review.native_speaker else []
    return "; ".join(part for part in parts if part) or "none yet"


def _origin(script: Script) -> str:
    if not script.therapeutic:
        return ""
    return (
        f"<p><strong>Therapeutic: read it word for word.</strong></p><p>Source: {escape(script.source)}</p>"
    )


STYLE = """
:root { color-scheme: light; }
body { font: 16px/1.5 system-ui, "Noto Sans", "Segoe UI", "DejaVu Sans", Arial, sans-serif; color: #1f2a36;
  background: #fffdf8; margin: 1.5rem auto; max-width: 70rem; padding: 0 1rem; }
h1 { font-size: 1.6rem; margin: 0 0 .3rem; }
h2 { font-size: 1.3rem; margin: 2rem 0 .3rem; break-after: avoid; }
header p, section > p { max-width: 68ch; }
section + section { margin-block-start: 3rem; break-before: page; }
table { border-collapse: collapse; width: 100%; }
thead { display: table-header-group; }
th { text-align: start; font-size: .85rem; }
th, td { border-block-end: 1px solid #8a94a0; padding: .6rem .5rem; vertical-align: top; }
tr { break-inside: avoid; }
td p { margin: 0 0 .25rem; font-size: .8rem; }
.said { font-size: 1.15rem; line-height: 1.7; width: 52%; }
.name { font-weight: bold; }
.missing { font-style: italic; }
.box { display: inline-block; width: 1.1rem; height: 1.1rem; border: 2px solid #1f2a36; border-radius: 3px; }
@media print {
  body { background: none; margin: 0; max-width: none; padding: 0; font-size: 11pt; }
  .said { font-size: 13pt; }
}
@page { size: A4; margin: 14mm; }
"""
