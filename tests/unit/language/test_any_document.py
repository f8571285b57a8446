"""Whatever a document holds, the language answers with data or with errors of the catalogue."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.errors import HearthError
from heat_engine.language import document, environment, functions, template, validation
from heat_engine.language.functions.registry import condition_grammar, grammar, rule_grammar
from heat_engine.language.parameters import Parameters, pseudo
from heat_engine.language.unknown import contains_unknown
from heat_engine.language.versions import MARKERS, Version, Words
from tests.unit.language.helpers import TYPES, Living

VERSIONS = [
    Version(marker, value, date)
    for marker, values in MARKERS.items()
    for value, date in values.items()
]
NAMES = sorted(
    {name for v in VERSIONS for name in [*grammar(v), *condition_grammar(v)]}
    | set(rule_grammar(VERSIONS[-1]))
)
WORDS = st.sampled_from(
    ["a", "b", "r", "p", "q", "c", "", "0", "-1", "out", "tree", "%v%", ",", "{", "md5", "stack"]
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 70000),
    st.floats(allow_nan=True),
    WORDS,
    st.text(max_size=8),
)
KEYS = st.one_of(
    WORDS,
    st.sampled_from(NAMES),
    st.sampled_from(["template", "params", "for_each", "permutations", "keys", "values", "host"]),
    st.sampled_from(["query", "port", "path", "scheme"]),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(KEYS, inner, max_size=3),
        st.builds(lambda name, argument: {name: argument}, st.sampled_from(NAMES), inner),
        st.builds(
            lambda name, arguments: {name: arguments},
            st.sampled_from(NAMES),
            st.lists(inner, min_size=2, max_size=3),
        ),
        st.builds(lambda t, p: {"str_replace": {"template": t, "params": p}}, inner, inner),
        st.builds(
            lambda name, text: {name: text},
            st.sampled_from(["Fn::GetAtt", "Fn::Sub", "Ref", "Fn::ForEach::L"]),
            st.sampled_from(
                ["r.out", "a.b", "${r}${r.out}${!p}${p}", "${X}&{X}", "AWS::NoValue", "p", "r"]
            ),
        ),
        st.builds(
            lambda text, data: {"yaql": {"expression": text, "data": data}},
            st.sampled_from(["$.data", "$.data.a", "$.data.len()", "$[", "[$.data, $].flatten()"]),
            inner,
        ),
        st.builds(lambda c, v: {"Fn::ForEach::L": ["X", c, {"k${X}": v}]}, inner, inner),
        st.builds(lambda t, p: {"repeat": {"template": t, "for_each": p}}, inner, inner),
    ),
    max_leaves=12,
)
COLLECTIONS = st.one_of(st.lists(WORDS, max_size=3), st.just({"Ref": "p"}), VALUES)
SOMETIMES: st.SearchStrategy[Any] = st.one_of(VALUES, st.just({}))


def entries(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries({}, optional=fields)


@st.composite
def sound_documents(draw: st.DrawFn) -> dict[str, Any]:
    """Of good form, so that what is inside the snippets decides."""
    version = draw(st.sampled_from(VERSIONS))
    words = version.words
    resource = st.fixed_dictionaries(
        {words.type: st.just("T"), words.properties: st.dictionaries(st.just("value"), VALUES)},
        optional={words.metadata: st.dictionaries(WORDS, VALUES, max_size=2)},
    )
    output = st.fixed_dictionaries({words.value: VALUES})
    kind, default = ("type", "default") if version.is_hot else ("Type", "Default")
    types = ["string", "json", "comma_delimited_list"]
    if not version.is_hot:
        types = ["String", "Json", "CommaDelimitedList"]
    parameter = st.fixed_dictionaries(
        {kind: st.sampled_from(types), default: st.sampled_from(["a,b", '{"a": [1]}', "0"])}
    )
    made: dict[str, Any] = {
        version.marker: version.value,
        words.resources: draw(st.dictionaries(st.sampled_from(["a", "r"]), resource, min_size=1)),
        words.outputs: draw(st.dictionaries(st.just("o"), output, max_size=1)),
        words.parameters: {"p": draw(parameter), "q": draw(parameter)},
    }
    if version.is_aws and draw(st.booleans()):
        made["Transform"] = "AWS::LanguageExtensions"
        loop = st.tuples(st.just("X"), COLLECTIONS, st.fixed_dictionaries({"r${X}": resource}))
        made[words.resources]["Fn::ForEach::L"] = list(draw(loop))
    if version.has_conditions:
        condition = st.one_of(st.booleans(), VALUES)
        made[words.conditions] = draw(st.dictionaries(st.just("c"), condition, max_size=1))
    return made


def resources_of_any_form(words: Words) -> st.SearchStrategy[Any]:
    known = st.fixed_dictionaries({}, optional={"value": VALUES, "text": VALUES, "size": VALUES})
    body = st.fixed_dictionaries(
        {words.type: st.sampled_from(["T", "Needy", "Open", "Bogus"])},
        optional={
            words.properties: st.one_of(known, VALUES),
            words.metadata: SOMETIMES,
            words.depends_on: VALUES,
            words.deletion_policy: VALUES,
            words.update_policy: VALUES,
            words.condition: VALUES,
            "external_id": VALUES,
            "UpdateReplacePolicy": VALUES,
            "CreationPolicy": VALUES,
        },
    )
    return st.one_of(body, VALUES)


RULES = ["range", "length", "modulo", "allowed_values", "allowed_pattern"]
HOT_TYPES = ["string", "number", "json", "boolean", "comma_delimited_list"]
CFN_TYPES = ["String", "Number", "Json", "Boolean", "CommaDelimitedList", "List<Number>"]


def parameters_of_any_form(version: Version) -> st.SearchStrategy[Any]:
    limits = st.dictionaries(st.sampled_from(RULES), VALUES, max_size=2)
    body = st.fixed_dictionaries(
        {version.words.type: st.sampled_from(HOT_TYPES if version.is_hot else CFN_TYPES)},
        optional={
            "default": VALUES,
            "Default": VALUES,
            "hidden": VALUES,
            "constraints": st.lists(limits, max_size=2),
            "AllowedValues": VALUES,
            "MinLength": VALUES,
            "MaxValue": VALUES,
        },
    )
    return st.one_of(body, VALUES)


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    version = draw(st.sampled_from(VERSIONS))
    words = version.words
    names = st.sampled_from(["a", "b", "r", "p", "q", "c", "a/b", "Fn::ForEach::L"])
    exported = st.one_of(VALUES, st.fixed_dictionaries({"Name": VALUES}))
    output = entries(**{words.value: VALUES, words.condition: VALUES, "Export": exported})
    sections = {
        words.parameters: st.dictionaries(names, parameters_of_any_form(version), max_size=2),
        words.resources: st.dictionaries(names, resources_of_any_form(words), max_size=3),
        words.outputs: st.dictionaries(names, output, max_size=2),
        "parameter_groups" if version.is_hot else "Mappings": VALUES,
    }
    if version.is_aws:
        assertion = st.fixed_dictionaries(
            {"Assert": VALUES}, optional={"AssertDescription": VALUES}
        )
        rule = st.fixed_dictionaries(
            {"Assertions": st.lists(assertion, min_size=1, max_size=2)},
            optional={"RuleCondition": VALUES},
        )
        sections["Rules"] = st.one_of(st.dictionaries(names, rule, max_size=2), VALUES)
        sections["Metadata"] = SOMETIMES
        sections["Transform"] = st.one_of(st.just("AWS::LanguageExtensions"), VALUES)
    if version.has_conditions:
        sections[words.conditions] = st.dictionaries(names, VALUES, max_size=3)
    return {
        version.marker: version.value,
        **draw(st.fixed_dictionaries({}, optional=sections)),
    }


@contextmanager
def only_the_documents_fault() -> Iterator[None]:
    """Lets errors of the catalogue pass that blame the document, and no others."""
    try:
        yield
    except HearthError as error:
        if error.http_status >= 500:
            raise


def run(data: Any, user: Any, partial: bool) -> None:
    parsed = template.parse(data, {"a": "text", "b": "{}"})
    names = pseudo(parsed.dialect, "stack", None, "project", modern=parsed.version.is_aws)
    values = Parameters.resolve(parsed.parameters, user, {}, names, partial=partial)
    values.describe()
    if not partial:
        values.shown()
    bound = parsed.bind(values)
    for problem in validation.validate(bound, TYPES.get):
        assert str(problem)
    for resource in bound.resources.values():
        resource.fingerprint()
        resource.requires(bound.resources)
        check_value(resource.properties, partial)
    for output in bound.outputs.values():
        check_value(output.value, partial)


def check_value(snippet: Any, partial: bool) -> None:
    with only_the_documents_fault():
        value = functions.resolve(snippet, Living(out="x", tree={"a": [1, None]}))
        if contains_unknown(value):
            assert partial
        else:
            json.dumps(value)


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    data=st.one_of(documents(), sound_documents(), sound_documents()),
    user=st.one_of(st.just({}), st.dictionaries(st.just("p"), VALUES, max_size=1)),
    partial=st.booleans(),
)
def test_a_document_gives_data_or_an_error_of_the_catalogue(
    data: dict[str, Any], user: dict[str, Any], partial: bool
) -> None:
    with only_the_documents_fault():
        run(data, user, partial)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(value=st.one_of(VALUES, documents()))
def test_any_data_is_refused_or_read_as_template_and_environment(value: Any) -> None:
    with only_the_documents_fault():
        template.parse(value)
    with only_the_documents_fault():
        environment.parse(value)


MARKED = st.sampled_from(["", "AWSTemplateFormatVersion: '2010-09-09'\n"])
TAGS = st.lists(
    st.sampled_from(["!Ref", " ", "!Join", "[", "]", "{", "}", "a", ":", ",", "&x", "*x", "!Not"]),
    max_size=20,
).map("".join)
YAML = st.text(alphabet="ab:&*<-[]{}!#|>'\"%,?@ \n\t01.~=x_", max_size=80)


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(marked=MARKED, text=st.one_of(YAML, TAGS, st.text(max_size=40)))
def test_any_text_is_data_or_an_error_of_the_catalogue(marked: str, text: str) -> None:
    with only_the_documents_fault():
        _, source = document.load(f"{marked}b: {text}" if marked else text)
        source.position(("a", 0, "b"))
