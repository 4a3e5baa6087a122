"""What keeps a pack off the air, each with the prompt and language that it is about, so that a page can lead there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ivr.recording.matrix import Cell, CellState
from ivr.recording.scripts import Key
from ivr.recording.voices import Mix

MOST_NAMED = 3
"""Texts that are named one by one; a pack that isn't recorded at all has hundreds."""


class Kind(StrEnum):
    """Why something can't go on air."""

    MISTAKE = "mistake"
    MISSING = "missing"
    AGAIN = "again"
    UNAPPROVED = "unapproved"
    OUTDATED = "outdated"
    OTHER_WORDS = "other_words"
    DEMO = "demo"
    CLINICAL = "clinical"
    TWO_VOICES = "two_voices"
    RECORDS_CALLER = "records_caller"


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that stands in the way. `node` is “flow: node”, of a mistake and of voices that meet; `words` says a
    mistake in a sentence, `voices` names those that meet, `pack` the draft that has other words."""

    kind: Kind
    prompt: str = ""
    language: str = ""
    node: str = ""
    words: str = ""
    voices: tuple[str, ...] = ()
    pack: str = ""


_OF_STATE = {
    CellState.MISSING: Kind.MISSING,
    CellState.AGAIN: Kind.AGAIN,
    CellState.RECEIVED: Kind.UNAPPROVED,
    CellState.TO_REVIEW: Kind.UNAPPROVED,
    CellState.OUTDATED: Kind.OUTDATED,
    CellState.DEMO: Kind.DEMO,
}


def reasons_of(
    wanted: Iterable[Key],
    cells: Mapping[Key, Cell],
    has_file: Mapping[Key, bool],
    mixed: Iterable[Mix],
    demo_allowed: bool,
    elsewhere: Mapping[Key, str] | None = None,
) -> list[Reason]:
    """What the clips of a pack lack. `wanted` are the prompts that it can't go on air without; `has_file`: whether the
    clip of a cell is really in the media store; `elsewhere`: the draft whose other words are recorded now. Where the
    demo voice is allowed, a clip of it is enough, whatever else is still being worked on, and so are therapeutic words
    that nobody has reviewed."""
    found = []
    needed = dict.fromkeys(wanted)
    for key, one in cells.items():
        kinds = _lacks(one, has_file.get(key, False), demo_allowed, key in needed)
        if kinds and elsewhere and key in elsewhere:
            # It can't be recorded, reviewed or agreed to while the sheet has the other's words.
            found.append(Reason(Kind.OTHER_WORDS, *key, pack=elsewhere[key]))
            continue
        found += [Reason(kind, *key) for kind in kinds]
    meet = [Reason(Kind.TWO_VOICES, language=m.language, node=m.node, voices=m.voices) for m in mixed]
    return found + meet


def _lacks(one: Cell, has_file: bool, demo_allowed: bool, needed: bool) -> list[Kind]:
    if one.clip is None:
        return [_OF_STATE.get(one.state, Kind.MISSING)] if needed else []
    if not has_file:
        return [Kind.MISSING] if needed else []
    if demo_allowed:
        return []
    voice = [_OF_STATE.get(one.state, Kind.DEMO)] if one.clip.state == "demo" else []
    return voice + ([Kind.CLINICAL] if one.needs_clinical else [])


_SENTENCES: dict[Kind, tuple[str, str]] = {
    Kind.MISSING: ("no clip, and has to be recorded", "no clip, and have to be recorded"),
    Kind.AGAIN: ("a clip that has to be recorded again", "clips that have to be recorded again"),
    Kind.UNAPPROVED: ("a recording that nobody has approved yet", "recordings that nobody has approved yet"),
    Kind.OUTDATED: (
        "only a clip of older words: record it again",
        "only clips of older words: record them again",
    ),
    Kind.DEMO: ("only the demo voice: record a person", "only the demo voice: record people"),
    Kind.CLINICAL: (
        "therapeutic words that no supervisor has reviewed as they are now",
        "therapeutic words that no supervisor has reviewed as they are now",
    ),
}


def in_words(reasons: Sequence[Reason]) -> list[str]:
    """One sentence each, or one for a language that lacks much of a kind. English, for the command line."""
    said = []
    for kind in Kind:
        own = [reason for reason in reasons if reason.kind is kind]
        if kind in _SENTENCES:
            said += _by_language(own, *_SENTENCES[kind])
        elif kind is Kind.OTHER_WORDS:
            said += _by_pack(own)
        else:
            said += [_sentence(one) for one in own]
    return said


def _by_pack(reasons: Sequence[Reason]) -> list[str]:
    return [
        f"{len(own)} texts have other words in {pack}, which was brought later and is what is recorded now: "
        f"{', '.join(f'{one.prompt} ({one.language})' for one in own[:MOST_NAMED])}"
        f"{' …' if len(own) > MOST_NAMED else ''}. Bring this pack again for its words to be recorded, give its "
        f"prompts names of their own, or take the other away: warmline flow drop {pack}"
        for pack in dict.fromkeys(reason.pack for reason in reasons)
        for own in [[reason for reason in reasons if reason.pack == pack]]
    ]


def _sentence(reason: Reason) -> str:
    if reason.kind is Kind.TWO_VOICES:
        named = " and ".join(voice or "somebody without a name" for voice in reason.voices)
        return (
            f"{reason.node} ({reason.language}) is said by {named}: one voice a menu, unless two are meant."
        )
    if reason.kind is Kind.RECORDS_CALLER:
        return f"{reason.node} records the caller, and no room to keep messages safely has been set up."
    return reason.words


def _by_language(reasons: Sequence[Reason], one: str, several: str) -> list[str]:
    """A sentence for each text, or for each language that lacks many."""
    found = []
    for language in dict.fromkeys(reason.language for reason in reasons):
        prompts = [reason.prompt for reason in reasons if reason.language == language]
        if len(prompts) <= MOST_NAMED:
            found += [f"{prompt} ({language}) has {one}." for prompt in prompts]
        else:
            named = ", ".join(prompts[:MOST_NAMED])
            more = len(prompts) - MOST_NAMED
            found.append(f"In {language}, {len(prompts)} texts have {several}: {named} and {more} more.")
    return found
