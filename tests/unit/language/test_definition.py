from __future__ import annotations

from typing import Any

import pytest

from common import errors
from heat_engine.language import template
from heat_engine.language.definition import ResourceDefinition
from heat_engine.language.parameters import Parameters
from heat_engine.language.scope import Static
from heat_engine.language.template import BoundTemplate
from tests.unit.language.helpers import cfn_snippet

NOTHING: Any = {}


def bind(version: str = "2018-08-31", p: str = "x", **bodies: Any) -> BoundTemplate:
    parsed = template.parse(
        {
            "heat_template_version": version,
            "parameters": {"p": {"type": "string", "default": p}},
            "resources": {name: {"type": "T", **body} for name, body in bodies.items()},
        }
    )
    return parsed.bind(Parameters.resolve(parsed.parameters, {}))


def define(version: str = "2018-08-31", p: str = "x", **body: Any) -> ResourceDefinition:
    bound = bind(version, p, a=body)
    assert bound.problems == ()
    return bound.resources["a"]


def fault(version: str = "2018-08-31", **body: Any) -> str:
    (problem,) = bind(version, a=body).problems
    return str(problem)


def test_a_policy_of_the_resource_outside() -> None:
    definition = define(deletion_policy={"resource_facade": "deletion_policy"})
    assert (definition.deletion_policy, definition.policy(Static())) == ("Delete", "Delete")

    class Outside(Static):
        def facade(self, key: str) -> Any:
            return {"deletion_policy": "Snapshot", "metadata": {"no": "policy"}}[key]

    assert definition.policy(Outside()) == "Snapshot"
    wrong = define(deletion_policy={"resource_facade": "metadata"})
    with pytest.raises(errors.StackValidationFailed, match="Invalid deletion policy") as caught:
        wrong.policy(Outside())
    assert caught.value.problems[0].path[:3] == ("resources", "a", "deletion_policy")
    outside = {"resource_facade": "metadata"}
    assert fault(external_id=outside).endswith("functions in it can read parameters only")


def test_what_is_left_out() -> None:
    definition = define()
    assert definition.properties == {}
    assert definition.metadata == {}
    assert definition.depends_on == ()
    assert definition.deletion_policy == "Delete"
    assert definition.external_id is None


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("properties", None, "Resource a properties type must be object"),
        ("properties", [1], "Resource a properties type must be object"),
        ("metadata", "x", "Resource a metadata type must be object"),
        ("update_policy", 5, "Resource a update_policy type must be object"),
        ("depends_on", 5, "Resource a depends_on type must be list or string"),
        ("depends_on", ["b", 5], "Resource a depends_on must be a list of strings"),
        ("description", 5, "Resource a description type must be string"),
        ("deletion_policy", 5, "Resource a deletion_policy type must be string"),
        ("deletion_policy", None, "Resource a deletion_policy type must be string"),
        (
            "deletion_policy",
            "Keep",
            'resources.a.deletion_policy: Invalid deletion policy "Keep"',
        ),
        (
            "deletion_policy",
            {"get_param": "q"},
            "resources.a.deletion_policy: The Parameter (q) was not provided.",
        ),
    ],
)
def test_faults(key: str, value: Any, message: str) -> None:
    assert fault(**{key: value}) == message


@pytest.mark.parametrize(
    ("version", "given", "policy"),
    [
        ("2013-05-23", "Retain", "Retain"),
        ("2016-10-14", "Retain", "Retain"),
        ("2016-10-14", "snapshot", "Snapshot"),
        ("2016-10-14", {"get_param": "p"}, "Delete"),
    ],
)
def test_deletion_policies(version: str, given: Any, policy: str) -> None:
    assert define(version, p="delete", deletion_policy=given).deletion_policy == policy


def test_lower_case_policies_are_refused_before_their_version() -> None:
    assert 'Invalid deletion policy "retain"' in fault("2016-04-08", deletion_policy="retain")


def test_dependencies_come_from_depends_on_properties_and_metadata() -> None:
    bound = bind(
        a={
            "depends_on": ["b", "nowhere"],
            "properties": {
                "x": {"get_resource": "c"},
                "y": {"list_join": [",", [{"get_attr": ["d", "out"]}]]},
                "z": {"if": [True, {"get_resource": "e"}, {"get_resource": "f"}]},
            },
            "metadata": {"x": [{"get_resource": "g"}]},
            "update_policy": {"x": {"get_resource": "h"}},
        },
        **dict.fromkeys("bcdefgh", NOTHING),
    )
    assert bound.resources["a"].requires(bound.resources) == set("bcdeg")
    assert bound.resources["a"].requires(["b"]) == {"b"}


