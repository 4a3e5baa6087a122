"""Takes in the database: each change is one conditional UPDATE on the version, so that two people or two workers
never undo each other. A take's original is in its store before its row is, and its clip before the row names it:
whatever is killed in between leaves at most a file that nobody names.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from audio.originals import Originals
from audio.reads import reading
from audio.sent import check_size, checked_id, empty_row, same, sha_of, tidy_name
from audio.shelf import lock
from audio.tables import takes
from audio.take_rows import Source, Take, take_of
from audio.take_states import Happening, TakeState, after

WORKERS_LOST = "workers_lost"
"""The refusal of a take that has stopped every worker that took it up."""


class TakeUnknown(LookupError):
    """There is no such take. Permanent."""


class TakeChanged(Exception):
    """Somebody else has changed this take a moment ago. Look at it again."""


class Takes:
    """The takes of one installation. `hurry` is told the id of each take that a worker should look at, after the
    commit; it may do nothing, because a sweep finds them too."""

    def __init__(
        self, database: Engine, originals: Originals, hurry: Callable[[str], object] = lambda _take_id: None
    ) -> None:
        self.database = database
        self.originals = originals
        self._hurry = hurry

    def receive(
        self,
        *,
        upload_id: str,
        content: bytes | Path,
        prompt: str,
        language: str,
        voice: str,
        fingerprint: str,
        source: Source,
        file_name: str,
        by: str,
        today: date,
        now: float,
    ) -> Take:
        """Keeps what somebody sent; sent twice under one `upload_id`, it is one take. With `prompt` "" it waits to be
        matched. Raises TooLarge, UploadIdUnusable, UploadIdTaken, OtherSound."""
        check_size(content)
        known = self._sent_before(upload_id)
        if known is None or known.state is TakeState.AT_PROVIDER:
            sha = self._keep(content)
        else:
            return same(known, by, prompt, language, sha_of(content))
        take = self._insert(
            upload_id=upload_id,
            prompt=prompt,
            language=language,
            voice=voice,
            script_fingerprint=fingerprint if prompt else "",
            state=TakeState.RECEIVED if prompt else TakeState.MATCHING,
            source=source,
            file_name=tidy_name(file_name),
            original_sha=sha,
            by=by,
            today=today,
            now=now,
        )
        self._make_sure(sha, content)
        if take.state is TakeState.RECEIVED:
            self._hurry(take.id)
        return take

    def expect(
        self,
        *,
        upload_id: str,
        prompt: str,
        language: str,
        voice: str,
        fingerprint: str,
        by: str,
        today: date,
        now: float,
    ) -> Take:
        """Notes a take that was made by phone and still lies at the provider. Raises as `receive` does."""
        known = self._sent_before(upload_id)
        if known is not None:
            return same(known, by, prompt, language)
        return self._insert(
            upload_id=upload_id,
            prompt=prompt,
            language=language,
            voice=voice,
            script_fingerprint=fingerprint,
            state=TakeState.AT_PROVIDER,
            source="phone",
            file_name="",
            original_sha="",
            by=by,
            today=today,
            now=now,
        )

    def fetched(self, take_id: str, content: bytes | Path, now: float) -> Take:
        """The sound of a take that was expected is here. Raises TooLarge, TakeUnknown, NotNow, TakeChanged."""
        check_size(content)
        # What was taken back while it lay at the provider isn't kept here even for a moment.
        after(self.take(take_id).state, Happening.FETCHED)
        sha = self._keep(content)
        take = self._move(take_id, Happening.FETCHED, now, original_sha=sha)
        self._make_sure(sha, content)
        self._hurry(take_id)
        return take

    def match(
        self,
        take_id: str,
        prompt: str,
        voice: str,
        fingerprint: str,
        now: float,
        language: str | None = None,
    ) -> Take:
        """Says which script a file is of. Raises TakeUnknown, NotNow, TakeChanged."""
        with self.database.begin() as connection:
            take = self.read(connection, take_id)
            spoken = language if language is not None else take.language
            lock(connection, prompt, spoken)
            matched = {
                "prompt": prompt,
                "language": spoken,
                "voice": voice,
                "script_fingerprint": fingerprint,
                "take": _next_number(connection, prompt, spoken),
            }
            take = self.change(connection, take, Happening.MATCHED, touched_at=now, **matched)
        self._hurry(take_id)
        return take

    def take(self, take_id: str) -> Take:
        """One take. Raises TakeUnknown."""
        with reading(self.database) as connection:
            return self.read(connection, take_id)

    def takes_of(self, prompt: str, language: str) -> list[Take]:
        """Every take of a prompt in a language, the newest first."""
        wanted = select(takes).where(takes.c.prompt == prompt, takes.c.language == language)
        return self._all(wanted.order_by(takes.c.take.desc(), takes.c.id))

    def in_states(self, *states: TakeState, language: str | None = None, most: int = 500) -> list[Take]:
        """Takes in these states, whoever waits longest first."""
        wanted = select(takes).where(takes.c.state.in_([state.value for state in states]))
        if language is not None:
            wanted = wanted.where(takes.c.language == language)
        return self._all(wanted.order_by(takes.c.touched_at, takes.c.id).limit(most))

    def has_sent(self, person_id: str, original_sha: str) -> bool:
        """Whether this very recording has come from this person, for whichever take."""
        wanted = select(takes.c.id).where(
            takes.c.original_sha == original_sha, takes.c.recorded_by == person_id
        )
        with reading(self.database) as connection:
            return connection.execute(wanted.limit(1)).first() is not None

    def refuse(self, take_id: str, code: str, now: float) -> Take:
        """It can't be used, for the reason that `code` names. Raises TakeUnknown, NotNow, TakeChanged."""
        return self._move(take_id, Happening.UNUSABLE, now, refusal=code)

    def change(self, connection: Connection, take: Take, happening: Happening, /, **values: Any) -> Take:
        """Moves a take on, if nobody else has meanwhile. Raises NotNow, TakeChanged."""
        return self.put_into(connection, take, after(take.state, happening, take.tries), **values)

    def put_into(self, connection: Connection, take: Take, state: TakeState, /, **values: Any) -> Take:
        """Puts a take into a state, wherever it was. Raises TakeChanged."""
        done = connection.execute(
            update(takes)
            .where(takes.c.id == take.id, takes.c.version == take.version)
            .values(state=state.value, version=take.version + 1, **values)
        )
        if done.rowcount != 1:
            raise TakeChanged(take.id)
        return self.read(connection, take.id)

    def _move(self, take_id: str, happening: Happening, now: float, **values: Any) -> Take:
        with self.database.begin() as connection:
            take = self.read(connection, take_id)
            return self.change(connection, take, happening, touched_at=now, **values)

    def read(self, connection: Connection, take_id: str) -> Take:
        """One take, in the transaction of whoever asks. Raises TakeUnknown."""
        row = connection.execute(select(takes).where(takes.c.id == take_id)).first()
        if row is None:
            raise TakeUnknown(take_id)
        return take_of(row)

    def _all(self, wanted: Any) -> list[Take]:
        with reading(self.database) as connection:
            return [take_of(row) for row in connection.execute(wanted)]

    def look_at(self, take_id: str) -> None:
        """A worker should look at this take soon. To be asked after the commit."""
        self._hurry(take_id)

    def _keep(self, content: bytes | Path) -> str:
        return self.originals.put(content) if isinstance(content, bytes) else self.originals.put_file(content)

    def _make_sure(self, sha: str, content: bytes | Path) -> None:
        """Keeps it once more, if it was cleared away after two days of lying there without a row, in the moment before
        this row came (audio/erasing.py)."""
        if not self.originals.has(sha):
            self._keep(content)

    def _sent_before(self, upload_id: str) -> Take | None:
        wanted = select(takes).where(takes.c.upload_id == checked_id(upload_id))
        with reading(self.database) as connection:
            row = connection.execute(wanted).first()
        return take_of(row) if row is not None else None

    def _insert(self, *, by: str, today: date, now: float, **values: Any) -> Take:
        row = empty_row() | values | {"recorded_by": by, "recorded_on": today, "touched_at": now}
        row["state"] = values["state"].value
        try:
            with self.database.begin() as connection:
                if row["prompt"]:
                    lock(connection, row["prompt"], row["language"])
                    row["take"] = _next_number(connection, row["prompt"], row["language"])
                connection.execute(insert(takes).values(**row))
        except IntegrityError:
            known = self._sent_before(row["upload_id"])
            if known is None:
                raise
            return same(known, by, row["prompt"], row["language"], row["original_sha"])
        return self.take(row["id"])


def _next_number(connection: Connection, prompt: str, language: str) -> int:
    same = takes.c.prompt == prompt, takes.c.language == language
    return (connection.execute(select(func.max(takes.c.take)).where(*same)).scalar() or 0) + 1
