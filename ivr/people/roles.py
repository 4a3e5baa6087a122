"""Who may do what. A person may have several roles; each right belongs to some of them. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Role(StrEnum):
    """What somebody is to the hotline. None includes another: whoever is two things has two roles."""

    HELPER = "helper"
    STAFF = "staff"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"


class Right(StrEnum):
    """What a service lets somebody do."""

    TAKE_CALLBACKS = "take_callbacks"
    RECORD_AND_PUBLISH = "record_and_publish"
    REVIEW_CLIPS = "review_clips"
    REVIEW_CLINICALLY = "review_clinically"
    CLOSE_CASE = "close_case"
    HOLD_NUMBER = "hold_number"
    REVEAL_NUMBER = "reveal_number"
    MANAGE_PEOPLE = "manage_people"
    READ_AUDIT = "read_audit"
    EDIT_TERMS = "edit_terms"


WHO_MAY: dict[Right, frozenset[Role]] = {
    Right.TAKE_CALLBACKS: frozenset({Role.HELPER, Role.SUPERVISOR}),
    Right.RECORD_AND_PUBLISH: frozenset({Role.STAFF}),
    Right.REVIEW_CLIPS: frozenset({Role.STAFF, Role.SUPERVISOR, Role.HELPER}),
    Right.REVIEW_CLINICALLY: frozenset({Role.SUPERVISOR}),
    Right.CLOSE_CASE: frozenset({Role.SUPERVISOR}),
    Right.HOLD_NUMBER: frozenset({Role.SUPERVISOR}),
    Right.REVEAL_NUMBER: frozenset({Role.SUPERVISOR}),
    Right.MANAGE_PEOPLE: frozenset({Role.ADMIN}),
    Right.READ_AUDIT: frozenset({Role.ADMIN}),
    Right.EDIT_TERMS: frozenset({Role.SUPERVISOR, Role.ADMIN}),
}

NEED_CODES = frozenset({Role.SUPERVISOR, Role.ADMIN})
"""Whoever can see a number or let somebody in signs in with a one-time code as well."""

TOLD_OF_EVERYTHING = frozenset({Role.SUPERVISOR, Role.ADMIN})
"""Who gets every notice, signed in or not."""


def may(roles: Iterable[Role], right: Right) -> bool:
    """Whether somebody with these roles has the right."""
    return not WHO_MAY[right].isdisjoint(roles)


def need_codes(roles: Iterable[Role]) -> bool:
    """Whether somebody with these roles gets nowhere without one-time codes."""
    return not NEED_CODES.isdisjoint(roles)
