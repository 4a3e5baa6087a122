"""Sounds in a bucket that speaks S3, under the same names as in a folder.

A bucket keeps a thing whole or not at all. It is asked for no longer than a caller can be kept waiting; what doesn't
answer in that time is out of reach, and whoever asks says so. Whole recordings, for which no caller waits, may take as
long as they take on a slow line, once the bucket has answered at all.
"""

from __future__ import annotations

import hashlib
import mmap
import re
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import S3Store

from audio.stores import NotKept, StoreOutOfReach, name_in, place_of

if TYPE_CHECKING:
    from obstore import ObjectMeta

Answer = TypeVar("Answer")

CONNECT_SECONDS = 2
ANSWER_SECONDS = 4
BODY_SECONDS = 120
"""For a whole recording or clip: 50 MB take almost a minute at 8 Mbit/s."""
AT_ONCE = 1 << 20
"""Bytes of a part that a caller waits for: that much comes within ANSWER_SECONDS on any line that can carry calls."""
RETRY_SECONDS = 6
MOST_SIZES_KNOWN = 20_000
SENT_AGAIN_SECONDS = 86_400
"""What was sent longer ago is sent again by whoever keeps it, because nothing else makes it young in a bucket."""
ASKED_ONE_BY_ONE = 8
"""Up to so many things are asked after one by one; of more, the whole list is quicker."""

_ADDRESS = re.compile(r"s3://(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(?P<prefix>[A-Za-z0-9._/-]*))?")


class NotABucket(ValueError):
    """An address isn't `s3://bucket` or `s3://bucket/prefix`. Permanent until the setting is changed."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """How a bucket is reached. Without an `endpoint` it is Amazon's; without a key, what the environment says holds."""

    address: str
    endpoint: str = ""
    region: str = ""
    key_id: str = ""
    secret: str = ""

    def __repr__(self) -> str:
        return f"Bucket({self.address!r})"


def parts_of(address: str) -> tuple[str, str]:
    """The bucket's name and the prefix, without slashes at its ends. Raises NotABucket."""
    found = _ADDRESS.fullmatch(address)
    if found is None:
        raise NotABucket(address[:120])
    return found["bucket"], (found["prefix"] or "").strip("/")


class BucketStore:
    """Implements `Store` in a bucket. `suffix` ends every name; it can be handed to another process."""

    def __init__(self, bucket: Bucket, suffix: str) -> None:
        self._name, self._prefix = parts_of(bucket.address)
        self._bucket = bucket
        self._suffix = suffix
        self._sizes: dict[str, int] = {}

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name not in ("_store", "_patient")}

    @cached_property
    def _store(self) -> S3Store:
        """For what somebody waits for."""
        return self._opened(ANSWER_SECONDS)

    @cached_property
    def _patient(self) -> S3Store:
        """For whole recordings, asked after with the other one before."""
        return self._opened(BODY_SECONDS)

    def _opened(self, seconds: int) -> S3Store:
        config: Any = {"virtual_hosted_style_request": not self._bucket.endpoint}
        config |= {"region": self._bucket.region or "us-east-1"}
        if self._bucket.endpoint:
            config["endpoint"] = self._bucket.endpoint
        if self._bucket.key_id:
            config |= {"access_key_id": self._bucket.key_id, "secret_access_key": self._bucket.secret}
        return S3Store(
            self._name,
            prefix=self._prefix or None,
            config=config,
            client_options={
                "allow_http": self._bucket.endpoint.startswith("http://"),
                "connect_timeout": f"{CONNECT_SECONDS}s",
                "timeout": f"{seconds}s",
            },
            retry_config={"max_retries": 2, "retry_timeout": timedelta(seconds=RETRY_SECONDS)},
        )

    def has(self, sha: str) -> bool:
        return self._sent_at(sha) is not None

    def there(self, shas: Collection[str]) -> set[str]:
        if len(shas) <= ASKED_ONE_BY_ONE:
            return {sha for sha in shas if self.has(sha)}
        return set(shas) & set(self.names())

    def size(self, sha: str) -> int:
        known = self._sizes.get(sha)
        return known if known is not None else self._look(sha)["size"]

    def put(self, content: bytes) -> str:
        return self._keep(hashlib.sha256(content).hexdigest(), content)

    def put_file(self, file: Path) -> str:
        if not file.stat().st_size:
            return self.put(b"")
        # Looked at through the system's own memory of files: a web process never holds 50 MB for each that sends.
        with file.open("rb") as opened:
            content = mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)
        return self._keep(hashlib.sha256(content).hexdigest(), content)

    def read(self, sha: str) -> bytes:
        place = place_of(sha, self._suffix)
        # One that doesn't answer at all is found out soon.
        self._look(sha)
        return self._ask(sha, lambda: bytes(obstore.get(self._patient, place).bytes()))

    def read_part(self, sha: str, start: int, length: int) -> bytes:
        end = start + length
        parts = (self._part(sha, at, min(AT_ONCE, end - at)) for at in range(start, end, AT_ONCE))
        return b"".join(parts)

    def remove(self, sha: str) -> None:
        place = place_of(sha, self._suffix)
        self._sizes.pop(sha, None)
        try:
            self._ask(sha, lambda: obstore.delete(self._store, place))
        except NotKept:
            return

    def take_away(self, sha: str, before: float) -> bytes | None:
        sent_at = self._sent_at(sha)
        if sent_at is None or sent_at >= before:
            return None
        try:
            content = self.read(sha)
        except NotKept:
            return None
        self.remove(sha)
        return content

    def names(self) -> Iterator[str]:
        listing = self._ask("", lambda: obstore.list(self._store))
        while True:
            batch = self._ask("", lambda: next(listing, None))
            if batch is None:
                return
            for found in batch:
                name = name_in(found["path"], self._suffix)
                if name is not None:
                    yield name

    def clear_unfinished(self) -> int:
        """A bucket shows nothing that isn't finished."""
        return 0

    def _part(self, sha: str, start: int, length: int) -> bytes:
        place = place_of(sha, self._suffix)
        return self._ask(
            sha, lambda: bytes(obstore.get_range(self._store, place, start=start, length=length))
        )

    def _keep(self, sha: str, content: bytes | mmap.mmap) -> str:
        sent_at = self._sent_at(sha)
        if sent_at is None or sent_at < time.time() - SENT_AGAIN_SECONDS:
            self._send(sha, content)
        return sha

    def _send(self, sha: str, content: bytes | mmap.mmap) -> None:
        place = place_of(sha, self._suffix)
        try:
            self._ask(sha, lambda: obstore.put(self._patient, place, content, use_multipart=False))
        except NotKept:
            # There isn't even a bucket of this name.
            raise StoreOutOfReach("NoSuchBucket") from None

    def _sent_at(self, sha: str) -> float | None:
        """When it was kept last, in seconds since 1970; None where it isn't there."""
        try:
            return self._look(sha)["last_modified"].timestamp()
        except NotKept:
            return None

    def _look(self, sha: str) -> ObjectMeta:
        place = place_of(sha, self._suffix)
        found = self._ask(sha, lambda: obstore.head(self._store, place))
        if len(self._sizes) >= MOST_SIZES_KNOWN:
            self._sizes.clear()
        self._sizes[sha] = found["size"]
        return found

    def _ask(self, sha: str, question: Callable[[], Answer]) -> Answer:
        try:
            return question()
        except (FileNotFoundError, NotFoundError):
            raise NotKept(sha) from None
        except (BaseError, OSError, ValueError) as error:
            # What the bucket says may repeat its address and our key's id: it goes no further than its kind.
            raise StoreOutOfReach(type(error).__name__) from None
