"""Gathers what the doctor judges inside the house. Nothing here changes anything, and nothing raises."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit, urlunsplit

from redis import Redis
from redis.exceptions import RedisError
from rq import Worker
from sqlalchemy import Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from audio.stores import StoreOutOfReach
from flows.house import needed_by_house
from ivr.operations.checks.house import DatabaseFacts, LineFacts, QueueFacts
from ivr.operations.checks.machine import FolderFacts, SettingsFacts
from ivr.operations.checks.scrubbing import Look, ScrubbingFacts
from ivr.people.reachable import anybody_can_be_rung
from ivr.publishing.demo_voice import demo_clips
from ivr.publishing.gate import warnings_about, with_its_place
from ivr.publishing.lines import Line, all_lines
from ivr.publishing.promises import promises_calls
from ivr.publishing.releases import Release, ReleaseDamaged, ReleaseUnknown
from ivr.scrubbing.status import in_words, status
from ivr.settings import Settings
from ivr.settings_problems import problems_of
from ivr.store.engine import reading
from ivr.store.migrate import is_up_to_date

PATIENCE_SECONDS = 3.0


class ReleaseShelf(Protocol):
    """Where releases are."""

    def get(self, release_id: str) -> Release:
        """The release; raises ReleaseUnknown and ReleaseDamaged."""


class ClipShelf(Protocol):
    """Where clips are."""

    def there(self, shas: Collection[str]) -> set[str]:
        """Those of many that are there. Raises StoreOutOfReach."""


def settings_facts(settings: Settings) -> SettingsFacts:
    """What is wrong with the settings, and which secrets are set."""
    secrets = {
        "secret key": bool(settings.secret_key.get_secret_value()),
        "Twilio account": bool(settings.twilio_account_sid),
        "Twilio token": bool(settings.twilio_auth_token.get_secret_value()),
        "simulator": settings.simulator,
    }
    return SettingsFacts(problems_of(settings), secrets)


def folder_facts(folder: Path) -> FolderFacts:
    """Whether the data folder is there, whose it is, and how much room it has."""
    shown = str(folder.absolute())
    try:
        mode = folder.stat().st_mode & 0o777
        free = shutil.disk_usage(folder).free
    except OSError:
        return FolderFacts(shown, exists=False, writable=False, mode=0, free_bytes=None)
    return FolderFacts(shown, True, os.access(folder, os.W_OK | os.X_OK), mode, free)


def is_made(database_url: str) -> bool:
    """Whether there is something to open: opening a SQLite file that isn't there would make it."""
    address = make_url(database_url)
    return address.get_backend_name() != "sqlite" or Path(address.database or "").is_file()


def database_facts(url: str, engine: Engine) -> DatabaseFacts:
    """Whether the database answers and is up to date."""
    shown = without_password(url)
    try:
        return DatabaseFacts(shown, up_to_date=is_up_to_date(engine))
    except (SQLAlchemyError, OSError) as error:
        # The driver's own words may hold the password.
        return DatabaseFacts(shown, type(error).__name__)


def queue_facts(url: str) -> QueueFacts:
    """Whether the queue server answers, and how many workers it has heard of lately."""
    shown = without_password(url)
    try:
        with Redis.from_url(
            url, socket_connect_timeout=PATIENCE_SECONDS, socket_timeout=PATIENCE_SECONDS
        ) as client:
            return QueueFacts(shown, workers=Worker.count(connection=client))
    except (RedisError, OSError, ValueError) as error:
        return QueueFacts(shown, type(error).__name__)


def line_facts(
    engine: Engine, releases: ReleaseShelf, clips: ClipShelf, demo_allowed: bool
) -> list[LineFacts] | None:
    """Every line and what it plays; None where the database can't say."""
    try:
        with reading(engine) as connection:
            kept = anybody_can_be_rung(connection)
            found = [_of_line(line, releases, clips, kept) for line in all_lines(connection)]
            return found if demo_allowed else [_by_whom(one, connection, releases) for one in found]
    except SQLAlchemyError:
        return None


def _by_whom(facts: LineFacts, connection: Connection, releases: ReleaseShelf) -> LineFacts:
    if not facts.release or not facts.release_stored or not facts.release_readable:
        return facts
    return replace(facts, demo_clips=demo_clips(connection, releases.get(facts.release)))


def _of_line(line: Line, releases: ReleaseShelf, clips: ClipShelf, promises_kept: bool) -> LineFacts:
    who = (line.number, line.name, line.provider, line.emergency_number)
    if line.release_id is None:
        return LineFacts(*who)
    try:
        release = releases.get(line.release_id)
    except ReleaseUnknown:
        return LineFacts(*who, release=line.release_id, release_stored=False)
    except ReleaseDamaged:
        return LineFacts(*who, release=line.release_id, release_readable=False)
    try:
        there = clips.there({clip.sha for clip in release.clips.values()})
    except StoreOutOfReach:
        return LineFacts(*who, release=release.id, clips=len(release.clips), clips_in_reach=False)
    missing = [
        f"{prompt} ({language})"
        for (prompt, language), clip in release.clips.items()
        if clip.sha not in there
    ]
    return LineFacts(
        *who,
        release=release.id,
        clips=len(release.clips),
        missing_clips=sorted(missing),
        could_be_better=[(with_its_place(found), found.hint) for found in warnings_about(release)],
        promises_calls=promises_calls(release.pack) and not promises_kept,
        unsaid=_unsaid(release),
    )


def _unsaid(release: Release) -> list[str]:
    """What the line itself has to say by now and this release, which was made before, can't."""
    return [
        f"{prompt} ({language})"
        for prompt in needed_by_house(release.pack)
        for language in release.pack.languages
        if (prompt, language) not in release.clips
    ]


def scrubbing_facts(engine: Engine, now: float) -> ScrubbingFacts | None:
    """What waits to be deleted at the provider; None where the database can't say."""
    try:
        with reading(engine) as connection:
            found = status(connection, now)
    except SQLAlchemyError:
        return None
    looks = [
        Look(
            look.provider,
            date.fromisoformat(look.date),
            look.left_calls,
            look.left_recordings,
            _why(look.trouble),
        )
        for look in found.reconciled
    ]
    troubles = {in_words(trouble): count for trouble, count in found.troubles.items()}
    today = datetime.fromtimestamp(now, UTC).date()
    return ScrubbingFacts(today, found.waiting, found.overdue, troubles, looks)


def _why(trouble: str) -> str:
    return in_words(trouble) if trouble else ""


def without_password(url: str) -> str:
    """An address as it may be shown."""
    try:
        return make_url(url).render_as_string(hide_password=True)
    except ArgumentError:
        parts = urlsplit(url)
        return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], query=""))


def numbers_of(lines: Sequence[LineFacts], provider: str) -> list[str]:
    """The numbers of the lines that a provider serves."""
    return [line.number for line in lines if line.provider == provider]
