"""AWS::AutoScaling::LaunchConfiguration (contract/engine-semantics.md section 10.5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from heat_engine.clouds.interface import Cloud
from heat_engine.language.schema import Kind, Property
from heat_engine.resources.aws.instance_schema import (
    BLOCK_DEVICE_MAPPINGS,
    NOVA_SCHEDULER_HINTS,
    mapping_problems,
    text,
    unsupported,
)
from heat_engine.resources.openstack.calls import compact
from heat_engine.resources.protocol import Progress, Request, ResourceType, done

NOT_ENOUGH = "If without InstanceId, ImageId and InstanceType are required."
PASSED_ON = (
    "ImageId",
    "InstanceType",
    "KeyName",
    "UserData",
    "SecurityGroups",
    "BlockDeviceMappings",
    "NovaSchedulerHints",
)
# A property of the configuration to what it is in an instance that one begins with.
COPIED = {"ImageId": "image", "InstanceType": "flavor", "KeyName": "key_name"}


class LaunchConfiguration(ResourceType):
    """Nothing of its own: groups make their instances as it says."""

    name = "AWS::AutoScaling::LaunchConfiguration"
    description = "What the instances of a group are made from."
    instant = True
    properties = {
        "ImageId": text("Image to boot.", "glance.image"),
        "InstanceType": text("Flavor.", "nova.flavor"),
        "InstanceId": text("Instance to take all from that is not given.", "nova.server"),
        "KeyName": text("Key pair to log in with.", "nova.keypair"),
        "UserData": text("What the instances run at their first boot."),
        "SecurityGroups": Property(Kind.LIST, "Names or ids of security groups."),
        "KernelId": unsupported(),
        "RamDiskId": unsupported(),
        "BlockDeviceMappings": BLOCK_DEVICE_MAPPINGS,
        "NovaSchedulerHints": NOVA_SCHEDULER_HINTS,
    }

    def validate(self, properties: Mapping[str, Any], stack_timeout: float) -> Sequence[str]:
        problems = mapping_problems(properties.get("BlockDeviceMappings"))
        whole = properties.get("ImageId") is not None and properties.get("InstanceType") is not None
        if properties.get("InstanceId") is None and not whole:
            problems.append(NOT_ENOUGH)
        return problems

    def create(self, request: Request) -> Progress:
        return done(reference_id=request.physical_name)

    def must_replace(self, request: Request) -> bool:
        """The instances get its metadata, so that another one takes another configuration."""
        return dict(request.template_metadata) != dict(request.metadata)


def instance_properties(cloud: Cloud, configuration: Mapping[str, Any]) -> dict[str, Any]:
    """What an instance is made from by a launch configuration. Raises CloudError."""
    made: dict[str, Any] = compact({name: configuration.get(name) for name in PASSED_ON})
    example = configuration.get("InstanceId")
    if example is None:
        return made
    server = cloud.get("compute", "servers", str(example))
    for name, field in COPIED.items():
        value = server.get(field)
        value = value.get("id") if isinstance(value, Mapping) else value
        if value:
            made.setdefault(name, value)
    groups = [str(group["name"]) for group in server.get("security_groups") or ()]
    if groups:
        made.setdefault("SecurityGroups", groups)
    return made
