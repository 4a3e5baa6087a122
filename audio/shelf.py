"""The clips of approved takes, where the library finds them. The highest number of a prompt in a language is played."""

from __future__ import annotations

import uuid
from datetime import date

from sqlalchemy import ColumnElement, Connection, func, insert, select, update

from audio.tables import clips, takes
from audio.take_rows import Take


def put_up(connection: Connection, take: Take, today: date) -> None:
    """Makes the clip of a take the one that is published next. The same clip twice is one row, with a new number."""
    number = next_number(connection, take.prompt, take.language)
    up = {
        "state": "approved",
        "take": number,
        "take_id": take.id,
        "pipeline": take.pipeline,
        "made_on": today,
    }
    same = (
        clips.c.prompt == take.prompt,
        clips.c.language == take.language,
        clips.c.voice == take.voice,
        clips.c.script_fingerprint == take.script_fingerprint,
        clips.c.sha == take.clip_sha,
    )
    if connection.execute(update(clips).where(*same).values(**up)).rowcount:
        return
    connection.execute(
        insert(clips).values(
            id=uuid.uuid4().hex,
            prompt=take.prompt,
            language=take.language,
            voice=take.voice,
            sha=take.clip_sha,
            seconds=take.seconds,
            script_fingerprint=take.script_fingerprint,
            **up,
        )
    )


def take_down(connection: Connection, take_id: str) -> None:
    """What was made of this take is published no more."""
    connection.execute(
        update(clips).where(clips.c.take_id == take_id, clips.c.state == "approved").values(state="withdrawn")
    )


def is_down(connection: Connection, take_id: str) -> date | None:
    """The day on which the clip of this take was put up, if it was and is taken down now; None otherwise."""
    return connection.execute(select(clips.c.made_on).where(*_down(take_id))).scalar()


def put_up_again(connection: Connection, take_id: str) -> None:
    """Takes back that it was taken down: its number is what it was, so what was put up meanwhile stays before it."""
    connection.execute(update(clips).where(*_down(take_id)).values(state="approved"))


def _down(take_id: str) -> tuple[ColumnElement[bool], ...]:
    return clips.c.take_id == take_id, clips.c.state == "withdrawn"


def next_number(connection: Connection, prompt: str, language: str) -> int:
    """The number that puts a clip before all others of this prompt and language."""
    # Two approvals at once wait for each other here, where the database lets them run side by side.
    connection.execute(
        select(takes.c.id).where(takes.c.prompt == prompt, takes.c.language == language).with_for_update()
    ).all()
    same_prompt = clips.c.prompt == prompt, clips.c.language == language
    return (connection.execute(select(func.max(clips.c.take)).where(*same_prompt)).scalar() or 0) + 1
