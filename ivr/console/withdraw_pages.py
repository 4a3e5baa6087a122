"""Withdrawing takes, and undoing it: nothing is asked before, and for a week everything can be put back."""

from __future__ import annotations

from collections.abc import Collection

from flask import Blueprint, Response, abort, request, url_for

from audio.erasing import UNDO_SECONDS
from audio.take_rows import Take
from audio.take_states import NotNow, TakeState
from audio.takes import TakeChanged
from ivr.console.frame import go, now, on_to
from ivr.console.gatekeeper import may_open
from ivr.console.languages import gettext
from ivr.console.prompt_pages import found_take, prompt_of
from ivr.console.review_refusals import refusal_words
from ivr.console.says import Undo, say
from ivr.console.shelf import room
from ivr.console.signed_in import me
from ivr.recording.reviewing import MayNot

UNDO_DAYS = int(UNDO_SECONDS // 86_400)
MOST_AT_ONCE = 50


def add_withdrawing(console: Blueprint) -> None:
    """Adds the views."""
    takes, post = "/console/takes", ["POST"]
    console.add_url_rule(f"{takes}/<take_id>/withdraw", "withdraw_take", withdraw_take, methods=post)
    console.add_url_rule(f"{takes}/put-back", "put_back_takes", put_back_takes, methods=post)


def undo_of(take_ids: Collection[str]) -> Undo:
    """What puts these takes back where they were."""
    return Undo(url_for("console.put_back_takes"), [("take", take_id) for take_id in take_ids])


def withdraw_take(take_id: str) -> Response:
    """Takes a take back. What is on air stays until there is another release."""
    take = found_take(take_id)
    try:
        room().reviewing.withdraw(me().id, take_id, now())
        said = gettext(
            "The take is withdrawn, and its sound is erased in %(days)s days. What callers hear now stays until the "
            "flow is published again.",
            days=UNDO_DAYS,
        )
        say(said, undo=undo_of([take_id]))
    except (MayNot, NotNow, TakeChanged) as refusal:
        say(refusal_words(refusal), "")
    return on_to(prompt_of(take))


def put_back_takes() -> Response:
    """Takes back that takes were withdrawn, or sent back; each stands where it stood."""
    takes = [found_take(take_id) for take_id in dict.fromkeys(request.form.getlist("take")[:MOST_AT_ONCE])]
    if not takes:
        abort(400)
    put_back = [take for take in takes if _put_back(take)]
    if put_back:
        say(gettext("That is undone. Everything is as it was before."))
    return _where_it_is(takes[0])


def _put_back(take: Take) -> bool:
    try:
        room().reviewing.undo(me().id, take.id, now())
    except (MayNot, NotNow, TakeChanged) as refusal:
        say(refusal_words(refusal), "")
        return False
    return True


def _where_it_is(take: Take) -> Response:
    if room().takes.take(take.id).state is TakeState.MATCHING and may_open(me(), "console.upload"):
        return go("console.upload")
    return on_to(prompt_of(take))
