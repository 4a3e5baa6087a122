"""One prompt in one language: its words, all its takes whatever became of them, and going back to an earlier one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, abort, url_for

from audio.take_rows import Take
from audio.take_states import NotNow, TakeState
from audio.takes import TakeChanged, TakeUnknown
from flows.languages import right_to_left
from flows.model import Pack, Script
from ivr.console.frame import now, on_to, parts, today_of_the_house
from ivr.console.gatekeeper import may_open
from ivr.console.languages import gettext
from ivr.console.panel_view import answers_view
from ivr.console.prompt_places import place_in_words, places_of
from ivr.console.recording_words import STATES
from ivr.console.review_refusals import refusal_words
from ivr.console.says import Undo, say
from ivr.console.shelf import room, shelf_page
from ivr.console.signed_in import me
from ivr.console.sounds import clip_of, original_of
from ivr.console.take_cards import card_of
from ivr.console.words import in_a_row, language_name, names_of
from ivr.people.roles import Right
from ivr.recording.matrix import TO_RECORD, Cell, is_outdated
from ivr.recording.reviewing import MayNot
from ivr.recording.scripts import Key

NAMED_PLACES = 6
SHOWN_FIRST = 3
"""Takes that are shown at once; all others but the one that goes on air are one press away."""


def add_prompts(console: Blueprint) -> None:
    """Adds the views."""
    takes, post = "/console/takes/<take_id>", ["POST"]
    prompt_at = "/console/library/<language>/<prompt>"
    console.add_url_rule(prompt_at, "library_prompt", library_prompt, methods=["GET"])
    console.add_url_rule(f"{takes}/clip", "take_clip", take_clip, methods=["GET"])
    console.add_url_rule(f"{takes}/original", "take_original", take_original, methods=["GET"])
    console.add_url_rule(f"{takes}/roll-back", "roll_back", roll_back, methods=post)


def take_clip(take_id: str) -> Response:
    """A take as the phone plays it, to those who work with recordings."""
    take = found_take(take_id)
    return clip_of(room().media, take.clip_sha) if take.can_be_heard else abort(404)


def take_original(take_id: str) -> Response:
    """A take as it came in. What was withdrawn is heard by nobody."""
    take = found_take(take_id)
    heard = take.original_sha and take.state is not TakeState.WITHDRAWN
    return original_of(room().originals, take.original_sha) if heard else abort(404)


def found_take(take_id: str) -> Take:
    """The take of an address."""
    if not take_id.isalnum():
        abort(404)
    try:
        return room().takes.take(take_id)
    except TakeUnknown:
        abort(404)


def library_prompt(language: str, prompt: str) -> Response:
    """A prompt in a language, with everything that anybody has recorded of it."""
    pack = pack_with(prompt, language)
    cells = room().shelves.cells(pack)
    cell = cells.get((prompt, language)) or abort(404)
    script = pack.scripts[prompt, language]
    takes = room().takes.takes_of(prompt, language)
    places = places_of(pack).get(prompt, ())[:NAMED_PLACES]
    return shelf_page(
        "library_prompt.html",
        prompt=prompt,
        code=language,
        language_spoken=language_name(language),
        right_to_left=right_to_left(language),
        number=room().drafts.sheet_number(prompt),
        text=script.text,
        direction_of_script=script.direction,
        therapeutic=script.therapeutic,
        clinical=_clinical(cell),
        places=in_a_row(place_in_words(place) for place in places),
        standing=STATES[cell.state.value],
        kind=cell.state.value,
        shelf=url_for("console.library", pack=pack.id, language=language, _anchor="prompts"),
        record=_record_at(cell),
        look=_look_at(cell),
        takes=_takes(takes, cell, script),
        **_demo_voice(cell),
        others=_others(cells, prompt, language),
    )


def pack_with(prompt: str, language: str) -> Pack:
    """The draft whose words for a prompt hold: the first that has any."""
    drafts = room().drafts
    packs = (drafts.pack(pack_id) for pack_id in drafts.packs())
    found = next((pack for pack in packs if (prompt, language) in pack.scripts), None)
    return found if found is not None else abort(404)


def _clinical(cell: Cell) -> str:
    if cell.needs_clinical:
        return gettext(
            "These words help by what they say. A supervisor has to read them before they are heard."
        )
    return gettext("These words help by what they say. A supervisor has agreed to them as they are.")


def _record_at(cell: Cell) -> str:
    if cell.state not in TO_RECORD or not may_open(me(), "console.record"):
        return ""
    return url_for("console.record", language=cell.language, prompt=cell.prompt)


def _look_at(cell: Cell) -> str:
    if not cell.needs_clinical or not may_open(me(), "console.clinical"):
        return ""
    return url_for("console.clinical", language=cell.language, prompt=cell.prompt)


def _takes(takes: list[Take], cell: Cell, script: Script) -> list[dict[str, Any]]:
    names = names_of(parts().people.accounts.everybody())
    on_top = cell.clip.take_id if cell.clip is not None and cell.clip.state == "approved" else ""
    cards = [_take(take, names, is_outdated(take, script), on_top) for take in takes]
    return [{**card, "first": place < SHOWN_FIRST or card["heard_now"]} for place, card in enumerate(cards)]


def _take(take: Take, names: Mapping[str, str], outdated: bool, on_top: str) -> dict[str, Any]:
    mine, approved = take.recorded_by == me().id, take.state is TakeState.APPROVED
    waits = take.state is TakeState.TO_REVIEW and not outdated
    why_not = _why_not(take) if waits or approved else ""
    # What still lies at the provider would be deleted there, and couldn't be put back.
    stays = take.state in (TakeState.WITHDRAWN, TakeState.REFUSED, TakeState.AT_PROVIDER)
    return {
        **card_of(take, names, outdated),
        "heard_now": approved and take.id == on_top,
        "answers": _answers(take) if take.can_be_heard else None,
        "may_review": (waits or approved) and not why_not,
        "waits": waits,
        "why_not": why_not if waits else "",
        "may_roll_back": approved and not outdated and take.id != on_top and not why_not,
        "may_withdraw": not stays and (mine or me().may(Right.RECORD_AND_PUBLISH)),
        "undo": _undo(take),
    }


def _demo_voice(cell: Cell) -> dict[str, Any]:
    """Where nobody has recorded anything, the demo voice can be listened to, and has been by panels."""
    clip = cell.clip
    if clip is None or clip.state != "demo" or not parts().on_air.demo_allowed:
        return {}
    return {
        "demo": url_for("media.clip", sha=clip.sha),
        "answers_to_demo": answers_view(room().panels.results_for(clip.sha, today_of_the_house())),
    }


def _answers(take: Take) -> dict[str, Any] | None:
    return answers_view(room().panels.results_for(take.clip_sha, today_of_the_house()))


def _undo(take: Take) -> str:
    """What undoes what was done to a take, in words; "" where this person can't undo it now."""
    if take.state is TakeState.WITHDRAWN and room().reviewing.may_undo(me(), take, now()):
        return gettext("Put it back")
    if take.state is TakeState.AGAIN and room().reviewing.may_undo(me(), take, now()):
        return gettext("No other take is wanted after all")
    return ""


