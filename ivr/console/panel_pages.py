"""Listening panels: made, closed, and what people of the place have said about each clip."""

from __future__ import annotations

from datetime import date, timedelta
from textwrap import shorten
from typing import Any

from flask import Blueprint, Response, abort, request, url_for

from flows.languages import right_to_left
from ivr.console.forms import options
from ivr.console.frame import go, now, page, parts, today_of_the_house
from ivr.console.languages import gettext, language, ngettext
from ivr.console.panel_forms import PanelForm
from ivr.console.panel_view import answers_view, scale_of
from ivr.console.prompt_places import GROUPS, places_of
from ivr.console.says import Undo, say
from ivr.console.shelf import room, shelf_page
from ivr.console.signed_in import me
from ivr.console.sounds import sealed_sound
from ivr.console.times import day
from ivr.console.words import language_name
from ivr.publishing.lines import all_lines
from ivr.recording.comments import NoSuchComment
from ivr.recording.matrix import Cell
from ivr.recording.panel_results import ClipAnswers, Panel, PanelClip
from ivr.recording.panels import NoSuchPanel, PanelUnusable
from ivr.store.engine import reading

SHOWN_SIGNS = 90
"""As much of a script as stands beside its name where clips are chosen."""


def add_panels(console: Blueprint) -> None:
    """Adds the views."""
    at, post = "/console/panels", ["POST"]
    console.add_url_rule(at, "panels", panels, methods=["GET"])
    console.add_url_rule(f"{at}/new", "new_panel", new_panel, methods=["GET", "POST"])
    console.add_url_rule(f"{at}/<panel_id>", "panel", panel, methods=["GET"])
    console.add_url_rule(f"{at}/<panel_id>/close", "close_panel", close_panel, methods=post)
    console.add_url_rule(f"{at}/<panel_id>/reopen", "reopen_panel", reopen_panel, methods=post)
    console.add_url_rule(f"{at}/comments/<comment_id>", "comment", comment, methods=["GET"])


def panels() -> Response:
    """Every panel, open ones first."""
    known = sorted(room().panels.all(), key=lambda one: not one.is_open(today_of_the_house()))
    return shelf_page("panels.html", panels=[_card(one) for one in known])


def _card(one: Panel) -> dict[str, Any]:
    return {
        "title": one.title,
        "address": url_for("console.panel", panel_id=one.id),
        "open": one.is_open(today_of_the_house()),
        "language": language_name(one.language),
        "clips": ngettext("%(num)s clip", "%(num)s clips", len(one.clips)),
        "heard": _heard(room().panels.results(one.id, today_of_the_house()).listeners),
        "days": _days(one),
    }


def _heard(listeners: int) -> str:
    if not listeners:
        return gettext("Nobody has listened yet.")
    return ngettext("%(num)s person has listened.", "%(num)s people have listened.", listeners)


def _days(one: Panel) -> str:
    first, last = (day(each.isoformat(), language()) for each in (one.opens_on, one.closes_on))
    if one.closes_on < one.opens_on:
        return gettext("closed on the day on which it was made, %(first)s", first=first)
    return gettext("open from %(first)s to %(last)s", first=first, last=last)


def new_panel() -> Response:
    """First the language, then what is heard in it; the answer is a code, shown once."""
    languages = room().drafts.languages()
    code = request.values.get("language", "")
    if code not in languages:
        return page("new_panel.html", spoken=[(each, language_name(each)) for each in languages], code="")
    (heard, alone), form = _can_be_heard(code), PanelForm()
    form.clips.choices = options((prompt, prompt) for prompt in heard)
    form.clips.hints = {prompt: _beginning(prompt, code) for prompt in heard}
    if form.validate_on_submit():
        try:
            return _made(code, form, [heard[prompt] for prompt in heard if prompt in form.clips.data])
        except PanelUnusable:
            form.refuse(form.title, gettext("Give it a title of letters."))
    return page(
        "new_panel.html",
        form=form,
        code=code,
        language_spoken=language_name(code),
        right_to_left=right_to_left(code),
        alone=alone,
    )


def _beginning(prompt: str, code: str) -> str:
    """The first words of a script: its name alone tells nobody what is heard."""
    script = room().drafts.script(prompt, code)
    return shorten(script.text, SHOWN_SIGNS, placeholder=" …") if script else ""