def test_a_name_that_a_parameter_gives_is_a_dependency() -> None:
    bound = bind(p="b", a={"properties": {"x": {"get_resource": {"get_param": "p"}}}}, b={})
    assert bound.resources["a"].requires(bound.resources) == {"b"}


def test_an_external_resource_depends_on_nothing_and_is_kept() -> None:
    definition = define(
        external_id={"get_param": "p"},
        deletion_policy="delete",
        properties={"x": {"get_resource": "a"}},
    )
    assert definition.external_id == "x"
    assert definition.deletion_policy == "Retain"
    assert definition.requires(["a"]) == frozenset()
    assert "Invalid dependency with external T resource: x" in fault(
        external_id="x", depends_on="b"
    )


@pytest.mark.parametrize("key", ["external_id", "deletion_policy"])
@pytest.mark.parametrize("value", [{"get_resource": "b"}, {"get_attr": ["b", "x"]}])
def test_what_is_needed_before_any_resource_cannot_be_read_from_one(key: str, value: Any) -> None:
    bound = bind(a={key: value}, b={})
    assert [str(problem) for problem in bound.problems] == [
        f"resources.a.{key}: functions in it can read parameters only"
    ]


def test_fingerprints_differ_by_what_is_said_not_by_how() -> None:
    plain = define(metadata={"k": "x"}).fingerprint()
    assert define(metadata={"k": {"get_param": "p"}}).fingerprint() == plain
    assert define(p="y", metadata={"k": {"get_param": "p"}}).fingerprint() != plain
    assert define(metadata={"k": "x"}, deletion_policy="retain").fingerprint() != plain
    assert define(metadata={"k": "x"}, properties={"a": 1}).fingerprint() == plain
    first = define(metadata={"k": {"get_attr": ["a", "b"]}}).fingerprint()
    assert first != define(metadata={"k": {"get_attr": ["a", "c"]}}).fingerprint()


def test_fingerprints_do_not_show_metadata() -> None:
    shown = define(p="secret", metadata={"k": {"get_param": "p"}}).fingerprint()
    assert "secret" not in str(shown)


def cfn(**body: Any) -> BoundTemplate:
    return cfn_snippet("", Resources={"a": {"Type": "T", **body}}, parameters={"p": "Retain"})


def test_policies_of_modern_templates() -> None:
    bound = cfn(
        DeletionPolicy="RetainExceptOnCreate",
        UpdateReplacePolicy={"Ref": "p"},
        CreationPolicy={"ResourceSignal": {"Count": {"Fn::Join": ["", ["1"]]}}},
    )
    assert bound.problems == ()
    definition = bound.resources["a"]
    assert definition.deletion_policy == "Retain"
    assert definition.retain_except_on_create
    assert definition.update_replace_policy == "Retain"
    plain = cfn(DeletionPolicy="Retain").resources["a"]
    assert not plain.retain_except_on_create
    assert plain.update_replace_policy is None
    assert definition.fingerprint() != plain.fingerprint()


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"UpdateReplacePolicy": "Keep"}, 'Invalid update replace policy "Keep"'),
        (
            {"UpdateReplacePolicy": "RetainExceptOnCreate"},
            'Invalid update replace policy "RetainExceptOnCreate"',
        ),
        ({"UpdateReplacePolicy": 5}, "Resource a UpdateReplacePolicy type must be string"),
        ({"DeletionPolicy": "retain"}, 'Invalid deletion policy "retain"'),
        ({"CreationPolicy": "x"}, "Resource a CreationPolicy type must be object"),
        ({"CreationPolicy": {"x": {"Fn::Join": 5}}}, 'Incorrect arguments to "Fn::Join"'),
    ],
)
def test_faults_of_policies_of_modern_templates(body: dict[str, Any], message: str) -> None:
    (problem,) = cfn(**body).problems
    assert message in problem.message


def test_older_languages_do_not_have_these_policies() -> None:
    for policy in ("RetainExceptOnCreate", "Keep"):
        assert fault(deletion_policy=policy) == (
            f'resources.a.deletion_policy: Invalid deletion policy "{policy}"'
        )
    parsed = template.parse(
        {
            "HeatTemplateFormatVersion": "2012-12-12",
            "Resources": {"a": {"Type": "T", "UpdateReplacePolicy": 5, "CreationPolicy": 5}},
        }
    )
    bound = parsed.bind(Parameters.resolve(parsed.parameters, {}))
    assert bound.problems == ()
    assert bound.resources["a"].update_replace_policy is None
