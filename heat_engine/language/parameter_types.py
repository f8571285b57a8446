"""The words for types of parameters in each language (templates.md sections 2.1 and 3.6)."""

from __future__ import annotations

from typing import Any

from heat_engine.language.constraint_schema import Fault
from heat_engine.language.versions import Version

STRING, NUMBER, LIST, JSON, BOOLEAN = (
    "String",
    "Number",
    "CommaDelimitedList",
    "Json",
    "Boolean",
)

_HOT = {
    "string": STRING,
    "number": NUMBER,
    "comma_delimited_list": LIST,
    "json": JSON,
    "boolean": BOOLEAN,
}
_CFN = {name: name for name in _HOT.values()}
# Names and ids of things in a cloud. Whether they are there is for the resources to find out.
_NAMED = (
    "AWS::EC2::AvailabilityZone::Name",
    "AWS::EC2::Image::Id",
    "AWS::EC2::Instance::Id",
    "AWS::EC2::KeyPair::KeyName",
    "AWS::EC2::SecurityGroup::GroupName",
    "AWS::EC2::SecurityGroup::Id",
    "AWS::EC2::Subnet::Id",
    "AWS::EC2::VPC::Id",
    "AWS::EC2::Volume::Id",
    "AWS::Route53::HostedZone::Id",
    "AWS::SSM::Parameter::Name",
)
_AWS = {
    **_CFN,
    **dict.fromkeys(_NAMED, STRING),
    **{f"List<{member}>": LIST for member in (STRING, NUMBER, *_NAMED)},
}
_LOOKED_UP = "AWS::SSM::Parameter::Value<"


def kind_of(declared: Any, version: Version) -> str:
    """Which of the five kinds a declared type is. Raises Fault."""
    types = _HOT if version.is_hot else _AWS if version.is_aws else _CFN
    if isinstance(declared, str):
        if declared in types:
            return types[declared]
        if version.is_aws and declared.startswith(_LOOKED_UP):
            raise Fault([f"Invalid type ({declared}): there is no parameter store to look it up"])
    raise Fault([f"Invalid type ({declared})"])


def member_kind(declared: str) -> str | None:
    """STRING or NUMBER for ``List<type>``, else None."""
    if not declared.startswith("List<"):
        return None
    return NUMBER if declared == f"List<{NUMBER}>" else STRING
