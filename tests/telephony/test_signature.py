"""Signatures: ours answers as the official SDK's validator does, for everything a provider can send."""

from __future__ import annotations

import string
from urllib.parse import quote, urlencode

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator, get_signature_algorithm
from werkzeug.datastructures import MultiDict

from ivr.phone.form import read_form
from ivr.telephony.contract import RawRequest
from ivr.telephony.signature import algorithm_named, is_genuine, sign
from ivr.telephony.twilio import TwilioDialect
from tests.hotline import ACCOUNT

SECRET = "12345"

words = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
names = st.text(string.ascii_letters + string.digits + "_[].é", min_size=1, max_size=8)
forms = st.lists(st.tuples(names, words), max_size=12)
queries = st.sampled_from(
    ["", "?turn=1", "?turn=2&silence=1", "?q=%C3%A9", "?q=%2F%3A", "?a=1&a=2&a=", "?q=%20+%2B"]
)
hosts = st.sampled_from(
    [
        "line.example.org",
        "line.example.org:443",
        "line.example.org:8443",
        "LINE.example.org",
        "line.example.org:80",
    ]
)
urls = st.builds(
    lambda scheme, host, path, query: f"{scheme}://{host}{path}{query}",
    st.sampled_from(["https", "http"]),
    hosts,
    st.sampled_from(["/phone/twilio/voice", "/a%2Fb/phone/twilio/turn", "/", "/caf%C3%A9/phone/x"]),
    queries,
)
algorithms = st.sampled_from(["HMAC_SHA1", "HMAC_SHA256"])


def test_the_vector_that_everybody_uses() -> None:
    """The example of the provider's own documentation comes out to the letter."""
    fields = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+14158675309",
        "Digits": "1234",
        "From": "+14158675309",
        "To": "+18005551212",
    }
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    assert sign(b"12345", url, fields.items()) == "RSOYDt4T1cUTdK1PDd93/VVr8B8="


@given(url=urls, fields=forms, algorithm=algorithms)
def test_we_sign_as_the_sdk_does(url: str, fields: list[tuple[str, str]], algorithm: str) -> None:
    """Repeated, empty and foreign-language fields, any port, both algorithms: the same signature as the SDK's."""
    theirs = RequestValidator(SECRET).compute_signature(url, MultiDictLike(fields), algorithm)
    assert sign(SECRET.encode(), url, fields, algorithm) == theirs


@given(signed=urls, seen=urls, fields=forms, algorithm=algorithms, checked=algorithms)
def test_we_accept_what_the_sdk_accepts(
    signed: str, seen: str, fields: list[tuple[str, str]], algorithm: str, checked: str
) -> None:
    """Signed over one address and seen under another, with or without a port: the same verdict as the SDK's."""
    signature = RequestValidator(SECRET).compute_signature(signed, MultiDictLike(fields), algorithm)
    theirs = RequestValidator(SECRET).validate(seen, MultiDictLike(fields), signature, checked)
    assert is_genuine(SECRET.encode(), seen, fields, signature, checked) == theirs


@given(url=urls, fields=forms, data=st.data())
def test_any_change_breaks_a_signature(url: str, fields: list[tuple[str, str]], data: st.DataObject) -> None:
    """Mallory changes one field, adds one, drops one, or takes the form to another address: it is refused."""
    assume(fields)
    signature = sign(SECRET.encode(), url, fields)
    place = data.draw(st.integers(0, len(fields) - 1))
    name, value = fields[place]
    for forged in (
        [*fields[:place], (name, value + "1"), *fields[place + 1 :]],
        [*fields, ("Digits", "1" + value)],
        [field for field in fields if field != (name, value)],
    ):
        if set(forged) != set(fields) and _flat(forged) != _flat(fields):
            assert not is_genuine(SECRET.encode(), url, forged, signature)
    assert not is_genuine(SECRET.encode(), url + "0", fields, signature)
    assert not is_genuine(b"54321", url, fields, signature)


@given(st.text(max_size=60), st.text(max_size=40), st.lists(st.tuples(st.text(), st.text()), max_size=3))
def test_garbage_is_a_forgery_and_never_an_error(
    url: str, signature: str, fields: list[tuple[str, str]]
) -> None:
    """Whatever stands in the signature or the address, the answer is no."""
    assert is_genuine(SECRET.encode(), url, fields, signature) is False


