"""A `<Dial>` being carried out: phones ring at once, whispers are heard, the first that agrees is put through."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ivr.telephony.simulator import words
from ivr.telephony.simulator.words import Outcome, Params
from tests.network.ledger import Bridge

if TYPE_CHECKING:
    from tests.network.leg import Leg
    from tests.network.network import PhoneNetwork


class Dialling:
    """`leg` is whose reply dials. Changed only with the network's lock held."""

    def __init__(self, network: PhoneNetwork, leg: Leg, asked: words.StartDialling) -> None:
        self._network = network
        self._leg = leg
        self._joined: Leg | None = None
        self._bridge: Bridge | None = None
        self._closed = False
        self._somebody_answered = False
        shown = asked.caller_id or leg.record.number
        self._legs = [network.dial(self, leg, party, shown, asked.seconds) for party in asked.parties]
        self._last = self._legs[-1].record.sid if self._legs else ""

    def was_picked_up(self, leg: Leg) -> None:
        """One of the phones is answered; a whisper may come first."""
        self._somebody_answered = True
        if self._network.first_to_pick_up:
            self._drop_all_but(leg)

    def joins(self, leg: Leg) -> bool:
        """A whisper is over: puts the two through. False when it is too late."""
        if self._closed or self._joined is not None:
            return False
        self._joined, self._last = leg, leg.record.sid
        self._bridge = Bridge(self._leg.record, leg.record, self._network.now())
        self._network.ledger.talks.append(self._bridge)
        self._drop_all_but(leg)
        self._leg.happen(words.PartyAnswered())
        self._talk(self._bridge, self._leg, leg)
        self._talk(self._bridge, leg, self._leg)
        return True

    def left(self, leg: Leg) -> None:
        """One of the phones is out of it."""
        if self._closed:
            return
        if leg is self._joined:
            self._close()
            self._leg.happen(words.PartyEnded("completed"))
        elif self._joined is None and leg.is_over and all(other.is_over for other in self._legs):
            self._close()
            self._leg.happen(words.PartyEnded(self._outcome()))

    def stop(self) -> None:
        """The call that dialled is over, or wants something else."""
        if not self._closed:
            self._close()
            for leg in self._legs:
                leg.drop()

    def about(self) -> Params:
        """What is said of the dialled leg at the end of the Dial."""
        bridged = "true" if self._joined is not None else "false"
        return (("DialCallSid", self._last), ("DialBridged", bridged))

    def _drop_all_but(self, leg: Leg) -> None:
        for other in self._legs:
            if other is not leg:
                other.drop()

    def _close(self) -> None:
        self._closed = True
        if self._bridge is not None:
            self._bridge.ended = self._network.now()

    def _talk(self, bridge: Bridge, leg: Leg, other: Leg) -> None:
        person = leg.person
        seconds = None if person is None else person.is_joined(leg.record, other.record)
        if seconds is not None:
            self._network.schedule.after(seconds, lambda: leg.hang_up() if bridge.ended is None else None)

    def _outcome(self) -> Outcome:
        if self._somebody_answered:
            return self._network.not_accepted
        outcomes = {leg.record.outcome for leg in self._legs}
        for outcome in ("busy", "no-answer", "failed"):
            if outcome in outcomes:
                return outcome
        return "no-answer"
