"""What stands between a language and going on air, at one look: each prompt × language and its state. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from audio.fingerprint import script_fingerprint
from audio.library import Clip, Shelved
from audio.take_rows import Take
from audio.take_states import UNDER_WAY, TakeState
from flows.model import Pack, Script
from ivr.recording.clinical import Agreed
from ivr.recording.scripts import Key, in_recording_order


class CellState(StrEnum):
    """How far a prompt is in a language, from nothing to ready."""

    MISSING = "missing"
    DEMO = "demo"
    OUTDATED = "outdated"
    AGAIN = "again"
    RECEIVED = "received"
    TO_REVIEW = "to_review"
    APPROVED = "approved"


TO_RECORD = frozenset({CellState.MISSING, CellState.DEMO, CellState.OUTDATED, CellState.AGAIN})
"""In these somebody has to record."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One prompt in one language. `clip` is what would be published now, `take` the newest take of the present words;
    `needs_clinical`: the words are therapeutic, and no supervisor has agreed to them as they are."""

    prompt: str
    language: str
    state: CellState
    fingerprint: str
    clip: Clip | None = None
    take: Take | None = None
    needs_clinical: bool = False

    @property
    def ready(self) -> bool:
        """Whether nothing has to be done any more."""
        return self.state is CellState.APPROVED and not self.needs_clinical


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a language is: how many prompts it has, and how many are in each state."""

    language: str
    total: int
    by_state: Mapping[CellState, int]
    clinical_reviews_wanted: int
    ready: int

    @property
    def share(self) -> float:
        """From 0 to 1."""
        return self.ready / self.total if self.total else 0.0


def matrix(
    pack: Pack,
    shelves: Mapping[Key, Sequence[Shelved]],
    takes: Mapping[Key, Sequence[Take]],
    agreed: Agreed,
) -> dict[Key, Cell]:
    """The cell of each (prompt, language) of a pack, in the order of the recording sheet. `shelves` are its playable
    clips and `takes` its takes, both newest first; `agreed` what was reviewed clinically."""
    found = {}
    for language in pack.languages:
        for prompt in in_recording_order(pack):
            script = pack.scripts.get((prompt, language))
            if script is not None:
                key = prompt, language
                found[key] = cell(script, shelves.get(key, ()), takes.get(key, ()), agreed)
    return found


def cell(
    script: Script,
    shelved: Sequence[Shelved],
    takes: Sequence[Take],
    agreed: Agreed,
) -> Cell:
    """The state of one script in one language."""
    fingerprint = script_fingerprint(script.text)
    current = [one for one in shelved if one.script_fingerprint == fingerprint]
    approved = next((one.clip for one in current if one.clip.state == "approved"), None)
    demo = next((one.clip for one in current if one.clip.state == "demo"), None)
    newest = next((take for take in takes if _counts(take) and take.script_fingerprint == fingerprint), None)
    return Cell(
        prompt=script.prompt,
        language=script.language,
        state=_state(approved, demo, newest, _has_older(shelved, takes, fingerprint)),
        fingerprint=fingerprint,
        clip=approved or demo,
        take=newest,
        needs_clinical=agreed.lacks(script),
    )


def progress(cells: Mapping[Key, Cell]) -> list[Progress]:
    """How far each language is, in the order of the cells."""
    languages = dict.fromkeys(cell.language for cell in cells.values())
    found = []
    for language in languages:
        own = [cell for cell in cells.values() if cell.language == language]
        counts = Counter(cell.state for cell in own)
        found.append(
            Progress(
                language=language,
                total=len(own),
                by_state={state: counts[state] for state in CellState},
                clinical_reviews_wanted=sum(cell.needs_clinical for cell in own),
                ready=sum(cell.ready for cell in own),
            )
        )
    return found


def is_outdated(take: Take, script: Script | None) -> bool:
    """Whether a take says other words than the present ones, or none that are still said."""
    if take.state is TakeState.MATCHING:
        return False
    return script is None or take.script_fingerprint != script_fingerprint(script.text)


def _counts(take: Take) -> bool:
    return take.state not in (TakeState.REFUSED, TakeState.WITHDRAWN)


def _has_older(shelved: Sequence[Shelved], takes: Sequence[Take], fingerprint: str) -> bool:
    """Whether a person has recorded other words before."""
    clips = any(one.clip.state == "approved" and one.script_fingerprint != fingerprint for one in shelved)
    return clips or any(_counts(take) and take.script_fingerprint != fingerprint for take in takes)


def _state(approved: Clip | None, demo: Clip | None, newest: Take | None, has_older: bool) -> CellState:
    if approved is not None:
        return CellState.APPROVED
    if newest is not None and newest.state in UNDER_WAY:
        return CellState.RECEIVED
    if newest is not None and newest.state is TakeState.TO_REVIEW:
        return CellState.TO_REVIEW
    if newest is not None and newest.state is TakeState.AGAIN:
        return CellState.AGAIN
    if has_older:
        return CellState.OUTDATED
    return CellState.DEMO if demo is not None else CellState.MISSING
