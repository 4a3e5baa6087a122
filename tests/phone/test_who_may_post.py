"""Mallory posts to the hotline: whoever isn't the provider gets a clear refusal, and nothing is kept of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from sqlalchemy import func, select
from twilio.request_validator import RequestValidator

from ivr.store.tables import live_calls
from ivr.telephony.signature import sign
from tests.hotline import (
    LINE,
    PUBLIC_URL,
    SIMULATOR_ACCOUNT,
    SIMULATOR_TOKEN,
    TOKEN,
    Hotline,
    make_hotline,
    with_simulator,
)
from tests.serving import fields_of

FORM = "application/x-www-form-urlencoded"
WEBHOOKS = ["voice", "turn", "status", "recording"]


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hotline]:
    """A hotline with the simulator on, shared by tests that keep nothing."""
    hotline = make_hotline(tmp_path_factory.mktemp("open") / "data", **with_simulator())
    yield hotline
    hotline.wiring.database.dispose()


def live(hotline: Hotline) -> int:
    with hotline.wiring.database.connect() as connection:
        return connection.execute(select(func.count()).select_from(live_calls)).scalar_one()


def signed(target: str, fields: list[tuple[str, str]], token: str = TOKEN) -> dict[str, str]:
    return {"X-Twilio-Signature": sign(token.encode(), PUBLIC_URL + target, fields)}


GENUINE = list(fields_of("CA" + "1" * 32).items())
REFUSED: list[tuple[str, dict[str, str]]] = [
    ("no signature", {}),
    ("an empty one", {"X-Twilio-Signature": ""}),
    ("garbage", {"X-Twilio-Signature": "ÿ" * 200}),
    ("one of another token", signed("/phone/twilio/voice", GENUINE, "54321")),
    ("one of another address", signed("/phone/twilio/other", GENUINE)),
    ("one of other fields", signed("/phone/twilio/voice", GENUINE[1:])),
    ("one of an empty token", signed("/phone/twilio/voice", GENUINE, "")),
    ("the simulator's", signed("/phone/twilio/voice", GENUINE, SIMULATOR_TOKEN)),
    (
        "one that claims a key",
        {**signed("/phone/twilio/voice", GENUINE), "X-Twilio-Webhooks-Signature-Settings": "key=1"},
    ),
]


@pytest.mark.parametrize("headers", [r[1] for r in REFUSED], ids=[r[0] for r in REFUSED])
@pytest.mark.parametrize("path", WEBHOOKS)
def test_whoever_did_not_sign_is_refused(guarded: Hotline, path: str, headers: dict[str, str]) -> None:
    """Without the provider's own signature for exactly this, the answer is 403, never an error, and nothing begins."""
    answer = guarded.app.test_client().post(
        f"/phone/twilio/{path}", data=urlencode(GENUINE), content_type=FORM, headers=headers
    )
    assert answer.status_code == 403
    assert live(guarded) == 0


@pytest.mark.parametrize("path", WEBHOOKS)
def test_another_account_is_refused(guarded: Hotline, path: str) -> None:
    """Mallory has an account at the same provider; with our token leaked to nobody, hers is refused."""
    fields = {**dict(GENUINE), "AccountSid": "AC" + "9" * 32}
    assert guarded.post(f"/phone/twilio/{path}", fields).status_code == 403
    del fields["AccountSid"]
    assert guarded.post(f"/phone/twilio/{path}", fields).status_code == 403


def test_the_simulator_cannot_speak_for_the_provider(guarded: Hotline) -> None:
    """The telephone in the browser signs with a token of its own, which opens its own addresses only."""
    fields = [(n, SIMULATOR_ACCOUNT if n == "AccountSid" else v) for n, v in GENUINE]
    target = "/phone/twilio/voice"
    answer = guarded.app.test_client().post(
        target, data=urlencode(fields), content_type=FORM, headers=signed(target, fields, SIMULATOR_TOKEN)
    )
    assert answer.status_code == 403


