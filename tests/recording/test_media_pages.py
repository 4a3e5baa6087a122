"""Clips over HTTP, from a folder and from a bucket: caches ask for them in every way there is."""

from __future__ import annotations

import wave
from collections.abc import Collection
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from audio.media import CLIP_SUFFIX, Media, MediaStore
from audio.stores import StoreOutOfReach
from ivr.media import media_blueprint
from ivr.operations.checks.house import check_lines
from ivr.operations.facts import line_facts
from tests.audio.s3_server import Shop
from tests.hotline import LINE_NUMBER, Hotline, short_clip

CLIP = short_clip(7, seconds=0.5)


@pytest.fixture(params=["folder", "bucket"])
def media(request: pytest.FixtureRequest, tmp_path: Path) -> Media:
    """Where clips are, once on disk and once in a bucket."""
    if request.param == "folder":
        return MediaStore(tmp_path / "media")
    shop: Shop = request.getfixturevalue("shop")
    return shop.store("media", CLIP_SUFFIX)


@pytest.fixture
def network(media: Media) -> FlaskClient:
    """What fetches clips."""
    app = Flask("media")
    app.register_blueprint(media_blueprint(media))
    return app.test_client()


def test_a_clip_is_served_for_ever(media: Media, network: FlaskClient) -> None:
    """A cache that has a clip never has to ask again, and a clip that it knows already isn't sent again."""
    sha = media.put(CLIP)
    answer = network.get(f"/media/{sha}.wav")
    assert (answer.status_code, answer.data, answer.mimetype) == (200, CLIP, "audio/wav")
    kept = answer.headers["Cache-Control"]
    assert {"public", "immutable", "max-age=31536000"} <= set(kept.split(", "))
    assert (answer.headers["ETag"], answer.headers["Accept-Ranges"]) == (f'"{sha}"', "bytes")
    assert answer.content_length == len(CLIP)
    again = network.get(f"/media/{sha}.wav", headers={"If-None-Match": f'"x", "{sha}"'})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", f'"{sha}"')
    looked = network.head(f"/media/{sha}.wav")
    assert (looked.status_code, looked.data, looked.content_length) == (200, b"", len(CLIP))


@pytest.mark.parametrize(
    ("wanted", "start", "end"),
    [
        ("bytes=0-9", 0, 10),
        ("bytes=100-", 100, len(CLIP)),
        ("bytes=-50", len(CLIP) - 50, len(CLIP)),
        (f"bytes=10-{len(CLIP) * 9}", 10, len(CLIP)),
    ],
)
def test_a_part_of_a_clip_is_sent(
    media: Media, network: FlaskClient, wanted: str, start: int, end: int
) -> None:
    """A provider that goes on where a line broke gets that part, and is told which it is."""
    sha = media.put(CLIP)
    answer = network.get(f"/media/{sha}.wav", headers={"Range": wanted})
    assert (answer.status_code, answer.data) == (206, CLIP[start:end])
    assert answer.headers["Content-Range"] == f"bytes {start}-{end - 1}/{len(CLIP)}"
    assert answer.content_length == end - start


@pytest.mark.parametrize("wanted", ["bytes=0-1,5-9", "lines=1-2", "nonsense", "bytes=9-1"])
def test_what_is_no_plain_part_gets_everything(media: Media, network: FlaskClient, wanted: str) -> None:
    """An odd wish is no reason to send nothing: the whole clip plays too."""
    sha = media.put(CLIP)
    answer = network.get(f"/media/{sha}.wav", headers={"Range": wanted})
    assert (answer.status_code, answer.data) == (200, CLIP)


def test_a_part_of_another_clip_is_never_mixed_in(media: Media, network: FlaskClient) -> None:
    """A part is sent only to whoever has the beginning of this very clip."""
    sha = media.put(CLIP)
    for condition, status in ((f'"{sha}"', 206), ('"another"', 200), ("Sun, 01 Mar 2026 00:00:00 GMT", 200)):
        answer = network.get(f"/media/{sha}.wav", headers={"Range": "bytes=0-9", "If-Range": condition})
        assert answer.status_code == status


def test_a_part_behind_the_end_is_refused(media: Media, network: FlaskClient) -> None:
    """A cache that asks for more than there is learns how much there is."""
    sha = media.put(CLIP)
    answer = network.get(f"/media/{sha}.wav", headers={"Range": f"bytes={len(CLIP)}-"})
    assert answer.status_code == 416
    assert answer.headers["Content-Range"] == f"bytes */{len(CLIP)}"


@pytest.mark.parametrize("name", ["0" * 64, "0" * 63, "..%2F..%2Fetc%2Fpasswd", "A" * 64])
def test_what_is_no_clip_is_not_there(network: FlaskClient, name: str) -> None:
    """Mallory gets the same answer for a clip that doesn't exist and for a name that could never be one."""
    assert network.get(f"/media/{name}.wav").status_code == 404


def test_a_bucket_that_is_away_is_no_lost_clip(shop: Shop) -> None:
    """While the bucket doesn't answer, caches are told to come again, not that the clip is gone for ever."""
    store = shop.store("media", CLIP_SUFFIX)
    sha = store.put(CLIP)
    app = Flask("media")
    app.register_blueprint(media_blueprint(store))
    shop.broken = True
    answer = app.test_client().get(f"/media/{sha}.wav")
    assert answer.status_code == 503
    assert "Cache-Control" not in answer.headers


def test_the_sound_is_what_was_kept(media: Media, network: FlaskClient, tmp_path: Path) -> None:
    """What a phone plays is the clip, to the last sample."""
    sha = media.put(CLIP)
    (tmp_path / "heard.wav").write_bytes(network.get(f"/media/{sha}.wav").data)
    with wave.open(str(tmp_path / "heard.wav")) as heard:
        assert (heard.getframerate(), heard.getnchannels(), heard.getnframes()) == (8000, 1, 4000)


def test_the_doctor_says_that_the_bucket_is_away(small_hotline: Hotline) -> None:
    """While the bucket doesn't answer, the operator isn't told that hundreds of clips are lost, but what to look at."""

    class Away:
        def there(self, shas: Collection[str]) -> set[str]:
            raise StoreOutOfReach(f"{len(shas)} asked for")

    wiring = small_hotline.wiring
    lines = line_facts(wiring.database, wiring.releases, Away(), demo_allowed=True)
    assert lines is not None
    found = check_lines(lines, "s3://our-bucket/clips")[0]
    assert (found.level, found.subject) == ("problem", f"Line {LINE_NUMBER}")
    assert found.found == "s3://our-bucket/clips doesn't answer, so callers hear nothing"
