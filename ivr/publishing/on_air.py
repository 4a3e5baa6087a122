"""Putting a pack on air by somebody at a page: looked at as it would be now, then stored, played and noted together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from sqlalchemy import Engine

from audio.library import ClipLibrary
from flows.model import Pack
from ivr.audit.deeds import Deed
from ivr.audit.log import AuditLog
from ivr.people.person import Person
from ivr.people.roles import Right
from ivr.publishing.flash import can_ring_back
from ivr.publishing.gate import prepare
from ivr.publishing.lines import Line, put_on_air
from ivr.publishing.releases import Release, store_release


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
        release = self.prepared(pack)
        if any(line.flash for line in lines) and not can_ring_back(release):
            raise NoWordsToRingBack
        with self._database.begin() as connection:
            store_release(connection, release, datetime.fromtimestamp(now, UTC).date())
            for line in lines:
                put_on_air(connection, line.number, release.id)
            told = {"pack": pack.id, "lines": ", ".join(line.name for line in lines)}
            self._audit.append(
                connection, at=now, who=who, deed=Deed.PUT_ON_AIR, about=release.id, details=told
            )
        self._afterwards()
        return release