@pytest.mark.parametrize("provider", ["nobody", "Twilio", "twilio%2F..", "simulator%00", "é"])
def test_an_unknown_provider_is_not_found(guarded: Hotline, provider: str) -> None:
    """An address of a provider that isn't set up doesn't exist."""
    target = f"/phone/{provider}/voice"
    assert guarded.post(target, dict(GENUINE)).status_code == 404


def test_without_the_simulator_its_addresses_do_not_exist(small_hotline: Hotline) -> None:
    """On a hotline in use there is no simulator to post to, and no telephone page."""
    client = small_hotline.app.test_client()
    assert (
        client.post("/phone/simulator/voice", data=urlencode(GENUINE), content_type=FORM).status_code == 404
    )
    for path in ("/telephone", "/telephone/sign", "/telephone/rings"):
        assert client.get(path).status_code == 404
        assert client.post(path).status_code == 404


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"])
@pytest.mark.parametrize("path", WEBHOOKS)
def test_other_methods_are_not_allowed(guarded: Hotline, path: str, method: str) -> None:
    """A webhook is posted; whoever only looks gets 405."""
    target = f"/phone/twilio/{path}"
    answer = guarded.app.test_client().open(target, method=method, headers=signed(target, []))
    assert answer.status_code == 405


def test_the_signature_of_a_repeated_field_counts_both(guarded: Hotline) -> None:
    """A field that is sent twice is signed with both values; the first is the one that counts."""
    target = "/phone/twilio/voice"
    fields = [*fields_of("CA" + "2" * 32).items(), ("To", "+12025550199"), ("Empty", ""), ("Empty", "")]
    answer = guarded.app.test_client().post(
        target, data=urlencode(fields), content_type=FORM, headers=signed(target, fields)
    )
    assert answer.status_code == 200
    assert b"<Gather" in answer.data
    guarded.post("/phone/twilio/status", fields_of("CA" + "2" * 32, CallStatus="completed"))


@pytest.mark.parametrize(
    "written", ["Application/X-WWW-Form-Urlencoded", "APPLICATION/X-WWW-FORM-URLENCODED; charset=UTF-8"]
)
def test_capitals_make_no_other_type(guarded: Hotline, written: str) -> None:
    """A provider or a proxy that writes the type of a form in capitals is understood: case carries no meaning there."""
    fields = [*fields_of("CA" + "3" * 32).items()]
    answer = guarded.app.test_client().post(
        "/phone/twilio/voice",
        data=urlencode(fields),
        content_type=written,
        headers=signed("/phone/twilio/voice", fields),
    )
    assert answer.status_code == 200
    guarded.post("/phone/twilio/status", fields_of("CA" + "3" * 32, CallStatus="completed"))


def test_json_is_no_webhook(guarded: Hotline) -> None:
    """A JSON body, even one that the SDK's validator would accept by its hash, is a clear 4xx."""
    body = json.dumps(dict(GENUINE))
    validator = RequestValidator(TOKEN)
    target = f"/phone/twilio/voice?bodySHA256={validator.compute_hash(body)}"
    answer = guarded.app.test_client().post(
        target,
        data=body,
        content_type="application/json",
        headers={"X-Twilio-Signature": validator.compute_signature(PUBLIC_URL + target, {})},
    )
    assert answer.status_code == 415


@pytest.mark.parametrize(
    ("name", "body", "status"),
    [
        ("200 kB", b"CallSid=" + b"a" * 200_000, 413),
        ("64 kB and one byte", b"a=" + b"a" * (64 * 1024 - 1), 413),
        ("300 fields", b"&".join(b"f%d=1" % n for n in range(300)), 400),
        ("invalid UTF-8", b"CallSid=%FF%FE", 400),
        ("bytes that are no text", b"CallSid=\xff\xfe", 400),
        ("nothing at all", b"", 403),
    ],
)  # fmt: skip
def test_what_no_provider_sends_is_refused(guarded: Hotline, name: str, body: bytes, status: int) -> None:
    """Bodies that no provider sends get a clear 4xx before anything is done with them."""
    answer = guarded.app.test_client().post("/phone/twilio/voice", data=body, content_type=FORM)
    assert answer.status_code == status


