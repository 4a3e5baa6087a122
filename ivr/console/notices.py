"""Notices as the top of every page shows them, until whoever reads it has seen them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import url_for
from sqlalchemy import Connection

from ivr.console.gatekeeper import may_open
from ivr.console.languages import gettext
from ivr.console.parts import ConsoleParts
from ivr.console.plan_words import told_to_the_helper, told_to_the_supervisor
from ivr.console.take_cards import second
from ivr.console.words import ROLES, in_a_row, isolated, language_name, who_in_words
from ivr.people.notices import URGENT, Notice, NoticeKind
from ivr.people.person import Person
from ivr.people.refusals import NobodyOfThisId
from ivr.recording.sent_back import still_wanted
from ivr.store.engine import reading

MOST = 3
OF_PEOPLE = (NoticeKind.ROLE_GIVEN, NoticeKind.LINK_WITHOUT_CODES)


@dataclass(frozen=True, slots=True)
class Told:
    """One notice in words; `at` in seconds since 1970."""

    id: str
    at: float
    text: str
    reason: str
    mine: bool
    place: str = ""
    """The page on which something can be done about it, and what it is called."""
    place_name: str = ""


def unseen_by(parts: ConsoleParts, person: Person) -> list[Told]:
    """What this person hasn't seen yet: all that is urgent, and the newest of the rest, whose others come when these
    have been seen. What they did themself too where it is urgent: it may have been somebody at their browser.
    """
    with reading(parts.database) as connection:
        found = _that_hold(parts, connection, parts.people.notices.unseen(connection, person.id))
    urgent = [notice for notice in found if notice.kind in URGENT]
    rest = [notice for notice in found if notice.kind not in URGENT and notice.who != person.id]
    return [_told(parts, notice, person) for notice in urgent + rest[:MOST]]


def _that_hold(parts: ConsoleParts, connection: Connection, found: list[Notice]) -> list[Notice]:
    """Without those about takes that were recorded again, or whose words nobody says any more."""
    sent_back = {notice.about for notice in found if notice.kind == NoticeKind.TAKE_SENT_BACK}
    wanted = still_wanted(connection, sent_back) if sent_back else set()
    over = {
        notice.about
        for notice in found
        if notice.about in sent_back
        and (notice.about not in wanted or parts.recording.drafts.script(*_script_of(notice)) is None)
    }
    return [notice for notice in found if notice.about not in over]


def _script_of(notice: Notice) -> tuple[str, str]:
    return notice.details.get("prompt", ""), notice.details.get("language", "")


def _name(parts: ConsoleParts, who: str) -> str:
    try:
        names = {who: parts.people.accounts.person(who).name}
    except NobodyOfThisId:
        names = {}
    return who_in_words(who, names)


def _told(parts: ConsoleParts, notice: Notice, person: Person) -> Told:
    mine = notice.who == person.id
    whom = _name(parts, notice.about) if notice.kind in OF_PEOPLE else ""
    roles = _roles(notice.details.get("roles", ""))
    text = (
        _of_mine(notice.kind, whom, roles)
        if mine
        else _of_others(notice, _name(parts, notice.who), whom, roles)
    )
    place, place_name = _place(notice, person)
    return Told(notice.id, notice.at, text, notice.details.get("reason", ""), mine, place, place_name)


def _place(notice: Notice, person: Person) -> tuple[str, str]:
    if notice.kind == NoticeKind.SHIFT_SET:
        return url_for("console.shifts"), gettext("My shifts")
    if notice.kind == NoticeKind.SHIFT_REFUSED:
        return url_for("console.roster"), gettext("Roster")
    if notice.kind in (NoticeKind.OUTCOME_MISSING, NoticeKind.OUTCOME_OVERDUE):
        return url_for("console.outcomes"), gettext("Outcomes")
    if notice.kind == NoticeKind.TAKE_SENT_BACK:
        return _where_to_record(*_script_of(notice), person)
    return "", ""


def _where_to_record(prompt: str, code: str, person: Person) -> tuple[str, str]:
    if may_open(person, "console.record"):
        return url_for("console.record", language=code, prompt=prompt), gettext("Record it")
    if may_open(person, "console.library_prompt"):
        return url_for("console.library_prompt", language=code, prompt=prompt), gettext("Look at it")
    return "", ""


def _roles(listed: str) -> str:
    return in_a_row(str(word) for role, word in ROLES.items() if role.value in listed.split(", "))


def _of_mine(kind: str, whom: str, roles: str) -> Any:
    if kind == NoticeKind.NUMBER_REVEALED:
        return gettext("You revealed a caller's number.")
    if kind == NoticeKind.ROLE_GIVEN:
        return gettext("You let %(whom)s in as: %(roles)s.", whom=whom, roles=roles)
    return gettext("You made a link for %(whom)s that needs no one-time code.", whom=whom)


def _of_others(notice: Notice, name: str, whom: str, roles: str) -> Any:
    if notice.kind == NoticeKind.ROLE_GIVEN:
        return gettext("%(name)s let %(whom)s in as: %(roles)s.", name=name, whom=whom, roles=roles)
    if notice.kind == NoticeKind.LINK_WITHOUT_CODES:
        return gettext(
            "%(name)s made a link for %(whom)s that needs no one-time code. Ask %(whom)s whether that was right.",
            name=name,
            whom=whom,
        )
    if notice.kind == NoticeKind.SHIFT_SET:
        return told_to_the_helper(notice.details, name)
    if notice.kind == NoticeKind.SHIFT_REFUSED:
        return told_to_the_supervisor(notice.details, name)
    if notice.kind == NoticeKind.TAKE_SENT_BACK:
        return _of_a_take(notice, name)
    return _of_outcomes(notice.kind) or _of_numbers(notice.kind, name)


def _of_a_take(notice: Notice, name: str) -> str:
    prompt, code = _script_of(notice)
    said = gettext(
        "%(name)s asks you to record %(prompt)s in %(language)s once more.",
        name=name,
        prompt=isolated(prompt),
        language=language_name(code),
    )
    if "second" not in notice.details:
        return said
    return f"{said} " + gettext(
        "It is about the place %(place)s.", place=second(float(notice.details["second"]))
    )


def _of_outcomes(kind: str) -> str:
    if kind == NoticeKind.OUTCOME_MISSING:
        return gettext("The outcome of your last talk is still missing. It takes a minute: see Outcomes.")
    if kind == NoticeKind.OUTCOME_OVERDUE:
        return gettext("The outcome of a talk has been missing for a day: see Outcomes.")
    return ""


def _of_numbers(kind: str, name: str) -> Any:
    if kind == NoticeKind.NUMBER_REVEALED:
        return gettext("%(name)s has revealed a caller's number.", name=name)
    if kind == NoticeKind.NUMBER_HELD:
        return gettext("%(name)s keeps a caller's number for longer.", name=name)
    if kind == NoticeKind.HOLD_ENDED:
        return gettext("%(name)s has ended the keeping of a caller's number.", name=name)
    return gettext("%(name)s did something that you should know of.", name=name)
