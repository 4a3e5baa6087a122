"""Parts of pages that stay as they are now: `live.js` asks for them every few seconds. Without script, a link does.

A part holds no form's mark, which is another in each answer; its buttons belong to forms of the page around it. So an
unchanged part is answered with 304 and nothing else.
"""

from __future__ import annotations

import hashlib
from typing import Any

from flask import Response, make_response, request

from ivr.console.frame import rendered, secured


def part(template: str, **values: Any) -> Response:
    """A part of a page, or 304 where the browser has it as it is."""
    answer = secured(make_response(rendered(template, **values)))
    answer.set_etag(hashlib.sha256(answer.get_data()).hexdigest()[:32])
    answer.make_conditional(request)
    return answer
