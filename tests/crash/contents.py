"""Templates of the stories, as data. Each content is made for a version: a later one changes some
of the things, replaces some, and adds some."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

Resources = dict[str, Any]
# (version, with a real server) to resources.
Content = Callable[[int, bool], Resources]

IMAGE = {"image": "debian", "flavor": "m1.tiny"}


def of(type_name: str, depends_on: Any = None, **properties: Any) -> Resources:
    made: Resources = {"type": type_name, "properties": properties}
    return made if depends_on is None else {**made, "depends_on": depends_on}


def ref(name: str) -> Resources:
    return {"get_resource": name}


def template(resources: Resources) -> Resources:
    return {"heat_template_version": "2018-08-31", "resources": resources}


def base(version: int, server: bool) -> Resources:
    """Things that depend on one another, some of them in a nested stack."""
    resources: Resources = {
        "net": of("OS::Neutron::Net", name=f"net-{version}"),
        "subnet": of("OS::Neutron::Subnet", network=ref("net"), cidr="10.20.0.0/24"),
        "port": of("OS::Neutron::Port", "subnet", network=ref("net"), name=f"port-{version}"),
        "key": of("OS::Nova::KeyPair", name=f"key-{version}"),
        "volume": of(
            "OS::Cinder::Volume", size=1, name=f"volume-{version}", availability_zone=f"z{version}"
        ),
        "told": of("OS::Heat::TestResource", value=ref("port")),
        "group": {
            **of(
                "OS::Heat::ResourceGroup",
                count=version + 1,
                resource_def=of("OS::Neutron::Net", name=f"member-%index%-{version}"),
            ),
            "update_policy": {"rolling_update": {"max_batch_size": 2}},
        },
    }
    if version == 1:
        resources["text"] = of("OS::Heat::RandomString", salt="1")
    if server:
        resources["server"] = of(
            "OS::Nova::Server",
            "subnet",
            name="server",
            **IMAGE,
            networks=[{"network": ref("net")}],
            user_data=f"#!/bin/sh\necho {version}\n",
            user_data_format="RAW",
        )
    return resources


def waiting(count: int) -> Resources:
    return {
        "handle": of("OS::Heat::WaitConditionHandle"),
        "wait": of("OS::Heat::WaitCondition", handle=ref("handle"), timeout=120, count=count),
    }


def signalled(version: int, server: bool) -> Resources:
    return {**base(version, server), **waiting(3)}


def held(version: int, server: bool) -> Resources:
    """It never comes to its end by itself."""
    return {**base(version, server), **waiting(1)}


def failing(version: int, server: bool) -> Resources:
    """Everything is made, and then something fails."""
    resources = base(version, server)
    return {**resources, "failing": of("OS::Heat::TestResource", list(resources), fail=True)}


def rolling(version: int, server: bool) -> Resources:
    """Volumes that an update replaces, a few at a time; there are more, and then less of them."""
    policy = {"max_batch_size": 2, "pause_time": 0.1}
    return {
        "group": {
            **of(
                "OS::Heat::ResourceGroup",
                count={1: 3, 2: 4, 3: 2}[version],
                resource_def=of(
                    "OS::Cinder::Volume", size=1, availability_zone=f"z{version}", name="%index%"
                ),
            ),
            "update_policy": {
                "rolling_update": {**policy, "min_in_service": 1},
                "batch_create": policy,
            },
        },
        "told": of("OS::Heat::TestResource", "group", value=f"told-{version}"),
    }


def rolling_into_failure(version: int, server: bool) -> Resources:
    resources = rolling(version, server)
    return {**resources, "failing": of("OS::Heat::TestResource", "group", fail=True)}


def flaky(version: int, server: bool) -> Resources:
    """Some of these go into ERROR, see ``tests.crash.engine.spoilt``."""
    return {
        f"flaky-{number}": of("OS::Cinder::Volume", size=1, name=f"flaky-{number}")
        for number in range(4)
    } | {"after": of("OS::Neutron::Net", "flaky-0", name="after")}


def deep(version: int, server: bool) -> Resources:
    """Groups of groups, and a stack of its own, each with things that an update changes."""
    member = of("OS::Neutron::Net", name=f"deep-{version}")
    inner = of("OS::Heat::ResourceGroup", count=version, index_var="%in%", resource_def=member)
    own = template(
        {
            "volume": of("OS::Cinder::Volume", size=1, availability_zone=f"z{version}"),
            "told": of("OS::Heat::TestResource", value=f"own-{version}"),
            "pair": of("OS::Heat::ResourceGroup", count=2, resource_def=member),
        }
    )
    return {
        "outer": of("OS::Heat::ResourceGroup", count=2, resource_def=inner),
        "own": of("OS::Heat::Stack", template=json.dumps(own)),
    }


def deployed(version: int, server: bool) -> Resources:
    """Software on a server that reports what became of it; each version runs it again."""
    config = of(
        "OS::Heat::SoftwareConfig",
        group="script",
        config="#!/bin/sh\necho $turn\n",
        inputs=[{"name": "turn"}],
    )
    first = of(
        "OS::Heat::SoftwareDeployment",
        config=ref("config"),
        server=ref("host"),
        input_values={"turn": f"first-{version}"},
    )
    second = of(
        "OS::Heat::SoftwareDeployment",
        "first",
        config=ref("config"),
        server=ref("host"),
        input_values={"turn": f"second-{version}"},
    )
    return {
        "config": config,
        "host": of("OS::Heat::DeployedServer", software_config_transport="POLL_SERVER_HEAT"),
        "first": first,
        "second": second,
    }


def objects(version: int, server: bool) -> Resources:
    """Containers, and signals that are put to an object's URL."""
    return {
        "container": of("OS::Swift::Container", name=f"container-{version}"),
        "handle": of("OS::Heat::SwiftSignalHandle"),
        "signal": of("OS::Heat::SwiftSignal", handle=ref("handle"), timeout=120, count=2),
        "after": of("OS::Swift::Container", "signal", name=f"after-{version}"),
    }


