"""The address that a provider signed: our public address with the raw path and query that arrived.

A framework's own idea of the address is decoded and put together again, and then the signature of every caller whose
webhook holds a percent sign is wrong. So the raw path is used as the server received it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit


def raw_target(environ: Mapping[str, Any]) -> str:
    """Path and query as they stood in the request line, whichever server received it."""
    target: str = environ.get("RAW_URI") or environ.get("REQUEST_URI") or ""
    if target.startswith("/"):
        return target
    if "://" in target:
        parts = urlsplit(target)
        return parts.path + (f"?{parts.query}" if parts.query else "")
    path = quote(
        (environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")).encode("latin-1"),
        safe="/~!$&'()*+,;=:@-._",
    )
    query = environ.get("QUERY_STRING", "")
    return f"{path}?{query}" if query else path


def signed_address(public_url: str, environ: Mapping[str, Any]) -> str:
    """The full address as the provider knows it. A prefix that a proxy has taken off is put back."""
    target = raw_target(environ)
    prefix = urlsplit(public_url).path
    if prefix and environ.get("SCRIPT_NAME") and target.startswith(f"{prefix}/"):
        target = target[len(prefix) :]
    return public_url + target
