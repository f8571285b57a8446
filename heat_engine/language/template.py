"""From a document to a template, and with parameters to definitions (templates.md section 1)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from common import errors
from common.errors import Problem
from heat_engine.language import (
    exports,
    for_each,
    imports,
    parameter_groups,
    parameter_schema,
    rules,
    sections,
    versions,
)
from heat_engine.language.conditions import Conditions
from heat_engine.language.definition import OutputDefinition, ResourceDefinition, ResourceReader
from heat_engine.language.document import SourceMap
from heat_engine.language.functions.base import Binding, Path
from heat_engine.language.functions.parser import Parser
from heat_engine.language.functions.registry import condition_grammar, grammar
from heat_engine.language.parameter_schema import ParameterSchema
from heat_engine.language.parameters import Parameters
from heat_engine.language.patterns import Patience
from heat_engine.language.problems import SchemaProblem, SectionProblem, raise_any
from heat_engine.language.unknown import UNKNOWN
from heat_engine.language.versions import Version

_NO_FILES: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Template:
    """A document whose structure is sound. ``document`` is kept as it was given."""

    version: Version
    document: Mapping[str, Any]
    description: str
    parameters: Mapping[str, ParameterSchema]
    parameter_groups: list[dict[str, Any]]
    files: Mapping[str, str] = field(default_factory=dict)
    source: SourceMap | None = None

    @property
    def dialect(self) -> str:
        return self.version.dialect

    @property
    def metadata(self) -> Mapping[str, Any]:
        """What the template says of itself; empty in languages without such a section."""
        return self.section("Metadata") if self.version.is_aws else {}

    def section(self, name: str) -> Mapping[str, Any]:
        """A section by its name in this dialect; a missing or null one is empty."""
        return self.document.get(name) or {}

    def bind(self, parameters: Parameters) -> BoundTemplate:
        """Evaluate conditions, choose branches, parse snippets.

        Faults do not raise: they are in ``problems``, and ``validation.validate`` reports them with
        the rest.
        """
        return _bind(self, parameters)


@dataclass(frozen=True, slots=True)
class BoundTemplate:
    """A template with its parameters' values. ``resources``: the enabled ones, in order.

    template: with its loops written out. imports: the names of other stacks' exports that resources
    resources and outputs need, with the place of each. facades: the places of what reads the
    resource that the stack is nested in.
    """

    template: Template
    parameters: Parameters
    resources: Mapping[str, ResourceDefinition]
    outputs: Mapping[str, OutputDefinition]
    problems: tuple[Problem, ...]
    imports: Mapping[str, Path] = field(default_factory=dict)
    facades: tuple[Path, ...] = ()

    @property
    def exports(self) -> dict[str, OutputDefinition]:
        """The outputs that other stacks may import, by the names of the exports."""
        return {item.export: item for item in self.outputs.values() if item.export is not None}

    def locate(self, problem: Problem, resource: str | None = None) -> Problem:
        """The problem with line and column, where the source is known.

        They are those of its path, or of a resource where that is given.
        """
        template = self.template
        if template.source is None:
            return problem
        place = None if resource is None else (template.version.words.resources, resource)
        return template.source.locate(problem, place)


def parse(
    document: Any, files: Mapping[str, str] = _NO_FILES, source: SourceMap | None = None
) -> Template:
    """Check a document's structure. Raises all of its faults at once.

    The class is the fault's own where it is the only one: InvalidTemplateVersion,
    InvalidTemplateSection, InvalidSchemaError; else StackValidationFailed.
    """
    if not isinstance(document, Mapping):
        raise errors.StackValidationFailed("The template is not a JSON object or YAML mapping.")
    version = versions.of(document)
    words = version.words
    problems: list[Problem] = []
    for key in document:
        if key not in version.sections:
            fault = SectionProblem(_not_a_section(key, version))
            problems.append(fault if source is None else source.locate(fault, (str(key),)))
    problems.extend(sections.check(document, version))
    declared = document.get(words.parameters)
    if not isinstance(declared, Mapping):
        declared = {}
    schemas, faults = _schemas(declared, version, source)
    problems.extend(faults)
    groups = document.get("parameter_groups") if version.is_hot else None
    problems.extend(parameter_groups.check(groups, declared))
    raise_any(problems if source is None else [source.locate(problem) for problem in problems])
    return Template(
        version=version,
        document=document,
        description=str(document.get(words.description) or "No description"),
        parameters=schemas,
        parameter_groups=list(groups or []),
        files=files,
        source=source,
    )


def _not_a_section(key: Any, version: Version) -> str:
    message = errors.InvalidTemplateSection(section=key).message
    if version.is_aws and key == "Hooks":
        return f"{message} (blue/green deployments are not supported)"
    return message


def _schemas(
    declared: Mapping[Any, Any], version: Version, source: SourceMap | None
) -> tuple[dict[str, ParameterSchema], list[Problem]]:
    schemas = {}
    problems: list[Problem] = []
    patience = Patience()
    for name, declaration in declared.items():
        path = (version.words.parameters, str(name))
        schema, found = parameter_schema.parse(str(name), declaration, version, patience)
        faults = [_placed(fault, str(name), path) for fault in found]
        problems.extend(faults if source is None else [source.locate(f, path) for f in faults])
        if schema is not None:
            schemas[str(name)] = schema
    return schemas, problems


def _bind(template: Template, parameters: Parameters) -> BoundTemplate:
    version, words = template.version, template.version.words
    mappings = {} if version.is_hot else template.section("Mappings")
    binding = Binding(parameters, template.files, mappings, {})
    if version.extensions:
        template = _without_loops(template, binding)
    resources = template.section(words.resources)
    binding.resources = resources
    conditions = Conditions(
        template.section(words.conditions) if version.has_conditions else {},
        Parser(binding, condition_grammar(version)),
        words.conditions,
    )
    binding.conditions = conditions
    if version.is_aws:
        rules.evaluate(template.section(rules.SECTION), version, binding)
    enabled = {}
    for name, body in resources.items():
        path = (words.resources, name, words.condition)
        condition = body.get(words.condition) if version.has_conditions else None
        conditional = _is_conditional(body, version)
        if not conditional or conditions.of_entry(condition, path) is not False:
            enabled[name] = (body, condition)
    binding.enabled = frozenset(enabled)
    parser = Parser(binding, grammar(version))
    reader = ResourceReader(version, parser)
    definitions = {
        name: reader.read(name, body, condition) for name, (body, condition) in enabled.items()
    }
    outputs = {
        name: _output(name, body, version, parser, conditions)
        for name, body in template.section(words.outputs).items()
    }
    binding.problems.extend(exports.repeated(outputs.values()))
    imported = imports.names_of(binding)
    problems = tuple(binding.problems)
    facades = tuple((*function.path, function.name) for function in binding.facades)
    return BoundTemplate(template, parameters, definitions, outputs, problems, imported, facades)


def _is_conditional(body: Mapping[Any, Any], version: Version) -> bool:
    """Whether an entry states a condition; a null is one, of the wrong type."""
    return version.has_conditions and version.words.condition in body


def _without_loops(template: Template, binding: Binding) -> Template:
    expanded = for_each.expand(template.document, template.version, binding)
    source = template.source
    if source is not None and expanded.origins:
        source = source.moved(expanded.origins)
    return replace(template, document=expanded.document, source=source)


def _output(
    name: str, body: Mapping[Any, Any], version: Version, parser: Parser, conditions: Conditions
) -> OutputDefinition:
    words = version.words
    path = (words.outputs, name)
    enabled: Any = True
    if _is_conditional(body, version):
        enabled = conditions.of_entry(body[words.condition], (*path, words.condition))
    value = None
    references: list[Any] = []
    if enabled is True or enabled is UNKNOWN:
        parser.binding.references = references
        value = parser.parse(body[words.value], (*path, words.value))
    export = None
    if version.is_aws and enabled is not False:
        export = exports.name_of(body, path, parser)
    description = body.get(words.description)
    return OutputDefinition(
        name=name,
        value=value,
        description="No description given" if description is None else str(description),
        enabled=enabled is True or enabled is UNKNOWN,
        path=path,
        references=tuple(references),
        export=export,
    )


def _placed(fault: SchemaProblem, name: str, path: tuple[str, ...]) -> SchemaProblem:
    """The fault of a parameter with its path, unless the message names the parameter already."""
    pattern = rf"(\(|'|parameter |parameter: ){re.escape(name)}(\)|'|,|$)"
    return fault if re.search(pattern, fault.message) else replace(fault, path=path)
