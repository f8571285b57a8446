"""Properties that AWS::EC2::Instance and a launch configuration share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from heat_engine.language.schema import Kind, Property, custom

NO_SNAPSHOT = "SnapshotId is missing, this is required when specifying BlockDeviceMappings."
NO_EBS = "Ebs is missing, this is required when specifying BlockDeviceMappings."


def text(what: str, *rules: str, **fields: Any) -> Property:
    return Property(Kind.STRING, what, constraints=tuple(custom(rule) for rule in rules), **fields)


def unsupported(kind: Kind = Kind.STRING) -> Property:
    return Property(kind, "Is not supported.", implemented=False)


BLOCK_DEVICE_MAPPINGS = Property(
    Kind.LIST,
    "Volumes that are made with the instance.",
    schema=Property(
        Kind.MAP,
        schema={
            "DeviceName": text("Device that the instance sees.", required=True),
            "Ebs": Property(
                Kind.MAP,
                "The volume.",
                schema={
                    "DeleteOnTermination": Property(
                        Kind.BOOLEAN,
                        "Whether the volume is deleted with the instance.",
                        default=True,
                    ),
                    "Iops": unsupported(Kind.NUMBER),
                    "SnapshotId": text("Snapshot to make it from.", "cinder.snapshot"),
                    "VolumeSize": text("Size in gigabytes. Default: that of the snapshot."),
                    "VolumeType": unsupported(),
                },
            ),
            "NoDevice": unsupported(Kind.MAP),
            "VirtualName": unsupported(),
        },
    ),
)
NOVA_SCHEDULER_HINTS = Property(
    Kind.LIST,
    "Hints for the choice of the host.",
    schema=Property(
        Kind.MAP,
        schema={
            "Key": text("Name of the hint.", required=True),
            "Value": text("Value of the hint.", required=True),
        },
    ),
)


def mapping_problems(mappings: Any) -> list[str]:
    """What is wrong with block device mappings; values may be UNKNOWN."""
    found = []
    for item in mappings if isinstance(mappings, list) else ():
        if not isinstance(item, Mapping):
            continue
        ebs = item.get("Ebs")
        if ebs is None:
            found.append(NO_EBS)
        elif isinstance(ebs, Mapping):
            found += _volume_problems(ebs)
    return found


def _volume_problems(ebs: Mapping[str, Any]) -> list[str]:
    size = ebs.get("VolumeSize")
    found = [NO_SNAPSHOT] if ebs.get("SnapshotId") is None else []
    if isinstance(size, str) and size and not size.isdecimal():
        found.append(f"VolumeSize must be a number of gigabytes, not {size!r}.")
    return found


def block_devices(mappings: Sequence[Mapping[str, Any]] | None) -> list[dict[str, Any]]:
    """The mappings as OS::Nova::Server has them."""
    devices = []
    for item in mappings or ():
        ebs = item["Ebs"]
        device = {
            "device_name": item["DeviceName"],
            "snapshot_id": ebs["SnapshotId"],
            "delete_on_termination": ebs.get("DeleteOnTermination", True),
        }
        if ebs.get("VolumeSize"):
            device["volume_size"] = int(ebs["VolumeSize"])
        devices.append(device)
    return devices


def hints(given: Sequence[Mapping[str, Any]] | None) -> dict[str, Any] | None:
    """Scheduler hints as one map; a key that is given more than once has a list."""
    made: dict[str, Any] = {}
    for item in given or ():
        key, value = str(item["Key"]), item["Value"]
        if key in made:
            before = made[key]
            value = [*(before if isinstance(before, list) else [before]), value]
        made[key] = value
    return made or None
