from __future__ import annotations

from typing import Any

import pytest

from heat_engine.language.unknown import UNKNOWN
from heat_engine.resources.aws.instance_schema import (
    NO_EBS,
    NO_SNAPSHOT,
    block_devices,
    hints,
    mapping_problems,
)


@pytest.mark.parametrize(
    ("item", "wanted"),
    [
        ({"DeviceName": "vdb"}, [NO_EBS]),
        ({"DeviceName": "vdb", "Ebs": {"VolumeSize": "1"}}, [NO_SNAPSHOT]),
        ({"DeviceName": "vdb", "Ebs": {"SnapshotId": "s"}}, []),
        (
            {"DeviceName": "vdb", "Ebs": {"SnapshotId": "s", "VolumeSize": "big"}},
            ["VolumeSize must be a number of gigabytes, not 'big'."],
        ),
        (UNKNOWN, []),
        ({"DeviceName": "vdb", "Ebs": UNKNOWN}, []),
    ],
)
def test_a_mapping_needs_a_snapshot(item: Any, wanted: list[str]) -> None:
    assert mapping_problems([item]) == wanted


def test_mappings_as_a_server_has_them() -> None:
    ebs = {"SnapshotId": "s", "VolumeSize": "3", "DeleteOnTermination": False}
    assert block_devices([{"DeviceName": "vdb", "Ebs": ebs}]) == [
        {
            "device_name": "vdb",
            "snapshot_id": "s",
            "delete_on_termination": False,
            "volume_size": 3,
        }
    ]


def test_a_hint_given_twice_is_a_list() -> None:
    given = [("a", "1"), ("b", "2"), ("a", "3"), ("a", "4")]
    items = [{"Key": key, "Value": value} for key, value in given]
    assert hints(items) == {"a": ["1", "3", "4"], "b": "2"}
    assert hints(None) is None
