"""GET /api/v1/openapi.json describes the routes as they are and the responses as they come."""

from __future__ import annotations

from typing import Any

import httpx2 as httpx
import pytest
from flask import Flask

from backchannel.domain.ids import uuid7
from backchannel.web import api, openapi
from tests.stage import Camp, put

KINDS_OF_VALUE: dict[str, type | tuple[type, ...]] = {
    "object": dict, "array": list, "string": str, "integer": int, "number": (int, float), "boolean": bool,
    "null": type(None),
}  # fmt: skip


def described(camp: Camp) -> dict[str, Any]:
    found: dict[str, Any] = httpx.get(f"{camp.server.url}/api/v1/openapi.json").json()
    return found


def faults(value: Any, schema: dict[str, Any], document: dict[str, Any], where: str = "$") -> list[str]:
    """Return where a value departs from its schema. A key that an object's schema does not list is a fault, too."""
    if "$ref" in schema:
        return faults(value, document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]], document, where)
    for choice in ("oneOf", "anyOf"):
        if choice in schema:
            tried = [faults(value, one, document, where) for one in schema[choice]]
            return [] if [] in tried else [fault for each in tried for fault in each]
    found = [] if is_allowed(value, schema) else [f"{where}: {value!r} is not {schema}"]
    if isinstance(value, list):
        return found + [
            f for n, one in enumerate(value) for f in faults(one, schema["items"], document, f"{where}[{n}]")
        ]
    return found + (faults_of_keys(value, schema, document, where) if isinstance(value, dict) else [])


def faults_of_keys(value: dict[str, Any], schema: dict[str, Any], document: dict[str, Any], where: str) -> list[str]:
    known, other = schema.get("properties", {}), schema.get("additionalProperties")
    found = [f"{where}.{key} is missing" for key in schema.get("required", []) if key not in value]
    for key, one in value.items():
        expected = known.get(key, other)
        found += faults(one, expected, document, f"{where}.{key}") if expected else [f"{where}.{key} is not described"]
    return found


def is_allowed(value: Any, schema: dict[str, Any]) -> bool:
    if "const" in schema or "enum" in schema:
        return value in schema.get("enum", [schema.get("const")])
    names = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
    right = any(isinstance(value, KINDS_OF_VALUE[name]) for name in names)
    return right and (not isinstance(value, bool) or "boolean" in names)


def faults_of(response: httpx.Response, camp: Camp, method: str, path: str) -> list[str]:
    """Return where a response departs from the description of its address."""
    document = described(camp)
    responses = document["paths"][path][method]["responses"]
    content = responses.get(str(response.status_code), responses["default"])["content"]
    return faults(response.json(), content["application/json"]["schema"], document)


def test_the_description_lists_exactly_the_routes_of_the_api() -> None:
    app = Flask("the API alone")
    api.register(app)
    openapi.register(app)
    routes = {
        (method.lower(), rule.rule.replace("<", "{").replace(">", "}"))
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.rule.startswith("/api/")
    }
    paths = openapi.document()["paths"]
    assert {(method, path) for path in paths for method in paths[path] if method != "parameters"} == routes


def test_every_reference_leads_to_a_schema_and_every_schema_is_used(camp: Camp) -> None:
    document = described(camp)
    assert set(references(document)) == {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert document["openapi"] == "3.1.0"
    assert document["components"]["securitySchemes"] == {"bearer": {"type": "http", "scheme": "bearer"}}


def references(part: Any) -> list[str]:
    if isinstance(part, list):
        return [found for one in part for found in references(one)]
    if not isinstance(part, dict):
        return []
    return [part["$ref"]] if "$ref" in part else [found for one in part.values() for found in references(one)]


@pytest.mark.parametrize(
    "path",
    ["", "/changes", "/changes?limit=1", "/changes?channel=nobody", "/window", "/programme", "/programme?after=0"],
)
def test_what_is_read_is_as_described(camp: Camp, path: str) -> None:
    writer = camp.join("Priya")
    first = writer.note("Q: who pays?")
    writer.note("“We all do” – Olu Bright")
    writer.do({"op": uuid7(), "id": first["id"], "do": "retract"})
    response = httpx.get(camp.api + path)
    assert faults_of(response, camp, "get", "/api/v1/events/{event}" + path.split("?")[0]) == []


@pytest.mark.parametrize("known", [True, False])
def test_an_item_and_the_error_for_an_unknown_one_are_as_described(camp: Camp, known: bool) -> None:
    id = camp.join("Priya").note("The kettle is on")["id"]
    response = httpx.get(f"{camp.api}/items/{id if known else uuid7()}")
    assert response.status_code == (200 if known else 404)
    assert faults_of(response, camp, "get", "/api/v1/events/{event}/items/{id}") == []


def test_answers_to_writers_are_as_described(camp: Camp) -> None:
    base, organiser, shared = "/api/v1/events/{event}", camp.person("organiser"), camp.person("scribe")
    add = {"op": uuid7(), "do": "add_room", "title": "Cellar"}
    ops = {"ops": [put("A line"), put(""), {"op": "no UUID"}, put("Two", base_rev="x")]}
    for path, response in (
        ("/ops", organiser.post("ops", ops)),
        ("/ops", organiser.post("ops", {"ops": "none"})),
        ("/join", shared.post("join", {"name": "Ida"})),
        ("/join", shared.post("join", {})),
        ("/grid", organiser.post("grid", add)),
        ("/grid", shared.post("grid", add)),
    ):
        assert faults_of(response, camp, "post", base + path) == []
    assert faults(add, {"$ref": "#/components/schemas/Edit"}, described(camp)) == []
    assert faults({"ops": [put("A line")]}, {"$ref": "#/components/schemas/Batch"}, described(camp)) == []


def test_a_key_that_is_not_described_or_missing_is_found(camp: Camp) -> None:
    wrong = {"id": uuid7(), "seq": "1", "gone": True, "text": "secret"}
    assert faults(wrong, {"$ref": "#/components/schemas/Tombstone"}, described(camp)) == [
        "$.seq: '1' is not {'type': 'integer'}", "$.text is not described",
    ]  # fmt: skip
