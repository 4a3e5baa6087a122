"""Listening panels: people of the place ring in with a code, hear clips, and say by key whether they understood.

Of a listener nothing is kept but a random id that holds the answers of one turn on the phone together.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, Select, insert, select, update
from sqlalchemy.exc import IntegrityError

from audio.tables import takes
from audio.take_states import TakeState
from ivr.audit.deeds import Deed
from ivr.audit.log import AuditLog, who_did
from ivr.audit.words import typed_text
from ivr.people.failures import charge, take_back
from ivr.people.keys import PeopleKeys
from ivr.people.subjects import Subjects
from ivr.recording.comments import panel_closes_on
from ivr.recording.panel_results import (
    ClipAnswers,
    Panel,
    PanelClip,
    Results,
    Said,
    all_answers,
    counted,
    panel_of,
)
from ivr.recording.tables import panel_answers, panels
from ivr.store.engine import reading

CODE_DIGITS = 7
"""One more than the longest phone code of a helper: by its length alone the door tells the two apart."""
MOST_CLIPS = 30
"""Half an hour with a phone at the ear; a longer panel is two panels."""
LONGEST_TITLE = 80
LONGEST_DAYS = 366
MOST_TRIES = 20


class PanelUnusable(ValueError):
    """A panel can't be made. `why`: `no_title`, `title_too_long`, `no_clips`, `too_many_clips`, `days`."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(why)


class NoSuchPanel(LookupError):
    """There is no panel of this id."""


class WrongPanelCode(Exception):
    """No panel has this code."""


class NoCodeLeft(Exception):
    """Random codes were all taken, which can't be chance."""


class NewPanel(NamedTuple):
    """A panel that was just made. The code is shown this once and kept nowhere."""

    id: str
    code: str


