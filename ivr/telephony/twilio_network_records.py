"""What Twilio still has of calls: records of both legs, and recordings, which outlive the record of their call.

What is listed here is deleted, so nothing of a list is believed: a provider that doesn't know a filter answers with
everything that the account has.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from twilio.rest import Client
from twilio.rest.api.v2010.account.call import CallInstance

from ivr.telephony.contract import CallState, LeftCall, LeftRecording, RequestRefused
from ivr.telephony.twilio_network_errors import ask, is_gone

OVER = frozenset({"completed", "canceled", "busy", "failed", "no-answer"})

PAGE = 1000
"""The most that the provider gives at once."""

PAGE_OF_ONE = 50
"""Of one number: the newest come first."""

MOST_LEFT = 5000
"""Of one list. What is beyond it is found the next time, when these are gone."""

MOST_OF_A_CALL = 200


def state_of(client: Client, call: str) -> CallState:
    """Whether a call is under way, over, or no longer known."""
    try:
        found = ask(lambda: client.calls(call).fetch())
    except RequestRefused as refusal:
        if is_gone(refusal):
            return "gone"
        raise
    return "over" if found.status in OVER else "under_way"


def legs_of(client: Client, call: str) -> list[str]:
    """The calls that a call has dialled."""
    found = ask(lambda: client.calls.list(parent_call_sid=call, page_size=PAGE, limit=MOST_OF_A_CALL))
    return [str(leg.sid) for leg in found if leg.parent_call_sid == call]


def recordings_of(client: Client, call: str) -> list[str]:
    """The recordings of a call. The list below the call itself is gone when the call's record is."""
    found = ask(lambda: client.recordings.list(call_sid=call, page_size=PAGE, limit=MOST_OF_A_CALL))
    return [str(recording.sid) for recording in found if recording.call_sid == call]


def placed(client: Client, to: str, caller_id: str, since: float) -> list[str]:
    """The calls that were placed between two numbers since a time, the newest first."""
    # Not asked for by time: a call that still waits at the provider has no time of beginning, and would be missed.
    found = ask(lambda: client.calls.list(to=to, from_=caller_id, page_size=PAGE_OF_ONE, limit=PAGE_OF_ONE))
    ours = [
        call
        for call in found
        if (call.to, call._from) == (to, caller_id) and _began(call) >= since and not call.parent_call_sid
    ]
    return [str(call.sid) for call in sorted(ours, key=_began, reverse=True)]


def _began(call: CallInstance) -> float:
    began = call.date_created or call.start_time
    return began.timestamp() if began else 0.0


def calls_left(client: Client, line_number: str, before: float) -> Iterator[LeftCall]:
    """The call records from and to a number that began before a time, each once."""
    seen = set()
    for question in _questions(line_number, before):
        found = ask(lambda asked=question: client.calls.list(**asked, page_size=PAGE, limit=MOST_LEFT))  # type: ignore[misc]
        for call in found:
            is_ours = line_number in (call.to, call._from)
            if is_ours and call.sid not in seen and _began_before(call, before):
                seen.add(call.sid)
                yield LeftCall(str(call.sid), call.status in OVER)


def _questions(number: str, before: float) -> Iterator[dict[str, Any]]:
    # Providers compare days, so the day after is asked for, and what is younger is left out here. A call that was
    # given up before it was dialled has no time of beginning, and no question about time finds it.
    until = _day_after(before)
    given_up = CallInstance.Status.CANCELED
    yield {"to": number, "start_time_before": until}
    yield {"from_": number, "start_time_before": until}
    yield {"from_": number, "status": given_up}


def _began_before(call: CallInstance, before: float) -> bool:
    began = call.start_time or call.date_created
    return began is None or began.timestamp() < before


def recordings_left(client: Client, before: float) -> Iterator[LeftRecording]:
    """The account's recordings from before a time."""
    found = ask(
        lambda: client.recordings.list(
            date_created_before=_day_after(before), page_size=PAGE, limit=MOST_LEFT
        )
    )
    for recording in found:
        if recording.date_created is None or recording.date_created.timestamp() < before:
            yield LeftRecording(str(recording.sid), str(recording.call_sid or ""))


def _day_after(moment: float) -> datetime:
    day = datetime.fromtimestamp(moment, UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return day + timedelta(days=1)
