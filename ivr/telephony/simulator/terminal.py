"""A telephone without a screen: runs one call against a hotline over HTTP, as fast as it can or in real time."""

from __future__ import annotations

import io
import math
import secrets
import struct
import time
import wave
from dataclasses import dataclass
from typing import Protocol

from ivr.telephony.simulator import words
from ivr.telephony.simulator.dialect import ELAPSED
from ivr.telephony.simulator.hands import Hands, Move
from ivr.telephony.simulator.interpreter import Call
from ivr.telephony.simulator.transcript import Transcript
from ivr.telephony.simulator.wire import Wire

KEY_GAP_SECONDS = 0.3
RATE = 8000


class Clock(Protocol):
    """Time as the call has it, in seconds since it began."""

    def now(self) -> float: ...

    def wait_until(self, moment: float) -> None: ...


class JumpingClock:
    """Waits for nothing: a call of minutes takes as long as its webhooks."""

    def __init__(self) -> None:
        self._now = 0.0

    def now(self) -> float:
        return self._now

    def wait_until(self, moment: float) -> None:
        self._now = max(self._now, moment)


class WallClock:
    """Real time."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def now(self) -> float:
        return time.monotonic() - self._began

    def wait_until(self, moment: float) -> None:
        time.sleep(max(0.0, moment - self.now()))


@dataclass(frozen=True, slots=True)
class DialledParty:
    """What becomes of everybody the hotline rings: they talk for so many seconds, or don't answer."""

    outcome: words.Outcome = "no-answer"
    rings: float = 5.0
    talks: float = 30.0


@dataclass(frozen=True, slots=True)
class _Planned:
    at: float
    event: words.Event


