"""Who may ask what of the APIs: the tables of contract/native-api.md section 6, by route, and of
contract/aws-apis.md section 5."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from heat_api.routes import RESOURCE, ROUTES, STACK, Route

# Its guests: the one of ``handle`` and the one of ``other``; a third has a token of the engine's.
GUARDED = {
    "heat_template_version": "2021-04-16",
    "resources": {
        name: {
            "type": "OS::Heat::WaitConditionHandle",
            "properties": {"signal_transport": f"{transport}_SIGNAL"},
        }
        for name, transport in {"handle": "HEAT", "other": "HEAT", "third": "TOKEN"}.items()
    },
    "outputs": {
        "handle": {"value": {"get_attr": ["handle", "signal"]}},
        "other": {"value": {"get_attr": ["other", "signal"]}},
        "third": {"value": {"get_attr": ["third", "token"]}},
    },
}
TEMPLATE = {
    "heat_template_version": "2021-04-16",
    "resources": {"handle": {"type": "OS::Heat::None"}},
    "outputs": {"handle": {"value": "word"}},
}


class Who(StrEnum):
    """Everybody who might ask."""

    NOBODY = "no credentials"
    LIAR = "claims of an identity"
    GUESSER = "a wrong token or key"
    EXPIRED = "a token or key that was good"
    STRANGER = "a member of another project"
    INTRUDER = "a member of another project, with this one in the path"
    READER = "reader"
    MEMBER = "member"
    ADMIN = "admin"
    GUEST = "guest of the resource"
    NEIGHBOUR = "guest of another resource"
    VISITOR = "guest of another stack"


UNKNOWN = frozenset({Who.NOBODY, Who.LIAR, Who.GUESSER, Who.EXPIRED})
GUESTS = frozenset({Who.GUEST, Who.NEIGHBOUR, Who.VISITOR})
LOOK, CHANGE, GUEST, RULE = "look", "change", "guest", "administer"
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
    Who.READER: {LOOK, GUEST},
    Who.MEMBER: {LOOK, CHANGE, GUEST},
    Who.ADMIN: {LOOK, CHANGE, GUEST, RULE},
}
EVENT_STREAM = {"Accept": "text/event-stream"}
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
    headers: Mapping[str, str] = field(default_factory=dict)

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
    def text(self) -> str:
        """Where the names stand that it needs, in braces."""
        return f"{self.path} {self.body}"

    def with_names(self, names: Mapping[str, str]) -> Place:
        """The same with these names in path and body."""
        path, body = _named(self.path, names), _named(self.body, names)
        return Place(self.route, path, body, self.headers)

    @property
    def changes(self) -> bool:
        """Whether whoever may changes something with it that the path names."""
        return self.needs == CHANGE and self.named

    @property
    def answers(self) -> set[int]:
        """Of whoever may."""
        return ANSWERS.get(self.rule, ALLOWED)

    def expected(self, who: Who) -> set[int]:
        """The statuses that are right."""
        if who in UNKNOWN:
            return {401}
        if who in OPENS:
            return self.answers if self.needs in OPENS[who] else {403}
        if who is Who.STRANGER:
            return self._for_strangers()
        return self._for_guests(who) if who in GUESTS else {403}

    def _for_strangers(self) -> set[int]:
        """Stacks, configs and deployments of others do not exist."""
        if self.needs not in OPENS[Who.MEMBER]:
            return {403}
        if "arn" in self.route.path:
            return {302}
        taken = self.route.path == "/software_deployments" and self.body
        return {404} if self.of_stack or self.named or taken else self.answers

    def _for_guests(self, who: Who) -> set[int]:
        """Their own resource's metadata and signal, the way to their own stack, nothing else."""
        if self.rule == "stacks:lookup":
            return {403, 404} if who is Who.VISITOR else {302}
        if self.needs != GUEST or not self.of_stack:
            return {403}
        return {200} if who is Who.GUEST else {403, 404}


def places() -> list[Place]:
    """Every route; a lookup once for each verb, and events as a list and as a stream."""
    made = []
    for route in ROUTES:
        path = route.path.replace("{stack_name:arn\\x3a.*}", "{arn}")
        start = path.find("{subpath:")
        if start >= 0:
            path = path[:start] + "resources"
        body = BODIES.get((route.method, route.path))
        if body is None and route.rule == "stacks:lookup" and route.method != "GET":
            body = {}
        made.append(Place(route, path, body))
        if route.rule == "events:index":
            made.append(Place(route, path, body, EVENT_STREAM))
    return made


def all_names() -> str:
    """A text with all names in it that any place needs."""
    return "".join(place.text for place in places())


def _named(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _named(item, names) for key, item in value.items()}
    if isinstance(value, str):
        for name, text in names.items():
            value = value.replace(f"{{{name}}}", text)
    return value


@dataclass(frozen=True, slots=True)
class Callback:
    """One way to use an AWS API. path: with the version, the ARN still to be put in.

    answer: of whoever may use it. served: whether anything is there for those who are known; open:
    whether nobody is asked who they are.
    """

    api: str
    method: str
    path: str
    answer: int
    served: bool = True
    open: bool = False

    def expected(self, who: Who) -> set[int]:
        """The statuses that are right."""
        if self.open:
            return {self.answer}
        if who in UNKNOWN:
            # Without a signature it is a bad request, with one that is not good it is refused.
            return {400} if who in (Who.NOBODY, Who.LIAR) else {401, 403}
        if not self.served or who in OPENS or who is Who.GUEST:
            return {self.answer}
        return {403}


CFN, CLOUDWATCH = "heat-api-cfn", "heat-api-cloudwatch"
CALLBACKS = (
    Callback(CFN, "PUT", "/v1/waitcondition/{arn}", 200),
    Callback(CFN, "POST", "/v1/signal/{arn}", 200),
    Callback(CFN, "GET", "/v1/waitcondition/{arn}", 404, served=False),
    Callback(CFN, "DELETE", "/v1/signal/{arn}", 404, served=False),
    Callback(CLOUDWATCH, "POST", "/v1/signal/{arn}", 404, served=False),
    Callback(CLOUDWATCH, "GET", "/v1/waitcondition/{arn}", 404, served=False),
    *(
        Callback(api, method, path, answer, open=True)
        for api in (CFN, CLOUDWATCH)
        for method, path, answer in (
            ("GET", "/", 300),
            ("GET", "/healthcheck", 200),
            ("POST", "/v1/?Action=DescribeStacks", 400),
            ("GET", "/v1/?Action=PutMetricData", 400),
            ("POST", "/v1/", 400),
        )
    ),
)
