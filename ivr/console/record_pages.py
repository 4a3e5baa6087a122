"""Recording in the browser: one script at a time, with all that the page needs to go on while the line is gone."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass

from flask import Blueprint, Response, abort, request
from flask_wtf.csrf import generate_csrf

from flows.languages import right_to_left
from flows.model import Pack
from ivr.console.frame import secured
from ivr.console.live import part
from ivr.console.microphone import may_use_microphone
from ivr.console.record_view import Line, lines_of, progress_words, steps
from ivr.console.shelf import room, shelf_page
from ivr.console.signed_in import me
from ivr.console.take_view import takes_to_show
from ivr.console.words import language_name
from ivr.people.person import Person
from ivr.recording.due import due
from ivr.store.ids import new_id


@dataclass(frozen=True, slots=True)
class Session:
    """What is being recorded: the scripts of one language, in one voice. `first` is what should be recorded first."""

    language: str
    voice: str
    voices: tuple[str, ...]
    lines: dict[str, Line]
    first: str

    def said(self, prompt: str) -> str:
        """The words of a prompt; none of one that isn't recorded."""
        return self.lines[prompt]["text"] if prompt in self.lines else ""


def add_record(console: Blueprint) -> None:
    """Adds the views."""
    console.add_url_rule("/console/record", "record", record, methods=["GET"])
    console.add_url_rule("/console/record/scripts", "record_scripts", record_scripts, methods=["GET"])
    console.add_url_rule("/console/record/takes", "record_takes", record_takes, methods=["GET"])


def record() -> Response:
    """The page. Without script it says what to record, and takes the file."""
    languages = room().drafts.languages()
    if not languages:
        return shelf_page("record_nothing.html")
    session = session_of(wished_language(me(), languages))
    lines = list(session.lines.values())
    if not lines:
        return shelf_page("record_nothing.html")
    line = session.lines.get(request.args.get("prompt", "")) or session.lines[session.first]
    answer = shelf_page(
        "record.html",
        session=session,
        line=line,
        steps=steps(lines, line["prompt"]),
        progress=progress_words(lines),
        languages_offered=[(code, language_name(code)) for code in languages],
        right_to_left=right_to_left(session.language),
        takes=takes_to_show(line["prompt"], session.language, line["fingerprint"]),
        upload_id=new_id(),
        person=me(),
    )
    return may_use_microphone(answer)


def record_scripts() -> Response:
    """Every script of a language with its state, so that the page goes on without a line; and a mark for its forms."""
    session = session_of(_known_language())
    lines = list(session.lines.values())
    told = {"token": generate_csrf(), "progress": progress_words(lines), "scripts": lines}
    answer = secured(Response(json.dumps(told, ensure_ascii=False), content_type="application/json"))
    if request.accept_encodings.quality("gzip") > 0:
        # Hundreds of scripts over a slow line: a tenth of it is enough.
        answer.set_data(gzip.compress(answer.get_data()))
        answer.content_encoding = "gzip"
    answer.vary.add("Accept-Encoding")
    return answer


def record_takes() -> Response:
    """What has become of the takes of a script, for a page that asks again."""
    language, prompt = _known_language(), request.args.get("prompt", "")
    lines = session_of(language).lines
    if prompt not in lines:
        abort(404)
    return part("takes_now.html", takes=takes_to_show(prompt, language, lines[prompt]["fingerprint"]))


def wished_language(person: Person, languages: list[str]) -> str:
    """The language that the address names, or the first one that this person speaks and that can be recorded."""
    wishes = (request.args.get("language", ""), *person.languages)
    return next((code for code in wishes if code in languages), languages[0])


def _known_language() -> str:
    language = request.args.get("language", "")
    if language not in room().drafts.languages():
        abort(404)
    return language


def session_of(language: str) -> Session:
    """Everything to be recorded in a language. Where two drafts have words for one prompt, those of the first hold."""
    lines: dict[str, Line] = {}
    first = ""
    numbers = room().drafts.sheet_numbers()
    for pack in _packs_in(language):
        cells = room().shelves.cells(pack)
        first = first or next((cell.prompt for cell in due(cells, language, me().id)), "")
        for prompt, line in lines_of(pack, cells, language, numbers).items():
            lines.setdefault(prompt, line)
    voices = tuple(voice.name for voice in room().voices.all(language))
    wanted = request.args.get("voice", "")
    voice = wanted if wanted in voices else next(iter(voices), "")
    return Session(language, voice, voices, lines, first or next(iter(lines), ""))


def _packs_in(language: str) -> list[Pack]:
    packs = [room().drafts.pack(pack_id) for pack_id in room().drafts.packs()]
    return [pack for pack in packs if language in pack.languages]
