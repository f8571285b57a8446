"""Who may ask what of the native API: the table of contract/native-api.md section 6, by route."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from heat_api.routes import RESOURCE, ROUTES, STACK, Route

TEMPLATE = {
    "heat_template_version": "2021-04-16",
    "resources": {
        "handle": {
            "type": "OS::Heat::WaitConditionHandle",
            "properties": {"signal_transport": "TOKEN_SIGNAL"},
        },
        "other": {
            "type": "OS::Heat::WaitConditionHandle",
            "properties": {"signal_transport": "TOKEN_SIGNAL"},
        },
    },
    "outputs": {
        "handle": {"value": {"get_attr": ["handle", "token"]}},
        "other": {"value": {"get_attr": ["other", "token"]}},
    },
}
LOOK, CHANGE, GUEST, RULE, NOBODY = "look", "change", "guest", "administer", "nobody"
# Rules that ask for less or more than their verb suggests.
_EXCEPTIONS = {
    "stacks:lookup": GUEST,
    "resource:metadata": GUEST,
    "resource:signal": GUEST,
    "software_deployments:metadata": GUEST,
    "stacks:preview": LOOK,
    "stacks:validate_template": CHANGE,
    "stacks:generate_template": CHANGE,
    "stacks:export": CHANGE,
    "service:index": RULE,
}
# What the roles of contract section 6 open; an administrator of the project has them all.
OPENS = {
    "reader": {LOOK, GUEST},
    "member": {LOOK, CHANGE, GUEST},
    "admin": {LOOK, CHANGE, GUEST, RULE},
}
BODIES: dict[tuple[str, str], Any] = {
    ("POST", "/validate"): {"template": TEMPLATE},
    ("POST", "/stacks"): {"stack_name": "{fresh}", "template": TEMPLATE},
    ("POST", "/stacks/preview"): {"stack_name": "{unused}", "template": TEMPLATE},
    ("PUT", STACK): {"template": TEMPLATE},
    ("PATCH", STACK): {"template": TEMPLATE},
    ("PUT", f"{STACK}/preview"): {"template": TEMPLATE},
    ("PATCH", f"{STACK}/preview"): {"template": TEMPLATE},
    ("POST", f"{STACK}/actions"): {"check": None},
    ("POST", f"{STACK}/snapshots"): {},
    ("PATCH", RESOURCE): {"mark_unhealthy": True},
    ("POST", f"{RESOURCE}/signal"): {},
    ("POST", "/software_configs"): {"name": "c", "group": "script", "config": "true"},
    ("POST", "/software_deployments"): {"server_id": "s", "config_id": "{config_id}"},
    ("PUT", "/software_deployments/{deployment_id}"): {"status": "COMPLETE"},
}
# Answers of whoever may, where the thing that the path names has to be in a state of its own.
ANSWERS = {
    "stacks:restore_snapshot": {202, 400, 409},
    "stacks:delete_snapshot": {204, 400, 409},
}
ALLOWED = {200, 201, 202, 204, 302}


@dataclass(frozen=True, slots=True)
class Place:
    """One way to use a route: where, and what for."""

    route: Route
    path: str
    body: Any

    @property
    def rule(self) -> str:
        """The rule that decides; of routes that name none, the one that the body leads to."""
        if self.route.rule is not None:
            return self.route.rule
        return "actions:check" if self.route.path.endswith("/actions") else "stacks:update_patch"

    @property
    def needs(self) -> str:
        """What one must be allowed to do."""
        if self.rule in _EXCEPTIONS:
            return _EXCEPTIONS[self.rule]
        if self.rule == "actions:check" or self.route.method == "GET":
            return LOOK
        return CHANGE

    @property
    def of_stack(self) -> bool:
        """Whether the path names a stack, which another project must not find."""
        return "{stack" in self.route.path

    @property
    def named(self) -> bool:
        """Whether the path names something that a project has."""
        return "_id}" in self.route.path.replace("{server_id}", "")

    @property
    def answers(self) -> set[int]:
        """Of whoever may."""
        return ANSWERS.get(self.rule, ALLOWED)


def places(names: dict[str, str]) -> list[Place]:
    """Every route, with these names in its path; a lookup once for each verb."""
    made = []
    for route in ROUTES:
        path = route.path.replace("{stack_name:arn\\x3a.*}", names["arn"])
        start = path.find("{subpath:")
        if start >= 0:
            path = path[:start] + "resources"
        for name, value in names.items():
            path = path.replace(f"{{{name}}}", value)
        body = _named(BODIES.get((route.method, route.path)), names)
        if body is None and route.rule == "stacks:lookup" and route.method != "GET":
            body = {}
        made.append(Place(route, path, body))
    return made


def _named(body: Any, names: dict[str, str]) -> Any:
    if not isinstance(body, dict):
        return body
    return {
        key: names[value[1:-1]] if isinstance(value, str) and value[1:-1] in names else value
        for key, value in body.items()
    }
