"""Lists as the provider gives them: filtered by day, newest first, in pages that lead from one to the next."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlencode

from flask import Response, jsonify, request

from tests.telephony.provider.state import Provider, shown_call, shown_recording

USUAL_PAGE, LARGEST_PAGE = 50, 1000


def calls_that_fit(provider: Provider, asked: Mapping[str, str]) -> list[dict[str, Any]]:
    """The calls that a question is about, newest first."""
    wanted = {"To": "to", "From": "from", "Status": "status", "ParentCallSid": "parent_call_sid"}
    found = [
        call
        for call in list(provider.calls.values())
        if all(call[name] == asked[parameter] for parameter, name in wanted.items() if parameter in asked)
        and fits_days(call["started_at"], "StartTime", asked)
        and fits_days(call["ended_at"], "EndTime", asked)
    ]
    return sorted(found, key=lambda call: (call["created_at"], call["sid"]), reverse=True)


def recordings_that_fit(provider: Provider, asked: Mapping[str, str]) -> list[dict[str, Any]]:
    """The recordings that a question is about, newest first; the deleted ones too when they are asked for."""
    there = provider.visible_recordings()
    if asked.get("IncludeSoftDeleted") == "true":
        there += list(provider.deleted_recordings.values())
    return [
        kept
        for kept in there
        if asked.get("CallSid", kept["call_sid"]) == kept["call_sid"]
        and fits_days(kept["created_at"], "DateCreated", asked)
    ]


def fits_days(moment: float | None, parameter: str, asked: Mapping[str, str]) -> bool:
    """Whether a time fits what is asked of its day. What has no time fits no such question."""
    questions = [(sign, asked[parameter + sign]) for sign in ("", "<", ">") if parameter + sign in asked]
    if not questions:
        return True
    if moment is None:
        return False
    day = datetime.fromtimestamp(moment, UTC).date()
    return all(
        {"": day == day_of(value), "<": day < day_of(value), ">": day >= day_of(value)}[sign]
        for sign, value in questions
    )


def day_of(value: str) -> date:
    """The day of a date or a time."""
    return date.fromisoformat(value[:10])


def page_of(
    name: str, found: Sequence[dict[str, Any]], show: Callable[[dict[str, Any]], dict[str, Any]]
) -> Response:
    """One page, with the address of the next. The next begins after the last of this one, whatever is deleted."""
    size = min(int(request.args.get("PageSize", USUAL_PAGE)), LARGEST_PAGE)
    number, after = int(request.args.get("Page", 0)), request.args.get("PageToken", "")[2:]
    rest = found
    if after:
        key = tuple(after.split("-"))
        rest = [one for one in found if (f"{one['created_at']:020.6f}", one["sid"]) < key]
    page, more = rest[:size], rest[size:]
    following = None
    if more:
        token = f"PA{page[-1]['created_at']:020.6f}-{page[-1]['sid']}"
        question = {**request.args.to_dict(), "Page": str(number + 1), "PageToken": token}
        following = f"{request.path}?{urlencode(question)}"
    return jsonify(
        {
            name: [show(one) for one in page],
            "page": number,
            "page_size": size,
            "uri": request.full_path,
            "first_page_uri": request.path,
            "previous_page_uri": None,
            "next_page_uri": following,
            "start": 0,
            "end": max(len(page) - 1, 0),
        }
    )


def page_of_calls(provider: Provider) -> Response:
    """The calls that are asked for."""
    return page_of("calls", calls_that_fit(provider, request.args), shown_call)


def page_of_recordings(provider: Provider, call: str = "") -> Response:
    """The recordings that are asked for."""
    asked = {**request.args.to_dict(), **({"CallSid": call} if call else {})}
    return page_of("recordings", recordings_that_fit(provider, asked), shown_recording)
