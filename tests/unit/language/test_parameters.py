from __future__ import annotations

from typing import Any

import pytest

from common import errors
from heat_engine.language import template
from heat_engine.language.parameters import Parameters, pseudo
from heat_engine.language.unknown import UNKNOWN
from tests.unit.language.helpers import cfn_snippet, cfn_value


def resolve(
    declared: dict[str, Any], user: dict[str, Any], defaults: Any = None, **more: Any
) -> Parameters:
    parsed = template.parse({"heat_template_version": "2018-08-31", "parameters": declared})
    return Parameters.resolve(
        parsed.parameters, user, defaults, pseudo("hot", "s", "id", "project"), **more
    )


STRING = {"type": "string"}
DEFAULTED = {"type": "string", "default": "template"}


@pytest.mark.parametrize(
    ("user", "defaults", "value"),
    [
        ({"p": "user"}, {"p": "environment"}, "user"),
        ({"p": None}, {"p": "environment"}, "environment"),
        ({}, {"p": "environment", "stranger": 1}, "environment"),
        ({}, {"p": None}, "template"),
        ({}, {}, "template"),
    ],
)
def test_precedence(user: dict[str, Any], defaults: dict[str, Any], value: str) -> None:
    assert resolve({"p": DEFAULTED}, user, defaults).value("p") == value


def test_one_fault_keeps_its_class() -> None:
    with pytest.raises(errors.UserParameterMissing, match=r"The Parameter \(p\) was not provided"):
        resolve({"p": STRING}, {})
    with pytest.raises(errors.UnknownUserParameter, match=r"\(x\) was not defined in template"):
        resolve({"p": DEFAULTED}, {"x": 1})
    with pytest.raises(errors.UnknownUserParameter):
        resolve({}, {"OS::stack_name": "mine"})


def test_all_faults_are_reported_at_once() -> None:
    with pytest.raises(errors.StackValidationFailed) as caught:
        resolve({"p": STRING, "n": {"type": "number"}}, {"n": "x", "stranger": 1})
    assert [problem.message for problem in caught.value.problems] == [
        "The Parameter (stranger) was not defined in template.",
        "The Parameter (p) was not provided.",
        "Parameter 'n' is invalid: could not convert string to float: 'x'",
    ]


def test_a_partial_set_reads_missing_and_bad_values_as_unknown() -> None:
    values = resolve({"p": STRING, "n": {"type": "number"}}, {"n": "x"}, partial=True)
    assert values.value("p") is UNKNOWN
    assert values.value("n") is UNKNOWN
    assert values.shown()["p"] == ""


def test_custom_constraints_are_checked_when_the_default_is_used() -> None:
    declared = {"type": "string", "default": "x", "constraints": [{"custom_constraint": "ip_addr"}]}
    with pytest.raises(errors.StackValidationFailed, match="Invalid IP address"):
        resolve({"p": declared}, {})


def test_hidden_values_are_masked_but_seen_by_functions() -> None:
    values = resolve(
        {"p": {"type": "string", "hidden": True, "default": ""}, "q": STRING},
        {"p": "secret", "q": "open"},
    )
    assert values.value("p") == "secret"
    assert values.text("p") == "******"
    assert values.shown() == {
        "OS::stack_name": "s",
        "OS::stack_id": "id",
        "OS::project_id": "project",
        "p": "******",
        "q": "open",
    }
    assert values.hidden_values() == {"secret"}
    assert values.describe()["p"]["Value"] == "******"


def test_description_for_validate_template() -> None:
    declared = {
        "type": "number",
        "default": 4,
        "description": "d",
        "tags": ["t"],
        "constraints": [
            {"range": {"min": 1, "max": 9}, "description": "one to nine"},
            {"modulo": {"step": 2, "offset": 0}, "description": "even"},
            {"allowed_values": [2, 4]},
        ],
    }
    assert resolve({"p": declared}, {"p": 2}).describe() == {
        "p": {
            "Type": "Number",
            "Default": 4,
            "Description": "d",
            "NoEcho": "false",
            "Label": "p",
            "Value": 2,
            "Tags": ["t"],
            "MinValue": 1,
            "MaxValue": 9,
            "Step": 2,
            "Offset": 0,
            "AllowedValues": [2, 4],
            "ConstraintDescription": "one to nine even",
        }
    }


