"""Which function exists in which version (templates.md section 1.4)."""

from __future__ import annotations

from functools import lru_cache

from heat_engine.language.functions import conditionals, references, replace, strings
from heat_engine.language.functions.base import Function
from heat_engine.language.functions.parser import Grammar
from heat_engine.language.versions import Version

_CFN: dict[str, type[Function]] = {
    "Ref": references.Ref,
    "Fn::GetAtt": references.GetAtt,
    "Fn::FindInMap": references.FindInMap,
    "Fn::GetAZs": references.GetAvailabilityZones,
    "Fn::Join": strings.Join,
    "Fn::Split": strings.Split,
    "Fn::Replace": replace.ReplacePair,
    "Fn::Base64": strings.Base64,
    "Fn::ResourceFacade": references.CfnResourceFacade,
}
_HOT: dict[str, type[Function]] = {
    "get_param": references.GetParam,
    "get_resource": references.GetResource,
    "get_attr": references.GetAttributes,
    "get_file": references.GetFile,
    "resource_facade": references.ResourceFacade,
    "list_join": strings.JoinLists,
    "str_replace": replace.ReplaceJson,
}


@lru_cache(maxsize=64)
def grammar(version: Version) -> Grammar:
    """Functions by name that may stand in resources and outputs."""
    return _HOT if version.is_hot else _CFN


_HOT_CONDITIONS: dict[str, type[Function]] = {
    "equals": conditionals.Equals,
    "not": conditionals.Not,
    "and": conditionals.And,
    "or": conditionals.Or,
    "get_param": references.GetParam,
}
_CFN_CONDITIONS: dict[str, type[Function]] = {
    "Fn::Equals": conditionals.Equals,
    "Fn::Not": conditionals.CfnNot,
    "Fn::And": conditionals.And,
    "Fn::Or": conditionals.Or,
    "Ref": references.ParameterReference,
    "Fn::FindInMap": references.FindInMap,
}


@lru_cache(maxsize=64)
def condition_grammar(version: Version) -> Grammar:
    """Functions by name that may stand in conditions; all others there are faults."""
    allowed = _HOT_CONDITIONS if version.is_hot else _CFN_CONDITIONS
    misplaced = dict.fromkeys(grammar(version), conditionals.Misplaced)
    return {**misplaced, **allowed}
