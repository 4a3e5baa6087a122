"""Putting a pack on air by somebody at a page: looked at as it would be now, then stored, played and noted together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, select

from audio.library import ClipLibrary
from audio.tables import clips
from flows.model import Pack
from ivr.audit.deeds import Deed
from ivr.audit.log import AuditLog
from ivr.people.person import Person
from ivr.people.roles import Right
from ivr.publishing.flash import can_ring_back
from ivr.publishing.gate import NotReadyForAir, prepare
from ivr.publishing.lines import Line, put_on_air
from ivr.publishing.releases import Release, store_release

MOST_LOOKS = 3


class NotYoursToPublish(Exception):
    """This person's roles don't let them put anything on air."""


class NoWordsToRingBack(Exception):
    """A line that rings missed calls back can't play this pack: it lacks the words that name nobody."""


class OnAir:
    """Publishing for pages. `demo_allowed`: whether the demo voice may be on air; `afterwards` is run when lines play
    something else, for what is made of it outside of the database."""

    def __init__(
        self,
        database: Engine,
        library: ClipLibrary,
        audit: AuditLog,
        person: Callable[[str], Person],
        afterwards: Callable[[], object],
        demo_allowed: bool,
    ) -> None:
        self._database = database
        self._library = library
        self._audit = audit
        self._person = person
        self._afterwards = afterwards
        self.demo_allowed = demo_allowed

    def prepared(self, pack: Pack) -> Release:
        """The release of a pack as it would go on air now. Raises NotReadyForAir."""
        return prepare(pack, self._library, self.demo_allowed)

    def put(self, pack: Pack, lines: Sequence[Line], who: str, now: float) -> Release:
        """From the next call on these lines play the pack; calls under way keep what they began with. Raises
        NotYoursToPublish, NotReadyForAir, NoWordsToRingBack."""
        if not self._person(who).may(Right.RECORD_AND_PUBLISH):
            raise NotYoursToPublish
        for _ in range(MOST_LOOKS):
            release = self.prepared(pack)
            if any(line.flash for line in lines) and not can_ring_back(release):
                raise NoWordsToRingBack
            if self._put(release, lines, who, now):
                self._afterwards()
                return release
        raise NotReadyForAir(
            ["Recordings are being changed at this very moment. Put it on air once that is done."]
        )

    def _put(self, release: Release, lines: Sequence[Line], who: str, now: float) -> bool:
        """False where a recording was taken back since it was looked at: nothing is on air then."""
        with self._database.begin() as connection:
            if not _can_still_be_heard(connection, release):
                return False
            store_release(connection, release, datetime.fromtimestamp(now, UTC).date())
            for line in lines:
                put_on_air(connection, line.number, release.id)
            told = {"pack": release.pack.id, "lines": ", ".join(line.name for line in lines)}
            self._audit.append(
                connection, at=now, who=who, deed=Deed.PUT_ON_AIR, about=release.id, details=told
            )
        return True


def _can_still_be_heard(connection: Connection, release: Release) -> bool:
    """Whether all of its clips are still what may be heard. Until the transaction ends nobody takes one back."""
    up = select(clips.c.prompt, clips.c.language, clips.c.sha).where(clips.c.state.in_(("approved", "demo")))
    there = {tuple(row) for row in connection.execute(up.with_for_update(read=True))}
    return all((*key, clip.sha) in there for key, clip in release.clips.items())
