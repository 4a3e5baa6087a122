"""The clips of approved takes, where the library finds them. The highest number of a prompt in a language is played.

The very same clip of two takes, as of one file that two people have sent, is one row: it stays as long as one of them
is approved.
"""

from __future__ import annotations

import hashlib
import uuid
from datetime import date

from sqlalchemy import ColumnElement, Connection, func, insert, select, text, update

from audio.tables import clips, takes
from audio.take_rows import Take
from audio.take_states import TakeState

APPROVED, WITHDRAWN = "approved", "withdrawn"


def lock(connection: Connection, prompt: str, language: str) -> None:
    """Until the transaction ends, nobody else numbers takes or puts up clips of this prompt in this language. SQLite
    has one writer anyway. To be asked for before any row is changed: so nobody waits for somebody who waits."""
    if connection.dialect.name == "postgresql":
        key = int(hashlib.sha256(f"takes of {prompt} {language}".encode()).hexdigest()[:15], 16)
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})


def put_up(connection: Connection, take: Take, today: date) -> None:
    """Makes the clip of a take the one that is published next. The same clip twice is one row, with a new number."""
    number = _next_number(connection, take.prompt, take.language)
    up = {
        "state": APPROVED,
        "take": number,
        "take_id": take.id,
        "pipeline": take.pipeline,
        "made_on": today,
    }
    if connection.execute(update(clips).where(*_clip_of(take)).values(**up)).rowcount:
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


def take_down(connection: Connection, take: Take) -> None:
    """What was made of this take is published no more, unless it was made of another approved take as well."""
    same = (
        takes.c.prompt == take.prompt,
        takes.c.language == take.language,
        takes.c.voice == take.voice,
        takes.c.script_fingerprint == take.script_fingerprint,
        takes.c.clip_sha == take.clip_sha,
    )
    other = (
        select(takes.c.id)
        .where(*same, takes.c.state == TakeState.APPROVED.value, takes.c.id != take.id)
        .order_by(takes.c.take.desc())
        .limit(1)
    )
    heir = connection.execute(other).scalar()
    left = {"take_id": heir} if heir is not None else {"state": WITHDRAWN}
    connection.execute(
        update(clips).where(clips.c.take_id == take.id, clips.c.state == APPROVED).values(**left)
    )


def was_up(connection: Connection, take: Take) -> date | None:
    """The day on which the clip of this take was put up, of this take or of another; None where it never was."""
    was = clips.c.state.in_((APPROVED, WITHDRAWN))
    return connection.execute(select(clips.c.made_on).where(*_clip_of(take), was)).scalar()


def put_up_again(connection: Connection, take: Take) -> None:
    """Takes back that it was taken down: its number is what it was, so what was put up meanwhile stays before it."""
    down = *_clip_of(take), clips.c.state == WITHDRAWN
    connection.execute(update(clips).where(*down).values(state=APPROVED, take_id=take.id))


def make_anew(connection: Connection, take: Take, sha: str, seconds: float, pipeline: str) -> None:
    """The clip of this take is another one now, made of the same recording: it stays where it was, up or down. Where
    that very clip is there already, made of another take, it takes the place of the old one."""
    now = {"seconds": seconds, "pipeline": pipeline}
    old = connection.execute(select(clips).where(*_clip_of(take))).first()
    new = connection.execute(select(clips).where(*_clip_of(take, sha))).first()
    if old is None:
        return
    if new is None or new.id == old.id:
        connection.execute(update(clips).where(clips.c.id == old.id).values(sha=sha, **now))
        return
    if old.state != APPROVED:
        return
    up = {
        "state": APPROVED,
        "take": max(old.take, new.take),
        "take_id": new.take_id if new.state == APPROVED else old.take_id,
    }
    connection.execute(update(clips).where(clips.c.id == new.id).values(**up, **now))
    connection.execute(update(clips).where(clips.c.id == old.id).values(state=WITHDRAWN))


def _clip_of(take: Take, sha: str | None = None) -> tuple[ColumnElement[bool], ...]:
    """The one row of a take's clip; with `sha`, of that sound instead."""
    return (
        clips.c.prompt == take.prompt,
        clips.c.language == take.language,
        clips.c.voice == take.voice,
        clips.c.script_fingerprint == take.script_fingerprint,
        clips.c.sha == (take.clip_sha if sha is None else sha),
    )


def _next_number(connection: Connection, prompt: str, language: str) -> int:
    """The number that puts a clip before all others of this prompt and language."""
    same_prompt = clips.c.prompt == prompt, clips.c.language == language
    return (connection.execute(select(func.max(clips.c.take)).where(*same_prompt)).scalar() or 0) + 1
