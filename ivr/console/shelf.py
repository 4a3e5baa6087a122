"""What all pages about recordings share: their tabs, the draft that is worked on, and what waits for whom."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import Response, abort, request
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from audio.tables import takes
from audio.take_states import TakeState
from flows.model import Pack
from ivr.console.frame import page, parts
from ivr.console.gatekeeper import may_open
from ivr.console.microphone import may_play
from ivr.console.signed_in import me
from ivr.people.person import Person
from ivr.people.roles import Right
from ivr.recording.clinical import agreed_words
from ivr.recording.drafts import NoSuchDraft
from ivr.recording.parts import RecordingParts
from ivr.recording.scripts import Key
from ivr.store.engine import reading

TABS: tuple[tuple[str, Any], ...] = (
    ("console.library", _l("Library")),
    ("console.record", _l("Record")),
    ("console.upload", _l("Upload")),
    ("console.review", _l("Review")),
    ("console.voices", _l("Voices")),
    ("console.publish", _l("Publishing")),
    ("console.panels", _l("Panels")),
)


@dataclass(frozen=True, slots=True)
class Waits:
    """A take that has to be heard by a second person."""

    id: str
    prompt: str
    language: str
    recorded_by: str


def room() -> RecordingParts:
    """The recording room."""
    return parts().recording


def shelf_page(template: str, **values: Any) -> Response:
    """A page about recordings, with its tabs."""
    person = me()
    tabs = [
        (endpoint, label, _count(endpoint, person)) for endpoint, label in TABS if may_open(person, endpoint)
    ]
    return may_play(page(template, shelf_tabs=tabs, **values))


def _count(endpoint: str, person: Person) -> int:
    return waiting_count(person) if endpoint == "console.review" else 0


def waiting_count(person: Person) -> int:
    """How many takes and scripts wait for this person to review them."""
    return len(takes_waiting_for(person)) + len(scripts_waiting_for(person))


def takes_waiting_for(person: Person) -> list[Waits]:
    """What this person may review, whoever waits longest first. What says old words needs no review any more."""
    if not person.may(Right.REVIEW_CLIPS):
        return []
    return [one for one in _takes_to_review(person.languages) if one.recorded_by != person.id]


def own_takes_waiting(person: Person) -> int:
    """How many takes of this person wait for somebody else."""
    languages = room().drafts.languages()
    return sum(one.recorded_by == person.id for one in _takes_to_review(languages))


def _takes_to_review(languages: Iterable[str]) -> list[Waits]:
    spoken = sorted(set(languages))
    wanted = (
        select(takes.c.id, takes.c.prompt, takes.c.language, takes.c.recorded_by, takes.c.script_fingerprint)
        .where(takes.c.state == TakeState.TO_REVIEW.value, takes.c.language.in_(spoken))
        .order_by(takes.c.touched_at, takes.c.id)
    )
    with reading(parts().database) as connection:
        rows = connection.execute(wanted).all()
    if not rows:
        return []
    current = room().drafts.fingerprints(spoken)
    return [
        Waits(row.id, row.prompt, row.language, row.recorded_by)
        for row in rows
        if current.get((row.prompt, row.language)) == row.script_fingerprint
    ]


def scripts_waiting_for(person: Person) -> list[Key]:
    """Therapeutic scripts whose words no supervisor has agreed to, for whoever may; those they can read first."""
    if not person.may(Right.REVIEW_CLINICALLY):
        return []
    drafts = room().drafts
    with reading(parts().database) as connection:
        agreed = agreed_words(connection)
    waiting = [
        (prompt, code)
        for code in drafts.languages()
        for prompt, script in drafts.scripts(code).items()
        if agreed.lacks(script)
    ]
    return sorted(waiting, key=lambda key: key[1] not in person.languages)


def the_pack() -> Pack | None:
    """The draft that the address names, or the first; None while there is none."""
    known = room().drafts.packs()
    wanted = request.args.get("pack", "")
    if not known:
        return None
    try:
        return room().drafts.pack(wanted if wanted in known else known[0])
    except NoSuchDraft:
        # Somebody has taken it away since the list was read.
        abort(404)


def all_packs() -> list[tuple[str, str]]:
    """Every draft as (id, title)."""
    return [(pack_id, title_of(room().drafts.pack(pack_id))) for pack_id in room().drafts.packs()]


def title_of(pack: Pack) -> str:
    """What people call a pack."""
    return pack.flows[pack.entry].title or pack.id
