"""AWS::EC2::Volume and AWS::EC2::VolumeAttachment (contract/engine-semantics.md section 10.9)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from heat_engine.language.schema import Kind, Property, between, custom, pattern
from heat_engine.resources.aws import tags
from heat_engine.resources.openstack import volume, volume_attachment
from heat_engine.resources.openstack.messages import one_needed
from heat_engine.resources.protocol import Request
from heat_engine.resources.translated import TranslatedType


class Volume(TranslatedType):
    name = "AWS::EC2::Volume"
    description = "A volume of storage, to be attached to an instance."
    basis = volume.Volume()
    deletion_snapshot = volume.Volume.deletion_snapshot
    supports_check = True
    properties = {
        "AvailabilityZone": Property(
            Kind.STRING, "Availability zone to make it in.", required=True, immutable=True
        ),
        "Size": Property(
            Kind.INTEGER, "Size in gigabytes.", immutable=True, constraints=(between(1),)
        ),
        "SnapshotId": Property(
            Kind.STRING,
            "Backup to restore into it.",
            immutable=True,
            constraints=(custom("cinder.backup"),),
        ),
        "Tags": tags.FIXED_TAGS,
    }

    def validate(self, properties: Mapping[str, Any], stack_timeout: float) -> Sequence[str]:
        if properties.get("Size") is None and properties.get("SnapshotId") is None:
            return (one_needed("Size", "SnapshotId"),)
        return ()

    def given(self, request: Request, properties: Mapping[str, Any]) -> Mapping[str, Any]:
        return {
            "availability_zone": properties.get("AvailabilityZone"),
            "size": properties.get("Size"),
            "backup_id": properties.get("SnapshotId"),
            "metadata": tags.mapping(properties.get("Tags")),
        }


class VolumeAttachment(TranslatedType):
    name = "AWS::EC2::VolumeAttachment"
    description = "Attaches a volume to an instance."
    basis = volume_attachment.VolumeAttachment()
    supports_check = True
    properties = {
        "InstanceId": Property(
            Kind.STRING,
            "Instance that gets the volume.",
            required=True,
            immutable=True,
            constraints=(custom("nova.server"),),
        ),
        "VolumeId": Property(
            Kind.STRING,
            "Volume to attach.",
            required=True,
            immutable=True,
            constraints=(custom("cinder.volume"),),
        ),
        "Device": Property(
            Kind.STRING,
            "Device that the instance sees.",
            required=True,
            immutable=True,
            constraints=(pattern("/dev/vd[b-z]"),),
        ),
    }

    def given(self, request: Request, properties: Mapping[str, Any]) -> Mapping[str, Any]:
        return {
            "instance_uuid": properties.get("InstanceId") or "",
            "volume_id": properties.get("VolumeId") or "",
            "mountpoint": properties.get("Device"),
        }