def _can_be_heard(code: str) -> tuple[dict[str, PanelClip], frozenset[str]]:
    """What a panel may hear of each prompt: what was approved, or waits to be; in a demonstration, the demo voice. And
    which of them are said by the line itself, or name keys."""
    found: dict[str, PanelClip] = {}
    alone: dict[str, bool] = {}
    for pack_id in room().drafts.packs():
        pack = room().drafts.pack(pack_id)
        places = places_of(pack)
        for cell in room().shelves.cells(pack).values():
            clip = _clip_of(cell)
            if cell.language == code and clip is not None:
                found.setdefault(cell.prompt, clip)
                alone.setdefault(cell.prompt, all(place in GROUPS for place in places.get(cell.prompt, ())))
    # What people are asked about is what flows say; "press one" comes last.
    ordered = {prompt: found[prompt] for prompt in sorted(found, key=alone.__getitem__)}
    return ordered, frozenset(prompt for prompt, by_itself in alone.items() if by_itself)


def _clip_of(cell: Cell) -> PanelClip | None:
    if cell.clip is not None and cell.clip.state == "approved":
        return PanelClip(cell.prompt, cell.clip.sha, cell.clip.seconds)
    if cell.take is not None and cell.take.can_be_heard:
        return PanelClip(cell.prompt, cell.take.clip_sha, cell.take.seconds)
    if cell.clip is not None and parts().on_air.demo_allowed:
        return PanelClip(cell.prompt, cell.clip.sha, cell.clip.seconds)
    return None


def _made(code: str, form: PanelForm, clips: list[PanelClip]) -> Response:
    last = today_of_the_house() + timedelta(days=form.days.data - 1)
    made = room().panels.make(
        title=form.title.data,
        language=code,
        clips=clips,
        opens=today_of_the_house(),
        closes=last,
        by=me().id,
        now=now(),
    )
    with reading(parts().database) as connection:
        lines = all_lines(connection)
    # Answered at once instead of after another page: what is shown once is kept nowhere, not even for a moment.
    return page(
        "panel_code.html",
        code=made.code,
        panel_id=made.id,
        lines=[(line.name, line.number) for line in lines if line.release_id],
        until=gettext("It is open until %(day)s.", day=day(last.isoformat(), language())),
        here=url_for("console.panels"),
    )


def panel(panel_id: str) -> Response:
    """What a panel has brought, clip by clip."""
    try:
        results = room().panels.results(panel_id, today_of_the_house())
    except NoSuchPanel:
        abort(404)
    one, scale = results.panel, scale_of(results.clips)
    return shelf_page(
        "panel.html",
        panel_id=one.id,
        title=one.title,
        code=one.language,
        language_spoken=language_name(one.language),
        right_to_left=right_to_left(one.language),
        open=one.is_open(today_of_the_house()),
        days=_days(one),
        heard=_heard(results.listeners),
        clips=[_clip(one, clip, scale) for clip in results.clips],
    )


def _clip(one: Panel, heard: ClipAnswers, scale: int) -> dict[str, Any]:
    script = room().drafts.script(heard.prompt, one.language)
    return {
        "prompt": heard.prompt,
        "text": script.text if script else "",
        "address": url_for("console.library_prompt", language=one.language, prompt=heard.prompt)
        if script
        else "",
        "answers": answers_view(heard, scale),
        "comments": [
            {
                "address": url_for("console.comment", comment_id=said.id),
                "label": gettext("What a listener said, %(seconds)s s", seconds=round(said.seconds)),
            }
            for said in heard.comments
        ],
    }


def close_panel(panel_id: str) -> Response:
    """Nobody is let in any more."""
    try:
        until = room().panels.close(panel_id, today_of_the_house(), me().id, now())
    except NoSuchPanel:
        abort(404)
    undo = None
    if until >= today_of_the_house():
        undo = Undo(url_for("console.reopen_panel", panel_id=panel_id), [("until", until.isoformat())])
    say(gettext("The panel is closed. What was said stays here for 90 days."), undo=undo)
    return go("console.panel", panel_id=panel_id)


def reopen_panel(panel_id: str) -> Response:
    """Undoes that a panel was closed, on the same day."""
    try:
        until = date.fromisoformat(request.form.get("until", ""))
        reopened = room().panels.reopen(panel_id, until, today_of_the_house())
    except ValueError:
        abort(400)
    except NoSuchPanel:
        abort(404)
    if reopened:
        say(gettext("That is undone. Everything is as it was before."))
    else:
        say(gettext("This can't be undone any more: its time is over."), "")
    return go("console.panel", panel_id=panel_id)


def comment(comment_id: str) -> Response:
    """What a listener has said, opened for this moment."""
    if not comment_id.isalnum():
        abort(404)
    try:
        sound = room().comments.listen(comment_id, today_of_the_house())
    except NoSuchComment:
        abort(404)
    room().panels.listened(comment_id, me().id, now())
    return sealed_sound(sound)
