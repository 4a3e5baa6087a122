"""Posts signed webhooks as the provider does, and fetches clips, over HTTP."""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
import uuid
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any

from ivr.telephony.simulator.clips import HeardClip, sha_of, wav_seconds
from ivr.telephony.simulator.interpreter import MOST_BYTES
from ivr.telephony.simulator.signing import NotOursToSign, Signer
from ivr.telephony.simulator.words import Params

PATIENCE_SECONDS = 15
HEAD_OF_A_CLIP = 4096


class NobodyAnswers(Exception):
    """No hotline with a simulator answers at this address. Retryable once one runs there."""


class RecordsOutOfReach(Exception):
    """The hotline answers, and its database doesn't. Retryable, after a while."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; `body` is at most 64 kB and one byte."""

    status: int
    content_type: str
    body: bytes


class Wire:
    """Reaches a hotline at `base_url`, while signing for its public address."""

    def __init__(self, signer: Signer, base_url: str) -> None:
        self._signer = signer
        self._base_url = base_url.rstrip("/")
        # A proxy meant for the internet can't reach this machine.
        local = urllib.parse.urlsplit(base_url).hostname in ("127.0.0.1", "localhost", "::1")
        handlers = [urllib.request.ProxyHandler({})] if local else []
        self._opener = urllib.request.build_opener(*handlers)
        self._clips: dict[str, HeardClip | None] = {}

    def post(self, method: str, url: str, params: Params) -> Answer | None:
        """Sends a webhook; None when nobody answers in time."""
        if method == "GET":
            joint = "&" if "?" in url else "?"
            url, params = url + (joint + urllib.parse.urlencode(params) if params else ""), ()
        try:
            headers = {"X-Twilio-Signature": self._signer.sign(url, params)}
        except NotOursToSign:
            # As with any other address of the world: the provider signs with a token this machine doesn't have.
            headers = {}
        headers |= {"User-Agent": "TwilioProxy/1.1", "I-Twilio-Idempotency-Token": str(uuid.uuid4())}
        body = None if method == "GET" else urllib.parse.urlencode(params).encode()
        return self._request(method, url, headers, body)

    def about_clip(self, url: str) -> HeardClip | None:
        """What is said in a clip, or None when it can't be had. Each clip is asked for once."""
        if url not in self._clips:
            self._clips[url] = self._look_up(url)
        return self._clips[url]

    def lines(self) -> list[tuple[str, str]]:
        """(number, name) of every line on air. Raises NobodyAnswers, RecordsOutOfReach."""
        answer = self._request("GET", f"{self._signer.public_url}/telephone/lines", {}, None)
        if answer is not None and answer.status == 503:
            raise RecordsOutOfReach
        if answer is None or answer.status != 200:
            raise NobodyAnswers
        return [(str(number), str(name)) for number, name in json.loads(answer.body)]

    def keep_recording(self, recording: str, wav: bytes, call: str) -> None:
        """Puts a recording of a call where the hotline fetches recordings from."""
        where = f"{self.recording_url(recording)}?{urllib.parse.urlencode({'call': call})}"
        self._request("PUT", where, {"Content-Type": "audio/wav"}, wav)

    def recording_url(self, recording: str) -> str:
        """The address that names a recording in webhooks."""
        return f"{self._signer.public_url}/telephone/recordings/{recording}"

    def _look_up(self, url: str) -> HeardClip | None:
        head = self._request("GET", url, {"Range": f"bytes=0-{HEAD_OF_A_CLIP - 1}"}, None)
        if head is None or head.status not in (200, 206):
            return None
        seconds = wav_seconds(head.body)
        if seconds is None:
            return None
        known = self._told_about(sha_of(url)) or {}
        return HeardClip(
            prompt=str(known.get("prompt", "")),
            text=str(known.get("text", "")) or urllib.parse.urlsplit(url).path,
            language=str(known.get("language", "")),
            seconds=seconds,
        )

    def _told_about(self, sha: str) -> dict[str, Any] | None:
        if not sha:
            return None
        answer = self._request("GET", f"{self._signer.public_url}/telephone/clips/{sha}", {}, None)
        if answer is None or answer.status != 200:
            return None
        known = json.loads(answer.body)
        return known if isinstance(known, dict) else None

    def _request(self, method: str, url: str, headers: dict[str, str], body: bytes | None) -> Answer | None:
        public = self._signer.public_url
        reachable = self._base_url + url[len(public) :] if url.startswith(public) else url
        if urllib.parse.urlsplit(reachable).scheme not in ("http", "https"):
            return None
        request = urllib.request.Request(reachable, data=body, headers=headers, method=method)  # noqa: S310
        try:
            with self._opener.open(request, timeout=PATIENCE_SECONDS) as response:
                return _answer(response.status, response)
        except urllib.error.HTTPError as refused:
            with refused:
                return _answer(refused.code, refused)
        except (OSError, HTTPException):
            return None


def _answer(status: int, response: Any) -> Answer:
    return Answer(
        status=status,
        content_type=response.headers.get("Content-Type", ""),
        body=response.read(MOST_BYTES + 1),
    )
