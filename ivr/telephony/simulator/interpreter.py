"""Executes replies as a provider does. PURE: what happens comes in with its time, what is to be done goes out.

`static/machine.js` is the same in the browser; `tests/simulator/conformance.json` holds the two to each other.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal
from urllib.parse import urldefrag, urljoin

from ivr.telephony.simulator import reading, words
from ivr.telephony.simulator.patience import Patience
from ivr.telephony.simulator.words import Action, Event, Opening, Outcome, Params, Problem

MOST_BYTES = 64 * 1024
Phase = Literal[
    "new", "fetching", "sounding", "waiting", "recording", "keeping", "dialling", "talking", "joined", "over"
]


class Call:
    """One leg of a call. `due` is when it next wants TimePassed, in the seconds that `step` is given."""

    def __init__(self, opening: Opening) -> None:
        self.opening = opening
        self.phase: Phase = "new"
        self.due: float | None = None
        self._out: list[Action] = []
        self._now = 0.0
        self._url = ""
        self._steps: list[reading.Step] = []
        self._sounds: list[reading.Sound] = []
        self._gather: reading.Gather | None = None
        self._record: reading.Record | None = None
        self._dial: reading.Dial | None = None
        self._keys = ""
        self._fetches = 0
        self._plays = 0
        self._patience = Patience()
        self._fallback_used = False
        self._answered_at: float | None = 0.0 if opening.rung else None
        self._heard = False
        self._leaving = False

    def step(self, event: Event, now: float) -> list[Action]:
        """What is to be done now that `event` has happened, `now` seconds into the call."""
        self._out, self._now = [], now
        if self.phase != "over":
            self._happened(event)
        return self._out

    def _happened(self, event: Event) -> None:
        match event:
            case words.Begin() if self.opening.joins and not self.opening.voice_url:
                self._document_ended()
            case words.Begin():
                self._fetch(self.opening.voice_url, "POST", ())
            case words.Replied() if self._is_awaited(event.fetch):
                self._read(event)
            case words.Unreachable() if self._is_awaited(event.fetch):
                self._fail("11205", "unreachable", "The hotline did not answer in time")
            case words.ClipEnded() if self.phase == "sounding" and event.play == self._plays:
                self._next_sound()
            case words.ClipBroken() if self.phase == "sounding" and event.play == self._plays:
                self._trouble("missing-clip", "A clip can't be had, so the caller hears a gap.")
                self._next_sound()
            case words.KeyPressed():
                self._key(event.key)
            case words.TimePassed() if self.due is not None and self._now >= self.due - 1e-6:
                self._time_is_up()
            case words.RecordingKept() if self.phase in ("recording", "keeping"):
                self._recorded(event)
            case words.PartyAnswered() if self.phase == "dialling" and self._dial is not None:
                self._wait("talking", self._dial.limit)
            case words.PartyEnded() if self.phase in ("dialling", "talking"):
                self._dialled(event.outcome)
            case words.CallerHungUp():
                self._caller_left()
            case words.SentElsewhere() if self.phase != "keeping":
                self._drop_what_runs()
                self._fetch(urljoin(self._url, event.url), "POST", ())
            case words.EndedByHotline():
                self._drop_what_runs()
                self._end("completed" if self._answered_at is not None else "canceled")

    # Replies

    def _is_awaited(self, fetch: int) -> bool:
        return self.phase == "fetching" and fetch == self._fetches

    def _fetch(self, url: str, method: str, extra: Params) -> None:
        if self._patience.is_over(self._now):
            self._trouble("endless-replies", "The replies only send to one another, without end.")
            self._end("failed")
            return
        self._fetches += 1
        self._url, tries = urldefrag(url)
        self.phase, self.due = "fetching", None
        self._out.append(words.Fetch(self._fetches, method, self._url, self._params(extra), tries))

    def _fetch_action(self, action: str, method: str, extra: Params) -> None:
        self._fetch(urljoin(self._url, action), method, extra)

    def _read(self, reply: words.Replied) -> None:
        kind = reply.content_type.partition(";")[0].strip().lower()
        if not 200 <= reply.status < 300:
            self._fail("11200", "error-reply", f"The hotline answered with an error ({reply.status})")
        elif len(reply.body.encode()) > MOST_BYTES:
            self._fail("11750", "reply-too-large", "The reply is larger than 64 kB")
        elif kind not in ("text/xml", "application/xml"):
            self._fail("12300", "wrong-content-type", f"The reply is {kind or 'of no type'}, not XML")
        else:
            try:
                read = reading.read_reply(reply.body)
            except reading.UnreadableReply:
                self._fail("12100", "unreadable-reply", "The reply can't be read")
                return
            self._out.extend(words.Trouble(problem) for problem in read.problems)
            self._steps = list(read.steps)
            self._next_step()

    def _fail(self, error: str, code: str, text: str) -> None:
        self._trouble(code, f"{text}.")
        if self.opening.fallback_url and not self._fallback_used:
            self._fallback_used = True
            self._fetch(self.opening.fallback_url, "POST", (("ErrorCode", error), ("ErrorUrl", self._url)))
        else:
            self._end("failed")

    # Steps

    def _next_step(self) -> None:
        self._gather = self._record = self._dial = None
        if not self._steps:
            self._document_ended()
            return
        step = self._steps.pop(0)
        if isinstance(step, reading.Reject):
            self._reject(step)
            return
        # Sending on is the one step that leaves a ringing call ringing, so it can still be refused.
        if self._answered_at is None and not isinstance(step, reading.Redirect):
            self._answered_at = self._now
            self._out.append(words.Answered())
        match step:
            case reading.Clip() | reading.Spoken() | reading.Rest():
                self._sounds = [step]
                self._next_sound()
            case reading.Gather():
                self._gather, self._keys, self._sounds = step, "", list(step.sounds)
                self._out.append(words.Listening(tuple(self._address(sound) for sound in step.sounds)))
                self._next_sound()
            case reading.Record():
                self._record, self._keys = step, ""
                self._out.append(words.StartRecording(step.timeout, step.most_seconds, step.beep))
                self._wait("recording", step.most_seconds)
            case reading.Dial():
                self._start_dialling(step)
            case reading.Redirect():
                self._fetch_action(step.url, step.method, ())
            case reading.Hangup():
                self._end_said()

    def _document_ended(self) -> None:
        if self.opening.joins:
            self.phase, self.due = "joined", None
            self._out.append(words.Join())
        else:
            self._end_said()

    def _reject(self, step: reading.Reject) -> None:
        if self._answered_at is None:
            self._end("busy" if step.reason == "busy" else "no-answer")
        else:
            self._trouble("late-reject", "A call that has been answered can't be refused.")
            self._end("completed")

    def _end_said(self) -> None:
        if not self._heard:
            self._trouble("bare-hang-up", "The call was ended with nothing said.")
        self._end("completed")

    # Sounds and keys

    def _address(self, sound: reading.Sound) -> str:
        return urljoin(self._url, sound.url) if isinstance(sound, reading.Clip) else ""

    def _next_sound(self) -> None:
        if not self._sounds:
            self._sounds_ended()
            return
        sound = self._sounds.pop(0)
        match sound:
            case reading.Clip():
                self._plays += 1
                self._heard = True
                self.phase, self.due = "sounding", None
                self._out.append(words.PlayClip(self._plays, self._address(sound)))
            case reading.Spoken():
                self._heard = True
                self._out.append(words.Speak(sound.text, sound.seconds))
                self._wait("sounding", sound.seconds)
            case reading.Rest():
                self._wait("sounding", sound.seconds)

    def _sounds_ended(self) -> None:
        if self._gather is None:
            self._next_step()
        else:
            self._out.append(words.Waiting(self._gather.timeout))
            self._wait("waiting", self._gather.timeout)

    def _key(self, key: str) -> None:
        if self.phase == "recording" and self._record is not None:
            if key in self._record.finish_on_key:
                self._keys = key
                self._stop_recording()
        elif self._gather is not None and self.phase in ("sounding", "waiting"):
            if self.phase == "sounding":
                self._sounds = []
                self._out.append(words.StopSound())
            if key in self._gather.finish_on_key:
                self._gathered()
                return
            self._keys += key
            if len(self._keys) == self._gather.most_digits:
                self._gathered()
            else:
                self._wait("waiting", self._gather.timeout)

    def _gathered(self) -> None:
        gather = self._gather
        if gather is None:
            return
        self._heard = False
        if not self._keys:
            self._out.append(words.NothingKeyed())
        if self._keys or gather.on_empty:
            self._fetch_action(gather.action, gather.method, (("Digits", self._keys),))
        else:
            self._next_step()

    # Recording

    def _stop_recording(self) -> None:
        self.phase, self.due = "keeping", None
        self._out.append(words.StopRecording())

    def _recorded(self, kept: words.RecordingKept) -> None:
        record = self._record
        if record is None:
            return
        self._heard = False
        about: Params = (("RecordingUrl", kept.url), ("RecordingSid", kept.sid))
        at = urljoin(self._url, record.action)
        ready = self._from_here(record.on_ready)
        length = (("RecordingDuration", str(kept.seconds)),)
        if not kept.seconds:
            if ready and record.tells_absence:
                self._notify(ready, (("RecordingSid", kept.sid), ("RecordingStatus", "absent")))
            self._end("completed") if self._leaving else self._next_step()
            return
        digits = "hangup" if self._leaving else self._keys
        extra = (*about, *length, ("Digits", digits)) if digits else (*about, *length)
        if self._leaving:
            self._notify(at, extra, "completed")
        else:
            self._fetch(at, record.method, extra)
        if ready:
            self._notify(ready, (*about, ("RecordingStatus", "completed"), *length))
        if self._leaving:
            self._end("completed")

    # Dialling

    def _start_dialling(self, step: reading.Dial) -> None:
        self._dial = step
        parties = tuple(
            party._replace(
                whisper=self._from_here(party.whisper), status_url=self._from_here(party.status_url)
            )
            for party in step.parties
        )
        self._out.append(words.StartDialling(parties, step.caller_id, step.timeout))
        if parties:
            self._wait("dialling", step.timeout)
        else:
            self._dialled("failed")

    def _from_here(self, url: str) -> str:
        return urljoin(self._url, url) if url else ""

    def _dialled(self, outcome: Outcome) -> None:
        dial = self._dial
        if dial is None:
            return
        self._heard = False
        if dial.action:
            self._fetch_action(dial.action, dial.method, self._about_dial(outcome))
        else:
            self._next_step()

    def _about_dial(self, outcome: Outcome) -> Params:
        status = (("DialCallStatus", outcome),)
        return (*status, ("DialCallDuration", str(self._talked()))) if outcome == "completed" else status

    def _talked(self) -> int:
        if self.phase != "talking" or self._dial is None or self.due is None:
            return 0
        return _whole_seconds(self._now - (self.due - self._dial.limit))

    # Time, and the end

    def _wait(self, phase: Phase, seconds: float) -> None:
        self.phase, self.due = phase, self._now + seconds

    def _time_is_up(self) -> None:
        over_long: dict[Phase, Callable[[], None]] = {
            "sounding": self._next_sound,
            "waiting": self._gathered,
            "recording": self._stop_recording,
        }
        if self.phase in over_long:
            over_long[self.phase]()
        elif self.phase in ("dialling", "talking"):
            self._out.append(words.StopDialling())
            self._dialled("no-answer" if self.phase == "dialling" else "completed")

    def _drop_what_runs(self) -> None:
        if self.phase == "sounding":
            self._out.append(words.StopSound())
        elif self.phase in ("dialling", "talking"):
            self._out.append(words.StopDialling())
        elif self.phase == "recording":
            self._out.append(words.StopRecording())
        self._sounds = []

    def _caller_left(self) -> None:
        if self.phase in ("recording", "keeping"):
            self._leaving = True
            if self.phase == "recording":
                self._stop_recording()
            return
        outcome: Outcome = "completed" if self.phase == "talking" else "canceled"
        self._drop_what_runs()
        if self.phase in ("dialling", "talking") and self._dial is not None and self._dial.action:
            self._notify(urljoin(self._url, self._dial.action), self._about_dial(outcome), "completed")
        # The provider calls an early hang-up "no-answer", not "canceled".
        self._end("completed" if self._answered_at is not None else "no-answer")

    def _end(self, outcome: Outcome) -> None:
        self.phase, self.due = "over", None
        seconds = 0 if self._answered_at is None else _whole_seconds(self._now - self._answered_at)
        if self.opening.status_url:
            extra = (("CallDuration", str(seconds)), ("SequenceNumber", "0"))
            self._notify(self.opening.status_url, extra, outcome)
        self._out.append(words.Ended(outcome, seconds))

    def _notify(self, url: str, extra: Params, status: str = "") -> None:
        self._out.append(words.Notify(url, self._params(extra, status)))

    def _trouble(self, code: str, text: str) -> None:
        self._out.append(words.Trouble(Problem(code, text)))

    def _params(self, extra: Params, status: str = "") -> Params:
        under_way = "ringing" if self._answered_at is None else "in-progress"
        return (*self.opening.params(status or under_way), *extra)


def _whole_seconds(seconds: float) -> int:
    return math.ceil(seconds - 1e-6)
