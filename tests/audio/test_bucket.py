"""Clips and recordings in a bucket, over the real protocol."""

from __future__ import annotations

import hashlib
import pickle
import time
from pathlib import Path

import pytest

from audio import bucket
from audio.bucket import Bucket, BucketStore, NotABucket, parts_of
from audio.stores import NotAHash, NotKept, StoreOutOfReach
from tests.audio.s3_server import A_LIST_AT_ONCE, KEY_ID, REGION, SECRET, Shop
from tests.npm import free_port

SOUND = b"RIFF pretend this is a clip" * 50
SHA = hashlib.sha256(SOUND).hexdigest()


def test_a_clip_in_a_bucket_is_the_one_that_was_put(shop: Shop) -> None:
    """What was put comes back under its SHA-256, whole or in part, and lies where it would lie in a folder."""
    store = shop.store()
    assert not store.has(SHA)
    assert store.put(SOUND) == SHA
    assert shop.objects() == [f"clips/{SHA[:2]}/{SHA[2:4]}/{SHA}.wav"]
    assert store.has(SHA)
    assert store.read(SHA) == SOUND
    assert store.read_part(SHA, 5, 7) == SOUND[5:12]
    assert store.read_part(SHA, 5, 0) == b""
    assert shop.store().size(SHA) == len(SOUND)
    assert shop.refused == []


def test_a_library_of_many_clips_is_listed_whole(shop: Shop) -> None:
    """A list that comes in pieces is read to its end, and what isn't a clip is left out of it."""
    store = shop.store()
    shas = {store.put(f"clip {n}".encode()) for n in range(10)}
    shop.lay("clips/read-me.txt", b"hello")
    shop.lay(f"elsewhere/{SHA[:2]}/{SHA[2:4]}/{SHA}.wav", SOUND)
    assert set(store.names()) == shas
    assert store.there({*shas, SHA}) == shas
    assert store.there({SHA}) == set()
    assert len([path for _, path in shop.asked if "list-type" in path]) >= 2 * len(shas) // A_LIST_AT_ONCE


def test_a_clip_can_be_removed_from_a_bucket(shop: Shop) -> None:
    """A removed clip is gone, and removing it again is no error."""
    store = shop.store()
    store.put(SOUND)
    store.remove(SHA)
    store.remove(SHA)
    assert shop.objects() == []
    for ask in (store.read, store.size, lambda sha: store.read_part(sha, 0, 3)):
        with pytest.raises(NotKept):
            ask(SHA)


def test_whoever_has_no_key_gets_nothing(shop: Shop) -> None:
    """With a wrong key nothing is read or written, and the error repeats neither key nor address."""
    shop.store().put(SOUND)
    mallory = shop.store(secret="guessed")
    for ask in (lambda: mallory.read(SHA), lambda: mallory.put(b"other"), lambda: list(mallory.names())):
        with pytest.raises(StoreOutOfReach) as refused:
            ask()
        assert KEY_ID not in str(refused.value)
        assert shop.url not in str(refused.value)
    assert len(shop.objects()) == 1
    assert "guessed" not in repr(mallory.__getstate__())


def test_a_bucket_that_is_away_is_said_soon(shop: Shop) -> None:
    """Callers aren't kept waiting for a bucket that answers nothing but errors."""
    store = shop.store()
    shop.broken = True
    began = time.monotonic()
    with pytest.raises(StoreOutOfReach):
        store.read(SHA)
    assert time.monotonic() - began < 8


def test_an_answer_that_breaks_off_is_no_clip(shop: Shop) -> None:
    """The bucket goes away in the middle of an answer, or of a clip that is sent: nobody is given half of one, and when
    it is back everything is there."""
    store = shop.store()
    store.put(SOUND)
    shop.gone_after = 100
    began = time.monotonic()
    for ask in (lambda: store.read(SHA), lambda: store.read_part(SHA, 0, 500), lambda: list(store.names())):
        with pytest.raises(StoreOutOfReach):
            ask()
    assert time.monotonic() - began < 24
    shop.gone_after, shop.mute = None, True
    with pytest.raises(StoreOutOfReach):
        store.put(b"another clip")
    shop.mute = False
    assert store.read(SHA) == SOUND
    assert store.read(store.put(b"another clip")) == b"another clip"


def test_a_whole_recording_may_take_its_time(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Over a slow line a long recording is kept and read, though what a caller waits for would have been given up; and
    a part of it comes in pieces, each within a caller's patience."""
    monkeypatch.setattr(bucket, "ANSWER_SECONDS", 1)
    monkeypatch.setattr(bucket, "AT_ONCE", 500)
    file = tmp_path / "long.wav"
    file.write_bytes(SOUND)
    store = shop.store()
    shop.pause = 1.2
    assert store.put_file(file) == SHA
    assert store.read(SHA) == SOUND
    shop.pause = 0.0
    asked = len(shop.asked)
    assert store.read_part(SHA, 3, 1100) == SOUND[3:1103]
    assert [method for method, _ in shop.asked[asked:]] == ["GET"] * 3
    file.write_bytes(b"")
    assert store.read(store.put_file(file)) == b""


def test_a_bucket_that_is_nowhere_is_no_lost_clip(shop: Shop) -> None:
    """A wrong name in the settings, or a server that isn't there: whoever wants to keep a clip is told that the bucket
    is out of reach, and nothing else."""
    nowhere = BucketStore(Bucket("s3://of-nobody/clips", shop.url, REGION, KEY_ID, SECRET), ".wav")
    closed = BucketStore(
        Bucket(f"s3://{shop.bucket}", f"http://127.0.0.1:{free_port()}", REGION, KEY_ID, SECRET), ".wav"
    )
    for store in (nowhere, closed):
        with pytest.raises(StoreOutOfReach):
            store.put(SOUND)


def test_what_lies_in_a_bucket_for_long_is_sent_again_or_taken_away(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same clip twice is sent once, unless it lies there for more than a day: then it could be taken away. What was
    kept lately isn't; what nobody has kept since is, whole."""
    store = shop.store()
    for seconds, times in ((bucket.SENT_AGAIN_SECONDS, 1), (-60, 3)):
        monkeypatch.setattr(bucket, "SENT_AGAIN_SECONDS", seconds)
        store.put(SOUND)
        store.put(SOUND)
        assert [method for method, _ in shop.asked].count("PUT") == times
    now = time.time()
    assert store.take_away(SHA, now - 60) is None
    assert store.has(SHA)
    assert store.take_away(SHA, now + 60) == SOUND
    assert store.take_away(SHA, now + 60) is None
    assert shop.objects() == []


def test_a_bucket_is_asked_for_hashes_only(shop: Shop) -> None:
    """Mallory can't name another thing of the bucket."""
    store = shop.store()
    for ask in (store.has, store.read, store.size, store.remove):
        with pytest.raises(NotAHash):
            ask("../../read-me.txt")
    assert shop.asked == []


def test_a_bucket_can_be_handed_to_another_process(shop: Shop) -> None:
    """Processes that make clips side by side all write to the same bucket."""
    store = shop.store()
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
