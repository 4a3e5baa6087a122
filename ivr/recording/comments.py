"""What listeners of a panel have said, sealed: signed-in staff can listen to it until ninety days after the panel."""

from __future__ import annotations

from calendar import timegm
from datetime import date, timedelta

import structlog
from sqlalchemy import ColumnElement, Connection, Engine, and_, delete, func, select, update

from ivr.recording.spoken import FETCHED, KEPT, Spoken, SpokenRows
from ivr.recording.tables import panel_answers, panels, spoken
from ivr.store.engine import reading, wipe_deleted
from ivr.vault.voices import SealedVoices, VoiceShredded

KEPT_DAYS = 90
"""After the panel's last day, a comment's key is destroyed."""
LATER_THAN_DAYS = 2
"""The key store knows a key's last day too, and sweeps it some time after that."""
MOST_AT_ONCE = 200

log = structlog.get_logger()


class NoSuchComment(LookupError):
    """There is no such comment, not yet, or not any more."""


class SpokenComments:
    """The spoken comments of one installation."""

    def __init__(self, database: Engine, rows: SpokenRows, voices: SealedVoices) -> None:
        self._database = database
        self._rows = rows
        self._voices = voices

    def listen(self, comment_id: str, today: date) -> bytes:
        """A comment as a WAV file. Who may is for the page to say. Raises NoSuchComment, also when its time is over and
        no worker has come to destroy it; VaultOutOfReach, CiphertextDamaged."""
        with reading(self._database) as connection:
            query = select(spoken.c.sealed).where(spoken.c.id == comment_id, _can_be_heard(today))
            sealed = connection.execute(query).scalar()
        if sealed is None:
            raise NoSuchComment(comment_id)
        try:
            return self._voices.open(comment_id, bytes(sealed))
        except VoiceShredded:
            raise NoSuchComment(comment_id) from None

    def keep(self, held: Spoken, sound: bytes, now: float) -> bool:
        """Seals what was fetched; False when another worker has it. Raises VaultOutOfReach, NoSuchComment when its
        panel is gone."""
        shred_on = self._shred_on(held.of)
        sealed = self._voices.seal(held.id, sound, _end_of(shred_on + timedelta(days=LATER_THAN_DAYS)))
        kept = self._rows.is_fetched(held, now, sealed, shred_on)
        if kept and (earlier := self._shred_on(held.of)) < shred_on:
            # The panel was closed while this was being sealed, when there was nothing yet to be destroyed earlier.
            with self._database.begin() as connection:
                connection.execute(update(spoken).where(spoken.c.id == held.id).values(shred_on=earlier))
        return kept

    def shred_due(self, today: date) -> int:
        """Destroys what was kept long enough, key first; how many comments. Raises VaultOutOfReach."""
        done = 0
        while True:
            with reading(self._database) as connection:
                due = select(spoken.c.id).where(spoken.c.shred_on <= today).limit(MOST_AT_ONCE)
                found = list(connection.execute(due).scalars())
            self._voices.shred(found)
            with self._database.begin() as connection:
                connection.execute(delete(spoken).where(spoken.c.id.in_(found)))
            done += len(found)
            if len(found) < MOST_AT_ONCE:
                break
        if done:
            wipe_deleted(self._database)
            log.info("comments_shredded", count=done)
        return done

    def _shred_on(self, answer_id: str) -> date:
        query = (
            select(panels.c.closes_on)
            .join(panel_answers, panel_answers.c.panel_id == panels.c.id)
            .where(panel_answers.c.id == answer_id)
        )
        with reading(self._database) as connection:
            closes_on = connection.execute(query).scalar()
        if closes_on is None:
            raise NoSuchComment(answer_id)
        return day_of_shredding(closes_on)


def day_of_shredding(closes_on: date) -> date:
    """When what was said in a panel is destroyed."""
    return closes_on + timedelta(days=KEPT_DAYS)


def panel_closes_on(connection: Connection, panel_id: str, closes_on: date) -> None:
    """What was said in a panel is destroyed as long after its last day as ever. A key goes by itself as long after the
    day on which the panel was to close when it was made, and none is kept for longer than that."""
    answers = select(panel_answers.c.id).where(panel_answers.c.panel_id == panel_id)
    said = spoken.c.kind == "comment", spoken.c.of.in_(answers), spoken.c.sealed.is_not(None)
    connection.execute(update(spoken).where(*said).values(shred_on=day_of_shredding(closes_on)))


def comments_of(
    connection: Connection, answer_ids: list[str], today: date
) -> dict[str, list[tuple[str, float]]]:
    """The comments that can be listened to, as (id, seconds), by answer."""
    query = select(spoken.c.of, spoken.c.id, spoken.c.seconds).where(
        spoken.c.of.in_(answer_ids), _can_be_heard(today)
    )
    found: dict[str, list[tuple[str, float]]] = {}
    for row in connection.execute(query.order_by(spoken.c.id)):
        found.setdefault(row.of, []).append((row.id, row.seconds))
    return found


def overdue(connection: Connection, today: date) -> int:
    """How many comments should have been destroyed before today, and are still there, though nobody can hear them."""
    late = select(func.count()).select_from(spoken).where(spoken.c.shred_on < today)
    return int(connection.execute(late).scalar_one())


def _can_be_heard(today: date) -> ColumnElement[bool]:
    return and_(
        spoken.c.sealed.is_not(None),
        spoken.c.state.in_((FETCHED, KEPT)),
        spoken.c.kind == "comment",
        spoken.c.shred_on > today,
    )


def _end_of(day: date) -> float:
    return float(timegm((day + timedelta(days=1)).timetuple()))
