"""The OpenAPI 3.1 document of the API, made from the tables that serve requests."""

from __future__ import annotations

import hashlib
import json
import re
from functools import cache
from http import HTTPStatus
from typing import Any

from heat_api.openapi.operations import OPERATIONS, Operation
from heat_api.openapi.shapes import SHAPES, ref
from heat_api.routes import ROUTES, Route

_VARIABLE = re.compile(r"\{(\w+)(?::([^{}]*))?\}")
_JSON = "application/json"
_SECURITY = {
    "token": {"type": "apiKey", "in": "header", "name": "X-Auth-Token"},
    "user": {"type": "apiKey", "in": "header", "name": "X-Auth-User"},
    "key": {"type": "apiKey", "in": "header", "name": "X-Auth-Key"},
    "basic": {"type": "http", "scheme": "basic"},
}


@cache
def text() -> tuple[bytes, str]:
    """The document and its entity tag; the same for every caller."""
    body = json.dumps(document(), sort_keys=True).encode()
    return body, hashlib.sha256(body).hexdigest()[:32]


def document() -> dict[str, Any]:
    paths: dict[str, dict[str, Any]] = {}
    for route in [item for item in ROUTES if item.handler in OPERATIONS]:
        for path, variables in _paths(f"/{{project_id}}{route.path}"):
            item = paths.setdefault(path, {"parameters": variables})
            item.setdefault(route.method.lower(), _operation(route, path))
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Hearth: OpenStack Orchestration",
            "version": "1.0",
            "description": "Stacks of resources, made from templates.",
        },
        "servers": [{"url": "/v1"}],
        "security": [{"token": []}, {"user": [], "key": []}, {"basic": []}],
        "paths": paths,
        "components": {
            "schemas": SHAPES,
            "securitySchemes": _SECURITY,
            "responses": {
                "Fault": {
                    "description": "Refused, or failed.",
                    "content": {_JSON: {"schema": ref("Fault")}},
                },
                "Unauthorized": {"description": "Who asks is not known."},
            },
        },
    }


def _paths(pattern: str) -> list[tuple[str, list[dict[str, Any]]]]:
    """A route's path without what only the mapper understands.

    A variable that has a few values is written out: else its path would be that of another route.
    """
    for match in _VARIABLE.finditer(pattern):
        if match[2] and "|" in match[2]:
            head, tail = pattern[: match.start()], pattern[match.end() :]
            return [
                found for value in match[2].split("|") for found in _paths(f"{head}{value}{tail}")
            ]
    names = [match[1] for match in _VARIABLE.finditer(pattern)]
    variables = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
        for name in names
    ]
    return [(_VARIABLE.sub(lambda match: f"{{{match[1]}}}", pattern), variables)]


def _operation(route: Route, path: str) -> dict[str, Any]:
    entry = OPERATIONS[route.handler]
    noun = route.handler.__module__.rpartition(".")[2]
    words = [route.method.lower(), *re.findall(r"\w+", path.replace("project_id", ""))]
    described: dict[str, Any] = {
        "operationId": "_".join(words),
        "summary": entry.tells,
        "tags": [noun],
        "responses": _responses(entry),
    }
    if route.rule is not None:
        described["description"] = f"Policy rule: `{route.rule}`."
    queried = [parameter.document() for parameter in entry.query]
    if entry.streams:
        queried.append({"name": "Last-Event-ID", "in": "header", "schema": {"type": "string"}})
    if queried:
        described["parameters"] = queried
    if entry.body is not None:
        content = {_JSON: {"schema": entry.body}}
        described["requestBody"] = {"required": entry.needed, "content": content}
    return described


def _responses(entry: Operation) -> dict[str, Any]:
    success: dict[str, Any] = {"description": HTTPStatus(entry.status).phrase}
    if entry.answer is not None:
        success["content"] = {_JSON: {"schema": entry.answer}}
    if entry.streams:
        success["content"]["text/event-stream"] = {"schema": {"type": "string"}}
    if entry.status in (201, 302):
        success["headers"] = {"Location": {"schema": {"type": "string"}}}
    answers = {
        str(entry.status): success,
        "401": {"$ref": "#/components/responses/Unauthorized"},
        "default": {"$ref": "#/components/responses/Fault"},
    }
    if entry.streams:
        answers["204"] = {"description": "Nothing more will come."}
    return answers
