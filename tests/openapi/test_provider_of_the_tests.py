"""The provider that our tests talk to answers as the official document says: it is no friendlier."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from werkzeug.test import Client

from tests.telephony.fake_rest import ACCOUNT, LINE, TOKEN, Provider, rest_app

pytestmark = [pytest.mark.openapi, pytest.mark.xdist_group("openapi")]

BASE = "/2010-04-01/Accounts/{AccountSid}"
AMINA = "+12025550142"


@pytest.fixture
def provider() -> Provider:
    """A provider with a call that has a leg and recordings."""
    return Provider()


def ask(provider: Provider, method: str, path: str, **more: Any) -> tuple[int, dict[str, Any]]:
    """One request with the account's credentials; status and body."""
    basic = base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
    answer = Client(rest_app(provider)).open(
        BASE.replace("{AccountSid}", ACCOUNT) + path,
        method=method,
        headers={"Authorization": f"Basic {basic}"},
        **more,
    )
    return answer.status_code, answer.get_json(silent=True) or {}


def operation(document: dict[str, Any], method: str, path: str) -> dict[str, Any]:
    """What the document says of a request."""
    found: dict[str, Any] = document["paths"][BASE + path][method.lower()]
    return found


def schema_of(document: dict[str, Any], method: str, path: str, status: int) -> dict[str, Any]:
    """The shape of an answer, as the document has it."""
    content = operation(document, method, path)["responses"][str(status)]["content"]["application/json"][
        "schema"
    ]
    return resolved(document, content)


def resolved(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """A schema with its reference followed."""
    name = schema.get("$ref", "").rpartition("/")[2]
    return dict(document["components"]["schemas"][name]) if name else schema


def check(document: dict[str, Any], schema: dict[str, Any], value: object, place: str) -> list[str]:
    """Where a value isn't as the document describes it."""
    schema = resolved(document, schema)
    if value is None:
        return [] if schema.get("nullable", False) else [f"{place} is null"]
    kinds = {"string": str, "integer": int, "array": list, "object": dict, "boolean": bool}
    if "type" in schema and not isinstance(value, kinds[schema["type"]]):
        return [f"{place} is no {schema['type']}"]
    if "enum" in schema and value not in schema["enum"]:
        return [f"{place} is {value}"]
    if isinstance(value, list):
        return [wrong for part in value for wrong in check(document, schema["items"], part, place)]
    if isinstance(value, dict) and "properties" in schema:
        unknown = [f"{place}.{name} is unknown" for name in value if name not in schema["properties"]]
        known = [(name, part) for name, part in value.items() if name in schema["properties"]]
        return unknown + [
            wrong
            for name, part in known
            for wrong in check(document, schema["properties"][name], part, f"{place}.{name}")
        ]
    return []


def test_its_answers_have_the_shape_of_the_document(provider: Provider, document: dict[str, Any]) -> None:
    """Calls, legs, recordings and lists of them have only fields that the document knows, of the kinds it says."""
    call = provider.has_call("completed")
    provider.has_call("no-answer", parent=call)
    recording = provider.has_recording(call=call)
    order = {"To": AMINA, "From": LINE, "Url": "https://line.example.org/"}
    requests: list[tuple[str, str, str, int, dict[str, Any]]] = [
        ("GET", "/Calls.json", "/Calls.json", 200, {}),
        ("GET", "/Calls/{Sid}.json", f"/Calls/{call}.json", 200, {}),
        ("POST", "/Calls.json", "/Calls.json", 201, {"data": order}),
        ("GET", "/Recordings.json", "/Recordings.json", 200, {}),
        ("GET", "/Recordings/{Sid}.json", f"/Recordings/{recording}.json", 200, {}),
        ("GET", "/Calls/{CallSid}/Recordings.json", f"/Calls/{call}/Recordings.json", 200, {}),
    ]
    for method, template, path, status, more in requests:
        found, body = ask(provider, method, path, **more)
        assert found == status, path
        assert check(document, schema_of(document, method, template, status), body, path) == []


def test_it_deletes_with_the_status_of_the_document(provider: Provider, document: dict[str, Any]) -> None:
    """A call and a recording are deleted with the answer that the document gives, and without any content."""
    call = provider.has_call("completed")
    recording = provider.has_recording(call=call)
    for template, path in (
        ("/Recordings/{Sid}.json", f"/Recordings/{recording}.json"),
        ("/Calls/{Sid}.json", f"/Calls/{call}.json"),
    ):
        status, body = ask(provider, "DELETE", path)
        assert str(status) in operation(document, "DELETE", template)["responses"]
        assert body == {}


@pytest.mark.parametrize(
    ("path", "filters"),
    [
        ("/Calls.json", {"To", "From", "Status", "ParentCallSid", "StartTime", "StartTime<", "EndTime>"}),
        ("/Recordings.json", {"CallSid", "DateCreated", "DateCreated<", "IncludeSoftDeleted"}),
    ],
)
def test_it_knows_no_filter_that_the_document_does_not(
    document: dict[str, Any], path: str, filters: set[str]
) -> None:
    """What the lists of our tests can be asked for can be asked of the real ones, pages included."""
    known = {each["name"] for each in operation(document, "GET", path)["parameters"]}
    assert filters | {"PageSize", "Page", "PageToken"} <= known


def test_the_comparison_finds_what_is_wrong(document: dict[str, Any]) -> None:
    """An answer with an unknown field, a wrong kind or an unknown state is noticed."""
    schema = schema_of(document, "GET", "/Calls/{Sid}.json", 200)
    wrong = check(document, schema, {"sid": 5, "status": "asleep", "colour": "red"}, "call")
    assert len(wrong) == 3
