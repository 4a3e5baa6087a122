"""What a telephony provider has to do for us. Flow code never sees XML; providers never see flows.

A provider has two sides. Its *dialect* is pure and lives in web processes: is this webhook genuine, what does it say,
how is a reply written. Its *network* reaches out, and lives in workers and on the command line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

from ivr.vault.number import PhoneNumber


class RawRequest(NamedTuple):
    """A webhook as it came in. `url` is what the provider signed: public address, raw path, raw query."""

    url: str
    fields: Sequence[tuple[str, str]]
    """The form in the order of sending, with empty and repeated fields."""
    header: Callable[[str], str]
    """A header by its name; "" when it wasn't sent."""


Happening = Literal["started", "digits", "silence", "recorded", "dial_ended", "hung_up", "under_way"]


@dataclass(frozen=True, slots=True)
class PhoneEvent:
    """A webhook understood. The caller's number comes closed: only the vault can open it."""

    call: str
    happening: Happening
    turn: int
    line_number: str = ""
    caller: PhoneNumber | None = None
    """None when the phone shows no number."""
    keys: str = ""
    seconds: float = 0.0
    talked: bool = False
    elapsed: float | None = None
    """Seconds since the call began, from a telephone whose time isn't this machine's; None from every other."""
    placed: bool = False
    """We have placed this call: `caller` is whom we rang."""


LegHappening = Literal[
    "answered",
    "digits",
    "silence",
    "dial_ended",
    "recorded",
    "recording_ready",
    "recording_absent",
    "over",
    "under_way",
]


@dataclass(frozen=True, slots=True)
class LegEvent:
    """A webhook of a leg that we have rung, understood. What it is about stands in the address, which is signed.

    `part` says whose leg, `of` which attempt, page or door; `step` where in its dialogue.
    """

    call: str
    part: str
    of: str
    step: str
    happening: LegHappening
    keys: str = ""
    outcome: str = ""
    """How a leg, or what it dialled, ended, in the provider's word: completed, busy, no-answer, failed, canceled."""
    gone: bool = False
    """The leg itself is over: whatever is answered, nobody hears it."""
    caller: PhoneNumber | None = None
    line_number: str = ""
    recording: str = ""
    """The provider's id of what was recorded. That it is named doesn't mean that it can be fetched already."""
    recording_url: str = ""
    """Where it can be played from, once it is there."""
    seconds: float = 0.0
    """How long it is; 0 where nothing was heard."""


class Urls(NamedTuple):
    """The addresses a reply contains; each works when it is asked for. `&` is not yet escaped."""

    on_keys: str
    on_silence: str
    on_recorded: str
    on_recording_ready: str
    on_dial_ended: str


@dataclass(frozen=True, slots=True)
class ListenScreen:
    """Play clips and wait for one key; then ask for `on_silence`."""

    clips: Sequence[str]
    wait_seconds: int
    barge_in: bool


@dataclass(frozen=True, slots=True)
class RecordScreen:
    """Play clips, beep and record until a key is pressed, nothing is heard for `pause_seconds`, or `max_seconds` are
    over. With `as_it_is` the provider leaves the silence before and after the words alone.
    """

    clips: Sequence[str]
    max_seconds: int
    pause_seconds: int = 5
    as_it_is: bool = False


@dataclass(frozen=True, slots=True)
class CodeScreen:
    """Play clips and wait for a code that ends with the hash key; without one, ask for `on_silence`."""

    clips: Sequence[str]
    wait_seconds: int
    most_digits: int


VAULT = "vault:"
"""Begins what stands for a sealed number in a screen and in a reply that is kept; the entry's id follows."""


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody to ring: a number anybody may read, or `VAULT` and an entry, which is opened when the reply leaves.

    `whisper` is asked what to say before the two are connected ("" for nothing), `status` told how the leg goes.
    """

    number: str
    whisper: str = ""
    status: str = ""


@dataclass(frozen=True, slots=True)
class DialScreen:
    """Play clips, then ring these at once and connect the first. `caller_id` is always the line's number."""

    parties: Sequence[Party]
    caller_id: str
    ring_seconds: int
    limit_seconds: int
    clips: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class LetInScreen:
    """Play clips, then connect: the answer to a whisper."""

    clips: Sequence[str]


@dataclass(frozen=True, slots=True)
class EndScreen:
    """Play clips and hang up."""

    clips: Sequence[str]


@dataclass(frozen=True, slots=True)
class RejectScreen:
    """Refuse the call before it is answered, at no charge to the caller."""


Screen = ListenScreen | CodeScreen | RecordScreen | DialScreen | LetInScreen | EndScreen | RejectScreen


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What this provider can do beyond the portable core."""

    whisper: bool = False
    machine_detection: bool = False
    time_limits: bool = False
    conference: bool = False


class UnreadableWebhook(ValueError):
    """A webhook lacks what every webhook has, such as the call's id. Permanent."""


