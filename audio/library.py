"""Which clip says a prompt in a language. Needs no audio library, so web processes may use it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import Connection, Engine, Row, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from audio.fingerprint import PIPELINE_VERSION
from audio.media import Media
from audio.reads import reading
from audio.tables import clips

ClipState = Literal["demo", "approved", "withdrawn"]

PLAYABLE: tuple[ClipState, ...] = ("demo", "approved")
"""What a caller may hear, best last: a person's approved recording goes before the demo voice."""

Key = tuple[str, str]
"""(prompt, language)"""


@dataclass(frozen=True, slots=True)
class Clip:
    """A recording of a prompt in one language and voice; `sha` names its file in the media store. `take_id` is the take
    that it was made from, "" for the demo voice; `pipeline` the way in which it was made."""

    prompt: str
    language: str
    voice: str
    sha: str
    seconds: float
    state: ClipState
    take_id: str = ""
    pipeline: str = PIPELINE_VERSION


@dataclass(frozen=True, slots=True)
class Shelved:
    """A clip in the library, with the words that it says. Of two, the one with the higher number is played."""

    clip: Clip
    script_fingerprint: str
    number: int


class ClipLibrary:
    """The clips of one installation. `wanted` is, everywhere, the fingerprint of the current script of each
    (prompt, language); a clip of an older script is never returned."""

    def __init__(self, engine: Engine, media: Media) -> None:
        self.engine = engine
        self.media = media

    def add(self, clip: Clip, script_fingerprint: str, made_on: date) -> None:
        """Notes a clip whose file is already in the media store. The same clip twice is noted once."""
        try:
            with self.engine.begin() as connection:
                connection.execute(
                    insert(clips), _row(clip, script_fingerprint, made_on, _next_take(connection, clip))
                )
        except IntegrityError:
            if not self._noted_again(clip, script_fingerprint):
                raise

    def clips_for(self, wanted: Mapping[Key, str]) -> dict[Key, Clip]:
        """The clip to play for each wanted prompt: approved before demo, then the newest. What has none is left out."""
        best: dict[Key, tuple[tuple[int, int, str], Clip]] = {}
        with reading(self.engine) as connection:
            for row in connection.execute(_playable({language for _, language in wanted})):
                key = (row.prompt, row.language)
                if wanted.get(key) != row.script_fingerprint:
                    continue
                rank = (PLAYABLE.index(row.state), row.take, row.id)
                if key not in best or rank > best[key][0]:
                    best[key] = (rank, _clip(row))
        return {key: best[key][1] for key in wanted if key in best}

    def shelves(self, languages: Iterable[str]) -> dict[Key, list[Shelved]]:
        """Every clip in these languages that could ever be played, also of older words, the newest first."""
        found: dict[Key, list[Shelved]] = {}
        ordered = _playable(languages).order_by(clips.c.take.desc(), clips.c.id)
        with reading(self.engine) as connection:
            for row in connection.execute(ordered):
                shelved = Shelved(_clip(row), row.script_fingerprint, row.take)
                found.setdefault((row.prompt, row.language), []).append(shelved)
        return found

    def to_be_spoken(self, wanted: Mapping[Key, str]) -> list[Key]:
        """What the demo voice has to say: all that is missing, and what it said in an older way of making clips."""
        there = self.clips_for(wanted)
        lacking = set(self.missing(wanted))
        return [
            key
            for key in wanted
            if key in lacking or (there[key].state == "demo" and there[key].pipeline != PIPELINE_VERSION)
        ]

    def missing(self, wanted: Mapping[Key, str]) -> list[Key]:
        """What can't be played now: no clip of the current script, or one whose file is gone. In the order wanted."""
        there = self.clips_for(wanted)
        kept = self.media.there({clip.sha for clip in there.values()})
        return [key for key in wanted if key not in there or there[key].sha not in kept]

    def _noted_again(self, clip: Clip, script_fingerprint: str) -> bool:
        """Whether the same clip is there; a new way of making clips may have come to the very same sound."""
        same = (
            clips.c.prompt == clip.prompt,
            clips.c.language == clip.language,
            clips.c.voice == clip.voice,
            clips.c.script_fingerprint == script_fingerprint,
            clips.c.sha == clip.sha,
        )
        with self.engine.begin() as connection:
            return connection.execute(update(clips).where(*same).values(pipeline=clip.pipeline)).rowcount > 0


def _playable(languages: Iterable[str]) -> Any:
    return select(clips).where(clips.c.language.in_(sorted(languages)), clips.c.state.in_(PLAYABLE))


def _next_take(connection: Connection, clip: Clip) -> int:
    same_prompt = clips.c.prompt == clip.prompt, clips.c.language == clip.language
    last = connection.execute(select(func.max(clips.c.take)).where(*same_prompt)).scalar()
    return (last or 0) + 1


def _row(clip: Clip, script_fingerprint: str, made_on: date, take: int) -> dict[str, Any]:
    return {
        "id": uuid.uuid4().hex,
        "prompt": clip.prompt,
        "language": clip.language,
        "voice": clip.voice,
        "sha": clip.sha,
        "seconds": clip.seconds,
        "state": clip.state,
        "pipeline": clip.pipeline,
        "take_id": clip.take_id,
        "script_fingerprint": script_fingerprint,
        "take": take,
        "made_on": made_on,
    }


def _clip(row: Row[Any]) -> Clip:
    return Clip(
        row.prompt, row.language, row.voice, row.sha, row.seconds, row.state, row.take_id, row.pipeline
    )
