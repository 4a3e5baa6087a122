"""The reaching-out side of the simulator: rings telephones in browsers, by rows in the exchange."""

from __future__ import annotations

from collections.abc import Iterator

from ivr.telephony.contract import (
    CallState,
    CallUnderWay,
    LeftCall,
    LeftRecording,
    NumberRefused,
    NumberSetup,
)
from ivr.telephony.simulator.exchange import Exchange, Leg, NoSuchNumber, new_leg_id
from ivr.telephony.simulator.recordings import Recordings
from ivr.telephony.simulator.signing import Signer
from ivr.telephony.simulator.wire import Wire
from ivr.telephony.simulator.words import Opening
from ivr.vault.number import PhoneNumber
from ivr.vault.plain import e164_of


class SimulatorNetwork:
    """Implements `Network`. Every number is the simulator's own, so every number is set up for this installation."""

    name = "simulator"

    def __init__(self, exchange: Exchange, recordings: Recordings, signer: Signer) -> None:
        self._exchange = exchange
        self._recordings = recordings
        self._signer = signer

    def place_call(
        self,
        to: PhoneNumber,
        caller_id: str,
        voice_url: str,
        status_url: str,
        ring_seconds: int,
        fallback_url: str = "",
    ) -> str:
        """Rings every telephone page that has this number. Raises NumberRefused.

        A page turns to the fallback address that it knows for every call.
        """
        del fallback_url
        leg = Leg(new_leg_id(), "placed", caller_id, e164_of(to), voice_url, status_url)
        try:
            self._exchange.add(leg, ring_seconds)
        except NoSuchNumber:
            raise NumberRefused("not a telephone number") from None
        return leg.id

    def placed(self, to: PhoneNumber, caller_id: str, since: float) -> list[str]:
        """The legs to a number that were placed since a time and aren't over, the newest first."""
        return self._exchange.placed(e164_of(to), caller_id, since)

    def redirect(self, call: str, voice_url: str) -> None:
        """Makes a call on a telephone page ask this address what to do next."""
        self._exchange.send_to(call, voice_url)

    def hangup(self, call: str) -> None:
        """Ends a call on a telephone page, ringing or not."""
        self._exchange.ask_to_hang_up(call)

    def fetch_recording(self, recording: str) -> bytes:
        """The recording as a WAV file. Raises RecordingMissing."""
        return self._recordings.fetch(recording)

    def delete_recording(self, recording: str) -> None:
        """Deletes it."""
        self._recordings.delete(recording)

    def delete_call(self, call: str) -> None:
        """Forgets a call that is over. Raises CallUnderWay."""
        if self.state_of(call) == "under_way":
            raise CallUnderWay("the telephone hasn't been put down yet")
        self._exchange.forget(call)

    def state_of(self, call: str) -> CallState:
        """Whether a telephone page still holds the call."""
        leg = self._exchange.leg(call)
        if leg is None:
            return "gone"
        return "over" if leg.state == "over" else "under_way"

    def legs_of(self, call: str) -> list[str]:
        """The telephones that a call has rung."""
        return [leg.id for leg in self._exchange.dialled_by(call)]

    def recordings_of(self, call: str) -> list[str]:
        """What a telephone page has recorded of a call."""
        return self._recordings.of(call)

    def calls_left(self, line_number: str, before: float) -> Iterator[LeftCall]:
        """The legs from and to a line, and all that are over, that nothing has happened to since a time."""
        for leg in self._exchange.from_before(line_number, before):
            yield LeftCall(leg.id, leg.state == "over")

    def recordings_left(self, before: float) -> Iterator[LeftRecording]:
        """What telephone pages have recorded before a time."""
        for recording, call in self._recordings.from_before(before):
            yield LeftRecording(recording, call)

    def provision(self, number: str, voice_url: str, fallback_url: str, status_url: str) -> NumberSetup:
        """The telephone page knows this installation only: nothing to change."""
        return NumberSetup(number, voice_url, fallback_url, status_url)

    def number_setup(self, number: str) -> NumberSetup:
        """Where the telephone page sends callers of any number."""
        signer = self._signer
        return NumberSetup(number, signer.voice_url, signer.fallback_url, signer.status_url)

    def end_the_forgotten(self) -> int:
        """Ends the legs whose page was closed without a word; returns how many."""
        return self._exchange.end_the_forgotten()

    def tell_unanswered(self, wire: Wire) -> int:
        """Tells the hotline of placed calls that rang for nothing while no page was open; returns how many."""
        told = 0
        for leg in self._exchange.unanswered():
            claimed = self._exchange.give_up(leg.id)
            if claimed is None:
                continue
            outcome = "canceled" if claimed.hang_up else "no-answer"
            opening = Opening(
                claimed.id, self._signer.account, claimed.from_number, claimed.to_number, "", rung=True
            )
            extra = (("CallDuration", "0"), ("SequenceNumber", "0"))
            wire.post("POST", claimed.status_url, (*opening.params(outcome), *extra))
            told += 1
        return told
