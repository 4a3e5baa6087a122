"""A bucket on this machine: somebody else's S3 server keeps it, behind a door of ours.

That server takes any signature. The door checks them as strictly as the real ones do it, notes what is asked, has
lists given in small pieces, and can break in the ways in which a line breaks.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import subprocess
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote, urlsplit

import pytest

from audio.bucket import Bucket, BucketStore
from tests.npm import free_port, install, wait_for

HERE = Path(__file__).parent / "s3rver"
WHAT = "the S3 server of the tests"
# The only account that the server knows.
KEY_ID, SECRET, REGION = "S3RVER", "a-key-that-opens-nothing-else", "eu-test-1"
A_LIST_AT_ONCE = 3
_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<id>[^/]+)/(?P<day>\d{8})/(?P<region>[^/]+)/s3/aws4_request, ?"
    r"SignedHeaders=(?P<headers>[^,]+), ?Signature=(?P<signature>[0-9a-f]{64})"
)
_OF_THE_LINE = {"connection", "keep-alive", "transfer-encoding", "content-length", "date", "server"}


@dataclass
class Shop:
    """A server with one bucket, and what was asked of it."""

    behind: int
    """The port of the server behind the door."""
    bucket: str
    url: str = ""
    asked: list[tuple[str, str]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    broken: bool = False
    """Whether everything is answered with an error of the server."""
    gone_after: int | None = None
    """After so many bytes of its body each answer breaks off."""
    pause: float = 0.0
    """Seconds that the line takes for the body of each question and of each answer, where there is one."""
    mute: bool = False
    """Whether the line is cut after each question."""

    def store(self, place: str = "clips", suffix: str = ".wav", secret: str = SECRET) -> BucketStore:
        """Sounds under a prefix of the bucket."""
        return BucketStore(Bucket(f"s3://{self.bucket}/{place}", self.url, REGION, KEY_ID, secret), suffix)

    def objects(self) -> list[str]:
        """The names of everything that is there, as the server behind tells them."""
        listed = self.ask("GET", f"/{self.bucket}?list-type=2").read().decode()
        return sorted(re.findall(r"<Key>([^<]+)</Key>", listed))

    def lay(self, key: str, content: bytes) -> None:
        """Puts something there that isn't ours."""
        self.ask("PUT", f"/{self.bucket}/{key}", content)

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> HTTPResponse:
        """Asks the server behind the door."""
        line = HTTPConnection("127.0.0.1", self.behind, timeout=20)
        line.request(method, path, body or None, headers)
        return line.getresponse()


class _Door(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    shop: Shop

    def log_message(self, *_arguments: object) -> None:
        """Tests read `asked` instead."""

    def handle_one(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        url = urlsplit(self.path)
        self.shop.asked.append((self.command, self.path))
        time.sleep(self.shop.pause if body else 0.0)
        if self.shop.mute:
            self.close_connection = True
        elif self.shop.broken:
            self._answer(503, b"<Error><Code>SlowDown</Code></Error>", {})
        elif not self._is_signed(url.path, url.query, body):
            self.shop.refused.append(unquote(url.path))
            self._answer(403, b"<Error><Code>SignatureDoesNotMatch</Code></Error>", {})
        else:
            self._pass_on(body)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = handle_one

    def _pass_on(self, body: bytes) -> None:
        small = f"&max-keys={A_LIST_AT_ONCE}" if "list-type=2" in self.path else ""
        told = {name: value for name, value in self.headers.items() if name.lower() not in _OF_THE_LINE}
        found = self.shop.ask(self.command, self.path + small, body, **told)
        headers = {name: value for name, value in found.getheaders() if name.lower() not in _OF_THE_LINE}
        self._answer(found.status, found.read(), headers, found.headers.get("Content-Length"))

    def _answer(self, status: int, body: bytes, headers: dict[str, str], length: str | None = None) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status not in (204, 304):
            self.send_header("Content-Length", length or str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body[:1])
            time.sleep(self.shop.pause if body else 0.0)
            self.wfile.write(body[1 : self.shop.gone_after])
        self.close_connection = self.shop.gone_after is not None

    def _is_signed(self, path: str, query: str, body: bytes) -> bool:
        """Signature version 4, as its description has it."""
        found = _AUTHORIZATION.fullmatch(self.headers.get("Authorization", ""))
        if found is None or found["id"] != KEY_ID or found["region"] != REGION:
            return False
        said = self.headers.get("x-amz-content-sha256", "")
        if said not in ("UNSIGNED-PAYLOAD", hashlib.sha256(body).hexdigest()):
            return False
        names = found["headers"].split(";")
        pairs = sorted(parse_qsl(query, keep_blank_values=True))
        canonical = "\n".join(
            [
                self.command,
                quote(unquote(path), safe="/-_.~"),
                "&".join(f"{quote(k, safe='-_.~')}={quote(v, safe='-_.~')}" for k, v in pairs),
                *(f"{name}:{' '.join((self.headers.get(name) or '').split())}" for name in names),
                "",
                found["headers"],
                said,
            ]
        )
        scope = f"{found['day']}/{REGION}/s3/aws4_request"
        date = self.headers.get("x-amz-date", "")
        to_sign = f"AWS4-HMAC-SHA256\n{date}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
        key = f"AWS4{SECRET}".encode()
        for part in (found["day"], REGION, "s3", "aws4_request"):
            key = hmac.digest(key, part.encode(), "sha256")
        return hmac.compare_digest(hmac.digest(key, to_sign.encode(), "sha256").hex(), found["signature"])


@pytest.fixture(scope="session")
def s3_behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of somebody else's S3 server."""
    modules, port = install(HERE, WHAT), free_port()
    # The marks with which it ends a piece of a list are made by a cipher that OpenSSL calls old.
    command = ["node", "--openssl-legacy-provider", str(modules / "s3rver/bin/s3rver.js")]
    server = subprocess.Popen(
        [
            *command,
            "--silent",
            "--no-vhost-buckets",
            "-a",
            "127.0.0.1",
            "-p",
            str(port),
            "-d",
            str(tmp_path_factory.mktemp("s3")),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(server, port, WHAT)
        yield port
    finally:
        server.terminate()
        server.wait(10)


@pytest.fixture
def shop(s3_behind: int) -> Iterator[Shop]:
    """A server with one empty bucket."""
    opened = Shop(s3_behind, f"sounds-{uuid.uuid4().hex[:12]}")
    assert opened.ask("PUT", f"/{opened.bucket}").status == 200
    with _door_of(opened):
        yield opened


@contextmanager
def _door_of(shop: Shop) -> Iterator[None]:
    handler = type("Door", (_Door,), {"shop": shop})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    shop.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
