"""Reading the constraints of a parameter's declaration (templates.md sections 2.1 and 2.2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from heat_engine.language.constraints import number
from heat_engine.language.patterns import PatternError, check
from heat_engine.language.schema import Constraint
from heat_engine.language.versions import Version

_RULES = ("range", "length", "allowed_values", "allowed_pattern", "custom_constraint")


class Fault(Exception):
    """All that is wrong with one declaration; caught where its place is known."""

    def __init__(self, messages: list[str]) -> None:
        self.messages = messages
        super().__init__("; ".join(messages))


def hot_constraints(name: str, declared: Any, version: Version) -> tuple[Constraint, ...]:
    """HOT's list of one-kind maps. Raises Fault with every fault."""
    if declared is None:
        return ()
    if not isinstance(declared, list):
        raise Fault([f"Invalid parameter constraints for parameter {name}, expected a list"])
    rules = ("modulo", *_RULES) if version.has_modulo else _RULES
    found: list[Constraint] = []
    messages: list[str] = []
    for body in declared:
        try:
            found.append(_hot_constraint(body, rules))
        except Fault as error:
            messages.extend(error.messages)
    if messages:
        raise Fault(messages)
    return tuple(found)


def _hot_constraint(declared: Any, rules: tuple[str, ...]) -> Constraint:
    if not isinstance(declared, Mapping):
        raise Fault(["Invalid parameter constraints, expected a mapping"])
    for key in declared:
        if key not in (*_RULES, "modulo", "description"):
            raise Fault([f"Invalid key '{key}' for parameter constraints"])
    rule = next((rule for rule in rules if rule in declared), None)
    if rule is None:
        raise Fault(["No constraint expressed"])
    description = declared.get("description")
    return Constraint(
        rule,
        _READERS[rule](declared[rule]),
        None if description is None else str(description),
    )


def cfn_constraints(body: Mapping[Any, Any]) -> tuple[Constraint, ...]:
    """The constraint keys of a CFN parameter, in the order they are checked. Raises Fault."""
    description = body.get("ConstraintDescription")
    if description is not None:
        description = str(description)
    found: list[Constraint] = []
    messages: list[str] = []
    for rule, limits in _cfn_bodies(body):
        try:
            found.append(Constraint(rule, _READERS[rule](limits), description))
        except Fault as error:
            messages.extend(error.messages)
    if messages:
        raise Fault(messages)
    return tuple(found)


def _cfn_bodies(body: Mapping[Any, Any]) -> list[tuple[str, Any]]:
    bodies: list[tuple[str, Any]] = []
    if "MinValue" in body or "MaxValue" in body:
        bodies.append(("range", {"min": body.get("MinValue"), "max": body.get("MaxValue")}))
    if "MinLength" in body or "MaxLength" in body:
        bodies.append(("length", {"min": body.get("MinLength"), "max": body.get("MaxLength")}))
    if "AllowedValues" in body:
        bodies.append(("allowed_values", body["AllowedValues"]))
    if "AllowedPattern" in body:
        bodies.append(("allowed_pattern", body["AllowedPattern"]))
    return bodies


def _bounds(rule: str, body: Any, keys: tuple[str, ...]) -> Mapping[str, Any]:
    if not isinstance(body, Mapping):
        raise Fault([f"Invalid {rule} constraint, expected a mapping"])
    for key in body:
        if key not in keys:
            raise Fault([f"Invalid key '{key}' for {rule} constraint"])
    return body


def _range(body: Any) -> dict[str, Any]:
    bounds = _bounds("range", body, ("min", "max"))
    low, high = _number(bounds.get("min")), _number(bounds.get("max"))
    if low is None and high is None:
        raise Fault(["A range constraint must have a min value and/or a max value specified."])
    return {"min": low, "max": high}


def _length(body: Any) -> dict[str, Any]:
    bounds = _bounds("length", body, ("min", "max"))
    low, high = _number(bounds.get("min")), _number(bounds.get("max"))
    if low is None and high is None:
        raise Fault(["A length constraint must have a min value and/or a max value specified."])
    for bound in (low, high):
        if bound is not None and not isinstance(bound, int):
            raise Fault(["min/max length must be integral"])
    return {"min": low, "max": high}


def _modulo(body: Any) -> dict[str, Any]:
    bounds = _bounds("modulo", body, ("step", "offset"))
    step, offset = _number(bounds.get("step")), _number(bounds.get("offset"))
    if step is None or offset is None:
        raise Fault(["A modulo constraint must have a step value and an offset value specified."])
    if not isinstance(step, int) or not isinstance(offset, int):
        raise Fault(["step/offset must be integer"])
    if step == 0:
        raise Fault(["step cannot be 0."])
    if abs(offset) >= abs(step):
        raise Fault(["offset must be smaller (by absolute value) than step."])
    if step * offset < 0:
        raise Fault(["step and offset must be both positive or both negative."])
    return {"step": step, "offset": offset}


def _number(bound: Any) -> Any:
    if bound is None:
        return None
    try:
        return number(bound)
    except (ValueError, TypeError):
        raise Fault([f"could not convert string to float: '{bound}'"]) from None


def _allowed_values(body: Any) -> list[Any]:
    if not isinstance(body, list):
        raise Fault(["AllowedValues must be a list"])
    return list(body)


def _allowed_pattern(body: Any) -> str:
    if not isinstance(body, str):
        raise Fault(["AllowedPattern must be a string"])
    try:
        check(body)
    except PatternError as error:
        raise Fault([f'AllowedPattern "{body}" is not a regular expression: {error}']) from None
    return body


_READERS: dict[str, Callable[[Any], Any]] = {
    "range": _range,
    "length": _length,
    "modulo": _modulo,
    "allowed_values": _allowed_values,
    "allowed_pattern": _allowed_pattern,
    "custom_constraint": str,
}
