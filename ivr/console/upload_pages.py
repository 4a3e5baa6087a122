"""Files of recordings: sent one or many at a time, and settled where their names don't say what they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, jsonify, request, url_for
from werkzeug.datastructures import FileStorage

from audio.sent import UploadIdUnusable
from audio.take_rows import Take
from audio.take_states import NotNow, TakeState
from audio.takes import TakeChanged, TakeUnknown
from ivr.console.frame import go, now, parts, secured
from ivr.console.languages import gettext
from ivr.console.live import part
from ivr.console.report_words import refusal_in_words
from ivr.console.says import say
from ivr.console.shelf import room, shelf_page
from ivr.console.signed_in import me
from ivr.console.upload_words import Result, result_of
from ivr.console.withdraw_pages import undo_of
from ivr.console.words import language_name
from ivr.recording.incoming import Incoming, Sender
from ivr.recording.matching import match
from ivr.store.ids import new_id

MOST_AT_ONCE = 20
"""Files to be settled that one page shows."""
SHOWN_FOR_SECONDS = 14 * 24 * 3600.0
"""For so long it is said of a file that nothing could be made of it."""
PROMPT, LANGUAGE, LEAVE = "prompt-", "language-", "leave-"
SENT_BY_A_SCRIPT = "application/json"


@dataclass(frozen=True, slots=True)
class Open:
    """A file that waits to be settled, with what its name says, or what was typed for it and wasn't understood."""

    take: Take
    typed: str
    language: str
    wrong: str


def add_uploads(console: Blueprint) -> None:
    """Adds the views."""
    console.add_url_rule("/console/upload", "upload", upload, methods=["GET", "POST"])
    console.add_url_rule("/console/upload/now", "upload_now", upload_now, methods=["GET"])
    console.add_url_rule("/console/upload/settle", "settle_files", settle_files, methods=["POST"])


def upload() -> Response:
    """Where files are sent, and those that wait to be settled."""
    return _take_in() if request.method == "POST" else _page()


def _page(results: Sequence[Result] = (), wrong: dict[str, Open] | None = None) -> Response:
    languages = room().drafts.languages()
    if not languages:
        return shelf_page("record_nothing.html")
    return shelf_page(
        "upload.html",
        results=results,
        languages_offered=[(code, language_name(code)) for code in languages],
        voices_offered=sorted({voice.name for voice in room().voices.all()}),
        prompts=sorted(room().drafts.sheet_numbers().items(), key=lambda one: one[1]),
        upload_id=new_id(),
        most_bytes=parts().largest_upload,
        unusable=_unusable(),
        **_to_settle(wrong or {}),
    )


def _to_settle(wrong: dict[str, Open]) -> dict[str, Any]:
    waiting = room().takes.in_states(TakeState.MATCHING)
    known = Incoming(room()).known() if waiting else None
    shown = [
        wrong.get(take.id)
        or Open(take, match(take.file_name, known).prompt if known else "", take.language, "")
        for take in waiting[:MOST_AT_ONCE]
    ]
    return {"to_settle": shown, "left": max(0, len(waiting) - MOST_AT_ONCE)}


def _unusable() -> list[dict[str, str]]:
    """Files of this person's that no clip could be made of, while nobody has sent anything for the prompt since: they
    look as if they had arrived, and nobody else would say so."""
    mine = [
        take
        for take in room().takes.in_states(TakeState.REFUSED, most=5000)
        if take.recorded_by == me().id
        and take.source == "file"
        and now() - take.touched_at < SHOWN_FOR_SECONDS
    ]
    newest = sorted(mine, key=lambda take: -take.touched_at)[:MOST_AT_ONCE]
    return [
        {
            "name": take.file_name,
            "prompt": take.prompt,
            "language": language_name(take.language),
            "address": url_for("console.library_prompt", language=take.language, prompt=take.prompt),
            "why": refusal_in_words(take.refusal),
        }
        for take in newest
        if room().takes.takes_of(*take.key)[0].id == take.id
    ]


