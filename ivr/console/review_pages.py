"""Reviews: a second person hears each take before callers do, and a supervisor reads changed therapeutic words."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, request, url_for

from audio.fingerprint import script_fingerprint
from audio.take_rows import Take
from audio.take_states import NotNow, TakeState
from audio.takes import TakeChanged
from flows.languages import right_to_left
from flows.model import Script
from ivr.console.frame import go, now, on_to, page, parts
from ivr.console.languages import gettext
from ivr.console.people_forms import NothingToType
from ivr.console.prompt_pages import found_take
from ivr.console.review_forms import AgainForm
from ivr.console.review_refusals import MEANWHILE, refusal_words
from ivr.console.says import say
from ivr.console.shelf import (
    Waits,
    own_takes_waiting,
    room,
    scripts_waiting_for,
    shelf_page,
    takes_waiting_for,
)
from ivr.console.side_by_side import side_by_side
from ivr.console.signed_in import me
from ivr.console.take_cards import card_of
from ivr.console.withdraw_pages import undo_of
from ivr.console.words import language_name, language_names, names_of, who_in_words
from ivr.publishing.lines import all_lines
from ivr.recording.matrix import is_outdated
from ivr.recording.reviewing import MayNot
from ivr.store.engine import reading

CAN_BE_JUDGED = (TakeState.TO_REVIEW, TakeState.APPROVED)


def add_reviews(console: Blueprint) -> None:
    """Adds the views."""
    both = ["GET", "POST"]
    console.add_url_rule("/console/review", "review", review, methods=["GET"])
    console.add_url_rule("/console/review/<take_id>", "review_take", review_take, methods=both)
    console.add_url_rule("/console/takes/<take_id>/approve", "approve_take", approve_take, methods=["POST"])
    console.add_url_rule("/console/clinical/<language>/<prompt>", "clinical", clinical, methods=both)


def review() -> Response:
    """What waits for whoever is signed in."""
    names = names_of(parts().people.accounts.everybody())
    return shelf_page(
        "review.html",
        takes=[
            {
                "address": _take_at(one),
                "prompt": one.prompt,
                "language": language_name(one.language),
                "by": who_in_words(one.recorded_by, names),
            }
            for one in takes_waiting_for(me())
        ],
        scripts=[
            {
                "address": url_for("console.clinical", language=code, prompt=prompt),
                "prompt": prompt,
                "language": language_name(code),
            }
            for prompt, code in scripts_waiting_for(me())
        ],
        speaks=language_names(me().languages),
        own=own_takes_waiting(me()),
    )


def _take_at(one: Waits) -> str:
    return url_for("console.review_take", take_id=one.id)


def review_take(take_id: str) -> Response:
    """One take, to be heard and judged; sending its form asks for another take."""
    take, form = found_take(take_id), AgainForm()
    refused = _cannot_be_judged(take)
    if refused:
        say(refused, "")
        return _to_the_prompt(take)
    if form.validate_on_submit():
        try:
            room().reviewing.ask_again(me().id, take_id, form.reason.data, form.at.data, now())
        except (MayNot, NotNow, TakeChanged) as refusal:
            say(refusal_words(refusal), "")
        else:
            said = gettext("Another take is asked for. Whoever recorded it is told what you wrote.")
            say(said, undo=undo_of([take_id]))
        return _to_the_next(take_id)
    return _review_page(take, form)


def _cannot_be_judged(take: Take) -> str:
    if take.state not in CAN_BE_JUDGED:
        return str(MEANWHILE)
    try:
        room().reviewing.may_review(me(), take)
    except MayNot as refusal:
        return refusal_words(refusal)
    return ""


def _review_page(take: Take, form: AgainForm) -> Response:
    script = room().drafts.script(take.prompt, take.language)
    if script is None:
        abort(404)
    following = _next_after(take.id)
    names = names_of(parts().people.accounts.everybody())
    return shelf_page(
        "review_take.html",
        form=form,
        take=card_of(take, names, is_outdated(take, script)),
        approved=take.state is TakeState.APPROVED,
        next=_take_at(following) if following else "",
        **_said(script),
    )


def _said(script: Script) -> dict[str, Any]:
    return {
        "prompt": script.prompt,
        "code": script.language,
        "language_spoken": language_name(script.language),
        "right_to_left": right_to_left(script.language),
        "text": script.text,
        "direction_of_script": script.direction,
    }


def _next_after(take_id: str) -> Waits | None:
    """What waits after this one; the first of those that were passed over when this was the last."""
    waiting = takes_waiting_for(me())
    ids = [one.id for one in waiting]
    if take_id not in ids:
        return waiting[0] if waiting else None
    at = ids.index(take_id)
    others = waiting[at + 1 :] + waiting[:at]
    return others[0] if others else None


def _to_the_next(take_id: str) -> Response:
    following = _next_after(take_id)
    if following is None:
        say(gettext("Nothing else waits for you. Thank you for listening."), "")
        return go("console.review")
    return on_to(_take_at(following))


def _to_the_prompt(take: Take) -> Response:
    if not take.prompt:
        abort(404)
    return go("console.library_prompt", language=take.language, prompt=take.prompt)


def approve_take(take_id: str) -> Response:
    """It was heard and can go on air; on to the next."""
    take = found_take(take_id)
    following = _next_after(take_id)
    try:
        room().reviewing.approve(me().id, take_id, now())
    except (MayNot, NotNow, TakeChanged) as refusal:
        say(refusal_words(refusal), "")
        return _to_the_prompt(take)
    said = gettext(
        "%(prompt)s in %(language)s is approved.", prompt=take.prompt, language=language_name(take.language)
    )
    say(said)
    if following is not None:
        return on_to(_take_at(following))
    return _to_the_next(take_id)


def clinical(language: str, prompt: str) -> Response:
    """Changed therapeutic words beside those that callers hear now."""
    script = room().drafts.script(prompt, language)
    if script is None or not room().reviewing.is_therapeutic(script):
        abort(404)
    form = NothingToType()
    if form.validate_on_submit():
        try:
            words = request.form.get("words", "")
            room().reviewing.review_clinically(me().id, prompt, language, words, now())
            say(gettext("These words can be recorded and heard now."))
        except MayNot as refusal:
            say(refusal_words(refusal), "")
        return go("console.review")
    before, after = side_by_side(_heard_now(prompt, language), script.text)
    return page(
        "clinical.html",
        form=form,
        before=before,
        after=after,
        source=script.source,
        fingerprint=script_fingerprint(script.text),
        **_said(script),
    )


def _heard_now(prompt: str, language: str) -> str:
    """The words of a prompt on air; "" where no line says it."""
    with reading(parts().database) as connection:
        on_air = dict.fromkeys(line.release_id for line in all_lines(connection) if line.release_id)
    for release_id in on_air:
        release = parts().releases.readable(release_id)
        script = release.pack.scripts.get((prompt, language)) if release is not None else None
        if script is not None:
            return script.text
    return ""