def test_pseudo_parameters() -> None:
    assert pseudo("hot", "s", None, "p")["OS::stack_id"] == "None"
    cfn = pseudo("cfn", "s", "id", "p")
    assert cfn["AWS::StackId"] == "arn:openstack:heat::p:stacks/s/id"
    assert cfn["AWS::Region"] == "ap-southeast-1"
    with pytest.raises(errors.UserParameterMissing):
        resolve({}, {}).value("OS::region")


def test_pseudo_parameters_of_modern_templates() -> None:
    value = {
        "Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:x.${AWS::URLSuffix}/${AWS::Region}"
    }
    assert cfn_value(value) == "arn:openstack:iam::project:x.amazonaws.com/ap-southeast-1"
    assert cfn_value({"Ref": "AWS::NotificationARNs"}) == []
    for name in ("AccountId", "Partition", "URLSuffix", "NotificationARNs", "NoValue"):
        assert f"AWS::{name}" not in pseudo("cfn", "s", "id", "p")
        with pytest.raises(errors.InvalidTemplateReference):
            cfn_value(
                {"Ref": f"AWS::{name}"}, marker="HeatTemplateFormatVersion", version="2012-12-12"
            )


def test_the_api_lists_the_older_pseudo_parameters_only() -> None:
    assert set(cfn_snippet("").parameters.shown()) == {
        "AWS::StackName",
        "AWS::StackId",
        "AWS::Region",
    }
    declared = cfn_snippet("", parameters={"AWS::AccountId": "mine"})
    assert declared.parameters.shown()["AWS::AccountId"] == "mine"


def test_a_declared_name_overrides_the_pseudo_parameter() -> None:
    values = resolve({"OS::stack_name": DEFAULTED}, {})
    assert values.value("OS::stack_name") == "template"


def test_immutable_parameters_may_not_change() -> None:
    fixed = {"type": "number", "default": 1, "immutable": True}
    before = resolve({"p": fixed, "q": fixed}, {"p": "5"})
    resolve({"p": fixed, "q": fixed, "new": fixed}, {"p": 5}).check_immutable(before)
    with pytest.raises(errors.ImmutableParameterModified) as caught:
        resolve({"p": fixed, "q": fixed}, {"p": 6, "q": 7}).check_immutable(before)
    assert caught.value.message == (
        "The following parameters are immutable and may not be updated: p, q"
    )


@pytest.mark.parametrize(
    ("kind", "allowed", "given", "detail"),
    [
        ("number", [1, 2], "3", '"3" is not an allowed value [1, 2]'),
        ("number", [1, 2], 3, "3 is not an allowed value [1, 2]"),
        ("boolean", [True], "no", '"no" is not an allowed value [true]'),
        ("string", ["a"], 3, '3 is not an allowed value ["a"]'),
        ("comma_delimited_list", ["a"], "a,b", '["a", "b"] is not an allowed value ["a"]'),
    ],
)
def test_a_value_that_is_not_allowed_shows_as_it_was_given(
    kind: str, allowed: list[Any], given: Any, detail: str
) -> None:
    declaration = {"type": kind, "constraints": [{"allowed_values": allowed}]}
    with pytest.raises(errors.StackValidationFailed) as caught:
        resolve({"p": declaration}, {"p": given})
    assert caught.value.message == f"Parameter 'p' is invalid: {detail}"
    with pytest.raises(errors.InvalidSchemaError) as bad_default:
        resolve({"p": {**declaration, "default": given}}, {})
    assert bad_default.value.message.endswith(f"({detail})")


def test_a_fault_of_a_hidden_parameter_does_not_show_its_value() -> None:
    hidden = {
        "type": "string",
        "hidden": True,
        "constraints": [{"allowed_pattern": "[a-z]+"}],
    }
    with pytest.raises(errors.StackValidationFailed) as caught:
        resolve({"p": hidden}, {"p": "S3cret!"})
    assert "S3cret!" not in caught.value.message
    assert '"******" does not match pattern' in caught.value.message
    with pytest.raises(errors.InvalidSchemaError) as default:
        resolve({"p": {**hidden, "default": "S3cret!"}}, {})
    assert "S3cret!" not in default.value.message


def test_an_empty_hidden_value_leaves_the_message_as_it_is() -> None:
    hidden = {"type": "string", "hidden": True, "constraints": [{"allowed_pattern": "[a-z]+"}]}
    with pytest.raises(errors.StackValidationFailed, match='"" does not match pattern "'):
        resolve({"p": hidden}, {"p": ""})
    with pytest.raises(errors.InvalidSchemaError, match="Invalid default "):
        resolve({"p": {**hidden, "default": ""}}, {"p": "a"})