def files_to_settle() -> int:
    """How many files wait for somebody to say what they are."""
    return len(room().takes.in_states(TakeState.MATCHING))


def upload_now() -> Response:
    """The files to be settled, for a page that has just sent some."""
    offered = [(code, language_name(code)) for code in room().drafts.languages()]
    return part("upload_now.html", languages_offered=offered, **_to_settle({}))


def _take_in() -> Response:
    """Keeps files. A script sends one at a time and is told what became of it; a form sends all that were chosen."""
    sender = Sender(
        by=me().id,
        language=_chosen(request.form.get("language", ""), room().drafts.languages()),
        voice=request.form.get("voice", ""),
        now=now(),
        prompt=request.form.get("prompt", ""),
        once=True,
    )
    upload_id, path = request.form.get("upload_id", ""), request.form.get("path", "")
    files = [file for file in request.files.getlist("files") if file.filename]
    try:
        results = _received(upload_id, path, files, sender)
    except UploadIdUnusable:
        return _told(request.form.get("upload_id", ""), [], 400)
    if request.accept_mimetypes.best == SENT_BY_A_SCRIPT:
        return _told(upload_id, results, 200)
    return _page(results)


def _received(upload_id: str, path: str, files: Sequence[FileStorage], sender: Sender) -> list[Result]:
    incoming = Incoming(room())
    return [
        result_of(received)
        for place, file in enumerate(files)
        for received in incoming.receive(
            f"{upload_id}-{place}" if place else upload_id, path or file.filename or "", file.stream, sender
        )
    ]


def _told(upload_id: str, results: Sequence[Result], status: int) -> Response:
    files = [{"name": one.name, "kind": one.kind, "sentence": one.sentence} for one in results]
    answer = secured(jsonify(upload_id=upload_id, files=files))
    answer.status_code = status
    return answer


def settle_files() -> Response:
    """Says of files which prompt they are, or leaves them out. What isn't understood stays as it was typed. Where
    nothing was added to what a name says, nobody has looked yet: it waits on."""
    incoming, wrong, settled, left_out = Incoming(room()), {}, 0, []
    known = incoming.known()
    for take in room().takes.in_states(TakeState.MATCHING):
        typed = request.form.get(PROMPT + take.id, "").strip()
        language = _chosen(request.form.get(LANGUAGE + take.id, ""), room().drafts.languages())
        if request.form.get(LEAVE + take.id):
            if _done(lambda take=take: room().reviewing.withdraw(me().id, take.id, now())):
                left_out.append(take.id)
        elif typed and (language or typed != match(take.file_name, known).prompt):
            prompt = match(typed, known).prompt
            if incoming.script_known(prompt, language):
                settled += _match(incoming, take, prompt, language)
            else:
                wrong[take.id] = Open(take, typed, language, _why(prompt, language))
    if settled:
        say(gettext("Settled: %(count)s. They are being made into clips.", count=settled))
    if left_out:
        say(gettext("Left out: %(count)s.", count=len(left_out)), undo=undo_of(left_out))
    return _page(wrong=wrong) if wrong else go("console.upload")


def _match(incoming: Incoming, take: Take, prompt: str, language: str) -> bool:
    voice, fingerprint = incoming.voice_for(language, take.voice), incoming.fingerprint(prompt, language)
    return _done(lambda: room().takes.match(take.id, prompt, voice, fingerprint, now(), language=language))


def _done(deed: Any) -> bool:
    try:
        deed()
    except (NotNow, TakeChanged, TakeUnknown):
        # Somebody else has settled it a moment ago.
        return False
    return True


def _why(prompt: str, language: str) -> str:
    if not prompt:
        return gettext("There is no such prompt. Type its name or its number on the sheet.")
    if not language:
        return gettext("Choose the language too.")
    return gettext("This prompt has no words in this language.")


def _chosen(wanted: str, offered: Sequence[str]) -> str:
    """What was chosen, if it was offered; where there is one choice alone, that one."""
    if len(offered) == 1:
        return offered[0]
    return wanted if wanted in offered else ""
