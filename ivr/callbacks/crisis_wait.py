"""The longest possible time from pressing the key for urgent help to a voice, or to the emergency number. Pure.

Worked out from the settings and from the clips that are on air, by walking the flow itself: it says where the key
leads, and what is said before the number. So a flow that says too much before it, or rings for too long, is seen here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from flows import engine
from flows.effects import AskKeys, Connect, EndCall, FindCallback, RequestCallback, Said
from flows.house import CRISIS, speaks
from flows.inputs import (
    CallbackAnswered,
    CallbackFound,
    DialEnded,
    Digits,
    Facts,
    Input,
    NobodyToConnect,
    NumberFact,
    ServicesFound,
    Silence,
)
from flows.model import Pack
from flows.prompts import press
from flows.session import Session
from ivr.publishing.releases import Release

TAKE = "1"
REFUSED = ("helper_goodbye",)
"""What a helper hears who presses another key than that."""
WHISPER_WAIT_SECONDS = 6
EMERGENCY = "emergency"
DIGIT = "digit_"
MOST_STEPS = 40
ANSWER_SECONDS = 15.0
"""What the provider waits for an answer, all its tries together; then it plays the emergency screen by itself."""
NETWORK_SECONDS = 5.0
"""What the telephone network takes to begin to ring a phone, and to say that it has stopped."""

PartName = Literal["ringing", "offer", "key", "refusing", "words", "answers", "network"]
PARTS: tuple[PartName, ...] = ("ringing", "offer", "key", "refusing", "words", "answers", "network")


class NoWayToHelp(Exception):
    """No key of this flow rings a helper or leads to the emergency number. Permanent until another is published."""


@dataclass(frozen=True, slots=True)
class LongestWait:
    """`parts` are seconds, in the order in which they are waited for:

    - ringing: the helpers' phones ring
    - offer: a helper who picks up at the very last moment hears what it is about
    - key: and has so long to press the key
    - refusing: presses another, and hears the last words
    - words: what is said to the caller before the emergency number, in the language in which that takes longest
    - answers: what Warmline may take to answer the provider, each time
    - network: what the telephone network takes to begin to ring, and to notice the end
    """

    parts: tuple[tuple[PartName, float], ...]

    @property
    def seconds(self) -> float:
        """All of them together."""
        return sum(seconds for _, seconds in self.parts)


def offered(spoken: Iterable[str]) -> tuple[str, ...]:
    """What a helper hears: that somebody needs help now, in which language, and the key."""
    return ("crisis_offer", *spoken, "crisis_take", press(TAKE))


def longest_crisis_wait(
    release: Release,
    *,
    emergency_number: str,
    dials_emergency: bool,
    most_ring_seconds: int,
    answer_seconds: float = ANSWER_SECONDS,
) -> LongestWait:
    """For one line. `answer_seconds`: what a webhook's answer takes at the most. Raises NoWayToHelp."""
    ways = list(_ways(release, emergency_number, dials_emergency, most_ring_seconds))
    if not ways:
        raise NoWayToHelp(release.pack.id)
    ringing = max(way.ringing for way in ways)
    words = max(way.words for way in ways)
    offer = max(_offer_seconds(release, language) for language in release.pack.languages) if ringing else 0.0
    refusing = max(release_seconds(release, REFUSED, code) for code in release.pack.languages)
    # The key itself, the whisper, the key in it, the end of the Dial.
    answers = answer_seconds * (4 if ringing else 1)
    return LongestWait(
        (
            ("ringing", float(ringing)),
            ("offer", offer),
            ("key", float(WHISPER_WAIT_SECONDS) if ringing else 0.0),
            ("refusing", refusing if ringing else 0.0),
            ("words", words),
            ("answers", answers),
            ("network", NETWORK_SECONDS if ringing else 0.0),
        )
    )


def release_seconds(release: Release, prompts: Iterable[str], language: str) -> float:
    """How long these clips are together; one that isn't there takes no time."""
    found = (release.clips.get((prompt, language)) for prompt in prompts)
    return sum(clip.seconds for clip in found if clip is not None)


def _offer_seconds(release: Release, language: str) -> float:
    spoken = (speaks(code) for code in release.pack.languages)
    longest = max(spoken, key=lambda prompt: release_seconds(release, [prompt], language))
    return release_seconds(release, offered([longest]), language)


@dataclass(frozen=True, slots=True)
class _Way:
    """From one place of the flow to the number: how long helpers are rung, and how long words are said before it."""

    ringing: int
    words: float


def _ways(
    release: Release, emergency_number: str, dials_emergency: bool, most_ring_seconds: int
) -> Iterator[_Way]:
    """One for each language, none chosen among them, and for each of the facts that a flow may branch on."""
    numbers: tuple[NumberFact, ...] = ("yes", "no", "unavailable")
    for language in (None, *release.pack.languages):
        for number in numbers:
            for is_open in (True, False):
                facts = Facts(open=is_open, number=number, emergency_number=emergency_number)
                for key in _keys_for_help(release.pack):
                    way = _way(release, language, key, facts, dials_emergency, most_ring_seconds)
                    if way is not None:
                        yield way


def _keys_for_help(pack: Pack) -> tuple[str, ...]:
    """The keys that hold everywhere."""
    return tuple(pack.flows[pack.entry].keys)


def _way(
    release: Release,
    language: str | None,
    key: str,
    facts: Facts,
    dials_emergency: bool,
    most_ring_seconds: int,
) -> _Way | None:
    """None where this key doesn't ring a helper."""
    session = _at_the_start(release.pack, language)
    step = engine.step(release.pack, session, Digits(key), facts)
    ringing, words, rings_helpers = 0, 0.0, False
    for _ in range(MOST_STEPS):
        last = step.last
        match last:
            case Connect(to=to, seconds=seconds) if to == CRISIS:
                rings_helpers = True
                ringing += min(seconds, most_ring_seconds)
            case Connect(to=to) if to == EMERGENCY and dials_emergency:
                return _Way(ringing, words) if rings_helpers else None
            case AskKeys(said=said) | EndCall(said=said) if rings_helpers:
                before, found = _before_the_number(release, said)
                words += before
                if found:
                    return _Way(ringing, words)
                words += last.wait_seconds if isinstance(last, AskKeys) else 0.0
        if isinstance(last, EndCall) or not rings_helpers:
            return None
        step = engine.step(release.pack, engine.next_turn(step.session), _answer(last), facts)
    return None


def _at_the_start(pack: Pack, language: str | None) -> Session:
    session = engine.begin(pack)
    session.language = language if language is not None else session.language
    return session


def _answer(last: object) -> Input:
    """What makes the wait longest: nobody answers, nobody keys anything."""
    match last:
        case Connect(to=to) if to == CRISIS:
            return DialEnded(False)
        case Connect():
            return NobodyToConnect()
        case RequestCallback():
            return CallbackAnswered("noted")
        case FindCallback():
            return CallbackFound("none")
        case AskKeys():
            return Silence()
        case _:
            return ServicesFound(())


def _before_the_number(release: Release, said: tuple[Said, ...]) -> tuple[float, bool]:
    """Seconds until the number begins, and whether it is said at all. Said in several languages, one after the other,
    it counts from the last: the caller may know that one alone."""
    last_begins: dict[str, float] = {}
    at = 0.0
    for part in said:
        if part.prompt.startswith(DIGIT):
            last_begins.setdefault(part.language, at)
        clip = release.clips.get(part)
        at += clip.seconds if clip is not None else 0.0
    return (max(last_begins.values()), True) if last_begins else (at, False)
