"""What a listening panel is, and what it has brought."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Select, select

from ivr.recording.comments import comments_of
from ivr.recording.tables import panel_answers


class Said(StrEnum):
    """What a listener keys after a clip; nothing while none was keyed."""

    UNDERSTOOD = "understood"
    NOT_UNDERSTOOD = "not_understood"
    OTHERWISE = "otherwise"
    NOTHING = ""


class PanelClip(NamedTuple):
    """A clip that is heard."""

    prompt: str
    sha: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Panel:
    """A panel without its code."""

    id: str
    title: str
    language: str
    clips: tuple[PanelClip, ...]
    opens_on: date
    closes_on: date
    made_by: str

    def is_open(self, today: date) -> bool:
        """Whether listeners are let in on this day, its first and its last included."""
        return self.opens_on <= today <= self.closes_on


class Comment(NamedTuple):
    """Something a listener has said; `SpokenComments.listen` plays it."""

    id: str
    seconds: float


@dataclass(frozen=True, slots=True)
class ClipAnswers:
    """How a clip was understood: how many listeners keyed what, and what they said."""

    prompt: str
    sha: str
    understood: int = 0
    not_understood: int = 0
    otherwise: int = 0
    nothing: int = 0
    comments: tuple[Comment, ...] = ()

    @property
    def listeners(self) -> int:
        """How many heard it."""
        return self.understood + self.not_understood + self.otherwise + self.nothing


@dataclass(frozen=True, slots=True)
class Results:
    """What a panel has brought: one entry for each clip, in the order in which they are heard."""

    panel: Panel
    listeners: int
    clips: tuple[ClipAnswers, ...]


def panel_of(row: Row[Any]) -> Panel:
    """The panel that a row holds."""
    clips = tuple(PanelClip(*clip) for clip in json.loads(row.clips))
    return Panel(row.id, row.title, row.language, clips, row.opens_on, row.closes_on, row.made_by)


def all_answers() -> Select[Any]:
    """Every answer, in an order that says nothing of when it was given."""
    return select(
        panel_answers.c.id,
        panel_answers.c.listener,
        panel_answers.c.prompt,
        panel_answers.c.clip_sha,
        panel_answers.c.answer,
    ).order_by(panel_answers.c.id)


def counted(connection: Connection, rows: Sequence[Row[Any]], today: date) -> dict[str, ClipAnswers]:
    """Answers put together, by the clip that they are about."""
    said_of = comments_of(connection, [row.id for row in rows], today)
    by_clip: dict[str, list[Row[Any]]] = {}
    for row in rows:
        by_clip.setdefault(row.clip_sha, []).append(row)
    found = {}
    for sha, answers in by_clip.items():
        keyed = [row.answer for row in answers]
        found[sha] = ClipAnswers(
            prompt=answers[0].prompt,
            sha=sha,
            understood=keyed.count(Said.UNDERSTOOD),
            not_understood=keyed.count(Said.NOT_UNDERSTOOD),
            otherwise=keyed.count(Said.OTHERWISE),
            nothing=keyed.count(Said.NOTHING),
            comments=tuple(Comment(*said) for row in answers for said in said_of.get(row.id, ())),
        )
    return found
