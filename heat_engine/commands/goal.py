"""What a stack shall become: template, environment and parameters, parsed and bound."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from common import errors
from heat_engine.commands import access_check, exports, mask, software_check
from heat_engine.commands.allowance import Allowance
from heat_engine.commands.core import Core
from heat_engine.commands.kinds import Kinds
from heat_engine.language import (
    document,
    environment,
    parameters,
    registry_map,
    template,
    validation,
)
from heat_engine.language.definition import ResourceDefinition
from heat_engine.language.document import SourceMap
from heat_engine.language.environment import Environment
from heat_engine.language.functions.base import Path
from heat_engine.language.parameters import Parameters
from heat_engine.language.problems import in_file
from heat_engine.language.template import BoundTemplate, Template
from heat_engine.resources.child import ChildStack
from heat_engine.resources.protocol import ResourceType
from heat_engine.store.records import StackRecord
from heat_engine.store.session import Session


@dataclass(frozen=True)
class Goal:
    """A template with values. ``document`` and ``files`` are what the store keeps.

    adopted: by name, what the document of a stack says of resources that are taken over. restored:
    by name, what a snapshot has of resources that are to be as they were then.
    """

    document: Mapping[str, Any]
    files: Mapping[str, str]
    environment: Environment
    template: Template
    parameters: Parameters
    kinds: Kinds
    project_id: str
    stack_id: str | None
    adopted: Mapping[str, Any] = field(default_factory=dict, repr=False)
    restored: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @cached_property
    def bound(self) -> BoundTemplate:
        """Resources and outputs as the values make them; worked out when first asked for."""
        return self.template.bind(self.parameters)


@dataclass(frozen=True, slots=True)
class Source:
    """What a request brings: the template, files and environment as they came."""

    template: Any
    files: Mapping[str, str]
    environment: Environment
    positions: SourceMap | None = None


def source(
    core: Core,
    template_body: Any,
    params: Mapping[str, Any] | str | None,
    files: Mapping[str, str] | None,
    environment_files: list[str] | None = None,
) -> Source:
    """Check shapes and sizes and merge environment files under the request's own parameters.

    Explicit parameters of the request win over those of files (contract/native-api.md Q-11).
    """
    held = dict(files or {})
    given = environment.parse(params)
    positions = None
    if isinstance(template_body, str):
        body, positions = document.load(
            template_body, limits=document.Limits(size=core.settings.max_template_size)
        )
    else:
        body = template_body
        document.check_size(body, document.Limits(size=core.settings.max_template_size))
    if environment_files:
        given = _merged(body, held, environment_files, given)
    return Source(body, held, given, positions)


def _merged(
    body: Any, held: Mapping[str, str], names: list[str], explicit: Environment
) -> Environment:
    missing = [name for name in names if name not in held]
    if missing:
        raise errors.Invalid(reason=f"environment file {missing[0]} is not among the files")
    schemas = template.parse(body, held).parameters
    texts = [held[name] for name in names]
    return environment.merge(texts, over=explicit, schemas=schemas, names=names)


def make(
    core: Core,
    request: Source,
    *,
    name: str,
    stack_id: str | None,
    project_id: str,
    parsed: Template | None = None,
) -> Goal:
    """Parse and resolve; raises with every problem of the template and the parameters.

    parsed: the same template, where it is parsed already.
    """
    if parsed is None:
        parsed = template.parse(request.template, request.files, request.positions)
    pseudo = parameters.pseudo(
        parsed.dialect, name, stack_id, project_id, modern=parsed.version.is_aws
    )
    values = resolve_parameters(parsed, request.environment, pseudo)
    return Goal(
        document=request.template,
        files=request.files,
        environment=request.environment,
        template=parsed,
        parameters=values,
        kinds=Kinds(core.registry, request.environment, request.files),
        project_id=project_id,
        stack_id=stack_id,
    )


def resolve_parameters(
    parsed: Template, given: Environment, pseudo: Mapping[str, str], *, partial: bool = False
) -> Parameters:
    """The values of a template's parameters. ``partial``: what is missing or bad is UNKNOWN."""
    user = given.parameters
    if partial:
        user = {key: value for key, value in user.items() if key in parsed.parameters}
    return Parameters.resolve(
        parsed.parameters,
        user,
        given.parameter_defaults,
        pseudo,
        partial=partial,
        origin=given.origin,
    )


