"""Rules over the values of parameters: the section ``Rules`` (templates.md section 3.6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from common.errors import HearthError, Problem, StackValidationFailed
from heat_engine.language.functions.base import Binding, Expression, Path
from heat_engine.language.functions.parser import Parser
from heat_engine.language.functions.registry import rule_grammar
from heat_engine.language.versions import Version

SECTION = "Rules"
_KEYS = ("RuleCondition", "Assertions")
_ASSERTION_KEYS = ("Assert", "AssertDescription")


def check(section: Any) -> list[Problem]:
    """Faults of the section's form."""
    if section is None:
        return []
    if not isinstance(section, Mapping):
        return [Problem(f'The "{SECTION}" section must be a map.', (SECTION,))]
    problems = []
    for name, body in section.items():
        path = (SECTION, str(name))
        assertions = body.get("Assertions") if isinstance(body, Mapping) else None
        if not isinstance(body, Mapping) or not isinstance(assertions, list) or not assertions:
            problems.append(Problem("A rule must be a map with a list of Assertions", path))
            continue
        problems.extend(_strangers(body, _KEYS, path))
        for position, assertion in enumerate(assertions):
            place = (*path, "Assertions", position)
            if not isinstance(assertion, Mapping) or "Assert" not in assertion:
                problems.append(Problem("An assertion must be a map with the key Assert", place))
            else:
                problems.extend(_strangers(assertion, _ASSERTION_KEYS, place))
    return problems


def _strangers(body: Mapping[Any, Any], known: tuple[str, ...], path: Path) -> list[Problem]:
    return [
        Problem(f'"{key}" is not one of the keys {", ".join(known)}', path)
        for key in body
        if key not in known
    ]


def evaluate(section: Mapping[str, Any], version: Version, binding: Binding) -> None:
    """Report every assertion that does not hold; one whose values are missing is left out.

    Conditions of the template must be there. Faults go to ``binding.problems``.
    """
    parser = Parser(binding, rule_grammar(version))
    for name, body in section.items():
        path: Path = (SECTION, str(name))
        applies = True
        if "RuleCondition" in body:
            applies = _truth(body["RuleCondition"], (*path, "RuleCondition"), parser)
        for position, assertion in enumerate(body["Assertions"]):
            place: Path = (*path, "Assertions", position)
            holds = _truth(assertion["Assert"], (*place, "Assert"), parser)
            if applies is True and holds is False:
                told = assertion.get("AssertDescription") or "the assertion does not hold"
                binding.problems.append(Problem(f'The rule "{name}" is broken: {told}', place))


def _truth(assertion: Any, path: Path, parser: Parser) -> Any:
    """True, False, UNKNOWN; None for one that is faulty, which is reported."""
    binding = parser.binding
    before = len(binding.problems)
    node = parser.parse(assertion, path)
    if len(binding.problems) > before:
        return None
    if not isinstance(node, Expression | bool):
        binding.problems.append(Problem("A rule function must stand here", path))
        return None
    try:
        return binding.conditions.truth(node)
    except StackValidationFailed as error:
        binding.problems.append(Problem(error.problems[0].message, path))
    except HearthError as error:
        binding.problems.append(Problem(error.message, path))
    return None
