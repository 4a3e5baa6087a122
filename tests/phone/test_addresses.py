"""The address that was signed: the raw target as the server received it, whichever server that is."""

from __future__ import annotations

import pytest

from ivr.phone.addresses import raw_target, signed_address

PUBLIC = "https://line.example.org"
TABLE: list[tuple[str, dict[str, str], str]] = [
    ("gunicorn", {"RAW_URI": "/phone/twilio/turn?q=%C3%A9%2F%3A&e="}, "/phone/twilio/turn?q=%C3%A9%2F%3A&e="),
    ("another server's name for it", {"REQUEST_URI": "/a%2Fb?x=%20"}, "/a%2Fb?x=%20"),
    ("a whole address in the request line", {"RAW_URI": "http://h:80/phone/x?y=1"}, "/phone/x?y=1"),
    (
        "granian",
        {"PATH_INFO": "/phone/twilio/turn", "QUERY_STRING": "q=%C3%A9"},
        "/phone/twilio/turn?q=%C3%A9",
    ),
    (
        "granian without a query",
        {"PATH_INFO": "/phone/twilio/voice", "QUERY_STRING": ""},
        "/phone/twilio/voice",
    ),
    ("a path in another script", {"PATH_INFO": "/caf\xc3\xa9 x"}, "/caf%C3%A9%20x"),
    ("a path taken off by the server", {"SCRIPT_NAME": "/hot", "PATH_INFO": "/line"}, "/hot/line"),
]


@pytest.mark.parametrize(("environ", "target"), [t[1:] for t in TABLE], ids=[t[0] for t in TABLE])
def test_the_raw_target_is_found(environ: dict[str, str], target: str) -> None:
    """Percent signs, empty fields and whole addresses arrive at the check as they were sent."""
    assert raw_target(environ) == target


PREFIXES: list[tuple[str, str, dict[str, str], str]] = [
    ("taken off by the proxy", f"{PUBLIC}/hot", {"RAW_URI": "/phone/x"}, f"{PUBLIC}/hot/phone/x"),
    (
        "taken off by the server",
        f"{PUBLIC}/hot",
        {"RAW_URI": "/hot/phone/x", "SCRIPT_NAME": "/hot"},
        f"{PUBLIC}/hot/phone/x",
    ),
    ("named like our own path", f"{PUBLIC}/phone", {"RAW_URI": "/phone/x"}, f"{PUBLIC}/phone/phone/x"),
    ("none", PUBLIC, {"RAW_URI": "/phone/x"}, f"{PUBLIC}/phone/x"),
]


@pytest.mark.parametrize(
    ("public", "environ", "address"), [p[1:] for p in PREFIXES], ids=[p[0] for p in PREFIXES]
)
def test_a_prefix_is_in_the_address_once(public: str, environ: dict[str, str], address: str) -> None:
    """A path in the public address is signed once, whoever takes it off on the way."""
    assert signed_address(public, environ) == address
