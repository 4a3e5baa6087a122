"""Where clips and recordings are kept, as the settings say: in folders or in buckets, and never both in one place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from audio.bucket import BucketStore
from audio.media import MediaStore
from audio.originals import OriginalsStore
from ivr.recording_wiring import media_of, originals_of
from ivr.settings_problems import problems_of
from tests.audio.s3_server import KEY_ID, REGION, SECRET, Shop
from tests.hotline import settings_for


def problems(tmp_path: Path, **changes: Any) -> list[str]:
    return [problem for problem in problems_of(settings_for(tmp_path, **changes)) if "KEYS" not in problem]


def test_without_a_word_they_are_in_the_data_folder(tmp_path: Path) -> None:
    """A small hotline sets nothing, and has its clips and its recordings in two folders beside the database."""
    settings = settings_for(tmp_path)
    media, originals = media_of(settings), originals_of(settings)
    assert isinstance(media, MediaStore)
    assert isinstance(originals, OriginalsStore)
    assert (media.root, originals.root) == (tmp_path / "media", tmp_path / "originals")
    assert settings.media_place == str(tmp_path / "media")


def test_buckets_are_used_as_the_settings_say(tmp_path: Path, shop: Shop) -> None:
    """With an address, a region and a key, sounds go where they are meant to, under a prefix of their own."""
    settings = settings_for(
        tmp_path,
        media=f"s3://{shop.bucket}/clips",
        originals=f"s3://{shop.bucket}/originals",
        bucket_endpoint=shop.url,
        bucket_region=REGION,
        bucket_key_id=KEY_ID,
        bucket_secret=SECRET,
    )
    assert problems(tmp_path, media=settings.media, originals=settings.originals) == []
    assert isinstance(media_of(settings), BucketStore)
    clip, recording = media_of(settings).put(b"clip"), originals_of(settings).put(b"recording")
    assert shop.objects() == [
        f"clips/{clip[:2]}/{clip[2:4]}/{clip}.wav",
        f"originals/{recording[:2]}/{recording[2:4]}/{recording}",
    ]
    assert settings.media_place == f"s3://{shop.bucket}/clips"
    assert SECRET not in repr(settings)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"media": "gs://sounds"}, "WARMLINE_MEDIA must be a folder"),
        ({"originals": "s3://S"}, "WARMLINE_ORIGINALS must be a folder"),
        ({"media": "s3://sounds/x", "originals": "s3://sounds/x"}, "are the same place"),
        ({"bucket_endpoint": "storage"}, "WARMLINE_BUCKET_ENDPOINT must look like"),
        ({"bucket_endpoint": "http://storage.example.org"}, "must start with https://"),
        ({"bucket_key_id": "one"}, "belong together"),
    ],
)
def test_a_mistake_is_said_before_anything_is_kept(
    tmp_path: Path, changes: dict[str, str], said: str
) -> None:
    """Sounds in the wrong place, or sent openly, are prevented when Warmline starts, with what to put right."""
    (found,) = problems(tmp_path, **changes)
    assert said in found
