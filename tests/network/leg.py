"""One phone's part in a call: it rings, is answered, executes what the hotline replies, dials others, and ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import partial
from typing import TYPE_CHECKING

from ivr.telephony.simulator import words
from ivr.telephony.simulator.interpreter import Call
from ivr.telephony.simulator.words import Opening, Outcome, Params
from tests.network.delivery import Answer, Failure
from tests.network.dialling import Dialling
from tests.network.ledger import LegRecord
from tests.network.people import Heard, Move, Person, PicksUp
from tests.network.schedule import Deed

if TYPE_CHECKING:
    from tests.network.network import PhoneNetwork

KEY_GAP = 0.3
BEFORE_IT_RINGS = 1.0
STATUS_NAMES: Mapping[str, str] = {"initiated": "initiated", "ringing": "ringing", "answered": "in-progress"}


@dataclass(frozen=True, slots=True)
class Told:
    """Where the network tells what becomes of a leg, and what of it."""

    url: str = ""
    events: tuple[str, ...] = ("completed",)
    method: str = "POST"


class Leg:
    """Changed only with the network's lock held."""

    def __init__(
        self,
        network: PhoneNetwork,
        record: LegRecord,
        opening: Opening,
        told: Told,
        dialling: Dialling | None = None,
    ) -> None:
        self.record = record
        self.machine = Call(opening)
        self.dials: Dialling | None = None
        """Whom this leg's reply is ringing, or has put through."""
        self._network = network
        self._opening = opening
        self._told = told
        self._dialling = dialling
        self._told_so_far = 0
        self._clips: list[str] = []
        self._plan = 0
        self._later: Move | None = None
        self._voice_seconds = 0
        self._recording = ""
        self._most_seconds = 0.0

    @property
    def person(self) -> Person | None:
        """Whose phone it is; None for a number that nobody has."""
        return self._network.people.get(self.record.number)

    @property
    def is_over(self) -> bool:
        return bool(self.record.outcome)

    @property
    def is_ringing(self) -> bool:
        return self.record.answered_at is None and not self.is_over and self.record.kind != "incoming"

    # Ringing

    def set_out(self, ring_seconds: float, most_seconds: float = 4 * 3600) -> None:
        """The network begins to look for the phone. Once answered, the call is ended after `most_seconds`."""
        self._most_seconds = most_seconds
        self._becomes("queued")
        self.tell("initiated")
        self._later_on(BEFORE_IT_RINGS, lambda: self._reach_the_phone(ring_seconds))

    def _reach_the_phone(self, ring_seconds: float) -> None:
        if not self.is_ringing:
            return
        person = self.person
        if person is None:
            self.finish("failed")
            return
        busy = self._network.is_in_use(self)
        reaction = "busy" if busy else person.is_rung(self.record)
        if reaction in ("busy", "dead"):
            self.finish("busy" if reaction == "busy" else "failed")
            return
        self.record.rang_at = self._network.now()
        self._becomes("ringing")
        self.tell("ringing")
        self._later_on(ring_seconds, self._ring_out)
        if isinstance(reaction, PicksUp):
            self._later_on(reaction.after, lambda: self._answer(reaction.hangs_up_after))

    def _ring_out(self) -> None:
        if self.is_ringing:
            self.finish("no-answer")

    def _answer(self, hangs_up_after: float | None) -> None:
        if not self.is_ringing:
            return
        self.record.answered_at = self._network.now()
        self._becomes("in-progress")
        if self._dialling is not None:
            self._dialling.was_picked_up(self)
        self.tell("answered")
        self._later_on(self._most_seconds, self.drop)
        if hangs_up_after is not None:
            self._later_on(hangs_up_after, self.hang_up)
        self.happen(words.Begin())

    def ring_in(self, hangs_up_after: float | None) -> None:
        """This phone rings the hotline."""
        self.record.rang_at = self._network.now()
        self._becomes("ringing")
        if hangs_up_after is not None:
            self._later_on(hangs_up_after, self.hang_up)
        self.happen(words.Begin())

    # What others do to it

    def hang_up(self) -> None:
        """Whoever has this phone puts it down."""
        if not self.is_over and not self.is_ringing:
            self.happen(words.CallerHungUp())

    def drop(self) -> None:
        """The hotline, or the call that dialled it, ends it."""
        if self.is_over:
            return
        if self.is_ringing:
            self.finish("canceled")
        else:
            self.happen(words.EndedByHotline())

    def send_elsewhere(self, url: str) -> None:
        """The hotline wants it to go on with another reply."""
        if self.is_over:
            return
        dialling, self._dialling = self._dialling, None
        if self.is_ringing:
            self._opening = replace(self._opening, voice_url=url)
            self.machine = Call(self._opening)
            self._dialling = dialling
            return
        if dialling is not None:
            dialling.left(self)
        self.happen(words.SentElsewhere(url))

    def press(self, keys: str, after: float = 0.0) -> None:
        """Presses keys now, whatever else was meant to be pressed."""
        self._plan += 1
        self._press(keys, after)

    def happen(self, event: words.Event) -> None:
        """Something happens to it, and what follows is done."""
        if self.is_over:
            return
        for action in self.machine.step(event, self._seconds()):
            self._do(action)
        self._keep_time()

    def finish(self, outcome: Outcome, seconds: int = 0) -> None:
        """It is over."""
        if self.is_over:
            return
        self.record.outcome, self.record.ended_at = outcome, self._network.now()
        self._network.provider_says(self.record.sid, outcome)
        self._network.is_over(self)
        if self.dials is not None:
            self.dials.stop()
        minutes = ("Duration", str(-(-seconds // 60)))
        self.tell("completed", outcome, (("CallDuration", str(seconds)), minutes))
        if self._dialling is not None:
            self._dialling.left(self)

    def tell(self, event: str, outcome: str = "", more: Params = ()) -> None:
        """Sends a status callback, where the hotline wants this one."""
        if not self._told.url or event not in self._told.events:
            return
        about = (
            ("Timestamp", format_datetime(datetime.now(UTC))),
            ("CallbackSource", "call-progress-events"),
            ("SequenceNumber", str(self._told_so_far)),
        )
        self._told_so_far += 1
        params = (*self._opening.params(outcome or STATUS_NAMES[event]), *more, *about)
        self._network.post.send("status", self._told.method, self._told.url, params)

    # What the interpreter wants done

    def _do(self, action: words.Action) -> None:
        match action:
            case words.Fetch():
                self._fetch(action)
            case words.Notify():
                self._notify(action)
            case words.Answered():
                self.record.answered_at = self._network.now()
                self._becomes("in-progress")
            case words.PlayClip():
                self._play(action)
            case words.Listening():
                self._plan += 1
                self._act(self._hears(action.clips, records=False))
            case words.Waiting():
                if self._later is not None:
                    self._act(replace(self._later, after=0.0))
            case words.StartRecording():
                self._start_recording(action)
            case words.StopRecording():
                self._recorded()
            case words.StartDialling():
                self._start_dialling(action)
            case words.StopDialling() if self.dials is not None:
                self.dials.stop()
            case words.Join():
                if self._dialling is None or not self._dialling.joins(self):
                    self._later_on(0, self.drop)
            case words.Trouble():
                self.record.troubles.append(action.problem.code)
            case words.Ended():
                self.finish(action.outcome, action.seconds)
            case _:
                pass

    def _fetch(self, fetch: words.Fetch) -> None:
        self._clips = []
        self.record.url = fetch.url

        def answered(came: Answer | Failure) -> None:
            if isinstance(came, Answer):
                self.happen(words.Replied(fetch.fetch, came.status, came.content_type, came.body))
            else:
                self.happen(words.Unreachable(fetch.fetch))

        url = f"{fetch.url}#{fetch.tries}" if fetch.tries else fetch.url
        self._network.post.send("voice", fetch.method, url, self._with_dial(fetch.params), answered)

    def _notify(self, action: words.Notify) -> None:
        tells_of_a_recording = any(name == "RecordingStatus" for name, _ in action.params)
        delay = self._network.recordings_told_after if tells_of_a_recording else 0.0
        params = self._with_dial(action.params)

        def tell() -> None:
            self._network.post.send("voice", "POST", action.url, params)

        if tells_of_a_recording and self._network.recordings_held is not None:
            self._network.recordings_held.append(tell)
        else:
            self._later_on(delay, tell)

    def _with_dial(self, params: Params) -> Params:
        if self.dials is None or all(name != "DialCallStatus" for name, _ in params):
            return params
        return (*params, *self.dials.about())

    def _play(self, action: words.PlayClip) -> None:
        self._clips.append(action.url)
        self.record.played.append(action.url)

        def lasts(seconds: float | None) -> None:
            ended = words.ClipBroken(action.play) if seconds is None else words.ClipEnded(action.play)
            self._later_on(seconds or 0.0, lambda: self.happen(ended))

        self._network.with_length(action.url, lasts)

    def _start_dialling(self, action: words.StartDialling) -> None:
        if self._dialling is not None:
            self.record.troubles.append("dial-in-whisper")
        self.dials = Dialling(self._network, self, action)

    # Whoever holds the phone

    def _hears(self, clips: tuple[str, ...], records: bool) -> Move | None:
        person, everything = self.person, (*self._clips, *clips)
        said = tuple(self._network.clips.said(url) for url in everything)
        known = tuple(one for one in said if one is not None)
        heard = Heard(self.record, self.record.url, everything, known, len(self.record.heard), records)
        self.record.heard.append(heard)
        return None if person is None else person.hears(heard)

    def _act(self, move: Move | None) -> None:
        self._later = None
        if move is None or move.doing == "silence":
            return
        if move.after is None:
            self._later = move
        elif move.doing == "hang_up":
            self._later_on(move.after, self.hang_up)
        else:
            self._press(move.keys, move.after)

    def _press(self, keys: str, after: float) -> None:
        plan = self._plan

        def press(key: str) -> None:
            if plan == self._plan and not self.is_over:
                self.record.keys.append((self._network.now(), key))
                self.happen(words.KeyPressed(key))

        for number, key in enumerate(keys):
            self._later_on(after + number * KEY_GAP, partial(press, key))

    def _start_recording(self, action: words.StartRecording) -> None:
        self._plan += 1
        move = self._hears((), records=True)
        self._recording = self._network.new_recording(self.record.sid)
        self._voice_seconds = move.seconds if move is not None else 0
        if move is not None and move.doing in ("keys", "hang_up"):
            self._act(replace(move, after=move.after or 0.0))
        elif move is not None and move.keys:
            self._press(move.keys, move.seconds)
        silence = min(self._voice_seconds + action.silence, action.most_seconds)
        self._later_on(silence, self._recorded)

    def _recorded(self) -> None:
        recording, self._recording = self._recording, ""
        if recording:
            self._network.recorded(recording, self._voice_seconds)
            url = self._network.recording_url(recording)
            kept = words.RecordingKept(recording, url, self._voice_seconds)
            self._later_on(0, lambda: self.happen(kept))

    # Time

    def _seconds(self) -> float:
        began = self.record.asked_at if self.record.kind == "incoming" else self.record.answered_at
        return 0.0 if began is None else self._network.now() - began

    def _keep_time(self) -> None:
        due = self.machine.due
        # Whom a reply dials is waited for by the dialling itself: a whisper takes as long as it takes.
        if due is None or self.is_over or self.machine.phase == "dialling":
            return

        def passes() -> None:
            if self.machine.due == due and self.machine.phase != "dialling":
                self.happen(words.TimePassed())

        self._later_on(max(0.0, due - self._seconds()), passes)

    def _later_on(self, seconds: float, deed: Deed) -> None:
        self._network.schedule.after(seconds, deed)

    def _becomes(self, status: str) -> None:
        self._network.provider_says(self.record.sid, status)