def make_checked(
    core: Core,
    request: Source,
    *,
    name: str,
    stack_id: str | None,
    project_id: str,
    stack_timeout: float,
) -> Goal:
    """``make`` and ``check``; what is wrong with values and with resources is reported together."""
    parsed = template.parse(request.template, request.files, request.positions)
    try:
        goal = make(
            core, request, name=name, stack_id=stack_id, project_id=project_id, parsed=parsed
        )
    except errors.Invalid as refusal:
        pseudo = parameters.pseudo(
            parsed.dialect, name, stack_id, project_id, modern=parsed.version.is_aws
        )
        values = resolve_parameters(parsed, request.environment, pseudo, partial=True)
        kinds = Kinds(core.registry, request.environment, request.files)
        found = faults(core, parsed, values, kinds)
        if not found:
            raise
        first = (
            refusal.problems
            if isinstance(refusal, errors.StackValidationFailed)
            else (errors.Problem(refusal.message),)
        )
        raise errors.StackValidationFailed(problems=[*first, *found]) from refusal
    check(core, goal, stack_timeout)
    return goal


def problems_of(bound: BoundTemplate, kinds: Kinds) -> list[errors.Problem]:
    """What is wrong with a template and with what its types are."""
    own, found = kinds.interfaces(bound.resources)
    found.extend(map(bound.locate, kinds.unadoptable(bound.resources)))
    return [*validation.validate(bound, kinds.registry.interface, own), *found]


def check(core: Core, goal: Goal, stack_timeout: float, depth: int = 0) -> None:
    """All that is wrong with a goal, raised at once as ``StackValidationFailed``.

    depth: how deep its stack is nested.
    """
    limit = core.settings.max_resources_per_stack
    if 0 <= limit < len(goal.bound.resources):
        raise errors.RequestLimitExceeded(limit="Maximum resources per stack exceeded.")
    problems = problems_of(goal.bound, goal.kinds)
    if depth == 0:
        problems.extend(goal.bound.locate(_no_facade(path)) for path in goal.bound.facades)
    if not problems:
        problems = _type_problems(goal, stack_timeout)
    if not problems:
        problems = nested_problems(core, goal.bound, goal.kinds, depth)
    if not problems:
        problems = _export_problems(core, goal)
    if problems:
        raise validation.failure(told(problems, goal.parameters))


def _no_facade(path: Path) -> errors.Problem:
    return errors.Problem(
        "The stack is nested in no resource to read; use this template as the type of one", path
    )


def faults(core: Core, parsed: Template, values: Parameters, kinds: Kinds) -> list[errors.Problem]:
    """What is wrong with a template's resources and outputs; hidden values are not told."""
    bound = parsed.bind(values)
    return told(problems_of(bound, kinds) or nested_problems(core, bound, kinds), values)


def told(problems: Iterable[errors.Problem], values: Parameters) -> list[errors.Problem]:
    """What may be told of problems: the values of hidden parameters are left out."""
    secrets = mask.of_parameters(values)
    return [replace(item, message=mask.masked(item.message, secrets)) for item in problems]


def _type_problems(goal: Goal, stack_timeout: float) -> list[errors.Problem]:
    found: list[errors.Problem] = []
    for name, definition in goal.bound.resources.items():
        if definition.external_id is not None:
            continue
        kind = goal.kinds.wanted(definition)
        complete = validation.static_properties(definition, kind.interface())
        found.extend(
            goal.bound.locate(errors.Problem(message, ("resources", name)), name)
            for message in kind.validate(complete, stack_timeout)
        )
    return [
        *found,
        *software_check.problems(goal.kinds, goal.bound),
        *access_check.problems(goal.kinds, goal.bound),
    ]