class Dialect(Protocol):
    """The pure side of a provider."""

    name: str
    capabilities: Capabilities
    content_type: str

    def verify(self, request: RawRequest) -> bool:
        """Whether the provider really sent this. Never raises."""

    def parse(self, path: str, query: Mapping[str, str], form: Mapping[str, str]) -> PhoneEvent:
        """What the webhook says. `path` is its last segment: voice, turn or status. Raises UnreadableWebhook."""

    def parse_leg(self, path: str, query: Mapping[str, str], form: Mapping[str, str]) -> LegEvent:
        """What the webhook of a leg says. `path` is leg, leg-status or recording. Raises UnreadableWebhook."""

    def render(self, screen: Screen, urls: Urls) -> str:
        """The reply, as the provider wants to read it."""

    def redirect(self, url: str) -> str:
        """A reply that makes the call ask `url` what to do next."""

    def sealed_in(self, reply: str) -> list[str]:
        """The vault's entries that stand for numbers in a reply."""

    def fill(self, reply: str, numbers: Mapping[str, str]) -> str:
        """The reply with the numbers of its entries, by entry. Whoever has none there isn't rung."""


class NumberRefused(Exception):
    """The provider will never ring this number. Permanent."""


class NotAllowedThere(Exception):
    """The account may not ring that country. Permanent until an admin changes the account."""


class CredentialsRefused(Exception):
    """The provider doesn't know the account or the token. Permanent until the settings change."""


class ProviderBusy(Exception):
    """The provider asks for patience. Retryable, after a while."""


class CallUnderWay(ProviderBusy):
    """A record that can't be deleted yet: its call isn't over, or not settled. Retryable, after some minutes."""


class ProviderOutOfReach(Exception):
    """No answer, or an error on the provider's side. Retryable."""


class AnswerLost(ProviderOutOfReach):
    """The request went out and its answer didn't come back: it may have been carried out. Look before trying again."""


class RequestRefused(Exception):
    """The provider refuses for a reason without a class of its own. Permanent. `code` is its own, or the status."""

    def __init__(self, message: str, code: int = 0) -> None:
        super().__init__(message)
        self.code = code


class RecordingMissing(Exception):
    """The provider has no such recording, or not yet. Retryable for some minutes."""


class RecordingTooLarge(Exception):
    """A recording is larger than a voice message can be. Permanent."""


@dataclass(frozen=True, slots=True)
class NumberSetup:
    """How a number is configured at the provider."""

    number: str
    voice_url: str
    fallback_url: str
    status_url: str
    overridden_by: str = ""
    """A trunk or application that makes the provider ignore these addresses, "" when there is none."""


CallState = Literal["under_way", "over", "gone"]


@dataclass(frozen=True, slots=True)
class LeftCall:
    """A call record that the provider still has."""

    id: str
    over: bool


@dataclass(frozen=True, slots=True)
class LeftRecording:
    """A recording that the provider still has, and the call that it belongs to, whose record may be gone."""

    id: str
    call: str


class Network(Protocol):
    """The reaching-out side of a provider. Deleting what is already gone, or ending what is over, succeeds."""

    name: str

    def place_call(
        self,
        to: PhoneNumber,
        caller_id: str,
        voice_url: str,
        status_url: str,
        ring_seconds: int,
        fallback_url: str = "",
    ) -> str:
        """Rings a number; the provider's id of the call. `fallback_url` is asked where `voice_url` doesn't answer."""

    def placed(self, to: PhoneNumber, caller_id: str, since: float) -> list[str]:
        """The calls that we placed to a number from a line since a time (seconds since 1970), the newest first.

        For a process that can't know any more whether it has asked for one.
        """

    def redirect(self, call: str, voice_url: str) -> None:
        """Makes a call under way ask this address what to do next."""

    def hangup(self, call: str) -> None:
        """Ends a call."""

    def fetch_recording(self, recording: str) -> bytes:
        """The recording as a WAV file."""

    def delete_recording(self, recording: str) -> None:
        """Deletes it at the provider."""

    def delete_call(self, call: str) -> None:
        """Deletes the provider's record of a call that is over, and not its recordings. Raises CallUnderWay."""

    def state_of(self, call: str) -> CallState:
        """Whether a call is under way, over, or no longer known to the provider."""

    def legs_of(self, call: str) -> list[str]:
        """The calls that a call has dialled, also after its own record is gone."""

    def recordings_of(self, call: str) -> list[str]:
        """The recordings of a call, also after its record is gone; not those of its legs."""

    def calls_left(self, line_number: str, before: float) -> Iterator[LeftCall]:
        """The call records from and to a line that began before a time (seconds since 1970): at most some thousands."""

    def recordings_left(self, before: float) -> Iterator[LeftRecording]:
        """The account's recordings from before a time, whoever made them: at most some thousands."""

    def provision(self, number: str, voice_url: str, fallback_url: str, status_url: str) -> NumberSetup:
        """Points a number at this installation, and says how it is set up now."""

    def number_setup(self, number: str) -> NumberSetup:
        """How a number is set up. Raises NumberRefused when the account doesn't have it."""
