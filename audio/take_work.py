"""What workers do with takes: take one up, note what came of it, find what a killed worker has left."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import or_, select, update

from audio.alike import Shape, same_as_other
from audio.reads import reading
from audio.report import Report
from audio.shelf import lock, make_anew
from audio.tables import takes
from audio.take_rows import Take, take_of
from audio.take_states import HAS_A_CLIP, Happening, NotNow, TakeState
from audio.takes import WORKERS_LOST, TakeChanged, Takes, TakeUnknown

SAME, NEVER_CAME = "same_as_other", "never_came"
NEVER_CAME_SECONDS = 7 * 86_400.0
"""Providers keep recordings for days at the most where they are deleted; and a backup may know what nobody fetches."""
APART_SECONDS, MOST_COMPARED = 0.2, 300
"""Recordings of so different a length aren't the same; of the others, the newest are looked at."""
LOST_SECONDS = 300.0
"""A worker that was heard of last so long ago is gone: the queue stops each job long before."""


@dataclass(frozen=True, slots=True)
class Made:
    """What a pipeline made of a take. `report` becomes JSON; `waveform` is 200 bytes."""

    clip_sha: str
    seconds: float
    pipeline: str
    report: Mapping[str, Any]
    waveform: bytes

    def values(self) -> dict[str, Any]:
        """As columns."""
        return {
            "clip_sha": self.clip_sha,
            "seconds": self.seconds,
            "pipeline": self.pipeline,
            "report": json.dumps(dict(self.report), ensure_ascii=False),
            "waveform": self.waveform,
        }