def test_nothing_is_signed_with_nothing() -> None:
    """An installation without a token believes nobody, and a webhook without a signature is never genuine."""
    url = "https://line.example.org/phone/twilio/voice"
    assert not is_genuine(b"", url, [], sign(b"", url, []))
    assert not is_genuine(SECRET.encode(), url, [], "")


@given(st.text(string.ascii_letters + "=,_ 0123456789", max_size=60))
def test_the_settings_header_is_read_as_the_sdk_reads_it(header: str) -> None:
    """Which algorithm a webhook claims is read as the SDK reads it; an unknown one is refused."""
    theirs = get_signature_algorithm(header).upper()
    assert algorithm_named(header) == (theirs if theirs in ("HMAC_SHA1", "HMAC_SHA256") else None)


SHARED = "shared-key-of-at-least-some-length"
URL = "https://line.example.org/phone/twilio/voice"
FIELDS = [("CallSid", "CA1"), ("AccountSid", ACCOUNT), ("To", "+12025550100")]
BY_KEY = {"x-twilio-webhooks-signature-settings": "key=webhooks_sharedkey_1,algorithm=HMAC_SHA256"}
SIGNED_BY = "x-twilio-signature"
TOKEN_1 = sign(SECRET.encode(), URL, FIELDS)
TOKEN_256 = sign(SECRET.encode(), URL, FIELDS, "HMAC_SHA256")
KEY_1 = sign(SHARED.encode(), URL, FIELDS)
KEY_256 = sign(SHARED.encode(), URL, FIELDS, "HMAC_SHA256")
UNKNOWN = {"x-twilio-webhooks-signature-settings": "key=1,algorithm=NONE"}
CASES: list[tuple[str, dict[str, str], bool]] = [
    ("signed with the token", {SIGNED_BY: TOKEN_1}, True),
    ("signed with the shared key", BY_KEY | {SIGNED_BY: KEY_256}, True),
    ("the token where the key is claimed", BY_KEY | {SIGNED_BY: TOKEN_256}, False),
    ("the key where none is claimed", {SIGNED_BY: KEY_1}, False),
    ("the older algorithm where the newer is claimed", BY_KEY | {SIGNED_BY: KEY_1}, False),
    ("an algorithm nobody knows", UNKNOWN | {SIGNED_BY: TOKEN_1}, False),
    ("no signature", {}, False),
    ("an empty signature", {SIGNED_BY: ""}, False),
]


@pytest.mark.parametrize(("headers", "genuine"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_who_is_believed(headers: dict[str, str], genuine: bool) -> None:
    """A webhook is believed when the right secret signed it with the algorithm it claims, and else never."""
    dialect = TwilioDialect("twilio", ACCOUNT, SECRET, SHARED)
    request = RawRequest(URL, FIELDS, lambda name: headers.get(name.lower(), ""))
    assert dialect.verify(request) is genuine


def test_without_a_shared_key_none_can_be_claimed() -> None:
    """Where no shared key is set, a webhook that claims one is refused although the rest is right."""
    headers = BY_KEY | {"x-twilio-signature": sign(b"", URL, FIELDS, "HMAC_SHA256")}
    request = RawRequest(URL, FIELDS, lambda name: headers.get(name.lower(), ""))
    assert not TwilioDialect("twilio", ACCOUNT, SECRET).verify(request)


def test_another_account_is_refused() -> None:
    """Somebody else's account at the same provider has its own number, not ours."""
    fields = [("CallSid", "CA1"), ("AccountSid", "AC" + "9" * 32)]
    request = RawRequest(URL, fields, lambda _: sign(SECRET.encode(), URL, fields))
    assert not TwilioDialect("twilio", ACCOUNT, SECRET).verify(request)


@given(forms)
def test_forms_are_read_as_the_sdk_signs_them(fields: list[tuple[str, str]]) -> None:
    """What was signed is what is read, in its order, through either way of writing a blank."""
    assert read_form(urlencode(fields).encode()) == fields
    assert read_form(urlencode(fields, quote_via=quote).encode()) == fields


class MultiDictLike(MultiDict[str, str]):
    """As Flask gives a form to the SDK."""

    def __init__(self, fields: list[tuple[str, str]]) -> None:
        super().__init__(fields)


def _flat(fields: list[tuple[str, str]]) -> str:
    return "".join(name + value for name, value in sorted(set(fields)))
