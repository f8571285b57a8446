"""AWS::EC2::Instance (contract/engine-semantics.md section 10.9)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from heat_engine.language.schema import Attribute, Kind, Property, custom
from heat_engine.resources.aws import tags
from heat_engine.resources.aws.instance_schema import (
    BLOCK_DEVICE_MAPPINGS,
    NOVA_SCHEDULER_HINTS,
    block_devices,
    hints,
    mapping_problems,
    text,
    unsupported,
)
from heat_engine.resources.openstack.messages import both
from heat_engine.resources.openstack.server import Server
from heat_engine.resources.protocol import Progress, Request
from heat_engine.resources.translated import TranslatedType, texts

NO_ADDRESS = "0.0.0.0"  # noqa: S104
# Indexes are compared as texts of one length: whatever stands there, it can be sorted.
INDEX_DIGITS = 8
ADDRESSES = ("PrivateDnsName", "PrivateIp", "PublicDnsName", "PublicIp")


class Instance(TranslatedType):
    """A server. All of its names and addresses are its first address."""

    name = "AWS::EC2::Instance"
    description = "A server: a machine that runs an image."
    basis = Server()
    physical_name_limit = Server.physical_name_limit
    supports_check = True
    vigil = True
    releases = True
    properties = {
        "ImageId": text("Image to boot.", "glance.image", required=True),
        "InstanceType": text("Flavor.", "nova.flavor", required=True, updatable=True),
        "KeyName": text("Key pair to log in with.", "nova.keypair"),
        "AvailabilityZone": text("Availability zone to make it in."),
        "DisableApiTermination": unsupported(),
        "KernelId": unsupported(),
        "Monitoring": unsupported(Kind.BOOLEAN),
        "PlacementGroupName": unsupported(),
        "PrivateIpAddress": unsupported(),
        "RamDiskId": unsupported(),
        "SecurityGroups": Property(Kind.LIST, "Names or ids of security groups."),
        "SecurityGroupIds": Property(Kind.LIST, "Ids of security groups."),
        "NetworkInterfaces": Property(
            Kind.LIST, "Ids of network interfaces to be connected by.", updatable=True
        ),
        "SourceDestCheck": unsupported(Kind.BOOLEAN),
        "SubnetId": text("Subnet to have an address of.", updatable=True),
        "Tags": tags.UPDATABLE_TAGS,
        "NovaSchedulerHints": NOVA_SCHEDULER_HINTS,
        "Tenancy": unsupported(),
        "UserData": text("What the instance runs at its first boot."),
        "Volumes": Property(
            Kind.LIST,
            "Volumes to attach.",
            default=[],
            schema=Property(
                Kind.MAP,
                schema={
                    "Device": text("Device that the instance sees.", required=True),
                    "VolumeId": Property(
                        Kind.STRING,
                        "The volume.",
                        required=True,
                        constraints=(custom("cinder.volume"),),
                    ),
                },
            ),
        ),
        "BlockDeviceMappings": BLOCK_DEVICE_MAPPINGS,
    }
    attributes = {
        "AvailabilityZone": Attribute("Availability zone of the instance."),
        "PrivateDnsName": Attribute("First address of the instance."),
        "PublicDnsName": Attribute("First address of the instance."),
        "PrivateIp": Attribute("First address of the instance."),
        "PublicIp": Attribute("First address of the instance."),
    }

    def validate(self, properties: Mapping[str, Any], stack_timeout: float) -> Sequence[str]:
        problems = mapping_problems(properties.get("BlockDeviceMappings"))
        interfaces = properties.get("NetworkInterfaces")
        for number, item in enumerate(interfaces if isinstance(interfaces, list) else ()):
            if isinstance(item, Mapping) and not item.get("NetworkInterfaceId"):
                problems.append(f"NetworkInterfaces[{number}] has no NetworkInterfaceId.")
        for groups in ("SecurityGroups", "SecurityGroupIds"):
            if interfaces and properties.get(groups):
                problems.append(both(groups, "NetworkInterfaces"))
        return problems

    def given(self, request: Request, properties: Mapping[str, Any]) -> Mapping[str, Any]:
        volumes = [
            {"device_name": item["Device"], "volume_id": item["VolumeId"]}
            for item in properties.get("Volumes") or ()
        ]
        groups = (properties.get(name) for name in ("SecurityGroups", "SecurityGroupIds"))
        return {
            "image": properties.get("ImageId"),
            "flavor": properties.get("InstanceType") or "",
            "key_name": properties.get("KeyName"),
            "availability_zone": properties.get("AvailabilityZone"),
            "security_groups": [group for item in groups for group in texts(item)],
            "networks": _networks(properties) or None,
            "metadata": tags.mapping(properties.get("Tags")),
            "scheduler_hints": hints(properties.get("NovaSchedulerHints")),
            "user_data": properties.get("UserData") or "",
            "user_data_format": "RAW",
            "block_device_mapping_v2": [
                *volumes,
                *block_devices(properties.get("BlockDeviceMappings")),
            ],
        }

    def told(self, request: Request, progress: Progress) -> Progress:
        if request.verb == "update":
            progress = replace(progress, metadata=request.template_metadata)
        if progress.attributes is None:
            return progress
        address = progress.attributes.get("first_address") or NO_ADDRESS
        zone = request.properties.get("AvailabilityZone")
        if zone is None and progress.physical_id is not None:
            found = request.cloud.get("compute", "servers", progress.physical_id)
            zone = found.get("OS-EXT-AZ:availability_zone")
        shown = {"AvailabilityZone": zone, **dict.fromkeys(ADDRESSES, address)}
        return replace(progress, attributes=shown)


class ScaledResource(Instance):
    """What the members of instance groups are; an environment may say what stands for it."""

    name = "OS::Heat::ScaledResource"
    description = "A member of a group of instances."
    support_status = {"status": "HIDDEN"}


def _networks(properties: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Interfaces in the order of their device indexes, else an address of the subnet."""
    interfaces = properties.get("NetworkInterfaces") or ()
    items = [
        item if isinstance(item, Mapping) else {"NetworkInterfaceId": item, "DeviceIndex": number}
        for number, item in enumerate(interfaces)
    ]
    items.sort(key=lambda item: str(item.get("DeviceIndex") or 0).zfill(INDEX_DIGITS))
    if items:
        return [{"port": str(item["NetworkInterfaceId"])} for item in items]
    subnet = properties.get("SubnetId")
    return [{"subnet": subnet}] if subnet else []
