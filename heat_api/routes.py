"""All routes of the API in one table (contract/native-api.md section 7)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from routes import Mapper

from heat_api.call import Call
from heat_api.handlers import (
    actions,
    build_info,
    documents,
    events,
    lookup,
    outputs,
    resource_types,
    resources,
    services,
    snapshots,
    software_configs,
    software_deployments,
    stacks,
    templates,
)

Handler = Callable[[Call], Any]

# In the order in which they are told.
VERBS = ("GET", "POST", "PUT", "PATCH", "DELETE")

STACK = "/stacks/{stack_name}/{stack_id}"
SNAPSHOTS = f"{STACK}/snapshots"
SNAPSHOT = f"{SNAPSHOTS}/{{snapshot_id}}"
RESOURCE = f"{STACK}/resources/{{resource_name}}"


@dataclass(frozen=True, slots=True)
class Route:
    """``rule``: the policy rule checked before the handler; None when it depends on the body.

    ``listed``: whether the path answers OPTIONS and refuses other verbs with 405.
    """

    method: str
    path: str
    rule: str | None
    handler: Handler
    listed: bool = True


def _lookups() -> list[Route]:
    made = [
        Route(verb, path, "stacks:lookup", lookup.lookup)
        for path in ("/stacks/{stack_name:arn\\x3a.*}", "/stacks/{stack_name}")
        for verb in VERBS
    ]
    read = "{subpath:resources|events|template|actions|environment|files}"
    write = "{subpath:resources|events|template|actions}"
    made.append(Route("GET", f"/stacks/{{stack_name}}/{read}", "stacks:lookup", lookup.lookup))
    made.append(Route("POST", f"/stacks/{{stack_name}}/{write}", "stacks:lookup", lookup.lookup))
    return made


def _software() -> list[Route]:
    configs, deployments = "/software_configs", "/software_deployments"
    config, deployment = f"{configs}/{{config_id}}", f"{deployments}/{{deployment_id}}"
    may = "software_configs:"
    made = [
        Route("GET", configs, f"{may}index", software_configs.index),
        Route("POST", configs, f"{may}create", software_configs.create),
        Route("GET", config, f"{may}show", software_configs.show),
        Route("DELETE", config, f"{may}delete", software_configs.delete),
    ]
    may, metadata = "software_deployments:", f"{deployments}/metadata/{{server_id}}"
    return [
        *made,
        Route("GET", deployments, f"{may}index", software_deployments.index),
        Route("POST", deployments, f"{may}create", software_deployments.create),
        Route("GET", metadata, f"{may}metadata", software_deployments.metadata),
        Route("GET", deployment, f"{may}show", software_deployments.show),
        Route("PUT", deployment, f"{may}update", software_deployments.update),
        Route("DELETE", deployment, f"{may}delete", software_deployments.delete),
    ]


ROUTES = (
    Route("POST", "/validate", "stacks:validate_template", templates.validate),
    Route("GET", "/resource_types", "stacks:list_resource_types", resource_types.index),
    Route("GET", "/resource_types/{type_name}", "stacks:resource_schema", resource_types.show),
    Route(
        "GET",
        "/resource_types/{type_name}/template",
        "stacks:generate_template",
        resource_types.template,
    ),
    Route("GET", "/template_versions", "stacks:list_template_versions", templates.versions),
    Route(
        "GET",
        "/template_versions/{template_version}/functions",
        "stacks:list_template_functions",
        templates.functions,
    ),
    Route("GET", "/stacks", "stacks:index", stacks.index),
    Route("POST", "/stacks", "stacks:create", stacks.create),
    Route("POST", "/stacks/preview", "stacks:preview", stacks.preview),
    Route("GET", "/stacks/detail", "stacks:detail", stacks.detail),
    *_lookups(),
    Route("GET", STACK, "stacks:show", stacks.show),
    Route("PUT", STACK, "stacks:update", stacks.update),
    Route("PATCH", STACK, None, stacks.update_patch),
    Route("DELETE", STACK, "stacks:delete", stacks.delete),
    Route("PUT", f"{STACK}/preview", "stacks:preview_update", stacks.preview_update),
    Route("PATCH", f"{STACK}/preview", "stacks:preview_update_patch", stacks.preview_update_patch),
    Route("GET", f"{STACK}/template", "stacks:template", documents.template),
    Route("GET", f"{STACK}/environment", "stacks:environment", documents.environment),
    Route("GET", f"{STACK}/files", "stacks:files", documents.files),
    Route("DELETE", f"{STACK}/abandon", "stacks:abandon", snapshots.abandon),
    Route("GET", f"{STACK}/export", "stacks:export", snapshots.export),
    Route("GET", SNAPSHOTS, "stacks:list_snapshots", snapshots.index),
    Route("POST", SNAPSHOTS, "stacks:snapshot", snapshots.create),
    Route("GET", SNAPSHOT, "stacks:show_snapshot", snapshots.show),
    Route("DELETE", SNAPSHOT, "stacks:delete_snapshot", snapshots.delete),
    Route("POST", f"{SNAPSHOT}/restore", "stacks:restore_snapshot", snapshots.restore),
    Route("GET", f"{STACK}/outputs", "stacks:list_outputs", outputs.index),
    Route("GET", f"{STACK}/outputs/{{output_key}}", "stacks:show_output", outputs.show),
    Route("POST", f"{STACK}/actions", None, actions.action),
    Route("GET", f"{STACK}/resources", "resource:index", resources.index),
    Route("GET", RESOURCE, "resource:show", resources.show),
    Route("PATCH", RESOURCE, "resource:mark_unhealthy", resources.mark_unhealthy),
    Route("GET", f"{RESOURCE}/metadata", "resource:metadata", resources.metadata),
    Route("POST", f"{RESOURCE}/signal", "resource:signal", resources.signal),
    Route("GET", "/events", "events:index", events.index_of_project),
    Route("GET", f"{STACK}/events", "events:index", events.index),
    Route("GET", f"{RESOURCE}/events", "events:index", events.index),
    Route("GET", f"{RESOURCE}/events/{{event_id}}", "events:show", events.show),
    *_software(),
    Route("GET", "/build_info", "build_info:build_info", build_info.show),
    Route("GET", "/services", "service:index", services.index, listed=False),
)


@dataclass(frozen=True, slots=True)
class Match:
    """What a path and verb lead to: a route, or only the verbs that the path has."""

    route: Route | None
    allowed: tuple[str, ...]
    path: dict[str, str]


class Table:
    """The compiled table."""

    def __init__(self, routes: tuple[Route, ...] = ROUTES) -> None:
        self._routes = routes
        self._mapper = Mapper(controller_scan=None, explicit=True)
        self._mapper.minimization = False
        for number, route in enumerate(routes):
            self._mapper.connect(
                None,
                f"/{{project_id}}{route.path}",
                conditions={"method": [route.method]},
                route=str(number),
            )
        self._mapper.create_regs([])

    def match(self, path: str, method: str) -> Match | None:
        """``path`` is decoded text, without the version. None: no such path."""
        found = self._find(path, method)
        if found is not None:
            return found
        # Routes of other shapes may have the same path, so each verb is asked for by itself.
        others = [other for verb in VERBS if (other := self._find(path, verb)) is not None]
        allowed = tuple(one.route.method for one in others if one.route and one.route.listed)
        return Match(None, allowed, others[0].path) if allowed else None

    def _find(self, path: str, method: str) -> Match | None:
        variables = self._mapper.match(path, {"REQUEST_METHOD": method})
        if not variables:
            return None
        return Match(self._routes[int(variables.pop("route"))], (), variables)
