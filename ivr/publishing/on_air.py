"""Putting a draft on air: the release, the lines and the row of the audit log together, or nothing at all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from sqlalchemy import Engine

from audio.library import ClipLibrary
from flows.model import Pack
from ivr.audit.deeds import Deed
from ivr.audit.log import AuditLog
from ivr.publishing.flash import can_ring_back, unable_to_ring_back
from ivr.publishing.gate import NotReadyForAir, prepare
from ivr.publishing.lines import Line, put_on_air
from ivr.publishing.releases import Release, store_release
from ivr.recording.gate_reasons import Kind, Reason


class OnAir:
    """Puts packs on air. `afterwards` makes what has to follow each time, such as the emergency screens."""

    def __init__(
        self,
        database: Engine,
        library: ClipLibrary,
        audit: AuditLog,
        demo_allowed: bool,
        afterwards: Callable[[], object],
    ) -> None:
        self._database = database
        self._library = library
        self._audit = audit
        self._demo_allowed = demo_allowed
        self._afterwards = afterwards

    def prepared(self, pack: Pack) -> Release:
        """The release of a pack as it would go on air now. Raises NotReadyForAir."""
        return prepare(pack, self._library, self._demo_allowed)

    def put(self, pack: Pack, lines: Sequence[Line], who: str, now: float) -> Release:
        """From their next call on, these lines play the pack. Raises NotReadyForAir; then nothing has changed."""
        release = self.prepared(pack)
        if any(line.flash for line in lines) and not can_ring_back(release):
            words = unable_to_ring_back(pack)
            raise NotReadyForAir([words], found=[Reason(Kind.MISTAKE, words=words)])
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
