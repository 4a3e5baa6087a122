"""Voices: who speaks in each language, which is the usual one, and where two meet in one menu."""

from __future__ import annotations

from collections import Counter
from typing import Any

from flask import Blueprint, Response, abort, request, url_for

from flows.model import Pack
from ivr.console.frame import go, now
from ivr.console.languages import gettext
from ivr.console.review_refusals import refusal_words
from ivr.console.says import say
from ivr.console.shelf import room, shelf_page
from ivr.console.signed_in import me
from ivr.console.words import in_a_row, isolated, language_name
from ivr.recording.matrix import Cell
from ivr.recording.reviewing import MayNot
from ivr.recording.scripts import Key
from ivr.recording.voices import LONGEST_NAME, VoiceUnknown, VoiceUnusable, mixes


def add_voices(console: Blueprint) -> None:
    """Adds the views."""
    console.add_url_rule("/console/voices", "voices", voices, methods=["GET", "POST"])
    console.add_url_rule("/console/voices/mixes", "mean_mix", mean_mix, methods=["POST"])
    console.add_url_rule("/console/voices/<voice_id>/usual", "usual_voice", usual_voice, methods=["POST"])


def voices() -> Response:
    """The voices of every language; sending the form adds one."""
    if request.method == "POST":
        return _added(request.form.get("language", ""), request.form.get("name", ""))
    packs = [room().drafts.pack(pack_id) for pack_id in room().drafts.packs()]
    cells = {pack.id: room().shelves.cells(pack) for pack in packs}
    return shelf_page(
        "voices.html",
        longest=LONGEST_NAME,
        spoken=[_language(code, packs, cells) for code in room().drafts.languages()],
    )


def _language(code: str, packs: list[Pack], cells: dict[str, dict[Key, Cell]]) -> dict[str, Any]:
    used = Counter(voice for each in cells.values() for voice in _voices_of(each, code).values())
    return {
        "code": code,
        "name": language_name(code),
        "voices": [
            {
                "id": voice.id,
                "name": voice.name,
                "usual": voice.usual,
                "clips": used[voice.name],
                "sheet": url_for("console.sheet", language=code, voice=voice.name),
            }
            for voice in room().voices.all(code)
        ],
        "mixes": [mix for pack in packs for mix in _mixes(pack, cells[pack.id], code)],
    }


def _voices_of(cells: dict[Key, Cell], code: str) -> dict[Key, str]:
    return {
        key: cell.clip.voice
        for key, cell in cells.items()
        if cell.language == code and cell.clip is not None and cell.clip.state == "approved"
    }


def _mixes(pack: Pack, cells: dict[Key, Cell], code: str) -> list[dict[str, Any]]:
    meant = room().voices.meant(pack.id)
    return [
        {
            "pack": pack.id,
            "node": mix.node,
            "meant": (mix.language, mix.node) in meant,
            "words": mixed_in_words(mix.node, mix.voices),
        }
        for mix in mixes(pack, _voices_of(cells, code))
    ]


def mixed_in_words(node: str, heard: tuple[str, ...]) -> str:
    """That two people are heard within one menu."""
    nobody = gettext("somebody without a name")
    return gettext(
        "In %(node)s callers hear %(voices)s in one menu, and may think that the line was switched.",
        node=isolated(node),
        voices=in_a_row(isolated(voice) if voice else nobody for voice in heard),
    )


def _added(code: str, name: str) -> Response:
    if code not in room().drafts.languages():
        abort(404)
    try:
        voice = room().voices.add(code, name)
        said = gettext(
            "%(voice)s is a voice of %(language)s now.",
            voice=isolated(voice.name),
            language=language_name(code),
        )
        say(said)
    except VoiceUnusable:
        say(gettext("Give the voice a name of at most %(most)s letters.", most=LONGEST_NAME), "")
    return go("console.voices")


def usual_voice(voice_id: str) -> Response:
    """The voice that is offered whenever somebody records in its language."""
    try:
        room().voices.make_usual(voice_id)
    except VoiceUnknown:
        abort(404)
    say(gettext("This voice is the usual one of its language now."))
    return go("console.voices")


def mean_mix() -> Response:
    """Two voices in one menu are meant, or no longer."""
    fields = {name: request.form.get(name, "") for name in ("pack", "language", "node")}
    meant = request.form.get("meant") == "yes"
    if fields["pack"] not in room().drafts.packs() or not _is_a_node(fields["pack"], fields["node"]):
        abort(404)
    try:
        room().reviewing.mean_mix(
            me().id, fields["pack"], fields["language"], fields["node"], now(), meant=meant
        )
        say(
            gettext("Noted: two voices are meant here.")
            if meant
            else gettext("Noted: one voice is wanted here.")
        )
    except MayNot as refusal:
        say(refusal_words(refusal), "")
    return go("console.voices")


def _is_a_node(pack_id: str, name: str) -> bool:
    pack = room().drafts.pack(pack_id)
    return any(f"{flow.id}: {node}" == name for flow in pack.flows.values() for node in flow.nodes)
