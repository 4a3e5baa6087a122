"""Publishing: what is worked on beside what callers hear, what stands in the way, and putting it on air."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, Response, abort, g, request

from flows.model import Pack
from ivr.console.frame import go, now, parts
from ivr.console.languages import gettext, language
from ivr.console.reasons_in_words import in_groups
from ivr.console.says import say
from ivr.console.shelf import room, shelf_page, title_of
from ivr.console.signed_in import me
from ivr.console.times import day
from ivr.console.words import in_a_row, isolated, language_names
from ivr.people.reachable import anybody_can_be_rung
from ivr.publishing.demo_voice import lines_in_demo_voice
from ivr.publishing.gate import NotReadyForAir, in_one_line, warnings_about
from ivr.publishing.lines import Line, all_lines
from ivr.publishing.on_air import NotYoursToPublish, NoWordsToRingBack
from ivr.publishing.promises import promises_calls
from ivr.publishing.releases import Published, Release, all_published
from ivr.recording.drafts import Draft, NoSuchDraft
from ivr.recording.scripts import Key, scripts_to_record
from ivr.store.engine import reading


def add_publishing(console: Blueprint) -> None:
    """Adds the views."""
    console.add_url_rule("/console/publish", "publish", publish, methods=["GET"])
    console.add_url_rule("/console/publish/<pack>", "put_on_air", put_on_air, methods=["POST"])


def publish() -> Response:
    """Every draft, and what stands between it and going on air."""
    with reading(parts().database) as connection:
        lines, published = all_lines(connection), all_published(connection)
        reachable = anybody_can_be_rung(connection)
        g.demo_voice = {line.id for line in lines_in_demo_voice(connection, parts().releases)}
    drafts = [room().drafts.draft(pack_id) for pack_id in room().drafts.packs()]
    return shelf_page("publish.html", drafts=[_draft(draft, lines, published, reachable) for draft in drafts])


def _draft(
    draft: Draft, lines: Sequence[Line], published: Mapping[str, Published], reachable: bool
) -> dict[str, Any]:
    release, reasons = _looked_at(draft.pack)
    return {
        "id": draft.pack.id,
        "version": draft.version,
        "title": title_of(draft.pack),
        "languages": language_names(draft.pack.languages),
        "brought": gettext("brought in on %(day)s", day=day(draft.brought_on.isoformat(), language())),
        "ready": release is not None,
        "count": len(reasons),
        "groups": in_groups(reasons),
        "warnings": [in_one_line(problem) for problem in warnings_about(release)] if release else [],
        "unkept": promises_calls(draft.pack) and not reachable,
        "lines": [_line(line, draft.pack, release, published) for line in lines],
    }


def _looked_at(pack: Pack) -> tuple[Release | None, Sequence[Any]]:
    try:
        return parts().on_air.prepared(pack), ()
    except NotReadyForAir as error:
        return None, error.found


def _line(
    line: Line, pack: Pack, ready: Release | None, published: Mapping[str, Published]
) -> dict[str, Any]:
    known = published.get(line.release_id or "")
    plays_this = known is not None and known.pack == pack.id
    return {
        "id": line.id,
        "name": line.name,
        "chosen": plays_this,
        "same": plays_this and ready is not None and ready.id == line.release_id,
        "plays": _plays(line, known),
        "differs": _differs(line, pack, ready) if plays_this else "",
        "voice": gettext("Callers hear the demo voice here, which is for trying out: record people.")
        if line.id in g.demo_voice
        else "",
    }


def _plays(line: Line, known: Published | None) -> str:
    if known is None:
        return gettext("not on air")
    release = parts().releases.readable(line.release_id)
    if release is None:
        return gettext(
            "What was on air is damaged, and callers hear the emergency number: put it on air again."
        )
    return gettext(
        "plays %(flow)s, published on %(day)s",
        flow=isolated(title_of(release.pack)),
        day=day(known.on.isoformat(), language()),
    )


def _differs(line: Line, pack: Pack, ready: Release | None) -> str:
    """What callers will hear otherwise, counted over all languages."""
    on_air = parts().releases.readable(line.release_id)
    if on_air is None:
        return ""
    if ready is not None and ready.id == on_air.id:
        return gettext("Callers hear exactly this already.")
    old, new = scripts_to_record(on_air.pack), scripts_to_record(pack)
    changed = sum(old[key] != new[key] for key in new if key in old)
    said = [
        (changed, gettext("scripts changed: %(count)s", count=changed)),
        (_new(old, new), gettext("scripts new: %(count)s", count=_new(old, new))),
        (_new(new, old), gettext("scripts left out: %(count)s", count=_new(new, old))),
    ]
    if ready is not None:
        other = sum(
            key in on_air.clips and on_air.clips[key].sha != clip.sha for key, clip in ready.clips.items()
        )
        said.append((other, gettext("other clips: %(count)s", count=other)))
    words = in_a_row(text for count, text in said if count)
    return gettext("Compared with what callers hear: %(changes)s.", changes=words) if words else ""


def _new(before: Mapping[Key, str], after: Mapping[Key, str]) -> int:
    return sum(key not in before for key in after)


def put_on_air(pack: str) -> Response:
    """From the next call on, the chosen lines play this draft; refused as a whole, or done as a whole."""
    try:
        draft = room().drafts.draft(pack)
    except NoSuchDraft:
        abort(404)
    with reading(parts().database) as connection:
        chosen = [line for line in all_lines(connection) if line.id in request.form.getlist("lines")]
    if request.form.get("version") != str(draft.version):
        say(
            gettext(
                "The flow was changed while this page was open. Look at what it is now, and put it on air then."
            ),
            "",
        )
    elif not chosen:
        say(gettext("Choose the lines that it should be on."), "")
    else:
        _put(draft.pack, chosen)
    return go("console.publish")


def _put(pack: Pack, lines: Sequence[Line]) -> None:
    try:
        parts().on_air.put(pack, lines, me().id, now())
    except NotYoursToPublish:
        abort(403)
    except NoWordsToRingBack:
        say(
            gettext(
                "One of these lines rings missed calls back, and this flow lacks the words that are said then "
                "before anybody knows who picked up. Nothing has changed."
            ),
            "",
        )
    except NotReadyForAir:
        say(
            gettext(
                "It isn't on air: what stands in the way is listed here. What was on air still is, and nothing is lost."
            ),
            "",
        )
    else:
        say(
            gettext(
                "%(flow)s is on air on %(lines)s. Calls under way keep what they began with.",
                flow=isolated(title_of(pack)),
                lines=in_a_row(isolated(line.name) for line in lines),
            )
        )
