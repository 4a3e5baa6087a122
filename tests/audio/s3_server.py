"""A small server that speaks S3 on this machine: keys and signatures are checked as strictly as the real ones do it."""

from __future__ import annotations

import hashlib
import hmac
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, quote, unquote, urlsplit
from xml.sax.saxutils import escape

KEY_ID, SECRET, REGION = "AMINAS-KEY", "a-key-that-opens-nothing-else", "eu-test-1"
BUCKET = "warmline-sounds"
_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<id>[^/]+)/(?P<day>\d{8})/(?P<region>[^/]+)/s3/aws4_request, ?"
    r"SignedHeaders=(?P<headers>[^,]+), ?Signature=(?P<signature>[0-9a-f]{64})"
)


@dataclass
class Shop:
    """What the server holds, and what was asked of it."""

    url: str = ""
    objects: dict[str, bytes] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    broken: bool = False
    """Whether it answers everything with an error of its own."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    shop: Shop

    def log_message(self, *_arguments: object) -> None:
        """Tests read `asked` instead."""

    def handle_one(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        url = urlsplit(self.path)
        path = unquote(url.path)
        self.shop.asked.append((self.command, self.path))
        if self.shop.broken:
            self._answer(503, b"<Error><Code>SlowDown</Code></Error>")
        elif not self._is_signed(url.path, url.query, body):
            self.shop.refused.append(path)
            self._answer(403, b"<Error><Code>SignatureDoesNotMatch</Code></Error>")
        elif path.split("/")[1] != BUCKET:
            self._answer(404, b"<Error><Code>NoSuchBucket</Code></Error>")
        else:
            query = dict(parse_qsl(url.query, keep_blank_values=True))
            self._serve(path.removeprefix(f"/{BUCKET}").lstrip("/"), query, body)

    do_GET = do_HEAD = do_PUT = do_POST = handle_one

    def _serve(self, key: str, query: dict[str, str], body: bytes) -> None:
        objects = self.shop.objects
        if self.command == "PUT":
            objects[key] = body
            self._answer(200, b"", ETag=_etag(body))
        elif self.command == "POST" and "delete" in query:
            gone = re.findall(r"<Key>([^<]+)</Key>", body.decode())
            for each in gone:
                objects.pop(each, None)
            told = "".join(f"<Deleted><Key>{each}</Key></Deleted>" for each in gone)
            self._answer(200, f"<DeleteResult>{told}</DeleteResult>".encode())
        elif not key:
            self._list(query)
        elif key not in objects:
            self._answer(404, b"<Error><Code>NoSuchKey</Code></Error>")
        else:
            self._give(objects[key])

    def _give(self, content: bytes) -> None:
        more = {"ETag": _etag(content), "Last-Modified": formatdate(usegmt=True), "Accept-Ranges": "bytes"}
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if wanted is None:
            self._answer(200, content, **more)
            return
        start, end = int(wanted[1]), min(int(wanted[2] or len(content)) + 1, len(content))
        more["Content-Range"] = f"bytes {start}-{end - 1}/{len(content)}"
        self._answer(206, content[start:end], **more)

    def _list(self, query: dict[str, str]) -> None:
        """At most three things at a time, so that whoever asks has to ask on."""
        keys = sorted(k for k in self.shop.objects if k.startswith(query.get("prefix", "")))
        after = query.get("continuation-token", "")
        rest = [key for key in keys if key > after]
        page = rest[:3]
        more = f"<NextContinuationToken>{escape(page[-1])}</NextContinuationToken>" if len(rest) > 3 else ""
        contents = "".join(
            f"<Contents><Key>{escape(key)}</Key><LastModified>1970-01-01T00:00:00.000Z</LastModified>"
            f"<ETag>{_etag(self.shop.objects[key])}</ETag><Size>{len(self.shop.objects[key])}</Size>"
            "<StorageClass>STANDARD</StorageClass></Contents>"
            for key in page
        )
        body = (
            '<?xml version="1.0" encoding="UTF-8"?><ListBucketResult>'
            f"<Name>{BUCKET}</Name><IsTruncated>{str(bool(more)).lower()}</IsTruncated>"
            f"<KeyCount>{len(page)}</KeyCount><MaxKeys>3</MaxKeys>{more}{contents}</ListBucketResult>"
        )
        self._answer(200, body.encode())

    def _answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

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


def _etag(content: bytes) -> str:
    return f'"{hashlib.md5(content, usedforsecurity=False).hexdigest()}"'


@contextmanager
def s3_shop() -> Iterator[Shop]:
    """A server with one empty bucket, until the end of the block."""
    shop = Shop()
    handler = type("Handler", (_Handler,), {"shop": shop})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    shop.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield shop
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
