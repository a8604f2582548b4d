"""The description of the API says what the server does."""

from __future__ import annotations

import json
import re
from typing import Any

import fastjsonschema
import pytest

from search.web.operations import OPERATIONS
from tests.web.conftest import Server
from tests.web.test_operations import example


@pytest.fixture
def described(server: Server) -> dict[str, Any]:
    response = server.get("/api/v1/openapi.json")
    assert response.headers["content-type"] == "application/json"
    told: dict[str, Any] = json.loads(response.text)
    return told


def test_every_operation_and_form_is_described_once(described: dict[str, Any]) -> None:
    assert described["openapi"] == "3.1.0"
    assert {each.path for each in OPERATIONS} <= described["paths"].keys()
    assert {"/search.csv", "/search.feed.json", "/export.ris"} <= described["paths"].keys()
    names = [each["operationId"] for path in described["paths"].values() for each in path.values()]
    assert len(names) == len(set(names))
    for path, methods in described["paths"].items():
        placed = {each["name"] for each in methods["get"]["parameters"] if each["in"] == "path"}
        assert placed == set(re.findall(r"{(\w+)}", path))


def test_every_reference_is_there(described: dict[str, Any]) -> None:
    found = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(described)))
    assert found == described["components"]["schemas"].keys()


def test_answers_have_the_schemas_that_are_described(server: Server, described: dict[str, Any]) -> None:
    schemas = described["components"]["schemas"]
    for each in OPERATIONS:
        schema = {**schemas[each.schema], "components": described["components"]}
        fastjsonschema.compile(schema)(json.loads(server.get(example(each.path)).text))
    problem = server.get("/api/v1/count?q=nofield:x")
    fastjsonschema.compile(schemas["problem"])(json.loads(problem.text))


def test_the_limits_of_parameters_are_described(described: dict[str, Any]) -> None:
    parameters = {each["name"]: each for each in described["paths"]["/api/v1/search"]["get"]["parameters"]}
    assert parameters["limit"]["schema"] == {"default": 10, "maximum": 100, "minimum": 0, "type": "integer"}
    assert parameters["q"]["schema"]["maxLength"] == 8192
    assert parameters["since"]["schema"]["type"] == "string"
    assert not any(each["required"] for each in parameters.values())
    body = described["paths"]["/api/v1/search"]["post"]["requestBody"]["content"]["application/json"]
    assert body["schema"]["additionalProperties"] is False