class TakeWork:
    """The work on the takes of one installation."""

    def __init__(self, takes: Takes) -> None:
        self._takes = takes
        self._database = takes.database

    def begin(self, take_id: str, now: float) -> Take | None:
        """Takes it up; None when there is nothing to do, because it is done or gone, or another worker has it."""
        try:
            take = self._takes.take(take_id)
            with self._database.begin() as connection:
                return self._takes.change(
                    connection, take, Happening.BEGUN, tries=take.tries + 1, touched_at=now
                )
        except (TakeUnknown, NotNow, TakeChanged):
            return None

    def finish(self, take: Take, made: Made, now: float) -> bool:
        """Notes the clip, whose file is in the media store; False when the take was taken from this worker. The same
        recording for two scripts, or in two languages, is a finding: one of them is a mistake."""
        made = self._compared(take, made)
        try:
            with self._database.begin() as connection:
                self._takes.change(connection, take, Happening.MADE, touched_at=now, **made.values())
        except (NotNow, TakeChanged):
            return False
        return True

    def refuse(self, take: Take, code: str, report: Mapping[str, Any], now: float) -> bool:
        """Notes that it can't be used; False when the take was taken from this worker."""
        told = {"refusal": code, "report": json.dumps(dict(report), ensure_ascii=False), "touched_at": now}
        try:
            with self._database.begin() as connection:
                self._takes.change(connection, take, Happening.UNUSABLE, **told)
        except (NotNow, TakeChanged):
            return False
        return True

    def remade(self, take: Take, made: Made) -> bool:
        """Notes a clip that an improved pipeline made anew of a take that has one. What was approved stays approved:
        the same voice says the same words. False when the take has changed meanwhile: look at it again."""
        if take.state not in HAS_A_CLIP:
            return False
        made = self._compared(take, made)
        with self._database.begin() as connection:
            lock(connection, take.prompt, take.language)
            done = connection.execute(
                update(takes)
                .where(takes.c.id == take.id, takes.c.version == take.version)
                .values(version=take.version + 1, **made.values())
            )
            if done.rowcount != 1:
                return False
            make_anew(connection, take, made.clip_sha, made.seconds, made.pipeline)
        return True

    def _compared(self, take: Take, made: Made) -> Made:
        """With a finding in its report, if it is the same recording as one of another script or language."""
        wanted = (
            select(takes.c.id, takes.c.original_sha, takes.c.waveform, takes.c.seconds)
            .where(
                or_(
                    takes.c.original_sha == take.original_sha,
                    takes.c.seconds.between(made.seconds - APART_SECONDS, made.seconds + APART_SECONDS),
                ),
                or_(takes.c.prompt != take.prompt, takes.c.language != take.language),
                takes.c.state.in_([state.value for state in HAS_A_CLIP]),
            )
            .order_by(takes.c.touched_at.desc())
            .limit(MOST_COMPARED)
        )
        with reading(self._database) as connection:
            others = connection.execute(wanted).all()
        shapes = [(row.id, Shape(bytes(row.waveform), row.seconds)) for row in others]
        sent_twice = any(row.original_sha == take.original_sha for row in others)
        if not sent_twice and same_as_other(Shape(made.waveform, made.seconds), shapes) is None:
            return made
        return replace(made, report=Report.from_json(made.report).found(SAME).as_json())

    def made_in_an_older_way(self, pipeline: str) -> list[Take]:
        """Takes that have a clip of another pipeline, in no order."""
        wanted = select(takes).where(
            takes.c.state.in_([state.value for state in HAS_A_CLIP]), takes.c.pipeline != pipeline
        )
        with reading(self._database) as connection:
            return [take_of(row) for row in connection.execute(wanted)]

    def find_lost(self, now: float) -> int:
        """Gives back what workers took up and never finished, or refuses what has stopped too many of them."""
        wanted = select(takes).where(
            takes.c.state == TakeState.AT_WORK.value, takes.c.touched_at < now - LOST_SECONDS
        )
        with reading(self._database) as connection:
            lost = [take_of(row) for row in connection.execute(wanted)]
        return sum(self.lose(take, now) for take in lost)

    def give_back(self, take: Take, now: float) -> bool:
        """It can't be worked on just now, for a reason that isn't in it: that isn't counted as a try. False when it was
        taken from this worker meanwhile."""
        try:
            with self._database.begin() as connection:
                tries = max(0, take.tries - 1)
                self._takes.change(connection, take, Happening.GIVEN_BACK, tries=tries, touched_at=now)
        except (NotNow, TakeChanged):
            return False
        return True

    def lose(self, take: Take, now: float) -> bool:
        """It has stopped a worker: it waits for the next one, or is refused where that was one too many. False when it
        was taken from this worker meanwhile."""
        try:
            with self._database.begin() as connection:
                given = self._takes.change(connection, take, Happening.LOST, touched_at=now)
                if given.state is TakeState.REFUSED:
                    connection.execute(
                        update(takes).where(takes.c.id == take.id).values(refusal=WORKERS_LOST)
                    )
        except (NotNow, TakeChanged):
            return False
        return True

    def begin_anew(self, now: float) -> list[Take]:
        """Takes up again what had stopped too many workers: they may have been ended for quite another reason, and a
        newer Warmline may make something of it."""
        wanted = select(takes).where(
            takes.c.state == TakeState.REFUSED.value, takes.c.refusal == WORKERS_LOST
        )
        with reading(self._database) as connection:
            refused = [take_of(row) for row in connection.execute(wanted)]
        anew: dict[str, Any] = {"refusal": "", "tries": 0, "touched_at": now}
        begun = []
        for take in refused:
            with suppress(TakeChanged), self._database.begin() as connection:
                begun.append(self._takes.put_into(connection, take, TakeState.RECEIVED, **anew))
        return begun

    def give_up_on_providers(self, now: float) -> int:
        """Refuses what should have come from a provider long ago: nobody asks for it any more."""
        wanted = select(takes.c.id).where(
            takes.c.state == TakeState.AT_PROVIDER.value, takes.c.touched_at < now - NEVER_CAME_SECONDS
        )
        with reading(self._database) as connection:
            late = list(connection.execute(wanted).scalars())
        for take_id in late:
            with suppress(TakeUnknown, NotNow, TakeChanged):
                self._takes.refuse(take_id, NEVER_CAME, now)
        return len(late)

    def waiting(self, before: float, most: int) -> list[str]:
        """The ids of takes that a worker should have looked at by now, whoever waits longest first."""
        wanted = (
            select(takes.c.id)
            .where(takes.c.state == TakeState.RECEIVED.value, takes.c.touched_at <= before)
            .order_by(takes.c.touched_at, takes.c.id)
            .limit(most)
        )
        with reading(self._database) as connection:
            return list(connection.execute(wanted).scalars())
