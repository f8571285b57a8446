"""Reading a request body's fields; every error names the field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heat_engine.clouds.interface import CloudError, Document


def invalid(where: str, problem: str) -> CloudError:
    """``where`` is the field's dotted path, as ``servers.flavorRef``."""
    return CloudError("invalid", f"{where}: {problem}")


def text(body: Mapping[str, Any], where: str, name: str, default: str = "") -> str:
    value = body.get(name)
    if value is None:
        return default
    if not isinstance(value, str):
        raise invalid(f"{where}.{name}", f"must be text, not {type(value).__name__}")
    if len(value) > 65536:
        raise invalid(f"{where}.{name}", "is longer than 65536 characters")
    return value


def required(body: Mapping[str, Any], where: str, name: str) -> str:
    value = text(body, where, name)
    if not value:
        raise invalid(f"{where}.{name}", "is required")
    return value


def integer(
    body: Mapping[str, Any], where: str, name: str, *, default: int | None = None, least: int = 0
) -> int:
    value = body.get(name)
    if value is None:
        if default is None:
            raise invalid(f"{where}.{name}", "is required")
        return default
    try:
        number = int(value)
    except (TypeError, ValueError):
        raise invalid(f"{where}.{name}", f"{value!r} is not a number") from None
    if number < least:
        raise invalid(f"{where}.{name}", f"{number} is less than {least}")
    return number


def mapping(body: Mapping[str, Any], where: str, name: str) -> Document:
    value = body.get(name)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise invalid(f"{where}.{name}", "must be a mapping")
    return dict(value)


def entries(body: Mapping[str, Any], where: str, name: str) -> list[Document]:
    """A list of mappings."""
    value = body.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, Mapping) for item in value):
        raise invalid(f"{where}.{name}", "must be a list of mappings")
    return [dict(item) for item in value]
