from __future__ import annotations

from typing import Any

import pytest

from common import errors
from heat_engine.language import versions

HOT = [
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
]


@pytest.mark.parametrize("value", HOT)
def test_every_dated_version(value: str) -> None:
    version = versions.of({"heat_template_version": value})
    assert (version.dialect, version.date) == ("hot", value)


@pytest.mark.parametrize(
    ("name", "date"),
    [
        ("newton", "2016-10-14"),
        ("ocata", "2017-02-24"),
        ("pike", "2017-09-01"),
        ("queens", "2018-03-02"),
        ("rocky", "2018-08-31"),
        ("wallaby", "2021-04-16"),
    ],
)
def test_releases_are_names_for_dates(name: str, date: str) -> None:
    assert versions.of({"heat_template_version": name}).date == date


def test_features_follow_the_version() -> None:
    old = versions.of({"heat_template_version": "2016-04-08"})
    new = versions.of({"heat_template_version": "queens"})
    assert (old.has_conditions, old.has_parameter_tags, old.has_modulo) == (False, False, False)
    assert (new.has_conditions, new.has_parameter_tags, new.has_modulo) == (True, True, True)
    assert versions.of({"AWSTemplateFormatVersion": "2010-09-09"}).has_conditions
    assert not versions.of({"HeatTemplateFormatVersion": "2012-12-12"}).has_conditions


@pytest.mark.parametrize(
    ("data", "cls", "message"),
    [
        ({}, errors.StackValidationFailed, "Template format version not found."),
        (
            {"heat_template_version": 5},
            errors.InvalidTemplateVersion,
            "The template version is invalid: Template version was not provided",
        ),
        (
            {"heat_template_version": "mitaka"},
            errors.InvalidTemplateVersion,
            (
                'The template version is invalid: "heat_template_version: mitaka". '
                f'"heat_template_version" should be one of: {", ".join(HOT)}, '
                "newton, ocata, pike, queens, rocky, wallaby"
            ),
        ),
        (
            {"AWSTemplateFormatVersion": "2012-12-12"},
            errors.InvalidTemplateVersion,
            (
                'The template version is invalid: "AWSTemplateFormatVersion: 2012-12-12". '
                '"AWSTemplateFormatVersion" should be: 2010-09-09'
            ),
        ),
    ],
)
def test_refusals(data: dict[str, Any], cls: type[errors.HearthError], message: str) -> None:
    with pytest.raises(errors.HearthError) as caught:
        versions.of(data)
    assert type(caught.value) is cls
    assert caught.value.message == message


def test_two_markers_are_ambiguous() -> None:
    with pytest.raises(errors.InvalidTemplateVersion, match=r"Ambiguous versions \(.*, .*\)"):
        versions.of({"heat_template_version": "rocky", "AWSTemplateFormatVersion": "2010-09-09"})


@pytest.mark.parametrize("value", HOT)
def test_sections_of_each_version_of_hot(value: str) -> None:
    expected = {"heat_template_version", "description", "parameter_groups"}
    expected |= {"parameters", "resources", "outputs"}
    if value >= "2016-10-14":
        expected.add("conditions")
    assert versions.of({"heat_template_version": value}).sections == expected


def test_sections_of_cfn() -> None:
    expected = {"Description", "Parameters", "Mappings", "Resources", "Outputs"}
    heat = versions.of({"HeatTemplateFormatVersion": "2012-12-12"})
    aws = versions.of({"AWSTemplateFormatVersion": "2010-09-09"})
    assert heat.sections == expected | {"HeatTemplateFormatVersion"}
    modern = {"Conditions", "Metadata", "Rules", "Transform"}
    assert aws.sections == expected | modern | {"AWSTemplateFormatVersion"}


@pytest.mark.parametrize("value", HOT)
def test_features_of_each_version_of_hot(value: str) -> None:
    version = versions.of({"heat_template_version": value})
    assert version.has_conditions is (value >= "2016-10-14")
    assert version.has_modulo is (value >= "2017-02-24")
    assert version.has_parameter_tags is (value >= "2018-03-02")
