"""Which function exists in which version (templates.md section 1.4)."""

from __future__ import annotations

from functools import lru_cache

from heat_engine.language.functions import (
    assertions,
    conditionals,
    extensions,
    lists,
    maps,
    networks,
    query,
    references,
    repeat,
    replace,
    strings,
    substitute,
    urls,
)
from heat_engine.language.functions.base import Function, Removed
from heat_engine.language.functions.parser import Grammar
from heat_engine.language.versions import Version

Table = dict[str, type[Function]]

_CFN: Table = {
    "Ref": references.Ref,
    "Fn::GetAtt": references.GetAtt,
    "Fn::FindInMap": references.FindInMap,
    "Fn::GetAZs": references.GetAvailabilityZones,
    "Fn::Select": lists.Select,
    "Fn::Join": strings.Join,
    "Fn::Split": strings.Split,
    "Fn::Replace": replace.ReplacePair,
    "Fn::Base64": strings.Base64,
    "Fn::MemberListToMap": maps.MemberListToMap,
    "Fn::ResourceFacade": references.CfnResourceFacade,
}
# What modern CloudFormation has beyond it.
_AWS: Table = {
    **_CFN,
    "Fn::GetAtt": references.GetAttOrText,
    "Fn::If": conditionals.If,
    "Fn::Sub": substitute.Substitute,
    "Fn::Cidr": networks.Cidr,
    "Fn::ImportValue": references.ImportValue,
    "Fn::Length": extensions.NeedsExtensions,
    "Fn::ToJsonString": extensions.NeedsExtensions,
    "Fn::Transform": extensions.Macro,
}

# What "Transform: AWS::LanguageExtensions" adds to that.
_EXTENDED: Table = {
    **_AWS,
    "Ref": extensions.RefOfName,
    "Fn::FindInMap": extensions.FindInMapOrDefault,
    "Fn::Length": extensions.Length,
    "Fn::ToJsonString": extensions.ToJsonString,
}

# What each version of HOT adds to, or replaces in, the one before it.
_HOT_CHANGES: dict[str, Table] = {
    "2013-05-23": {
        "get_param": references.GetParam,
        "get_resource": references.GetResource,
        "get_file": references.GetFile,
        "resource_facade": references.ResourceFacade,
        "get_attr": references.GetAttribute,
        "list_join": strings.Join,
        "str_replace": replace.Replace,
        "Fn::Select": lists.Select,
        "Fn::GetAZs": references.GetAvailabilityZones,
        "Fn::Join": strings.Join,
        "Fn::Split": strings.Split,
        "Fn::Replace": replace.ReplacePair,
        "Fn::Base64": strings.Base64,
        "Fn::MemberListToMap": maps.MemberListToMap,
        "Fn::ResourceFacade": references.CfnResourceFacade,
        "Ref": references.Ref,
    },
    "2014-10-16": dict.fromkeys(
        (
            "Fn::GetAZs",
            "Fn::Join",
            "Fn::Split",
            "Fn::Replace",
            "Fn::Base64",
            "Fn::MemberListToMap",
            "Fn::ResourceFacade",
            "Ref",
        ),
        Removed,
    ),
    "2015-04-30": {"repeat": repeat.Repeat, "digest": strings.Digest},
    "2015-10-15": {
        "get_attr": references.GetAttributes,
        "list_join": strings.JoinLists,
        "str_replace": replace.ReplaceJson,
        "str_split": strings.SplitText,
        "Fn::Select": Removed,
    },
    "2016-04-08": {"map_merge": maps.MapMerge},
    "2016-10-14": {
        "repeat": repeat.RepeatMaps,
        "map_replace": maps.MapReplace,
        "yaql": query.Yaql,
        "if": conditionals.If,
    },
    "2017-02-24": {
        "filter": lists.Filter,
        "str_replace_strict": replace.ReplaceStrict,
    },
    "2017-09-01": {
        "repeat": repeat.RepeatPermutations,
        "make_url": urls.MakeUrl,
        "list_concat": lists.Concat,
        "list_concat_unique": lists.ConcatUnique,
        "contains": lists.Contains,
        "str_replace_vstrict": replace.ReplaceVeryStrict,
    },
    "2021-04-16": {"if": conditionals.IfOrAbsent},
}

_HOT_CONDITIONS: Table = {
    "equals": conditionals.Equals,
    "not": conditionals.Not,
    "and": conditionals.And,
    "or": conditionals.Or,
    "get_param": references.GetParam,
}
# What CloudFormation takes where only parameters are known.
_OF_PARAMETERS: Table = {
    "Fn::Select": lists.Select,
    "Fn::Join": strings.Join,
    "Fn::Split": strings.Split,
    "Fn::Sub": substitute.SubstituteParameters,
}
_CFN_CONDITIONS: Table = {
    "Fn::Equals": conditionals.Equals,
    "Fn::Not": conditionals.CfnNot,
    "Fn::And": conditionals.And,
    "Fn::Or": conditionals.Or,
    "Ref": references.ParameterReference,
    "Fn::FindInMap": references.FindInMap,
}


@lru_cache(maxsize=64)
def grammar(version: Version) -> Grammar:
    """Functions by name that may stand in resources and outputs."""
    if not version.is_hot:
        if version.extensions:
            return _EXTENDED
        return _AWS if version.is_aws else _CFN
    functions: Table = {}
    for date, changes in _HOT_CHANGES.items():
        if version.at_least(date):
            functions.update(changes)
    return functions


@lru_cache(maxsize=64)
def loop_grammar(version: Version) -> Grammar:
    """Functions by name that may stand in a loop's collection: none of them needs resources."""
    allowed: Table = {
        **_OF_PARAMETERS,
        "Ref": references.ParameterReference,
        "Fn::FindInMap": extensions.FindInMapOrDefault,
    }
    return {**dict.fromkeys(grammar(version), conditionals.Misplaced), **allowed}


@lru_cache(maxsize=64)
def rule_grammar(version: Version) -> Grammar:
    """Functions by name that may stand in rules; all others there are faults."""
    allowed: Table = {
        "Fn::Equals": conditionals.Equals,
        "Fn::Not": conditionals.CfnNot,
        "Fn::And": conditionals.And,
        "Fn::Or": conditionals.Or,
        "Ref": references.ParameterReference,
        "Fn::Contains": assertions.Contains,
        "Fn::EachMemberEquals": assertions.EachMemberEquals,
        "Fn::EachMemberIn": assertions.EachMemberIn,
        "Fn::RefAll": assertions.RefAll,
        "Fn::ValueOf": assertions.LookedUp,
        "Fn::ValueOfAll": assertions.LookedUp,
    }
    return {**dict.fromkeys(grammar(version), conditionals.Misplaced), **allowed}


@lru_cache(maxsize=64)
def condition_grammar(version: Version) -> Grammar:
    """Functions by name that may stand in conditions; all others there are faults."""
    allowed = dict(_HOT_CONDITIONS if version.is_hot else _CFN_CONDITIONS)
    if version.at_least("2017-09-01"):
        allowed["contains"] = lists.Contains
        allowed["yaql"] = query.Yaql
    if version.is_aws:
        allowed.update(_OF_PARAMETERS)
        allowed["Condition"] = conditionals.ConditionReference
    if version.extensions:
        allowed["Ref"] = extensions.ParameterOfName
        allowed["Fn::FindInMap"] = extensions.FindInMapOrDefault
        allowed["Fn::Length"] = extensions.Length
    misplaced = dict.fromkeys(grammar(version), conditionals.Misplaced)
    return {**misplaced, **allowed}
