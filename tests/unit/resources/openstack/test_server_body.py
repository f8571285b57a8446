from __future__ import annotations

from typing import Any

import pytest

from heat_engine.resources.openstack.server_body import block_devices, bootable, metadata
from tests.unit.resources.cloud_double import CloudDouble


def test_metadata_holds_texts() -> None:
    assert metadata({"a": "x", "b": 1, "c": {"d": True}, "e": None}) == {
        "a": "x",
        "b": "1",
        "c": '{"d": true}',
    }


def test_the_old_form_of_block_devices() -> None:
    given = {
        "block_device_mapping": [
            {"device_name": "vda", "volume_id": "v1", "delete_on_termination": True},
            {"device_name": "/dev/vdb", "snapshot_id": "s1", "volume_size": 2},
        ]
    }
    assert block_devices(CloudDouble(), given) == [
        {
            "device_name": "vda",
            "boot_index": 0,
            "delete_on_termination": True,
            "source_type": "volume",
            "destination_type": "volume",
            "uuid": "v1",
        },
        {
            "device_name": "/dev/vdb",
            "boot_index": -1,
            "source_type": "snapshot",
            "destination_type": "volume",
            "uuid": "s1",
            "volume_size": 2,
        },
    ]


@pytest.mark.parametrize(
    ("item", "wanted"),
    [
        ({"image": "debian", "volume_size": 3}, ("image", "volume", "image-1", 3)),
        ({"image_id": "image-2"}, ("image", "volume", "image-2", None)),
        ({"swap_size": 64}, ("blank", "local", None, 64)),
        ({"ephemeral_size": 1, "ephemeral_format": "ext4"}, ("blank", "local", None, 1)),
        ({"volume_size": 5}, ("blank", "volume", None, 5)),
    ],
)
def test_the_new_form_of_block_devices(item: dict[str, Any], wanted: tuple[Any, ...]) -> None:
    (device,) = block_devices(CloudDouble(), {"block_device_mapping_v2": [item]})
    keys = ("source_type", "destination_type", "uuid", "volume_size")
    assert tuple(device.get(key) for key in keys) == wanted


@pytest.mark.parametrize(
    ("given", "boots"),
    [
        ({}, False),
        ({"block_device_mapping": [{"device_name": "vdb"}]}, False),
        ({"block_device_mapping": [{"device_name": "vda"}]}, True),
        ({"block_device_mapping_v2": [{"swap_size": 1}]}, False),
        ({"block_device_mapping_v2": [{"volume_id": "v"}]}, True),
    ],
)
def test_bootable(given: dict[str, Any], *, boots: bool) -> None:
    assert bootable(given) is boots
