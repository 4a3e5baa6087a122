"""Reads a reply into steps. PURE. `static/twiml.js` is the same for the browser."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

# A reply with a DOCTYPE is refused before it is parsed, so no entity is ever expanded.
from xml.etree import ElementTree as Xml

from ivr.telephony.simulator.words import Party, Problem

MOST_LOOPS = 1000


class UnreadableReply(ValueError):
    """A reply that isn't a <Response> document. The provider turns to the fallback address."""


@dataclass(frozen=True, slots=True)
class Clip:
    """A recording to be played, by its address as written."""

    url: str


@dataclass(frozen=True, slots=True)
class Spoken:
    """Text read by the provider's machine voice."""

    text: str

    @property
    def seconds(self) -> float:
        return max(1.0, 0.4 * len(self.text.split()))


@dataclass(frozen=True, slots=True)
class Rest:
    """Silence of a given length."""

    seconds: float


Sound = Clip | Spoken | Rest


@dataclass(frozen=True, slots=True)
class Gather:
    """Say the sounds while listening for keys; then wait. `action` "" is the address of the reply itself."""

    sounds: tuple[Sound, ...]
    action: str
    method: str
    timeout: float
    most_digits: int
    finish_on_key: str
    on_empty: bool


@dataclass(frozen=True, slots=True)
class Record:
    """Record the caller, after a beep, until a key, `timeout` seconds of silence or `most_seconds`."""

    action: str
    method: str
    timeout: float
    most_seconds: float
    finish_on_key: str
    beep: bool
    on_ready: str
    tells_absence: bool


@dataclass(frozen=True, slots=True)
class Dial:
    """Ring all parties at once and connect the first that answers. Their addresses are as written."""

    parties: tuple[Party, ...]
    action: str
    method: str
    timeout: float
    limit: float
    caller_id: str


@dataclass(frozen=True, slots=True)
class Redirect:
    """Go on with another reply."""

    url: str
    method: str


@dataclass(frozen=True, slots=True)
class Reject:
    """Refuse the call before it is answered."""

    reason: str


@dataclass(frozen=True, slots=True)
class Hangup:
    """End the call."""


Step = Clip | Spoken | Rest | Gather | Record | Dial | Redirect | Reject | Hangup


@dataclass(frozen=True, slots=True)
class Reply:
    """What a reply asks for, in order, and what in it a caller should never meet."""

    steps: tuple[Step, ...]
    problems: tuple[Problem, ...]


def read_reply(text: str) -> Reply:
    """The steps of a reply. Raises UnreadableReply."""
    if "<!doctype" in text.lower():
        raise UnreadableReply("it has a DOCTYPE")
    try:
        root = Xml.fromstring(text)  # noqa: S314
    except (Xml.ParseError, ValueError) as error:
        raise UnreadableReply(str(error)) from error
    if root.tag != "Response":
        raise UnreadableReply(f"it is a <{root.tag}>, not a <Response>")
    problems: list[Problem] = []
    steps: list[Step] = []
    for element in root:
        steps.extend(_steps(element, problems))
    return Reply(tuple(steps), tuple(problems))


def _steps(element: Xml.Element, problems: list[Problem]) -> Iterable[Step]:
    match element.tag:
        case "Play" | "Say" | "Pause":
            return _sounds(element, problems)
        case "Gather":
            return (_gather(element, problems),)
        case "Record":
            return (_record(element),)
        case "Dial":
            return (_dial(element, problems),)
        case "Redirect":
            return (Redirect(_words(element), _method(element)),)
        case "Reject":
            return (Reject(element.get("reason", "rejected")),)
        case "Hangup":
            return (Hangup(),)
        case other:
            problems.append(_unknown(other))
            return ()


def _sounds(element: Xml.Element, problems: list[Problem]) -> tuple[Sound, ...]:
    match element.tag:
        case "Play":
            return (Clip(_words(element)),) * _loops(element)
        case "Say":
            problems.append(Problem("say", "The reply speaks with the provider's machine voice."))
            return (Spoken(_words(element)),) * _loops(element)
        case "Pause":
            return (Rest(_number(element, "length", 1)),)
        case other:
            problems.append(_unknown(other))
            return ()


def _gather(element: Xml.Element, problems: list[Problem]) -> Gather:
    return Gather(
        sounds=tuple(sound for child in element for sound in _sounds(child, problems)),
        action=element.get("action", ""),
        method=_method(element),
        timeout=_number(element, "timeout", 5),
        most_digits=int(_number(element, "numDigits", 0)),
        finish_on_key=element.get("finishOnKey", "#"),
        on_empty=element.get("actionOnEmptyResult", "false") == "true",
    )


def _record(element: Xml.Element) -> Record:
    return Record(
        action=element.get("action", ""),
        method=_method(element),
        timeout=_number(element, "timeout", 5),
        most_seconds=_number(element, "maxLength", 3600),
        finish_on_key=element.get("finishOnKey", "1234567890*#"),
        beep=element.get("playBeep", "true") == "true",
        on_ready=element.get("recordingStatusCallback", ""),
        tells_absence="absent" in element.get("recordingStatusCallbackEvent", "completed"),
    )


def _dial(element: Xml.Element, problems: list[Problem]) -> Dial:
    parties = [Party(_words(element))] if (element.text or "").strip() else []
    for child in element:
        if child.tag == "Number":
            parties.append(_party(child))
        else:
            problems.append(_unknown(child.tag))
    caller_id = element.get("callerId", "")
    if not caller_id:
        problems.append(
            Problem("caller-shown", "A Dial without callerId would show the caller's own number.")
        )
    return Dial(
        parties=tuple(parties),
        action=element.get("action", ""),
        method=_method(element),
        timeout=_number(element, "timeout", 30),
        limit=_number(element, "timeLimit", 14400),
        caller_id=caller_id,
    )


def _party(element: Xml.Element) -> Party:
    status_url = element.get("statusCallback", "")
    events = element.get("statusCallbackEvent", "completed").split() if status_url else ()
    return Party(_words(element), element.get("url", ""), status_url, tuple(events))


def _words(element: Xml.Element) -> str:
    return (element.text or "").strip()


def _method(element: Xml.Element) -> str:
    return "GET" if element.get("method", "POST").upper() == "GET" else "POST"


def _number(element: Xml.Element, name: str, default: float) -> float:
    text = element.get(name, "")
    return float(text) if text.isascii() and text.isdigit() else default


def _loops(element: Xml.Element) -> int:
    # The provider reads 0 as "until the caller hangs up", which it bounds as well.
    return min(int(_number(element, "loop", 1)) or MOST_LOOPS, MOST_LOOPS)


def _unknown(tag: str) -> Problem:
    return Problem("unknown-verb", f"No provider is known to understand <{tag}> here.")
