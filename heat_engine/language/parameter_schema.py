"""Declarations of parameters (templates.md sections 2.1 and 2.2)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from heat_engine.language import constraints
from heat_engine.language.constraint_schema import Fault, cfn_constraints, hot_constraints
from heat_engine.language.document import parse_json
from heat_engine.language.parameter_types import (
    BOOLEAN,
    JSON,
    LIST,
    NUMBER,
    STRING,
    kind_of,
    member_kind,
)
from heat_engine.language.patterns import Patience
from heat_engine.language.problems import SchemaProblem
from heat_engine.language.schema import Constraint
from heat_engine.language.unknown import UNKNOWN
from heat_engine.language.versions import Version

MASK = "******"
"""What is shown in the place of a hidden parameter's value."""

_HOT_KEYS = (
    "type",
    "label",
    "description",
    "default",
    "hidden",
    "constraints",
    "immutable",
    "schema",
)
_CFN_KEYS = (
    "Type",
    "Default",
    "NoEcho",
    "AllowedValues",
    "AllowedPattern",
    "MaxLength",
    "MinLength",
    "MaxValue",
    "MinValue",
    "Description",
    "ConstraintDescription",
    "Label",
)
_TRUE = ("1", "t", "true", "on", "y", "yes")
_FALSE = ("0", "f", "false", "off", "n", "no")


@dataclass(frozen=True, slots=True)
class ParameterSchema:
    """One declared parameter.

    type: the kind of its values, always the CFN word. declared: the word of the declaration where
    it says more than the kind, as ``List<Number>``. members: the kind of a list's members where
    they are checked.
    """

    name: str
    type: str
    declared: str = ""
    members: str | None = None
    default: Any = None
    label: str | None = None
    description: str = ""
    hidden: bool = False
    immutable: bool = False
    constraints: tuple[Constraint, ...] = ()
    tags: tuple[Any, ...] = ()

    @property
    def shown_type(self) -> str:
        """The type as the API shows it, in CFN spelling for HOT too."""
        return self.declared or self.type

    @property
    def has_default(self) -> bool:
        return self.default is not None

    def parse(self, given: Any) -> Any:
        """The value functions see. Raises ValueError with the contract's words."""
        value = _PARSERS[self.type](given)
        return value if self.members is None else _members(value, self.members)

    def failure(
        self, value: Any, patience: Patience, *, given: Any = None, custom: bool = True
    ) -> str | None:
        """What the first broken constraint says of a parsed value, that was ``given`` so."""
        terms = constraints.Terms(self._cast, custom, patience, given)
        return constraints.first_failure(self.constraints, value, terms)

    def text(self, value: Any) -> str:
        """A value as the API shows it; what is not known shows as nothing."""
        if value is UNKNOWN:
            return ""
        if self.type == LIST and isinstance(value, list):
            return ",".join(map(str, value))
        if self.type == JSON and value != "":
            return json.dumps(value)
        return str(value)

    def _cast(self, value: Any) -> Any:
        return value if self.type in (LIST, JSON) else _PARSERS[self.type](value)


def masked(message: str, value: Any) -> str:
    """A message without a hidden parameter's value; an empty one tells nothing."""
    secret = str(value)
    return message.replace(secret, MASK) if secret else message


def parse(
    name: str, declaration: Any, version: Version, patience: Patience
) -> tuple[ParameterSchema | None, list[SchemaProblem]]:
    """One declaration read, and all its faults."""
    if not isinstance(declaration, Mapping):
        return None, [_problem(f"Invalid parameter ({name}), expected a mapping")]
    keys = _HOT_KEYS if version.is_hot else _CFN_KEYS
    if version.has_parameter_tags:
        keys = (*keys, "tags")
    problems = [
        _problem(f"Invalid key '{key}' for parameter ({name})")
        for key in declaration
        if key not in keys
    ]
    type_key = version.words.type
    if type_key not in declaration:
        return None, [*problems, _problem(f"Missing parameter type for parameter: {name}")]
    declared = declaration[type_key]
    try:
        kind = kind_of(declared, version)
    except Fault as error:
        return None, [*problems, *map(_problem, error.messages)]
    build = _hot if version.is_hot else _cfn
    try:
        schema = build(name, kind, declaration, version)
    except Fault as error:
        return None, [*problems, *map(_problem, error.messages)]
    problems.extend(_misplaced(schema, declared, version))
    if not problems and schema.has_default:
        problems.extend(_bad_default(schema, patience))
    return schema, problems


def _hot(name: str, kind: str, body: Mapping[Any, Any], version: Version) -> ParameterSchema:
    tags = body.get("tags") or []
    messages = []
    if not isinstance(tags, list):
        messages.append(f"Tags property should be a list for parameter: {name}")
        tags = []
    try:
        limits = hot_constraints(name, body.get("constraints"), version)
    except Fault as error:
        raise Fault([*messages, *error.messages]) from None
    if messages:
        raise Fault(messages)
    return ParameterSchema(
        name=name,
        type=kind,
        default=body.get("default"),
        label=_text(body.get("label")),
        description=_text(body.get("description")) or "",
        hidden=bool(body.get("hidden", False)),
        immutable=bool(body.get("immutable", False)),
        constraints=limits,
        tags=tuple(tags),
    )


