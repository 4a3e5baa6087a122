"""The engine's last effect of a turn, as a screen for the provider: clips by address, numbers to ring, bounds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from flows.effects import AskKeys, EndCall, Record, Said
from ivr.publishing.releases import Clips
from ivr.telephony.contract import DialScreen, EndScreen, ListenScreen, Party, RecordScreen, Screen, Urls

LONGEST_CONNECTION_SECONDS = 3600
MISSED_END_SECONDS = 900
"""How long after the last thing that could happen a call without an end is taken to be lost."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A screen, how long it takes to say, and how long it can last at the most."""

    screen: Screen
    seconds: float
    longest: float


class Addresses:
    """The addresses that replies contain.

    `persistence` is what tells a provider to ask again when a turn wasn't answered, by provider: a turn may be asked
    for any number of times, and a call that isn't asked for again ends with the emergency screen.
    """

    def __init__(self, public_url: str, persistence: Mapping[str, str] | None = None) -> None:
        self._public = public_url
        self._persistence = {name: f"#{said}" for name, said in (persistence or {}).items()}

    def clip(self, sha: str) -> str:
        """Where a clip is fetched: its content never changes under one address."""
        return f"{self._public}/media/{sha}.wav"

    def voice(self, provider: str) -> str:
        """Where a call begins."""
        return f"{self._public}/phone/{provider}/voice{self._persistence.get(provider, '')}"

    def of_turn(self, provider: str, turn: int) -> Urls:
        """Where a turn's answers go. The turn's number makes a repetition recognisable."""
        base = f"{self._public}/phone/{provider}"
        again = self._persistence.get(provider, "")
        return Urls(
            on_keys=f"{base}/turn?turn={turn}{again}",
            on_silence=f"{base}/turn?turn={turn}&silence=1{again}",
            on_recorded=f"{base}/turn?turn={turn}&recorded=1{again}",
            on_recording_ready=f"{base}/recording{again}",
            on_dial_ended=f"{base}/turn?turn={turn}&dialled=1{again}",
        )

    def of_leg(self, provider: str, part: str, of: str, step: str = "") -> Urls:
        """Where the answers of a leg that we rang go, or those to a whisper. The step says which question it was."""
        again = self._persistence.get(provider, "")
        base = f"{self._public}/phone/{provider}/leg?part={part}&of={of}&step={step}"
        return Urls(
            on_keys=f"{base}{again}",
            on_silence=f"{base}&silence=1{again}",
            on_recorded=f"{base}&recorded=1{again}",
            on_recording_ready=f"{self._public}/phone/{provider}/recording?part={part}&of={of}&step={step}{again}",
            on_dial_ended=f"{base}&dialled=1{again}",
        )

    def leg_status(self, provider: str, part: str, of: str) -> str:
        """Where a leg's endings are told."""
        again = self._persistence.get(provider, "")
        return f"{self._public}/phone/{provider}/leg-status?part={part}&of={of}{again}"

    def leg_fallback(self, provider: str, part: str) -> str:
        """Where a provider turns that got no answer about a leg: a reply from files, whatever else is away."""
        return f"{self._public}/phone/fallback?provider={provider}&part={part}"


def show(effect: AskKeys | Record | EndCall, clips: Clips, addresses: Addresses) -> Shown:
    """The screen for something said."""
    paths, seconds = _said(effect.said, clips, addresses)
    match effect:
        case AskKeys(wait_seconds=wait, barge_in=barge_in):
            return Shown(ListenScreen(paths, wait, barge_in), seconds, seconds + wait)
        case Record(max_seconds=most):
            return Shown(RecordScreen(paths, most), seconds, seconds + most)
        case EndCall():
            return Shown(EndScreen(paths), seconds, seconds)


def show_connection(parties: Sequence[Party], caller_id: str, ring_seconds: int) -> Shown:
    """The screen that rings somebody for the caller: bounded in ringing and in talking."""
    screen = DialScreen(parties, caller_id, ring_seconds, LONGEST_CONNECTION_SECONDS)
    return Shown(screen, ring_seconds, ring_seconds + LONGEST_CONNECTION_SECONDS)


def _said(said: Iterable[Said], clips: Clips, addresses: Addresses) -> tuple[list[str], float]:
    paths, seconds = [], 0.0
    for part in said:
        clip = clips.get(part)
        if clip is not None:
            paths.append(addresses.clip(clip.sha))
            seconds += clip.seconds
    return paths, seconds
