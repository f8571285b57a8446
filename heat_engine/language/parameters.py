"""Values of parameters: precedence, checks, display (templates.md sections 2.4 and 2.5)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from common import errors
from common.errors import Problem
from common.identifiers import StackIdentity
from heat_engine.language.parameter_schema import MASK, ParameterSchema, masked
from heat_engine.language.parameter_types import JSON
from heat_engine.language.patterns import Patience
from heat_engine.language.problems import (
    MissingParameterProblem,
    UnknownParameterProblem,
    raise_any,
)
from heat_engine.language.unknown import ABSENT, UNKNOWN, contains_unknown

_CFN_REGION = "ap-southeast-1"
_MODERN = frozenset(
    {"AWS::AccountId", "AWS::NoValue", "AWS::NotificationARNs", "AWS::Partition", "AWS::URLSuffix"}
)
"""Pseudo parameters that functions see and the API does not list."""


def pseudo(
    dialect: str,
    stack_name: str,
    stack_id: str | None,
    project_id: str,
    *,
    modern: bool = False,
) -> dict[str, Any]:
    """The parameters every template has. ``stack_id`` None: the stack is not stored yet.

    modern: with those that CloudFormation got later; the partition is that of our own ARNs.
    """
    if dialect == "hot":
        return {
            "OS::stack_name": stack_name,
            "OS::stack_id": str(stack_id),
            "OS::project_id": project_id,
        }
    identity = StackIdentity(project_id, stack_name, str(stack_id))
    known: dict[str, Any] = {
        "AWS::StackName": stack_name,
        "AWS::StackId": identity.arn(),
        "AWS::Region": _CFN_REGION,
    }
    if modern:
        known["AWS::AccountId"] = project_id
        known["AWS::NoValue"] = ABSENT
        known["AWS::NotificationARNs"] = []
        known["AWS::Partition"] = "openstack"
        known["AWS::URLSuffix"] = "amazonaws.com"
    return known


Origin = Callable[[str], object | None]


def _nowhere(name: str) -> None:
    """Nothing is known of where values are from."""


class Parameters:
    """The resolved parameters of one template."""

    def __init__(
        self,
        schemas: Mapping[str, ParameterSchema],
        values: Mapping[str, Any],
        given: Mapping[str, Any],
        pseudo: Mapping[str, Any],
    ) -> None:
        self.schemas = schemas
        self._values = {**pseudo, **values}
        self._given = given
        self._weights: dict[str, int] = {}

    @classmethod
    def resolve(
        cls,
        schemas: Mapping[str, ParameterSchema],
        user: Mapping[str, Any],
        defaults: Mapping[str, Any] | None = None,
        pseudo: Mapping[str, Any] | None = None,
        *,
        partial: bool = False,
        origin: Origin = _nowhere,
    ) -> Parameters:
        """User value, else ``parameter_defaults``, else the template's default.

        ``origin`` tells the place that a parameter's value is from, as its text, for messages.
        ``partial``: a value that is missing or bad reads as UNKNOWN instead of failing, for checks
        of a template on its own. Raises all problems at once; UnknownUserParameter and
        UserParameterMissing when that is the only one.
        """
        problems: list[Problem] = [
            _from(origin(name), UnknownParameterProblem(_unknown(name)))
            for name in user
            if name not in schemas
        ]
        given = {
            name: value
            for name, value in {**_present(defaults or {}), **_present(user)}.items()
            if name in schemas
        }
        values = {}
        patience = Patience()
        for name, schema in schemas.items():
            value, problem = _value(schema, given, patience)
            values[name] = value
            if problem is not None and not partial:
                problems.append(_from(origin(name) if name in given else None, problem))
        raise_any(problems)
        return cls(schemas, values, _present(user), pseudo or {})

    def __contains__(self, name: object) -> bool:
        return name in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def value(self, name: str) -> Any:
        """What functions see. Raises UserParameterMissing."""
        try:
            return self._values[name]
        except KeyError:
            raise errors.UserParameterMissing(key=name) from None

    def weight(self, name: str) -> int:
        """Characters and entries of a value, counted once. Raises UserParameterMissing."""
        if name not in self._weights:
            value = self.value(name)
            shown = value if isinstance(value, str) else json.dumps(value, default=str)
            self._weights[name] = len(shown)
        return self._weights[name]

    def text(self, name: str) -> str:
        """What the API shows; six stars for a hidden parameter."""
        schema = self.schemas.get(name)
        if schema is None:
            return str(self.value(name))
        return MASK if schema.hidden else schema.text(self.value(name))

    def shown(self) -> dict[str, str]:
        """All parameters as the API shows them, the older ones of every template included."""
        return {
            name: self.text(name)
            for name in self._values
            if name in self.schemas or name not in _MODERN
        }

    def hidden_values(self) -> frozenset[str]:
        """Texts that must not be shown, for masking; empty ones left out."""
        return frozenset(
            text
            for name, schema in self.schemas.items()
            if schema.hidden and (text := schema.text(self._values[name]))
        )

    def describe(self) -> dict[str, dict[str, Any]]:
        """The validate-template form, by name (contract/templates.md section 2.2, end)."""
        return {
            name: _described(schema, self._given.get(name)) for name, schema in self.schemas.items()
        }

    def check_immutable(self, previous: Parameters) -> None:
        """Raises ImmutableParameterModified when this update changes what it may not.

        The old value is compared with the raw new input, or with the new value where none is given.
        """
        changed = []
        for name, schema in self.schemas.items():
            if not schema.immutable or name not in previous.schemas:
                continue
            new = self._given.get(name, self._values[name])
            if previous.value(name) not in (new, self._values[name]):
                changed.append(name)
        if changed:
            raise errors.ImmutableParameterModified(keys=", ".join(changed))


def _unknown(name: str) -> str:
    return errors.UnknownUserParameter(key=name).message


def _from(origin: object | None, problem: Problem) -> Problem:
    return problem if origin is None else replace(problem, message=f"{problem.message} ({origin})")


def _present(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _value(
    schema: ParameterSchema, given: Mapping[str, Any], patience: Patience
) -> tuple[Any, Problem | None]:
    value = given.get(schema.name, schema.default)
    if value is None:
        message = errors.UserParameterMissing(key=schema.name).message
        return UNKNOWN, MissingParameterProblem(message)
    if contains_unknown(value):
        # Of a nested template: what stands around it is not there yet.
        return (value if schema.type == JSON and value is not UNKNOWN else UNKNOWN), None
    try:
        parsed = schema.parse(value)
        detail = schema.failure(parsed, patience, given=value)
    except ValueError as error:
        detail = str(error)
        parsed = UNKNOWN
    if detail is None:
        return parsed, None
    if schema.hidden:
        detail = masked(detail, value)
    return UNKNOWN, Problem(f"Parameter '{schema.name}' is invalid: {detail}")


def _described(schema: ParameterSchema, given: Any) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "Type": schema.shown_type,
        "Description": schema.description,
        "NoEcho": "true" if schema.hidden else "false",
        "Label": schema.label or schema.name,
    }
    if schema.has_default:
        shown["Default"] = schema.default
    if given is not None and not contains_unknown(given):
        shown["Value"] = MASK if schema.hidden else given
    if schema.tags:
        shown["Tags"] = list(schema.tags)
    for constraint in schema.constraints:
        shown.update(_constraint_keys(constraint.rule, constraint.body))
    descriptions = [c.description for c in schema.constraints if c.description]
    if descriptions:
        shown["ConstraintDescription"] = " ".join(descriptions)
    return shown


_KEYS = {
    "range": {"min": "MinValue", "max": "MaxValue"},
    "length": {"min": "MinLength", "max": "MaxLength"},
    "modulo": {"step": "Step", "offset": "Offset"},
}
_SINGLE_KEYS = {
    "allowed_values": "AllowedValues",
    "allowed_pattern": "AllowedPattern",
    "custom_constraint": "CustomConstraint",
}


def _constraint_keys(rule: str, body: Any) -> dict[str, Any]:
    if rule in _SINGLE_KEYS:
        return {_SINGLE_KEYS[rule]: body}
    return {key: body[part] for part, key in _KEYS[rule].items() if body[part] is not None}
