"""Clips and recordings in a bucket, over the real protocol."""

from __future__ import annotations

import hashlib
import pickle
import time
from collections.abc import Iterator

import pytest

from audio.bucket import Bucket, BucketStore, NotABucket, parts_of
from audio.stores import NotAHash, NotKept, StoreOutOfReach
from tests.audio.s3_server import BUCKET, KEY_ID, REGION, SECRET, Shop, s3_shop

SOUND = b"RIFF pretend this is a clip" * 50
SHA = hashlib.sha256(SOUND).hexdigest()


@pytest.fixture
def shop() -> Iterator[Shop]:
    with s3_shop() as opened:
        yield opened


def bucket_at(shop: Shop, secret: str = SECRET, prefix: str = "/clips") -> BucketStore:
    return BucketStore(Bucket(f"s3://{BUCKET}{prefix}", shop.url, REGION, KEY_ID, secret), ".wav")


def test_a_clip_in_a_bucket_is_the_one_that_was_put(shop: Shop) -> None:
    """What was put comes back under its SHA-256, whole or in part, and lies where it would lie in a folder."""
    store = bucket_at(shop)
    assert not store.has(SHA)
    assert store.put(SOUND) == SHA
    assert list(shop.objects) == [f"clips/{SHA[:2]}/{SHA[2:4]}/{SHA}.wav"]
    assert store.has(SHA)
    assert store.read(SHA) == SOUND
    assert store.read_part(SHA, 5, 7) == SOUND[5:12]
    assert store.read_part(SHA, 5, 0) == b""
    assert bucket_at(shop).size(SHA) == len(SOUND)
    assert shop.refused == []


def test_the_same_clip_twice_is_sent_once(shop: Shop) -> None:
    """Whoever imports a folder again over a slow line doesn't send it all again."""
    store = bucket_at(shop)
    store.put(SOUND)
    store.put(SOUND)
    assert [method for method, _ in shop.asked].count("PUT") == 1


def test_a_library_of_many_clips_is_listed_whole(shop: Shop) -> None:
    """A list that comes in pieces is read to its end, and what isn't a clip is left out of it."""
    store = bucket_at(shop)
    shas = {store.put(f"clip {n}".encode()) for n in range(10)}
    shop.objects["clips/read-me.txt"] = b"hello"
    shop.objects[f"elsewhere/{SHA[:2]}/{SHA[2:4]}/{SHA}.wav"] = SOUND
    assert set(store.names()) == shas
    assert store.there({*shas, SHA}) == shas
    assert store.there({SHA}) == set()


def test_a_clip_can_be_removed_from_a_bucket(shop: Shop) -> None:
    """A removed clip is gone, and removing it again is no error."""
    store = bucket_at(shop)
    store.put(SOUND)
    store.remove(SHA)
    store.remove(SHA)
    assert shop.objects == {}
    for ask in (store.read, store.size, lambda sha: store.read_part(sha, 0, 3)):
        with pytest.raises(NotKept):
            ask(SHA)


def test_whoever_has_no_key_gets_nothing(shop: Shop) -> None:
    """With a wrong key nothing is read or written, and the error repeats neither key nor address."""
    bucket_at(shop).put(SOUND)
    mallory = bucket_at(shop, secret="guessed")
    for ask in (lambda: mallory.read(SHA), lambda: mallory.put(b"other"), lambda: list(mallory.names())):
        with pytest.raises(StoreOutOfReach) as refused:
            ask()
        assert KEY_ID not in str(refused.value)
        assert shop.url not in str(refused.value)
    assert len(shop.objects) == 1
    assert "guessed" not in repr(mallory.__getstate__())


def test_a_bucket_that_is_away_is_said_soon(shop: Shop) -> None:
    """Callers aren't kept waiting for a bucket that answers nothing but errors."""
    store = bucket_at(shop)
    shop.broken = True
    began = time.monotonic()
    with pytest.raises(StoreOutOfReach):
        store.read(SHA)
    assert time.monotonic() - began < 8


def test_a_bucket_is_asked_for_hashes_only(shop: Shop) -> None:
    """Mallory can't name another thing of the bucket."""
    store = bucket_at(shop)
    for ask in (store.has, store.read, store.size, store.remove):
        with pytest.raises(NotAHash):
            ask("../../read-me.txt")
    assert shop.asked == []


def test_a_bucket_can_be_handed_to_another_process(shop: Shop) -> None:
    """Processes that make clips side by side all write to the same bucket."""
    store = bucket_at(shop)
    store.put(SOUND)
    assert pickle.loads(pickle.dumps(store)).read(SHA) == SOUND


@pytest.mark.parametrize(
    ("address", "parts"),
    [
        ("s3://sounds", ("sounds", "")),
        ("s3://sounds/", ("sounds", "")),
        ("s3://sounds/warmline/clips/", ("sounds", "warmline/clips")),
    ],
)
def test_an_address_of_a_bucket_is_read(address: str, parts: tuple[str, str]) -> None:
    """Slashes at the end of an address change nothing."""
    assert parts_of(address) == parts


@pytest.mark.parametrize(
    "address", ["s3://", "gs://sounds", "s3://Sounds", "s3://s/x y", "sounds", "s3://a b"]
)
def test_what_is_no_bucket_is_refused(address: str) -> None:
    """A mistake in the setting is found before anything is kept in the wrong place."""
    with pytest.raises(NotABucket):
        parts_of(address)