def _cfn(name: str, kind: str, body: Mapping[Any, Any], version: Version) -> ParameterSchema:
    declared = body["Type"]
    members = member_kind(declared)
    limits = cfn_constraints(body)
    if members is not None:
        limits = tuple(map(_of_texts, limits))
    return ParameterSchema(
        name=name,
        type=kind,
        declared="" if declared == kind else declared,
        members=members,
        default=body.get("Default"),
        label=_text(body.get("Label")),
        description=_text(body.get("Description")) or "",
        hidden=str(body.get("NoEcho", "false")).lower() == "true",
        constraints=limits,
    )


def _of_texts(constraint: Constraint) -> Constraint:
    """A constraint for members that functions see as texts."""
    if constraint.rule != "allowed_values":
        return constraint
    return replace(constraint, body=[_parse_string(value) for value in constraint.body])


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _problem(message: str) -> SchemaProblem:
    return SchemaProblem(message)


_VALID_TYPES = {
    "length": (STRING, LIST, JSON),
    "range": (NUMBER,),
    "modulo": (NUMBER,),
    "allowed_values": (STRING, NUMBER, BOOLEAN, LIST),
    "allowed_pattern": (STRING,),
    "custom_constraint": (STRING, NUMBER, BOOLEAN, LIST),
}


def _misplaced(schema: ParameterSchema, declared: str, version: Version) -> list[SchemaProblem]:
    """Constraints of a kind that the type cannot have, and allowed values of another type."""
    problems = []
    for constraint in schema.constraints:
        # CloudFormation's pattern of a list is its members'.
        of_members = version.is_aws and schema.type == LIST and constraint.rule == "allowed_pattern"
        if schema.type not in _VALID_TYPES[constraint.rule] and not of_members:
            word = constraints.CLASS_NAMES[constraint.rule]
            problems.append(_invalid(schema, f"{word} constraint invalid for {declared}"))
        elif constraint.rule == "allowed_values" and schema.type in (NUMBER, BOOLEAN):
            problems.extend(_strangers(schema, constraint.body, declared))
    return problems


def _strangers(schema: ParameterSchema, choices: list[Any], declared: str) -> list[SchemaProblem]:
    problems = []
    for choice in choices:
        try:
            schema.parse(choice)
        except ValueError:
            problems.append(
                _invalid(schema, f'Value "{choice}" is invalid for data type "{declared}".')
            )
    return problems


def _bad_default(schema: ParameterSchema, patience: Patience) -> list[SchemaProblem]:
    default = schema.default
    try:
        if schema.type == LIST and not isinstance(default, list | str):
            raise ValueError(
                "Default must be a comma-delimited list string: "
                f"'{type(default).__name__}' object has no attribute 'split'"
            )
        detail = schema.failure(schema.parse(default), patience, given=default, custom=False)
    except ValueError as error:
        detail = str(error)
    if detail is None:
        return []
    message = f"Invalid default {default} ({detail})"
    return [_invalid(schema, masked(message, default) if schema.hidden else message)]


def _invalid(schema: ParameterSchema, detail: str) -> SchemaProblem:
    return _problem(f"Parameter '{schema.name}' is invalid: {detail}")


def _parse_string(given: Any) -> str:
    return given if isinstance(given, str) else str(given)


def _parse_number(given: Any) -> Any:
    try:
        return constraints.number(given)
    except TypeError:
        raise ValueError(f"could not convert string to float: '{given}'") from None
    except ValueError:
        raise ValueError(f"could not convert string to float: {given!r}") from None


def _parse_list(given: Any) -> list[str]:
    if isinstance(given, str):
        return given.split(",") if given else []
    if isinstance(given, list):
        return [_parse_string(item) for item in given]
    kind = type(given).__name__
    raise ValueError(
        f"Value must be a comma-delimited list string: '{kind}' object has no attribute 'split'"
    )


def _members(values: list[str], kind: str) -> list[str]:
    """The members without blanks around them. Raises ValueError for one not of the kind."""
    stripped = [value.strip() for value in values]
    if kind == NUMBER:
        for value in stripped:
            _parse_number(value)
    return stripped


def _parse_json(given: Any) -> Any:
    if not isinstance(given, str) or not given:
        return given
    try:
        return parse_json(given)
    except ValueError as error:
        raise ValueError(f"Value must be valid JSON: {error}") from None


def _parse_boolean(given: Any) -> bool:
    word = str(given).strip().lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    choices = ", ".join(f"'{choice}'" for choice in sorted((*_TRUE, *_FALSE)))
    raise ValueError(f"Unrecognized value '{given}', acceptable values are: {choices}")


_PARSERS = {
    STRING: _parse_string,
    NUMBER: _parse_number,
    LIST: _parse_list,
    JSON: _parse_json,
    BOOLEAN: _parse_boolean,
}