class Telephone:
    """One call. `run` returns when it is over."""

    def __init__(
        self,
        opening: words.Opening,
        wire: Wire,
        hands: Hands,
        clock: Clock,
        transcript: Transcript,
        party: DialledParty,
    ) -> None:
        self._opening = opening
        self._call = Call(opening)
        self._wire = wire
        self._hands = hands
        self._clock = clock
        self._transcript = transcript
        self._party = party
        self._planned: list[_Planned] = []
        self._move: Move | None = None
        self._recording = ""
        self._recording_began = 0.0
        self._voice_seconds = 0

    def run(self) -> None:
        """Rings, listens, presses and hangs up."""
        self._transcript.add(0, "call", f"{self._opening.from_number} rings {self._opening.to_number}.")
        self._happen(words.Begin())
        while self._call.phase != "over":
            try:
                self._go_on()
            except KeyboardInterrupt:
                # Whoever breaks off hangs up: the hotline must not be left with a call that never ends.
                self._happen(words.CallerHungUp())

    def _go_on(self) -> None:
        due = math.inf if self._call.due is None else self._call.due
        soonest = min(self._planned, key=lambda planned: planned.at, default=None)
        if soonest is not None and soonest.at <= due:
            self._clock.wait_until(soonest.at)
            self._planned.remove(soonest)
            self._happen(soonest.event)
        else:
            self._clock.wait_until(due)
            self._happen(words.TimePassed())

    def _happen(self, event: words.Event) -> None:
        if isinstance(event, words.KeyPressed):
            self._transcript.add(self._clock.now(), "pressed", event.key)
        elif isinstance(event, words.CallerHungUp):
            self._transcript.add(self._clock.now(), "pressed", "The caller hangs up.")
        elif isinstance(event, words.RecordingKept) and event.seconds:
            self._wire.keep_recording(event.sid, hum(event.seconds), self._opening.sid)
        for action in self._call.step(event, self._clock.now()):
            self._transcript.hear(action, self._clock.now())
            self._do(action)

    def _plan(self, delay: float, event: words.Event) -> None:
        self._planned.append(_Planned(self._clock.now() + delay, event))

    def _forget(self, *kinds: type) -> None:
        self._planned = [planned for planned in self._planned if not isinstance(planned.event, kinds)]

    def _do(self, action: words.Action) -> None:
        match action:
            case words.Fetch():
                self._fetch(action)
            case words.Notify():
                self._wire.post("POST", action.url, self._with_time(action.params))
            case words.PlayClip():
                clip = self._wire.about_clip(action.url)
                ended = words.ClipEnded(action.play) if clip else words.ClipBroken(action.play)
                self._plan(clip.seconds if clip else 0, ended)
            case words.StopSound():
                self._forget(words.ClipEnded, words.ClipBroken)
            case words.Listening():
                self._forget(words.KeyPressed)
                self._begin_move()
            case words.Waiting():
                self._move_after_the_last_word()
            case words.StartRecording():
                self._start_recording(action)
            case words.StopRecording():
                self._keep_recording()
            case words.StartDialling():
                self._dial()
            case words.StopDialling():
                self._forget(words.PartyAnswered, words.PartyEnded)
            case _:
                pass

    def _fetch(self, fetch: words.Fetch) -> None:
        answer = self._wire.post(fetch.method, fetch.url, self._with_time(fetch.params))
        if answer is None:
            self._plan(0, words.Unreachable(fetch.fetch))
        else:
            body = answer.body.decode(errors="replace")
            self._plan(0, words.Replied(fetch.fetch, answer.status, answer.content_type, body))

    def _with_time(self, params: words.Params) -> words.Params:
        # The hotline measures how much was heard, and minutes of a call that jumps are over in a blink.
        return (*params, (ELAPSED, f"{self._clock.now():.3f}"))

    # The caller

    def _begin_move(self) -> None:
        if self._hands.hears_first:
            return
        self._move = self._hands.move()
        if self._move.after is not None:
            self._make(self._move, self._move.after)
            self._move = None

    def _move_after_the_last_word(self) -> None:
        move = self._hands.move() if self._hands.hears_first else self._move
        if move is not None:
            self._make(move, move.after or 0)
            self._move = None

    def _make(self, move: Move, after: float) -> None:
        if move.doing == "hang_up":
            self._plan(after, words.CallerHungUp())
        for number, key in enumerate(move.keys):
            self._plan(after + number * KEY_GAP_SECONDS, words.KeyPressed(key))

    # Recording

    def _start_recording(self, action: words.StartRecording) -> None:
        move = self._hands.move()
        self._recording = f"RE{secrets.token_hex(16)}"
        self._recording_began = self._clock.now()
        self._voice_seconds = move.seconds if move.doing == "voice" else 0
        if move.doing in ("keys", "hang_up"):
            self._make(move, move.after or 0)
        elif self._voice_seconds + action.silence <= action.most_seconds:
            self._plan(self._voice_seconds + action.silence, self._kept(self._voice_seconds))

    def _keep_recording(self) -> None:
        self._forget(words.RecordingKept)
        heard = min(self._voice_seconds, self._clock.now() - self._recording_began)
        self._plan(0, self._kept(math.ceil(heard)))

    def _kept(self, seconds: int) -> words.RecordingKept:
        return words.RecordingKept(self._recording, self._wire.recording_url(self._recording), seconds)

    # Dialling

    def _dial(self) -> None:
        party = self._party
        if party.outcome == "completed":
            self._plan(party.rings, words.PartyAnswered())
            self._plan(party.rings + party.talks, words.PartyEnded("completed"))
        elif party.outcome != "no-answer":
            self._plan(party.rings, words.PartyEnded(party.outcome))


def hum(seconds: int) -> bytes:
    """A quiet tone as an 8 kHz mono WAV file, for a terminal has no voice."""
    samples = (int(3000 * math.sin(2 * math.pi * 220 * n / RATE)) for n in range(RATE))
    second = b"".join(struct.pack("<h", sample) for sample in samples)
    file = io.BytesIO()
    with wave.open(file, "wb") as wav:
        wav.setparams((1, 2, RATE, 0, "NONE", ""))
        wav.writeframes(second * seconds)
    return file.getvalue()
