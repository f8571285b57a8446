"""The environment of a request (contract/native-api.md section 12.1)."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from typing import Any

import webob.exc
import yaml

from common import wsgi

MAX_NODES = 100_000
MAX_DEPTH = 64

_SECTIONS: dict[str, type] = {
    "parameters": dict,
    "parameter_defaults": dict,
    "parameter_merge_strategies": dict,
    "resource_registry": dict,
    "encrypted_param_names": list,
    "event_sinks": list,
}
_OPTIONAL = "parameter_merge_strategies"


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Safe YAML in which what looks like a time stays text."""


_Loader.yaml_implicit_resolvers = {
    first: [entry for entry in entries if entry[0] != "tag:yaml.org,2002:timestamp"]
    for first, entries in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def empty() -> dict[str, Any]:
    """An environment with every section that the engine expects."""
    return {name: kind() for name, kind in _SECTIONS.items() if name != _OPTIONAL}


def complete(value: Any) -> dict[str, Any]:
    """A checked environment with every section filled; raises HTTPBadRequest.

    value: mapping, JSON or YAML text, None.
    """
    document = parse(value) if isinstance(value, str) else value
    if document is None:
        return empty()
    if not isinstance(document, Mapping):
        raise webob.exc.HTTPBadRequest("The environment is not a valid YAML mapping data type.")
    for name, section in document.items():
        if name not in _SECTIONS:
            raise webob.exc.HTTPBadRequest(f'environment has wrong section "{name}"')
        if not isinstance(section, _SECTIONS[name]):
            kind = "mapping" if _SECTIONS[name] is dict else "list"
            raise webob.exc.HTTPBadRequest(f'environment section "{name}" must be a {kind}')
    return {**empty(), **document}


def parse(text: str, noun: str = "environment") -> Any:
    """The data of JSON or YAML text, None for none; raises HTTPBadRequest."""
    if not text.strip():
        return None
    try:
        document = _load(text)
        _spend(document, 0, [MAX_NODES])
        # YAML knows more than JSON can carry to the engine: sets, bytes, NaN, keys of any type.
        plain = json.dumps(document, allow_nan=False)
    except (yaml.YAMLError, ValueError, TypeError) as error:
        raise webob.exc.HTTPBadRequest(f"Error parsing {noun}: {error}") from None
    except RecursionError:
        raise webob.exc.HTTPBadRequest(f"The {noun} is nested too deeply.") from None
    return wsgi.parse_json(plain.encode())


def _load(text: str) -> Any:
    if text.lstrip().startswith("{"):
        with contextlib.suppress(ValueError):
            return json.loads(text)
    return yaml.load(text, Loader=_Loader)  # noqa: S506 - built on the safe loader


def _spend(value: Any, depth: int, left: list[int]) -> None:
    """Count what the document holds once its aliases are written out, and stop in time."""
    left[0] -= 1
    if left[0] < 0 or depth > MAX_DEPTH:
        raise ValueError("it is too large once its aliases are written out")
    if isinstance(value, dict):
        for item in value.values():
            _spend(item, depth + 1, left)
    elif isinstance(value, list):
        for item in value:
            _spend(item, depth + 1, left)
