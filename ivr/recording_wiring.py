"""Chooses the concrete classes of the recording room. A part of `wiring.py`, which alone asks for it."""

from __future__ import annotations

from sqlalchemy import Engine

from audio.library import ClipLibrary
from audio.media import CLIP_SUFFIX, Media, MediaStore
from audio.originals import Originals, OriginalsStore
from audio.stores import Store
from audio.take_work import TakeWork
from audio.takes import Takes
from ivr.audit.log import AuditLog
from ivr.callbacks.hurry import Jobs
from ivr.people.keys import PeopleKeys
from ivr.people.parts import PeopleParts
from ivr.people.subjects import Subjects
from ivr.recording.comments import SpokenComments
from ivr.recording.drafts import Drafts
from ivr.recording.panels import Panels
from ivr.recording.parts import RecordingParts
from ivr.recording.reviewing import Reviewing
from ivr.recording.shelves import Shelves
from ivr.recording.spoken import SpokenRows
from ivr.recording.voices import Voices
from ivr.settings import Settings
from ivr.settings_problems import is_bucket
from ivr.store.ids import new_id
from ivr.store.queue import DEFAULT_QUEUE
from ivr.vault.vault import Vault
from ivr.vault.voices import SealedVoices


def recording_of(
    settings: Settings, database: Engine, people: PeopleParts, audit: AuditLog, vault: Vault, jobs: Jobs
) -> RecordingParts:
    """The recording room of this installation. Reaches nothing yet."""
    media, originals = media_of(settings), originals_of(settings)
    takes = Takes(database, originals, lambda take_id: jobs.ask("make_clip", take_id, queue=DEFAULT_QUEUE))
    library = ClipLibrary(database, media)
    drafts, voices = Drafts(database), Voices(database)
    spoken = SpokenRows(database)
    keys = PeopleKeys(settings.secret_key.get_secret_value().encode())
    return RecordingParts(
        takes=takes,
        work=TakeWork(takes),
        originals=originals,
        media=media,
        library=library,
        drafts=drafts,
        shelves=Shelves(database, library),
        voices=voices,
        reviewing=Reviewing(database, takes, drafts, voices, audit, people.notices, people.accounts.person),
        spoken=spoken,
        panels=Panels(database, keys, Subjects(keys), audit, new_id),
        comments=SpokenComments(database, spoken, SealedVoices(vault.key_store, vault.master)),
    )


def media_of(settings: Settings) -> Media:
    """Where the clips are."""
    if is_bucket(settings.media):
        return _bucket(settings, settings.media, CLIP_SUFFIX)
    return MediaStore(settings.media_folder)


def originals_of(settings: Settings) -> Originals:
    """Where the recordings are as they came in."""
    if is_bucket(settings.originals):
        return _bucket(settings, settings.originals, "")
    return OriginalsStore(settings.originals_folder)


def _bucket(settings: Settings, address: str, suffix: str) -> Store:
    # Imported here, because where sounds lie in folders, what speaks to buckets is never needed.
    from audio.bucket import Bucket, BucketStore

    secret = settings.bucket_secret.get_secret_value()
    bucket = Bucket(address, settings.bucket_endpoint, settings.bucket_region, settings.bucket_key_id, secret)
    return BucketStore(bucket, suffix)
