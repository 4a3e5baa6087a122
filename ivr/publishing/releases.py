"""Releases: a published pack with its clips, immutable and named by the hash of its content.

Lines point at a release. Calls keep the one they began with, so publishing never changes a call under way.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import structlog
from sqlalchemy import Connection, Engine, insert, select

from flows.documents import pack_from_document, pack_to_document
from flows.model import Pack
from ivr.store.engine import reading
from ivr.store.tables import releases

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class ReleasedClip:
    """A clip on air: its content's hash and its length."""

    sha: str
    seconds: float


Clips = Mapping[tuple[str, str], ReleasedClip]
"""By (prompt, language)."""


@dataclass(frozen=True, slots=True)
class Release:
    """What a call plays."""

    id: str
    pack: Pack
    clips: Clips


@dataclass(frozen=True, slots=True)
class Published:
    """What staff are told of a release: the pack's name, and the day on which it was first published."""

    pack: str
    on: date


class ReleaseUnknown(LookupError):
    """A line or a call names a release that isn't stored. Permanent: the database is damaged or restored in part."""


class ReleaseDamaged(ValueError):
    """What is stored of a release can't be read. Permanent: the pack has to be published again."""


def make_release(pack: Pack, clips: Clips) -> Release:
    """Names a release by its content: the same pack and clips always give the same id."""
    content = json.dumps([pack_to_document(pack), _clips_document(clips)], sort_keys=True, ensure_ascii=False)
    return Release(hashlib.sha256(content.encode()).hexdigest()[:16], pack, clips)


def store_release(connection: Connection, release: Release, today: date) -> None:
    """Stores it, unless the very same is there already."""
    known = connection.execute(select(releases.c.id).where(releases.c.id == release.id)).first()
    if known is None:
        connection.execute(
            insert(releases).values(
                id=release.id,
                pack=release.pack.id,
                document=json.dumps(pack_to_document(release.pack), ensure_ascii=False),
                clips=json.dumps(_clips_document(release.clips)),
                published_on=today.isoformat(),
            )
        )


def all_published(connection: Connection) -> dict[str, Published]:
    """Every stored release, by its id."""
    rows = connection.execute(select(releases.c.id, releases.c.pack, releases.c.published_on))
    return {row.id: Published(row.pack, date.fromisoformat(row.published_on)) for row in rows}


class Releases:
    """Stored releases, each compiled once in this process. They never change, so nothing here can be out of date."""

    def __init__(self, database: Engine) -> None:
        self._database = database
        self._compiled: dict[str, Release] = {}

    def get(self, release_id: str) -> Release:
        """The release; raises ReleaseUnknown and ReleaseDamaged."""
        found = self._compiled.get(release_id)
        if found is None:
            found = self._compiled[release_id] = self._read(release_id)
        return found

    def readable(self, release_id: str | None) -> Release | None:
        """The release, where there is one that can be read. What stands on pages must not fall with one line's: it is
        on a page that the pack is put on air again."""
        try:
            return self.get(release_id) if release_id is not None else None
        except (ReleaseUnknown, ReleaseDamaged) as error:
            log.error("release_unreadable", release=release_id, error=type(error).__name__)
            return None

    def _read(self, release_id: str) -> Release:
        with reading(self._database) as connection:
            row = connection.execute(
                select(releases.c.document, releases.c.clips).where(releases.c.id == release_id)
            ).first()
        if row is None:
            raise ReleaseUnknown(release_id)
        try:
            clips = _clips_of(json.loads(row.clips))
            return Release(release_id, pack_from_document(json.loads(row.document)), clips)
        except (ValueError, TypeError, AttributeError) as error:
            raise ReleaseDamaged(release_id) from error


def _clips_of(document: Mapping[str, Mapping[str, tuple[str, float]]]) -> Clips:
    return {
        (prompt, language): ReleasedClip(sha, seconds)
        for language, prompts in document.items()
        for prompt, (sha, seconds) in prompts.items()
    }


def _clips_document(clips: Clips) -> dict[str, dict[str, list[str | float]]]:
    document: dict[str, dict[str, list[str | float]]] = {}
    for (prompt, language), clip in sorted(clips.items()):
        document.setdefault(language, {})[prompt] = [clip.sha, clip.seconds]
    return document
