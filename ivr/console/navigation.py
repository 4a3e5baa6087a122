"""Where the pages of the console lead: to whatever this person may open, and to nothing else."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from ivr.console.gatekeeper import may_open
from ivr.people.person import Person

PAGES: tuple[tuple[str, Any], ...] = (
    ("console.home", _l("Now")),
    ("console.queue", _l("Queue")),
    ("console.mine", _l("My calls")),
    ("console.board", _l("Board")),
    ("console.shifts", _l("My shifts")),
    ("console.roster", _l("Roster")),
    ("console.outcomes", _l("Outcomes")),
    ("console.library", _l("Recordings")),
    ("console.numbers", _l("Numbers")),
    ("console.people", _l("People")),
    ("console.audit", _l("Audit")),
)

BELOW = {
    "console.outcomes": ("outcome", "terms", "term", "add_term"),
    "console.board": ("risk_cases", "close_risk"),
    "console.numbers": ("hold", "end_hold", "close_case", "reveal"),
    "console.people": ("invite", "person", "invite_again", "unlock", "person_out", "close_person"),
    "console.library": (
        "library_prompt",
        "withdraw_take",
        "sheet",
        "record",
        "upload",
        "review",
        "review_take",
        "clinical",
        "voices",
        "publish",
        "panels",
        "new_panel",
        "panel",
    ),
    "console.shifts": (
        "my_state",
        "add_shift",
        "shift",
        "remove_shift",
        "leave_out",
        "take_back",
        "agree",
        "refuse",
    ),
    "console.roster": ("training", "debriefed", "plan", "plan_add", "plan_move"),
    "console.profile": ("about", "number", "pin", "password", "codes", "codes_off", "recovery_codes"),
}
"""Pages, and the views that belong to each."""

_PLACES = {f"console.{view}": above for above, views in BELOW.items() for view in views}


def pages_for(person: Person | None) -> list[tuple[str, Any]]:
    """(endpoint, label) of the pages that this person may open."""
    if person is None or person.has_to_set_up_codes:
        return []
    return [(endpoint, label) for endpoint, label in PAGES if may_open(person, endpoint)]


def place_of(endpoint: str | None) -> str | None:
    """The page that a view belongs to, as the navigation shows it."""
    return _PLACES.get(endpoint or "", endpoint)
