"""Parts of a server's body that are more than a property under another name."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any

from heat_engine.clouds.interface import Cloud, Document
from heat_engine.resources.openstack.calls import compact, reference

SERVERS_OWN = ("device_name", "device_type", "disk_bus", "boot_index", "delete_on_termination")


def encode(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def metadata(values: Mapping[str, Any]) -> dict[str, str]:
    """A server's metadata holds texts; anything else goes in as JSON."""
    return {
        str(key): value if isinstance(value, str) else json.dumps(value)
        for key, value in values.items()
        if value is not None
    }


def personality(files: Mapping[str, Any]) -> list[Document]:
    return [{"path": path, "contents": encode(str(text))} for path, text in files.items()]


def block_devices(cloud: Cloud, properties: Mapping[str, Any]) -> list[Document]:
    """Both forms of the property as the one form that the service still takes."""
    old: Sequence[Mapping[str, Any]] = properties.get("block_device_mapping") or ()
    new: Sequence[Mapping[str, Any]] = properties.get("block_device_mapping_v2") or ()
    devices = []
    for item in old:
        boots = str(item["device_name"]).endswith("vda")
        devices.append(_device(cloud, {**item, "boot_index": 0 if boots else -1}))
    devices += [_device(cloud, item) for item in new]
    return devices


def _device(cloud: Cloud, item: Mapping[str, Any]) -> Document:
    device: Document = {key: item.get(key) for key in SERVERS_OWN}
    image = item.get("image") or item.get("image_id")
    size = item.get("volume_size")
    device["destination_type"] = "volume"
    if item.get("volume_id"):
        device.update(source_type="volume", uuid=item["volume_id"], volume_size=size)
    elif item.get("snapshot_id"):
        device.update(source_type="snapshot", uuid=item["snapshot_id"], volume_size=size)
    elif image:
        uuid = reference(cloud, "image", "images", image)
        device.update(source_type="image", uuid=uuid, volume_size=size)
    elif item.get("swap_size"):
        device.update(
            source_type="blank",
            destination_type="local",
            guest_format="swap",
            volume_size=item["swap_size"],
            boot_index=-1,
        )
    elif item.get("ephemeral_size"):
        device.update(
            source_type="blank",
            destination_type="local",
            guest_format=item.get("ephemeral_format"),
            volume_size=item["ephemeral_size"],
            boot_index=-1,
        )
    else:
        device.update(source_type="blank", volume_size=size)
    device["volume_type"] = item.get("volume_type")
    return compact(device)


def bootable(properties: Mapping[str, Any]) -> bool:
    """Whether one of the block devices can be booted from."""
    old = properties.get("block_device_mapping") or ()
    new = properties.get("block_device_mapping_v2") or ()
    return any(str(item.get("device_name")).endswith("vda") for item in old) or any(
        item.get(source) is not None
        for item in new
        for source in ("volume_id", "snapshot_id", "image", "image_id")
    )
