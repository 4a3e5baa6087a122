"""What can go wrong with a request: a refusal, no answer in time, an answer that is lost, a line that breaks."""

from __future__ import annotations

import re
import socket
import time
from dataclasses import dataclass
from typing import Any, Literal

from flask import Response, jsonify, request

FaultKind = Literal["refused", "silent", "lost", "cut", "late"]


@dataclass
class Refusal:
    """What the provider says no with."""

    status: int
    code: int | None
    message: str = "no"


@dataclass
class Fault:
    """Something that goes wrong with the next requests that fit, `times` times.

    `silent`: nothing is done and no answer comes for `seconds`. `cut`: nothing is done and the connection breaks.
    `lost`: it is done, and the connection breaks before the answer. `late`: it is done, and the answer takes `seconds`.
    `refused`: nothing is done, and that is said.
    """

    kind: FaultKind
    method: str = ""
    path: str = ""
    """A pattern that is searched for; "" fits everything."""
    times: int = 1
    seconds: float = 1.0
    refusal: Refusal | None = None

    def fits(self, method: str, path: str) -> bool:
        """Whether it is this request's turn."""
        return self.times > 0 and self.method in ("", method) and re.search(self.path, path) is not None


def refused(refusal: Refusal) -> Response:
    """A refusal as the provider words it."""
    body: dict[str, Any] = {
        "message": refusal.message,
        "status": refusal.status,
        "more_info": "https://provider.invalid/errors",
    }
    if refusal.code is not None:
        body["code"] = refusal.code
    answer = jsonify(body)
    answer.status_code = refusal.status
    return answer


def before_it_is_done(fault: Fault) -> Response | None:
    """The answer in place of doing what is asked; None when it is done first."""
    if fault.kind == "refused":
        return refused(fault.refusal or Refusal(500, 20500))
    if fault.kind == "silent":
        time.sleep(fault.seconds)
    if fault.kind in ("silent", "cut"):
        break_the_connection()
        return Response(status=204)
    return None


def break_the_connection() -> None:
    """Whatever is answered from here on arrives nowhere."""
    line: socket.socket = request.environ["werkzeug.socket"]
    try:
        line.shutdown(socket.SHUT_RDWR)
    except OSError:
        return
