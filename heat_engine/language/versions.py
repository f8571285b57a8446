"""Version markers and what each dialect calls its sections and keys (templates.md section 1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from common import errors

_HOT_DATES = (
    "2013-05-23",
    "2014-10-16",
    "2015-04-30",
    "2015-10-15",
    "2016-04-08",
    "2016-10-14",
    "2017-02-24",
    "2017-09-01",
    "2018-03-02",
    "2018-08-31",
    "2021-04-16",
)
_HOT_RELEASES = {
    "newton": "2016-10-14",
    "ocata": "2017-02-24",
    "pike": "2017-09-01",
    "queens": "2018-03-02",
    "rocky": "2018-08-31",
    "wallaby": "2021-04-16",
}
_HOT = {**{date: date for date in _HOT_DATES}, **_HOT_RELEASES}
MARKERS: Mapping[str, Mapping[str, str]] = {
    "heat_template_version": _HOT,
    "HeatTemplateFormatVersion": {"2012-12-12": "2012-12-12"},
    "AWSTemplateFormatVersion": {"2010-09-09": "2010-09-09"},
}
EXTENSIONS = "AWS::LanguageExtensions"
"""The one transform there is."""

LOOP = "Fn::ForEach::"
"""How a key starts whose value is a loop, under that transform."""


@dataclass(frozen=True, slots=True)
class Words:
    """The spelling of sections and keys in one dialect."""

    description: str
    parameters: str
    resources: str
    outputs: str
    conditions: str
    type: str
    properties: str
    metadata: str
    depends_on: str
    deletion_policy: str
    update_policy: str
    condition: str
    value: str


HOT_WORDS = Words(
    description="description",
    parameters="parameters",
    resources="resources",
    outputs="outputs",
    conditions="conditions",
    type="type",
    properties="properties",
    metadata="metadata",
    depends_on="depends_on",
    deletion_policy="deletion_policy",
    update_policy="update_policy",
    condition="condition",
    value="value",
)
CFN_WORDS = Words(
    description="Description",
    parameters="Parameters",
    resources="Resources",
    outputs="Outputs",
    conditions="Conditions",
    type="Type",
    properties="Properties",
    metadata="Metadata",
    depends_on="DependsOn",
    deletion_policy="DeletionPolicy",
    update_policy="UpdatePolicy",
    condition="Condition",
    value="Value",
)


@dataclass(frozen=True, slots=True)
class Version:
    """One template language. ``date`` is the dated form, so releases compare as dates do.

    extensions: CloudFormation's language extensions are asked for.
    """

    marker: str
    value: str
    date: str
    extensions: bool = False

    @property
    def dialect(self) -> str:
        return "hot" if self.marker == "heat_template_version" else "cfn"

    @property
    def is_hot(self) -> bool:
        return self.marker == "heat_template_version"

    @property
    def is_aws(self) -> bool:
        """Whether this is the language of CloudFormation as it is today."""
        return self.marker == "AWSTemplateFormatVersion"

    @property
    def words(self) -> Words:
        return HOT_WORDS if self.is_hot else CFN_WORDS

    def at_least(self, date: str) -> bool:
        """Whether this is HOT of that date or later."""
        return self.is_hot and self.date >= date

    @property
    def has_conditions(self) -> bool:
        return self.is_aws or self.at_least("2016-10-14")

    @property
    def has_parameter_tags(self) -> bool:
        return self.at_least("2018-03-02")

    @property
    def has_modulo(self) -> bool:
        return self.at_least("2017-02-24")

    @property
    def sections(self) -> frozenset[str]:
        words = self.words
        names = {self.marker, words.description, words.parameters, words.resources, words.outputs}
        names.add("parameter_groups" if self.is_hot else "Mappings")
        if self.has_conditions:
            names.add(words.conditions)
        if self.is_aws:
            names.update(("Metadata", "Rules", "Transform"))
        return frozenset(names)


def of(document: Mapping[Any, Any]) -> Version:
    """The version that a document states. Raises InvalidTemplateVersion, StackValidationFailed."""
    present = [marker for marker in MARKERS if marker in document]
    if not present:
        raise errors.StackValidationFailed("Template format version not found.")
    markers = [marker for marker in present if isinstance(document[marker], str)]
    if not markers:
        raise errors.InvalidTemplateVersion(explanation="Template version was not provided")
    if len(markers) > 1:
        found = ", ".join(markers)
        raise errors.InvalidTemplateVersion(explanation=f"Ambiguous versions ({found})")
    marker = markers[0]
    value = document[marker]
    known = MARKERS[marker]
    if value not in known:
        choices = ", ".join(sorted(known))
        should = "should be one of" if len(known) > 1 else "should be"
        raise errors.InvalidTemplateVersion(
            explanation=f'"{marker}: {value}". "{marker}" {should}: {choices}'
        )
    extensions = marker == "AWSTemplateFormatVersion" and EXTENSIONS in transforms(document)
    return Version(marker, value, known[value], extensions)


def transforms(document: Mapping[Any, Any]) -> list[Any]:
    """What the section ``Transform`` names; its form is not checked."""
    declared = document.get("Transform")
    if declared is None:
        return []
    return declared if isinstance(declared, list) else [declared]
