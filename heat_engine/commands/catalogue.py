"""What this engine knows: resource types, template versions and functions, services, build."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any

from common import errors
from common.context import RequestContext
from heat_engine.commands import type_rules
from heat_engine.commands.core import Core
from heat_engine.language import versions
from heat_engine.language.functions.base import Removed
from heat_engine.language.functions.extensions import Refused
from heat_engine.language.functions.registry import condition_grammar, grammar
from heat_engine.language.patterns import Patience, PatternError, matches
from heat_engine.resources import schema_view
from heat_engine.store import services

SUPPORT = frozenset({"UNKNOWN", "SUPPORTED", "DEPRECATED", "UNSUPPORTED", "HIDDEN"})
LONGEST_EXPRESSION = 255


def list_resource_types(
    core: Core,
    context: RequestContext,
    *,
    support_status: str | None = None,
    type_name: str | None = None,
    heat_version: str | None = None,
    with_description: bool = False,
) -> list[Any]:
    """Names, or ``{resource_type, description}``, of what is not hidden (native-api.md 13.2)."""
    if support_status is not None and support_status not in SUPPORT:
        raise errors.Invalid(reason=f"unknown support status {support_status}")
    shown: list[Any] = []
    for name in _named(core.registry.names(), type_name):
        kind = core.registry.get(name)
        status = kind.support_status
        if status["status"] == "HIDDEN" or not type_rules.allowed(core, context, name):
            continue
        if support_status is not None and status["status"] != support_status:
            continue
        if heat_version is not None and status.get("version") != heat_version:
            continue
        if with_description:
            shown.append({"resource_type": name, "description": kind.description})
        else:
            shown.append(name)
    return shown


def resource_schema(
    core: Core, context: RequestContext, type_name: str, *, with_description: bool
) -> dict[str, Any]:
    kind = core.registry.get(type_name)
    type_rules.check_type(core, context, type_name)
    if kind.support_status["status"] == "HIDDEN":
        raise errors.NotSupported(feature=f"The Resource Type ({type_name})")
    shown = schema_view.resource_schema(kind)
    if with_description:
        shown["description"] = kind.description
    return shown


def generate_template(
    core: Core, context: RequestContext, type_name: str, template_type: str
) -> dict[str, Any]:
    """A provider template of a type; ``template_type``: cfn or hot."""
    type_rules.check_type(core, context, type_name)
    return schema_view.generate_template(core.registry.get(type_name), template_type)


def list_template_versions() -> list[dict[str, Any]]:
    """Every version marker, with the release names as aliases (native-api.md 13.3)."""
    shown: list[dict[str, Any]] = []
    for key, accepted in sorted(versions.MARKERS.items()):
        aliases: dict[str, list[str]] = {}
        for value, meaning in accepted.items():
            if value != meaning:
                aliases.setdefault(meaning, []).append(f"{key}.{value}")
        shown.extend(
            {
                "version": f"{key}.{value}",
                "type": "hot" if key == "heat_template_version" else "cfn",
                "aliases": aliases.get(value, []),
            }
            for value in sorted(set(accepted.values()))
        )
    return shown


def list_template_functions(
    template_version: str, *, with_condition: bool = False
) -> list[dict[str, str]]:
    """The functions of a version, named in full. Raises ``NotFound`` for an unknown version."""
    key, _, value = template_version.partition(".")
    if value not in versions.MARKERS.get(key, {}):
        raise errors.NotFound(f"Template with version {template_version} not found")
    version = versions.of({key: value})
    table = dict(grammar(version))
    if with_condition and version.has_conditions:
        table = {**condition_grammar(version), **table}
    return [
        {"functions": name, "description": " ".join((inspect.getdoc(function) or "").split())}
        for name, function in sorted(table.items())
        if not issubclass(function, (Removed, Refused))
    ]


def list_services(core: Core) -> list[dict[str, Any]]:
    """The engines; up means seen within twice the interval (native-api.md 13.5)."""
    with core.database.read() as session:
        found = services.list(session)
    return [
        {
            "id": item.id,
            "binary": item.binary,
            "engine_id": item.id,
            "host": item.host,
            "hostname": item.host,
            "topic": item.topic,
            "report_interval": item.report_interval,
            "status": "up" if item.up else "down",
            "created_at": item.created_at.isoformat(timespec="microseconds"),
            "updated_at": (item.updated_at or item.created_at).isoformat(timespec="microseconds"),
            "deleted_at": None,
        }
        for item in found
    ]


def _named(names: Sequence[str], expression: str | None) -> Sequence[str]:
    """Those that begin as the expression says; none for one that is no expression, or whose
    matching would keep the engine from all other work."""
    if not expression:
        return names
    if len(expression) > LONGEST_EXPRESSION:
        return []
    patience = Patience()
    try:
        return [name for name in names if matches(expression, name, patience, whole=False)]
    except PatternError:
        return []