def instances(version: int, server: bool) -> Resources:
    """A private cloud in AWS's words; some have a server in it."""
    resources = {
        "vpc": of("AWS::EC2::VPC", CidrBlock="10.30.0.0/16"),
        "subnet": of(
            "AWS::EC2::Subnet",
            VpcId=ref("vpc"),
            CidrBlock="10.30.1.0/24",
            AvailabilityZone="nova",
        ),
        "gateway": of("AWS::EC2::InternetGateway"),
        "attached": of(
            "AWS::EC2::VPCGatewayAttachment",
            VpcId=ref("vpc"),
            InternetGatewayId=ref("gateway"),
        ),
        "firewall": of(
            "AWS::EC2::SecurityGroup",
            GroupDescription=f"web {version}",
            SecurityGroupIngress=[
                {"IpProtocol": "tcp", "FromPort": "80", "ToPort": "80", "CidrIp": "0.0.0.0/0"}
            ],
        ),
        "interface": of(
            "AWS::EC2::NetworkInterface", SubnetId=ref("subnet"), GroupSet=[ref("firewall")]
        ),
        "disk": of("AWS::EC2::Volume", AvailabilityZone="nova", Size=1),
        "address": of("AWS::EC2::EIP", "attached", Domain="vpc"),
    }
    if server:
        resources["web"] = of(
            "AWS::EC2::Instance",
            ImageId="debian",
            InstanceType={1: "m1.tiny", 2: "m1.small"}[version],
            NetworkInterfaces=[ref("interface")],
            UserData="#!/bin/sh\nexec sleep 600\n",
        )
        resources["mounted"] = of(
            "AWS::EC2::VolumeAttachment",
            InstanceId=ref("web"),
            VolumeId=ref("disk"),
            Device="/dev/vdc",
        )
    return resources
