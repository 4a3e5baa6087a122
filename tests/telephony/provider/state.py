"""What the provider knows: numbers, calls with their legs, recordings. Tests read and change it directly."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any, Protocol

from tests.telephony.provider.faults import Fault, Refusal

ACCOUNT = "AC" + "0" * 32
TOKEN = "fake-token-of-the-tests"  # not a secret: it opens only this fake
LINE = "+12025550100"
STORED_METHODS = ("voice_method", "voice_fallback_method", "status_callback_method")
OVER = ("completed", "canceled", "busy", "failed", "no-answer")
ANSWERED = ((0.0, "queued"), (1.0, "ringing"), (5.0, "in-progress"), (65.0, "completed"))
"""How a call that is placed goes on: seconds after it was asked for, and what it is from then on."""

SHOWN_OF_A_CALL = (
    "sid", "account_sid", "parent_call_sid", "to", "from", "status", "direction", "date_created", "start_time",
    "end_time", "duration", "price", "uri",
)  # fmt: skip
SHOWN_OF_A_RECORDING = ("sid", "account_sid", "call_sid", "status", "duration", "date_created", "uri")

Course = tuple[tuple[float, str], ...]


class Carrier(Protocol):
    """What carries out the calls that are asked for, where they are more than records. Called under the lock."""

    def placed(self, sid: str, asked: Mapping[str, Sequence[str]]) -> None:
        """A call was asked for; the whole form."""

    def sent_elsewhere(self, sid: str, url: str) -> None:
        """A call under way is to ask this address what to do."""

    def ended(self, sid: str) -> None:
        """A call under way is to end."""


@dataclass
class Provider:
    """Everything the provider knows. `clock` gives seconds since 1970, and moves calls on."""

    account_sid: str = ACCOUNT
    token: str = TOKEN
    kind: str = "Full"
    status: str = "active"
    balance: str | None = "12.30"
    calls_per_second: float = 0.0
    """How many calls may be created a second; 0 for no limit."""
    clock: Callable[[], float] = time.time
    course: Course = ANSWERED
    carrier: Carrier | None = None
    """Who rings people; None where a call is only a record that goes on as time does."""
    settles_seconds: float = 0.0
    """How long after its end a call's record can't be deleted yet."""
    refuses_duplicates: bool = False
    """Whether a second call to the same number for the same reason is refused while the first isn't over."""
    refused_numbers: dict[str, int] = field(default_factory=dict)
    """Numbers that are never rung, with the code that says why."""
    numbers: dict[str, dict[str, Any]] = field(default_factory=dict)
    calls: dict[str, dict[str, Any]] = field(default_factory=dict)
    recordings: dict[str, dict[str, Any]] = field(default_factory=dict)
    deleted_recordings: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What is kept of a deleted recording for forty days: when it was, and how long."""
    asked: list[tuple[str, str, dict[str, list[str]]]] = field(default_factory=list)
    """Every request: method, path below the account, form."""
    refusals: deque[Refusal] = field(default_factory=deque)
    """Given one after the other to the next requests, whatever they ask."""
    faults: list[Fault] = field(default_factory=list)
    """What goes wrong with requests that fit."""
    failing_changes: int = 0
    """How many of the next changes of a number fail on the provider's side."""
    last_created: float = float("-inf")
    made: int = 0
    lock: threading.RLock = field(default_factory=threading.RLock)

    def new_sid(self, kind: str) -> str:
        """A name that no thing has had."""
        self.made += 1
        # Apart from the ids that tests give to calls themselves: two of one name would be one call.
        return f"{kind}ff{self.made:030x}"

    def has_number(self, number: str, **setup: Any) -> None:
        """Gives the account a number."""
        sid = self.new_sid("PN")
        self.numbers[sid] = {
            "sid": sid,
            "account_sid": self.account_sid,
            "phone_number": number,
            **dict.fromkeys(STORED_METHODS, "POST"),
            "voice_url": "",
            "voice_fallback_url": "",
            "status_callback": "",
            "voice_application_sid": "",
            "trunk_sid": None,
            "voice_receive_mode": "voice",
            **setup,
        }

    def has_call(
        self,
        status: str = "in-progress",
        *,
        to: str = LINE,
        from_: str = "+12025550142",
        parent: str | None = None,
        sid: str = "",
        began: float | None = None,
        over_in: float | None = None,
    ) -> str:
        """Puts a call on the network; its id. It is over after some seconds, or stays as it is."""
        sid = sid or self.new_sid("CA")
        now = self.clock() if began is None else began
        started = None if status in ("queued", "canceled") else now
        self.calls[sid] = {
            "sid": sid,
            "account_sid": self.account_sid,
            "parent_call_sid": parent,
            "to": to,
            "from": from_,
            "status": status,
            "direction": "outbound-dial" if parent else "inbound" if to == LINE else "outbound-api",
            "price": None,
            "uri": f"/2010-04-01/Accounts/{self.account_sid}/Calls/{sid}.json",
            "created_at": now,
            "started_at": started,
            "ended_at": now if status in OVER else None,
            "course": () if over_in is None else ((over_in, "completed"),),
        }
        return sid

    def has_recording(self, sound: bytes = b"RIFF", call: str = "", appears_in: float = 0.0) -> str:
        """Stores a recording; its id. It can't be seen before it is ready."""
        sid = self.new_sid("RE")
        self.recordings[sid] = {
            "sid": sid,
            "account_sid": self.account_sid,
            "call_sid": call or "CA" + "e" * 32,
            "status": "completed",
            "duration": "4",
            "uri": f"/2010-04-01/Accounts/{self.account_sid}/Recordings/{sid}.json",
            "created_at": self.clock() + appears_in,
            "sound": sound,
        }
        return sid

    def set_up_of(self, number: str) -> dict[str, Any]:
        """How a number is set up."""
        return next(kept for kept in self.numbers.values() if kept["phone_number"] == number)

    def refuse(self, status: int, code: int | None, message: str = "no", times: int = 1) -> None:
        """Makes the next requests fail."""
        self.refusals.extend([Refusal(status, code, message)] * times)

    def go_on(self) -> None:
        """Moves every call to where it is by now."""
        now = self.clock()
        for call in self.calls.values():
            for after, status in call["course"]:
                if now >= call["created_at"] + after and call["status"] not in OVER:
                    self.become(call, status, call["created_at"] + after)

    def become(self, call: dict[str, Any], status: str, when: float) -> None:
        """A call is something else from now on."""
        call["status"] = status
        if call["started_at"] is None and status not in ("queued", "canceled"):
            call["started_at"] = when
        if status in OVER:
            call["ended_at"] = when

    def visible_recordings(self) -> list[dict[str, Any]]:
        """The recordings that are ready, newest first."""
        now = self.clock()
        ready = [kept for kept in self.recordings.values() if kept["created_at"] <= now]
        return sorted(ready, key=lambda kept: (kept["created_at"], kept["sid"]), reverse=True)

    def anything_of(self, *calls: str) -> list[str]:
        """What there still is of these calls: records, legs and recordings, by id."""
        legs = [sid for sid, call in self.calls.items() if {sid, call["parent_call_sid"]} & set(calls)]
        return legs + [sid for sid, kept in self.recordings.items() if kept["call_sid"] in (*calls, *legs)]


def shown_call(call: dict[str, Any]) -> dict[str, Any]:
    """A call as the provider shows it."""
    began, ended = call["started_at"], call["ended_at"]
    times = {
        "date_created": in_rfc_2822(call["created_at"]),
        "start_time": in_rfc_2822(began),
        "end_time": in_rfc_2822(ended),
        "duration": None if began is None or ended is None else str(round(ended - began)),
    }
    return {name: {**call, **times}[name] for name in SHOWN_OF_A_CALL}


def shown_recording(kept: dict[str, Any]) -> dict[str, Any]:
    """A recording as the provider shows it."""
    return {
        name: {**kept, "date_created": in_rfc_2822(kept["created_at"])}[name] for name in SHOWN_OF_A_RECORDING
    }


def in_rfc_2822(moment: float | None) -> str | None:
    """A time as the provider writes it."""
    return None if moment is None else format_datetime(datetime.fromtimestamp(moment, UTC))
