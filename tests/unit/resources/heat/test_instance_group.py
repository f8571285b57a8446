from __future__ import annotations

import pytest

from common import errors
from heat_engine.resources.heat.instance_group import GROUP_NAME, InstanceGroup, seconds
from tests.unit.resources.driver import request


@pytest.mark.parametrize(
    ("duration", "wanted"),
    [("PT0S", 0), ("PT90S", 90), ("PT1M30S", 90), ("PT1H", 3600), ("PT59M59S", 3599)],
)
def test_durations(duration: str, wanted: float) -> None:
    assert seconds(duration) == wanted


@pytest.mark.parametrize("duration", ["", "PT", "90", "P1D", "PT1.5S", "pt1s", "PT1S "])
def test_other_forms_are_none(duration: str) -> None:
    with pytest.raises(errors.Invalid, match="Only ISO 8601 duration format"):
        seconds(duration)


def test_an_hour_is_the_longest_pause() -> None:
    with pytest.raises(errors.Invalid, match="Maximum PauseTime is 1 hour"):
        seconds("PT1H1S")


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ([], [GROUP_NAME]),
        ([{"Key": "a", "Value": "b"}], ["a", GROUP_NAME]),
        ([{"Key": "metering.x", "Value": "b"}], ["metering.x"]),
    ],
)
def test_the_groups_name_is_a_tag(given: list[dict[str, str]], wanted: list[str]) -> None:
    kind = InstanceGroup()
    properties = {
        "AvailabilityZones": ["nova"],
        "LaunchConfigurationName": "c",
        "Size": 1,
        "Tags": given,
    }
    found = kind.tags_of(request(kind, properties))
    assert [tag["Key"] for tag in found] == wanted