def _why_not(take: Take) -> str:
    """Why this person can't review a take; "" when they can."""
    try:
        room().reviewing.may_review(me(), take)
    except MayNot as refusal:
        return refusal_words(refusal)
    return ""


def _others(cells: Mapping[Key, Cell], prompt: str, language: str) -> list[dict[str, Any]]:
    return [
        {
            "name": language_name(cell.language),
            "address": url_for("console.library_prompt", language=cell.language, prompt=prompt),
            "state": STATES[cell.state.value],
            "kind": cell.state.value,
        }
        for cell in cells.values()
        if cell.prompt == prompt and cell.language != language
    ]


def roll_back(take_id: str) -> Response:
    """Goes back to an earlier take that was approved."""
    take = found_take(take_id)
    before = _on_top(take)
    try:
        room().reviewing.roll_back(me().id, take_id, now())
        undo = Undo(url_for("console.roll_back", take_id=before), []) if before not in ("", take_id) else None
        said = gettext("This take goes on air the next time the flow is published. The later ones are kept.")
        say(said, undo=undo)
    except (MayNot, NotNow, TakeChanged) as refusal:
        say(refusal_words(refusal), "")
    return _back_to(take)


def _on_top(take: Take) -> str:
    """The take that goes on air now for the same words; "" for none."""
    clips = room().library.clips_for({take.key: take.script_fingerprint})
    return clips[take.key].take_id if take.key in clips else ""


def prompt_of(take: Take) -> str:
    """The address of the prompt that a take says, or of the library while nobody has said which."""
    if not take.prompt:
        return url_for("console.library")
    return url_for("console.library_prompt", language=take.language, prompt=take.prompt)


def _back_to(take: Take) -> Response:
    return on_to(prompt_of(take))
