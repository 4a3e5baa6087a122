"""Voices: in which a language is recorded, and where two of them meet in one menu.

A caller who hears “To talk to someone” from one person and “press one” from another thinks that the line was switched.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from flows.model import Menu, Pack, Rate
from flows.prompts import named_by
from ivr.recording.scripts import Key
from ivr.recording.tables import mixes_meant, voices
from ivr.store.engine import reading
from ivr.store.ids import new_id

LONGEST_NAME = 64


class VoiceUnusable(ValueError):
    """A voice has no name, or one that is too long."""


class VoiceUnknown(LookupError):
    """There is no such voice."""


@dataclass(frozen=True, slots=True)
class Voice:
    """A person whom callers hear in a language. `usual`: the one it is recorded in unless something else is meant."""

    id: str
    language: str
    name: str
    usual: bool


@dataclass(frozen=True, slots=True)
class Mix:
    """A menu or question in which more than one person is heard. `node` is “flow: node”."""

    language: str
    node: str
    voices: tuple[str, ...]


class Voices:
    """The voices of one installation."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    def all(self, language: str | None = None) -> list[Voice]:
        """Every voice, or those of a language, the usual one first."""
        wanted = select(voices).order_by(voices.c.language, voices.c.usual.desc(), voices.c.name)
        if language is not None:
            wanted = wanted.where(voices.c.language == language)
        with reading(self._database) as connection:
            return [Voice(row.id, row.language, row.name, row.usual) for row in connection.execute(wanted)]

    def usual(self, language: str) -> str:
        """The name of the voice that a language is recorded in; "" where there is none yet."""
        return next((voice.name for voice in self.all(language)), "")

    def add(self, language: str, name: str) -> Voice:
        """A voice of this name, new or known; the first of a language is its usual one. Raises VoiceUnusable."""
        tidy = _tidy(name)
        known = self._named(language, tidy)
        if known is not None:
            return known
        first = not self.all(language)
        voice = Voice(new_id(), language, tidy, first)
        values = {"id": voice.id, "language": language, "name": tidy, "usual": first}
        try:
            with self._database.begin() as connection:
                connection.execute(insert(voices).values(**values))
        except IntegrityError:
            # Somebody else has added it a moment ago.
            return self._named(language, tidy) or voice
        return voice

    def make_usual(self, voice_id: str) -> None:
        """Makes this voice the one in which its language is recorded. Raises VoiceUnknown."""
        with self._database.begin() as connection:
            language = connection.execute(select(voices.c.language).where(voices.c.id == voice_id)).scalar()
            if language is None:
                raise VoiceUnknown(voice_id)
            connection.execute(
                update(voices).where(voices.c.language == language).values(usual=voices.c.id == voice_id)
            )

    def meant(self, pack_id: str) -> set[tuple[str, str]]:
        """The (language, node) of a pack in which two voices are meant."""
        with reading(self._database) as connection:
            return mixes_that_are_meant(connection, pack_id)

    def mean(self, connection: Connection, pack_id: str, language: str, node: str, *, meant: bool) -> None:
        """Two voices in this node are meant, or no longer. Whose wish it is goes to the audit log elsewhere."""
        same = (
            mixes_meant.c.pack == pack_id,
            mixes_meant.c.language == language,
            mixes_meant.c.node == node,
        )
        connection.execute(delete(mixes_meant).where(*same))
        if meant:
            connection.execute(insert(mixes_meant).values(pack=pack_id, language=language, node=node))

    def _named(self, language: str, name: str) -> Voice | None:
        return next((voice for voice in self.all(language) if voice.name == name), None)


def mixes_that_are_meant(connection: Connection, pack_id: str) -> set[tuple[str, str]]:
    """The (language, node) of a pack in which two voices are meant."""
    wanted = select(mixes_meant.c.language, mixes_meant.c.node).where(mixes_meant.c.pack == pack_id)
    return {(row.language, row.node) for row in connection.execute(wanted)}


def mixes(pack: Pack, voices_of: Mapping[Key, str]) -> list[Mix]:
    """Where a caller would hear two people within one menu or question. `voices_of` is the voice of each clip that a
    person recorded. Pure."""
    found = []
    for language in pack.languages:
        for flow in pack.flows.values():
            for node in flow.nodes.values():
                if not isinstance(node, Menu | Rate):
                    continue
                said = ((prompt, language) for prompt in named_by(node))
                # A clip that nobody's name stands on is somebody's too: it counts as one person more.
                people = tuple(dict.fromkeys(voices_of[key] for key in said if key in voices_of))
                if len(people) > 1:
                    found.append(Mix(language, f"{flow.id}: {node.id}", people))
    return found


def _tidy(name: str) -> str:
    tidy = " ".join("".join(letter if letter.isprintable() else " " for letter in name).split())
    if not tidy or len(tidy) > LONGEST_NAME:
        raise VoiceUnusable(name[:80])
    return tidy