def test_a_webhook_that_names_no_call_is_refused(guarded: Hotline) -> None:
    """Signed, but about no call: a clear 400, for there is nobody to answer."""
    for call in ("", "CA" + "1" * 200, "CA\x00", "CA\n1"):
        for path in ("voice", "turn", "status"):
            assert guarded.post(f"/phone/twilio/{path}", fields_of(call)).status_code == 400


def test_nobody_is_told_why_in_detail(guarded: Hotline) -> None:
    """A refusal says no more than that it is one: not what was sent, not what would have been right."""
    answer = guarded.app.test_client().post(
        "/phone/twilio/voice", data=urlencode(GENUINE), content_type=FORM, headers={"X-Twilio-Signature": "x"}
    )
    assert "5550147" not in answer.text
    assert len(answer.text) < 100


PREFIXED = "https://example.org:8443/hotline"


@pytest.fixture(scope="module")
def behind_a_proxy(tmp_path_factory: pytest.TempPathFactory) -> Hotline:
    """A hotline whose public address has a port and a path that the proxy takes off."""
    return make_hotline(tmp_path_factory.mktemp("proxy") / "data", public_url=PREFIXED)


@pytest.mark.parametrize(
    "signed_over",
    [PREFIXED, PREFIXED.replace(":8443", "")],
    ids=["with the port", "without the port"],
)
def test_a_proxy_may_take_off_a_path_and_a_port(behind_a_proxy: Hotline, signed_over: str) -> None:
    """The provider signs the public address; what the proxy passes on is shorter, and the signature holds."""
    fields = fields_of("CA" + "3" * 32)
    target = "/phone/twilio/voice"
    headers = {"X-Twilio-Signature": RequestValidator(TOKEN).compute_signature(signed_over + target, fields)}
    for options in ({}, {"base_url": "http://10.0.0.5/hotline"}, {"base_url": "http://evil.example.com"}):
        answer = behind_a_proxy.app.test_client().post(
            target, data=urlencode(fields), content_type=FORM, headers=headers, **options
        )
        assert answer.status_code == 200
        assert f'action="{PREFIXED}/phone/twilio/turn?turn=1#' in answer.text
        assert f"<Play>{PREFIXED}/media/" in answer.text


def test_what_a_proxy_claims_is_not_believed(guarded: Hotline) -> None:
    """Headers about hosts and schemes change nothing: only the configured address counts."""
    fields = fields_of("CA" + "4" * 32)
    headers = signed("/phone/twilio/voice", list(fields.items()))
    for claimed in (
        {"X-Forwarded-Host": "evil.example.com"},
        {"X-Forwarded-Proto": "http"},
        {"Host": "evil"},
    ):
        answer = guarded.app.test_client().post(
            "/phone/twilio/voice", data=urlencode(fields), content_type=FORM, headers=headers | claimed
        )
        assert answer.status_code == 200
    forged = sign(TOKEN.encode(), "https://evil.example.com/phone/twilio/voice", fields.items())
    answer = guarded.app.test_client().post(
        "/phone/twilio/voice",
        data=urlencode(fields),
        content_type=FORM,
        headers={
            "X-Twilio-Signature": forged,
            "Host": "evil.example.com",
            "X-Forwarded-Host": "evil.example.com",
        },
    )
    assert answer.status_code == 403
    guarded.post("/phone/twilio/status", fields_of("CA" + "4" * 32, CallStatus="completed"))


def test_a_hotline_of_one_line_stays_of_one_line(tmp_path: Path) -> None:
    """A call to a number of the provider's other customers isn't answered with somebody's menu."""
    hotline = make_hotline(tmp_path / "data")
    call = hotline.ring(to="+12025550199")
    assert "<Gather" not in call.text
    assert "<Hangup/>" in call.text
    assert LINE.number not in call.text