class Panels:
    """The panels of one installation."""

    def __init__(
        self,
        database: Engine,
        keys: PeopleKeys,
        subjects: Subjects,
        audit: AuditLog,
        new_id: Callable[[], str],
    ) -> None:
        self._database = database
        self._keys = keys
        self._subjects = subjects
        self._audit = audit
        self._new_id = new_id

    def make(
        self,
        *,
        title: str,
        language: str,
        clips: Sequence[PanelClip],
        opens: date,
        closes: date,
        by: str,
        now: float,
    ) -> NewPanel:
        """A panel with a code of its own; a clip named twice is heard once. Leaves its row in the audit log. Raises
        PanelUnusable."""
        title = typed_text(title).strip()
        heard = list({clip.sha: PanelClip(*clip) for clip in clips}.values())
        _judge(title, heard, opens, closes)
        values = {
            "title": title,
            "language": language,
            "clips": json.dumps([list(clip) for clip in heard]),
            "opens_on": opens,
            "closes_on": closes,
            "made_by": by,
        }
        for _ in range(MOST_TRIES):
            made = NewPanel(self._new_id(), _new_code())
            try:
                self._store(made, values, by, now)
            except IntegrityError:
                # Another panel has this code.
                continue
            return made
        raise NoCodeLeft

    def panel(self, panel_id: str) -> Panel:
        """One panel. Raises NoSuchPanel."""
        found = self._one(select(panels).where(panels.c.id == panel_id))
        if found is None:
            raise NoSuchPanel(panel_id)
        return found

    def is_withdrawn(self, clip_sha: str) -> bool:
        """Whether whoever recorded a clip, or staff, took it back after the panel was made: nobody hears it again."""
        of_takes = select(takes.c.state).where(takes.c.clip_sha == clip_sha)
        with reading(self._database) as connection:
            states = set(connection.execute(of_takes).scalars())
        return bool(states) and states <= {TakeState.WITHDRAWN.value, TakeState.REFUSED.value}

    def all(self) -> list[Panel]:
        """Every panel, the one that closes last first."""
        query = select(panels).order_by(panels.c.closes_on.desc(), panels.c.title, panels.c.id)
        with reading(self._database) as connection:
            return [panel_of(row) for row in connection.execute(query)]

    def close(self, panel_id: str, today: date, by: str, now: float) -> date:
        """Nobody is let in any more from now on. What was said is kept ninety days from now. Returns the last day that
        it had, with which `reopen` undoes it. Raises NoSuchPanel."""
        with self._database.begin() as connection:
            panel = _held(connection, panel_id)
            _close_on(connection, panel_id, min(panel.closes_on, _day_before(today)))
            self._audit.append(connection, at=now, who=by, deed=Deed.PANEL_CLOSED, about=panel_id)
        return panel.closes_on

    def listened(self, comment_id: str, by: str, now: float) -> None:
        """Notes that somebody has listened to what a listener said. Once each: browsers ask for a sound in parts."""
        with self._database.begin() as connection:
            if by not in who_did(connection, comment_id, Deed.COMMENT_HEARD):
                self._audit.append(connection, at=now, who=by, deed=Deed.COMMENT_HEARD, about=comment_id)

    def reopen(self, panel_id: str, closes_on: date, today: date) -> bool:
        """Undoes that a panel was closed, on the same day: what was said is kept as long as before. False where it is
        too late, or it is open. Raises NoSuchPanel."""
        with self._database.begin() as connection:
            panel = _held(connection, panel_id)
            closed_today = panel.closes_on == _day_before(today) < closes_on
            if not closed_today or (closes_on - panel.opens_on).days > LONGEST_DAYS:
                return False
            _close_on(connection, panel_id, closes_on)
        return True

    def results(self, panel_id: str, today: date) -> Results:
        """What it has brought so far. Raises NoSuchPanel."""
        panel = self.panel(panel_id)
        with reading(self._database) as connection:
            rows = connection.execute(all_answers().where(panel_answers.c.panel_id == panel_id)).all()
            found = counted(connection, rows, today)
        clips = tuple(found.get(clip.sha, ClipAnswers(clip.prompt, clip.sha)) for clip in panel.clips)
        return Results(panel, len({row.listener for row in rows}), clips)

    def results_for(self, clip_sha: str, today: date) -> ClipAnswers | None:
        """How one clip was understood, in all panels that heard it; None when nobody has."""
        with reading(self._database) as connection:
            rows = connection.execute(all_answers().where(panel_answers.c.clip_sha == clip_sha)).all()
            return counted(connection, rows, today).get(clip_sha)

    def come_in(self, code: str, phone: str, now: float) -> Panel:
        """The panel of a code, whether or not it is open. `phone` is an opaque token of the phone that is being used,
        or empty. Raises WrongPanelCode, ShutFor."""
        charged = charge(self._database, self._subjects.of_panel(phone), now)
        found = self._one(select(panels).where(panels.c.code_mark == self._mark(code)))
        if found is None:
            raise WrongPanelCode
        with self._database.begin() as connection:
            take_back(connection, charged)
        return found

    def answered(self, panel: Panel, listener: str, clip: PanelClip, said: Said, today: date) -> str:
        """Keeps what a listener has keyed; the answer's id. Said again, the last word counts, and silence takes back
        nothing."""
        answer_id = self._answer_of(listener, clip.sha)
        if answer_id is None:
            try:
                return self._insert(panel, listener, clip, said, today)
            except IntegrityError:
                # The same webhook, sent twice at once.
                answer_id = self._answer_of(listener, clip.sha) or ""
        if said is not Said.NOTHING:
            with self._database.begin() as connection:
                this = panel_answers.c.id == answer_id
                connection.execute(update(panel_answers).where(this).values(answer=said.value))
        return answer_id

    def _insert(self, panel: Panel, listener: str, clip: PanelClip, said: Said, today: date) -> str:
        answer_id = self._new_id()
        values = {
            "id": answer_id,
            "panel_id": panel.id,
            "listener": listener,
            "prompt": clip.prompt,
            "clip_sha": clip.sha,
            "answer": said.value,
            "date": today.isoformat(),
        }
        with self._database.begin() as connection:
            connection.execute(insert(panel_answers).values(**values))
        return answer_id

    def _answer_of(self, listener: str, clip_sha: str) -> str | None:
        this = panel_answers.c.listener == listener, panel_answers.c.clip_sha == clip_sha
        with reading(self._database) as connection:
            found: str | None = connection.execute(select(panel_answers.c.id).where(*this)).scalar()
        return found

    def _store(self, made: NewPanel, values: dict[str, Any], by: str, now: float) -> None:
        with self._database.begin() as connection:
            mark = self._mark(made.code)
            connection.execute(insert(panels).values(id=made.id, code_mark=mark, **values))
            self._audit.append(
                connection,
                at=now,
                who=by,
                deed=Deed.PANEL_MADE,
                about=made.id,
                details={"title": values["title"]},
            )

    def _one(self, query: Select[Any]) -> Panel | None:
        with reading(self._database) as connection:
            row = connection.execute(query).first()
        return None if row is None else panel_of(row)

    def _mark(self, code: str) -> str:
        return self._keys.mark("panel", code)


def _held(connection: Connection, panel_id: str) -> Panel:
    """A panel that nobody else closes meanwhile. Raises NoSuchPanel."""
    row = connection.execute(select(panels).where(panels.c.id == panel_id).with_for_update()).first()
    if row is None:
        raise NoSuchPanel(panel_id)
    return panel_of(row)


def _close_on(connection: Connection, panel_id: str, closes_on: date) -> None:
    connection.execute(update(panels).where(panels.c.id == panel_id).values(closes_on=closes_on))
    panel_closes_on(connection, panel_id, closes_on)


def _day_before(today: date) -> date:
    """The last day is one on which listeners are let in: whatever was closed today had its last day yesterday."""
    return date.fromordinal(today.toordinal() - 1)


def is_panel_code(keys: str) -> bool:
    """Whether somebody at the door has keyed the code of a panel, and not that of a helper."""
    return len(keys) == CODE_DIGITS and keys.isascii() and keys.isdigit()


def _new_code() -> str:
    return "".join(str(secrets.randbelow(10)) for _ in range(CODE_DIGITS))


def _judge(title: str, clips: Sequence[PanelClip], opens: date, closes: date) -> None:
    if not title:
        raise PanelUnusable("no_title")
    if len(title) > LONGEST_TITLE:
        raise PanelUnusable("title_too_long")
    if not clips:
        raise PanelUnusable("no_clips")
    if len(clips) > MOST_CLIPS:
        raise PanelUnusable("too_many_clips")
    if not 0 <= (closes - opens).days <= LONGEST_DAYS:
        raise PanelUnusable("days")
