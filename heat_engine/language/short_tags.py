"""Functions' short forms in YAML: ``!Ref name`` is ``{Ref: name}`` (templates.md section 3.6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_BARE = ("Ref", "Condition")
_FUNCTIONS = (
    "And",
    "Base64",
    "Cidr",
    "Contains",
    "EachMemberEquals",
    "EachMemberIn",
    "Equals",
    "FindInMap",
    "GetAZs",
    "GetAtt",
    "If",
    "ImportValue",
    "Join",
    "Length",
    "MemberListToMap",
    "Not",
    "Or",
    "RefAll",
    "Replace",
    "ResourceFacade",
    "Select",
    "Split",
    "Sub",
    "ToJsonString",
    "Transform",
    "ValueOf",
    "ValueOfAll",
)
LONG_FORMS: Mapping[str, str] = {
    **{f"!{name}": name for name in _BARE},
    **{f"!{name}": f"Fn::{name}" for name in _FUNCTIONS},
}
"""The function's name by the tag that stands for it."""

MARKER = "AWSTemplateFormatVersion"


def admitted(document: Any) -> bool:
    """Whether a document is of the one language that has short forms."""
    return isinstance(document, Mapping) and isinstance(document.get(MARKER), str)