def _export_problems(core: Core, goal: Goal) -> list[errors.Problem]:
    bound = goal.bound
    # Only one language knows exports, so that most stacks need not ask.
    if not bound.imports and not bound.exports and goal.stack_id is None:
        return []
    found = core.database.query(exports.problems, goal.project_id, goal.stack_id, bound)
    return [bound.locate(problem) for problem in found]


def nested_problems(
    core: Core,
    bound: BoundTemplate,
    kinds: Kinds,
    depth: int = 0,
    allowance: Allowance | None = None,
) -> list[errors.Problem]:
    """What is wrong with the structure of nested templates; their values are not checked yet."""
    allowance = allowance or Allowance()
    found: list[errors.Problem] = []
    for name, definition in bound.resources.items():
        kind = kinds.wanted(definition)
        if not kind.nested or definition.external_id is not None:
            continue
        complete = validation.static_properties(definition, kind.interface())
        target = kinds.target(definition)
        shown = f"{name}<{target.name}>" if target.is_template else name
        found.extend(
            errors.Problem(message, ("resources", shown))
            for message in _nested_faults(
                core, kinds, kind, definition, complete, depth + 1, allowance
            )
        )
    return found


def _nested_faults(
    core: Core,
    kinds: Kinds,
    kind: ResourceType,
    definition: ResourceDefinition,
    properties: Mapping[str, Any],
    depth: int,
    allowance: Allowance,
) -> list[str]:
    try:
        child = kind.sample(properties, kinds.files)
        if child is None:
            return []
        limit = core.settings.max_nested_stack_depth
        if depth > limit:
            raise errors.RequestLimitExceeded(limit=f"Recursion depth exceeds {limit}.")
        if not allowance.covers(child.template):
            return []
        request = child_source(kinds.environment, kinds.files, definition.name, child)
        parsed = template.parse(request.template, request.files, kinds.source(definition))
        pseudo = parameters.pseudo(
            parsed.dialect, definition.name, None, "", modern=parsed.version.is_aws
        )
        values = resolve_parameters(parsed, request.environment, pseudo, partial=True)
        bound = parsed.bind(values)
        inner = Kinds(core.registry, request.environment, request.files)
        found = problems_of(bound, inner) or nested_problems(core, bound, inner, depth, allowance)
    except errors.StackValidationFailed as error:
        found = list(error.problems)
    except errors.HearthError as error:
        return [error.message]
    file = kinds.target(definition).name
    text = kinds.files.get(file)
    return [str(in_file(problem, file, text)) for problem in found]


def child_source(
    around: Environment, files: Mapping[str, str], resource: str, child: ChildStack
) -> Source:
    """Template and environment of the stack nested in a resource (contract section 7.2)."""
    inner = replace(
        around,
        parameters=child.parameters,
        resource_registry=registry_map.narrowed(around.resource_registry, resource, child.mapping),
        origins={
            key: place for key, place in around.origins.items() if key[0] != environment.PARAMETERS
        },
    )
    return Source(child.template, files, inner)


def load(
    core: Core,
    session: Session,
    stack: StackRecord,
    *,
    previous: bool = False,
    restored: Mapping[str, Any] | None = None,
) -> Goal:
    """The goal that a stack's row names; ``previous``: the one a rollback returns to."""
    held = stack.previous if previous and stack.previous else None
    template_hash = held["template_hash"] if held else stack.template_hash
    files_hash = held["files_hash"] if held else stack.files_hash
    parsed = core.templates.get(session, template_hash, files_hash)
    request = Source(
        parsed.document,
        parsed.files,
        environment.parse(held["environment"] if held else stack.environment),
    )
    goal = make(
        core,
        request,
        name=stack.name,
        stack_id=stack.id,
        project_id=stack.project_id,
        parsed=parsed,
    )
    return replace(goal, restored=restored) if restored else goal


def timeout_seconds(core: Core, timeout_mins: int | None) -> int:
    """The stack timeout; absent or 0 is the configured default."""
    return timeout_mins * 60 if timeout_mins else core.settings.stack_action_timeout
