"""The library: what is recorded of each prompt in each language, and the sheets that people read from."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, abort, request, url_for

from flows.languages import right_to_left
from flows.lengths import estimated_seconds
from flows.model import Pack, Script
from ivr.console.frame import page, parts
from ivr.console.gatekeeper import may_open
from ivr.console.languages import gettext
from ivr.console.library_view import (
    Wanted,
    a_page_of,
    counted,
    counts_of,
    language_card,
    rows_of,
    shown_languages,
    voice_of,
    wanted_of,
)
from ivr.console.prompt_places import all_places, places_of
from ivr.console.recording_words import STATES, progress_in_words
from ivr.console.shelf import all_packs, room, shelf_page, the_pack
from ivr.console.signed_in import me
from ivr.console.words import language_name
from ivr.recording.due import due
from ivr.recording.matrix import TO_RECORD, Cell, Progress, progress
from ivr.recording.scripts import Key


def add_library(console: Blueprint) -> None:
    """Adds the views."""
    console.add_url_rule("/console/library", "library", library, methods=["GET"])
    console.add_url_rule("/console/library/sheets/<language>", "sheet", sheet, methods=["GET"])


def library() -> Response:
    """The matrix of a pack: how far each language is, and its prompts."""
    pack = the_pack()
    if pack is None:
        return shelf_page("library.html", spoken=[])
    cells = room().shelves.cells(pack)
    wanted, places = wanted_of(request.args, pack.languages), places_of(pack)
    rows = rows_of(cells, wanted, room().drafts.sheet_numbers(), places, _prompt_at)
    shown, before, after = a_page_of(rows, wanted)
    on_air = parts().spoken()
    return shelf_page(
        "library.html",
        spoken=[_card(pack, one, on_air) for one in progress(cells)],
        packs=all_packs(),
        pack=pack.id,
        wanted=wanted,
        states=[(kind, state) for kind, state in STATES.items()],
        states_by_kind=STATES,
        places=all_places(places),
        heard=sorted({voice_of(cell) for cell in cells.values()} - {""}),
        shown=[{"code": code, "name": language_name(code)} for code in shown_languages(cells, wanted)],
        rows=shown,
        counted=counted(rows, wanted),
        before=_at(pack, before) if before else "",
        after=_at(pack, after) if after else "",
    )


def recordings_left() -> list[str]:
    """A sentence for each language of the drafts in which something is still to be done."""
    packs = [room().drafts.pack(pack_id) for pack_id in room().drafts.packs()]
    return [
        progress_in_words(one.language, counts_of(one), one.clinical_reviews_wanted)
        for pack in packs
        for one in progress(room().shelves.cells(pack))
        if one.ready < one.total
    ]


def _prompt_at(prompt: str, language: str) -> str:
    return url_for("console.library_prompt", prompt=prompt, language=language)


def _at(pack: Pack, wanted: Wanted) -> str:
    asked = {name: value for name, value in asdict(wanted).items() if value}
    return url_for("console.library", pack=pack.id, **asked, _anchor="prompts")


def _card(pack: Pack, one: Progress, on_air: Collection[str]) -> dict[str, Any]:
    def address(state: str) -> str:
        return _at(pack, Wanted(language=one.language, state=state))

    reviews = one.language in me().languages
    card = language_card(one, address, url_for("console.review") if reviews else "")
    counts = counts_of(one)
    records = may_open(me(), "console.record") and any(counts[state] for state in TO_RECORD)
    card["mine"] = one.language in me().languages
    card["on_air"] = one.language in on_air
    card["record"] = url_for("console.record", language=one.language) if records else ""
    card["sheets"] = _sheets(pack, one.language)
    return card


def _sheets(pack: Pack, code: str) -> list[dict[str, str]]:
    """One sheet for a language, or one for each of its voices."""
    voices = [voice.name for voice in room().voices.all(code)]
    if not voices:
        return [{"words": gettext("Recording sheet"), "address": _sheet_at(pack, code, "")}]
    return [
        {"words": gettext("Sheet for %(voice)s", voice=voice), "address": _sheet_at(pack, code, voice)}
        for voice in voices
    ]


def _sheet_at(pack: Pack, code: str, voice: str) -> str:
    # What is None stands in no address.
    return url_for("console.sheet", language=code, pack=pack.id, voice=voice or None)


def sheet(language: str) -> Response:
    """What is to be read aloud in a language, to be printed. `all=yes`: what is recorded already, too."""
    pack = the_pack()
    if pack is None or language not in pack.languages:
        abort(404)
    cells = room().shelves.cells(pack)
    voice = _voice(language)
    everything = request.args.get("all") == "yes"
    chosen = _of_voice(cells, language, voice) if everything else due(cells, language)
    numbers = room().drafts.sheet_numbers()
    rows = [_line(pack.scripts[one.prompt, language], numbers.get(one.prompt, 0)) for one in chosen]
    rows.sort(key=lambda row: row["number"])
    minutes = sum(row["seconds"] for row in rows) / 60
    return page(
        "sheet.html",
        code=language,
        language_spoken=language_name(language),
        right_to_left=right_to_left(language),
        voice=voice,
        rows=rows,
        counted=gettext(
            "%(count)s prompts, about %(minutes)s minutes of speech", count=len(rows), minutes=round(minutes)
        ),
        only_due=not everything,
        other=url_for(
            "console.sheet",
            language=language,
            pack=pack.id,
            voice=voice or None,
            all=None if everything else "yes",
        ),
    )


def _voice(language: str) -> str:
    wanted = request.args.get("voice", "")
    return wanted if any(voice.name == wanted for voice in room().voices.all(language)) else ""


def _of_voice(cells: dict[Key, Cell], language: str, voice: str) -> list[Cell]:
    """Everything in a language, but for what another voice has recorded already."""
    return [
        cell
        for cell in cells.values()
        if cell.language == language and (not voice or voice_of(cell) in ("", voice))
    ]


def _line(script: Script, number: int) -> dict[str, Any]:
    seconds = script.aim_seconds or estimated_seconds(script.text, script.language)
    return {
        "number": number,
        "prompt": script.prompt,
        "text": script.text,
        "direction": script.direction,
        "therapeutic": script.therapeutic,
        "seconds": seconds,
        "aim": gettext("about %(seconds)s s", seconds=max(1, round(seconds))),
    }
