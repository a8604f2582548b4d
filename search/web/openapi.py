"""The description of the API in OpenAPI 3.1, made from the table of operations and the schemas of outputs."""

from __future__ import annotations

import json
import re
from typing import Any

from search.present.json_schemas import schema_as_json
from search.web.forms import EXPORT_FORMS, FORMS, MEDIA
from search.web.operations import API, OPERATIONS
from search.web.parameters import ExportParameters, Parameters, SearchParameters
from search.web.problems import MEDIA_TYPE

Description = dict[str, Any]

_COUNT: Description = {
    "type": "object",
    "properties": {
        "total": {"type": "integer", "minimum": 0},
        "read_as": {"type": "string"},
        "warnings": {"type": "array", "items": {"type": "string"}},
    },
    "required": ["total", "read_as", "warnings"],
}
_PROBLEM: Description = {
    "type": "object",
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "query": {"type": "string"},
        "start": {"type": "integer"},
        "end": {"type": "integer"},
        "did_you_mean": {"type": "string"},
    },
    "required": ["type", "title", "status"],
}
_FAILURE: Description = {
    "description": "A problem",
    "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/problem"}}},
}
_NO_LONGER: Description = {"description": "The answer that the client has is still right"}


def openapi_as_json(root: str = "") -> str:
    """The description, which is the same for every archive; for a server under the path `root`."""
    paths: dict[str, Description] = {}
    for each in OPERATIONS:
        kinds = [{"$ref": f"#/components/schemas/{name}"} for name in (each.schema, each.several) if name]
        answer = _answer({"application/json": {"schema": {"anyOf": kinds} if kinds[1:] else kinds[0]}})
        told = {"summary": each.summary, "operationId": _name(each.path)}
        paths[each.path] = {"get": {**told, "parameters": _parameters(each.parameters, each.path), **answer}}
        if each.posted:
            schema = each.parameters.model_json_schema()
            body = {"required": True, "content": {"application/json": {"schema": schema}}}
            told = {"summary": f"{each.summary}, for a long query", "operationId": f"{_name(each.path)}_long"}
            paths[each.path]["post"] = {**told, "requestBody": body, **answer}
    for form in FORMS:
        answer = _answer({MEDIA[form].type: _schema_of(form)})
        told = {"summary": f"A page of the articles that match, as {form}", "operationId": f"search_{form}"}
        path = f"/search.{form}"
        paths[path] = {"get": {**told, "parameters": _parameters(SearchParameters, path), **answer}}
    for form in EXPORT_FORMS:
        answer = _answer({MEDIA[form].type: {}})
        told = {"summary": f"Every article that matches, as {form}", "operationId": f"export_{form}"}
        path = f"/export.{form}"
        paths[path] = {"get": {**told, "parameters": _parameters(ExportParameters, path), **answer}}
    info = {"title": "news", "version": "1.0", "summary": "Full-text search over an archive of news"}
    schemas = {"count": _COUNT, "problem": _PROBLEM}
    names = {name for each in OPERATIONS for name in (each.schema, each.several) if name} - {"count"}
    for name in sorted(names):
        schemas |= _schemas_of(name)
    servers = {"servers": [{"url": root}]} if root else {}
    components = {"schemas": schemas}
    return json.dumps(
        {"openapi": "3.1.0", "info": info, **servers, "paths": paths, "components": components}, indent=1
    )


def _schemas_of(name: str) -> dict[str, Description]:
    """The schema of an output, and the definitions that it refers to, as components with their own names."""
    text = schema_as_json(name).replace('"#/$defs/', f'"#/components/schemas/{name}_')
    schema: Description = json.loads(text)
    parts = {f"{name}_{part}": own for part, own in schema.pop("$defs", {}).items()}
    return {name: schema, **parts}


def _schema_of(form: str) -> Description:
    return {"schema": {"$ref": "#/components/schemas/search"}} if form == "json" else {}


def _answer(content: Description) -> Description:
    own = {"200": {"description": "The answer", "content": content}, "304": _NO_LONGER}
    return {"responses": {**own, "4XX": _FAILURE, "5XX": _FAILURE}}


def _parameters(kind: type[Parameters], path: str) -> list[Description]:
    """The parameters in the form of OpenAPI; one that is not given has no value, rather than null."""
    described = kind.model_json_schema()
    required = described.get("required", ())
    found = []
    for name, schema in described["properties"].items():
        own = {key: value for key, value in schema.items() if key not in ("title", "description", "anyOf")}
        if "anyOf" in schema:
            own = dict(next(each for each in schema["anyOf"] if each.get("type") != "null"))
        place = "path" if f"{{{name}}}" in path else "query"
        told = {"name": name, "in": place, "required": name in required, "schema": own}
        if "description" in schema:
            told["description"] = schema["description"]
        found.append(told)
    return found


def _name(path: str) -> str:
    return re.sub(r"\W+", "_", path.removeprefix(f"{API}/")).strip("_")
