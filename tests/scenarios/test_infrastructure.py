"""Templates of AWS infrastructure and signals through objects, on a real embedded cloud."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from heat_engine.clouds.local import process
from heat_engine.clouds.local.cloud import LocalClouds
from tests.scenarios.world import MINE, Stack, World, server, until

SECONDS = 40.0


@pytest.fixture
def clouds(tmp_path: Path) -> Iterator[LocalClouds]:
    state = tmp_path / "cloud"
    yield LocalClouds(state, sandbox="none")
    for server_id in process.server_ids_below(state.resolve()):
        process.kill_server(server_id, SECONDS)


@pytest.fixture
def site(clouds: LocalClouds, new_world: Callable[..., World]) -> World:
    return new_world(cloud=clouds)


def reference(name: str) -> dict[str, str]:
    return {"get_resource": name}


def aws(kind: str, depends_on: Any = None, **properties: Any) -> dict[str, Any]:
    made: dict[str, Any] = {"type": f"AWS::{kind}", "properties": properties}
    return made if depends_on is None else {**made, "depends_on": depends_on}


def site_of(world: World) -> Any:
    return world.cloud.session("p", {})


def left(world: World) -> dict[str, Any]:
    found: dict[str, Any] = world.cloud.audit()["documents"]
    return found


def network() -> dict[str, Any]:
    tags = [{"Key": "tier", "Value": "web"}]
    return {
        "vpc": aws("EC2::VPC", CidrBlock="10.0.0.0/16", Tags=tags),
        "subnet": aws(
            "EC2::Subnet", VpcId=reference("vpc"), CidrBlock="10.0.1.0/24", AvailabilityZone="a"
        ),
        "gateway": aws("EC2::InternetGateway", Tags=tags),
        "attached": aws(
            "EC2::VPCGatewayAttachment",
            VpcId=reference("vpc"),
            InternetGatewayId=reference("gateway"),
        ),
        "table": aws("EC2::RouteTable", "attached", VpcId=reference("vpc"), Tags=tags),
        "associated": aws(
            "EC2::SubnetRouteTableAssociation",
            RouteTableId=reference("table"),
            SubnetId=reference("subnet"),
        ),
        "firewall": aws(
            "EC2::SecurityGroup",
            GroupDescription="web",
            SecurityGroupIngress=[
                {"IpProtocol": "tcp", "FromPort": "80", "ToPort": "80", "CidrIp": "0.0.0.0/0"},
                {"IpProtocol": "icmp", "FromPort": "-1", "ToPort": "-1", "CidrIp": "0.0.0.0/0"},
            ],
        ),
        "interface": aws(
            "EC2::NetworkInterface",
            SubnetId=reference("subnet"),
            GroupSet=[reference("firewall")],
            PrivateIpAddress="10.0.1.7",
        ),
    }


def machine(size: str = "m1.tiny") -> dict[str, Any]:
    return {
        "disk": aws("EC2::Volume", AvailabilityZone="nova", Size=1),
        "web": aws(
            "EC2::Instance",
            ImageId="debian",
            InstanceType=size,
            NetworkInterfaces=[reference("interface")],
            Tags=[{"Key": "tier", "Value": "web"}],
            UserData="#!/bin/sh\nexec sleep 600\n",
        ),
        "mounted": aws(
            "EC2::VolumeAttachment",
            InstanceId=reference("web"),
            VolumeId=reference("disk"),
            Device="/dev/vdc",
        ),
        "address": aws("EC2::EIP", "attached", Domain="vpc"),
        "led": aws("EC2::EIPAssociation", EIP=reference("address"), InstanceId=reference("web")),
    }


OUTPUTS = {
    "address": reference("address"),
    "allocation": {"get_attr": ["address", "AllocationId"]},
    "public": {"get_attr": ["web", "PublicIp"]},
    "name": {"get_attr": ["web", "PrivateDnsName"]},
    "zone": {"get_attr": ["web", "AvailabilityZone"]},
    "own": {"get_attr": ["interface", "PrivateIpAddress"]},
    "subnet_zone": {"get_attr": ["subnet", "AvailabilityZone"]},
}


def test_a_whole_virtual_private_cloud(site: World) -> None:
    stack = site.create({**network(), **machine()}, outputs=OUTPUTS)
    stack.reach("CREATE_COMPLETE", seconds=SECONDS)
    cloud = site_of(site)
    web = cloud.get("compute", "servers", stack.physical("web"))
    assert (web["status"], web["metadata"]) == ("ACTIVE", {"tier": "web"})
    assert stack.output("public") == stack.output("name") == stack.output("own")
    assert stack.output("own").endswith(".7")
    assert (stack.output("zone"), stack.output("subnet_zone")) == ("nova", "a")
    floating = cloud.get("network", "floatingips", stack.output("allocation"))
    assert floating["floating_ip_address"] == stack.output("address")
    assert floating["port_id"] == stack.physical("interface")
    table = cloud.get("network", "routers", stack.physical("table"))
    assert table["external_gateway_info"]["network_id"]
    ports = cloud.list("network", "ports", device_id=table["id"])
    assert [port["fixed_ips"][0]["subnet_id"] for port in ports] == [stack.physical("subnet")]
    rules = cloud.list(
        "network", "security_group_rules", security_group_id=stack.physical("firewall")
    )
    wanted = {("ingress", "tcp", 80), ("ingress", "icmp", None), ("egress", None, None)}
    found = {(rule["direction"], rule["protocol"], rule["port_range_min"]) for rule in rules}
    assert found == wanted
    volume = cloud.get("volume", "volumes", stack.physical("disk"))
    assert volume["attachments"][0]["device"] == "/dev/vdc"
    stack.update({**network(), **machine("m1.small")})
    stack.reach("UPDATE_COMPLETE", seconds=SECONDS)
    assert stack.physical("web") == web["id"]
    assert cloud.get("compute", "servers", web["id"])["flavor"]["original_name"] == "m1.small"
    stack.delete()
    stack.reach("DELETE_COMPLETE", seconds=SECONDS)
    assert left(site) == {}


def test_an_address_goes_from_one_instance_to_another(site: World) -> None:
    def given(of: str) -> dict[str, Any]:
        made = {
            name: aws("EC2::Instance", ImageId="debian", InstanceType="m1.tiny")
            for name in ("one", "two")
        }
        return {
            **made,
            "plain": aws("EC2::EIP", InstanceId=reference(of)),
            "moved": aws("EC2::EIP"),
            "led": aws(
                "EC2::EIPAssociation",
                AllocationId={"get_attr": ["moved", "AllocationId"]},
                InstanceId=reference(of),
            ),
        }

    stack = site.create(given("one"))
    stack.reach("CREATE_COMPLETE", seconds=SECONDS)
    cloud = site_of(site)

    def leads_to() -> set[str]:
        ports = {item["port_id"] for item in cloud.list("network", "floatingips")}
        return {cloud.get("network", "ports", port)["device_id"] for port in ports}

    assert leads_to() == {stack.physical("one")}
    stack.update(given("two"))
    stack.reach("UPDATE_COMPLETE", seconds=SECONDS)
    assert leads_to() == {stack.physical("two")}
    stack.delete()
    stack.reach("DELETE_COMPLETE", seconds=SECONDS)
    assert left(site) == {}


def signals(count: int = 1, timeout: float = 60) -> dict[str, Any]:
    return {
        "handle": {"type": "OS::Heat::SwiftSignalHandle"},
        "signal": {
            "type": "OS::Heat::SwiftSignal",
            "properties": {"handle": reference("handle"), "timeout": timeout, "count": count},
        },
    }


def test_a_server_signals_through_an_object(site: World) -> None:
    script = {
        "str_replace": {
            "template": "#!/bin/sh\nset -e\n"
            """say --data-binary '{"id": "one", "data": "first"}'\n"""
            """say --data-binary '{"id": "two", "data": {"n": 2}}'\n""",
            "params": {"say": {"get_attr": ["handle", "curl_cli"]}},
        }
    }
    outputs = {"data": {"get_attr": ["signal", "data"]}}
    given = {**signals(2), "web": server(image="local", flavor="tiny", user_data=script)}
    given["web"]["properties"]["user_data_format"] = "RAW"
    stack = site.create(given, outputs=outputs)
    stack.reach("CREATE_COMPLETE", seconds=SECONDS)
    assert json.loads(stack.output("data")) == {"one": "first", "two": {"n": 2}}
    stack.delete()
    stack.reach("DELETE_COMPLETE", seconds=SECONDS)
    assert left(site) == {}


def handle_url(stack: Stack) -> str:
    def look() -> Any:
        shown = stack.via().describe_stack_resource(MINE, stack.identity, "handle")
        return shown["attributes"].get("endpoint")

    return str(until(look, "the handle's URL"))


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (
            '{"status": "FAILURE", "reason": "no disk"}',
            "SwiftSignalFailure: resources.signal: no disk",
        ),
        ('{"status": "MAYBE"}', "Unknown status: MAYBE"),
        ("nonsense", "Failed to parse JSON data: nonsense"),
    ],
)
def test_a_failure_put_to_the_url_fails_the_stack(site: World, body: str, reason: str) -> None:
    stack = site.create(signals(2))
    assert requests.put(handle_url(stack), data=body, timeout=10).status_code == 201
    stack.reach("CREATE_FAILED", seconds=SECONDS)
    assert reason in stack.reason
    stack.delete()
    stack.reach("DELETE_COMPLETE", seconds=SECONDS)
    assert left(site) == {}


def test_no_signal_in_time_is_a_failure(site: World) -> None:
    stack = site.create(signals(2, timeout=1))
    assert requests.put(handle_url(stack), data="", timeout=10).status_code == 201
    stack.reach("CREATE_FAILED", seconds=SECONDS)
    assert "1 of 2 received - Signal 1 received" in stack.reason


def test_another_stacks_url_is_no_handle(site: World) -> None:
    url = "http://127.0.0.1/v1/AUTH_p/elsewhere/object"
    stack = site.create(
        {
            "signal": {
                "type": "OS::Heat::SwiftSignal",
                "properties": {"handle": url, "timeout": 5},
            }
        }
    )
    stack.reach("CREATE_FAILED", seconds=SECONDS)
    assert "is not a valid SwiftSignalHandle.  The container name is invalid" in stack.reason


def test_a_bucket_is_a_web_site(site: World) -> None:
    bucket = aws(
        "S3::Bucket",
        AccessControl="PublicReadWrite",
        WebsiteConfiguration={"IndexDocument": "index.html", "ErrorDocument": ".html"},
        Tags=[{"Key": "tier", "Value": "web"}],
    )
    plain = {
        "type": "OS::Swift::Container",
        "properties": {"PurgeOnDelete": True, "X-Container-Write": ".r:*"},
    }
    outputs = {
        "site": {"get_attr": ["bucket", "WebsiteURL"]},
        "domain": {"get_attr": ["bucket", "DomainName"]},
        "count": {"get_attr": ["plain", "ObjectCount"]},
        "bytes": {"get_attr": ["plain", "BytesUsed"]},
        "url": {"get_attr": ["plain", "WebsiteURL"]},
    }
    stack = site.create({"bucket": bucket, "plain": plain}, outputs=outputs)
    stack.reach("CREATE_COMPLETE", seconds=SECONDS)
    root = stack.output("site")
    assert stack.output("domain") == "127.0.0.1"
    assert requests.put(f"{root}/index.html", data="<p>hello", timeout=10).status_code == 201
    assert requests.get(f"{root}/", timeout=10).text == "<p>hello"
    assert requests.put(f"{stack.output('url')}/a", data="abc", timeout=10).status_code == 201
    assert requests.get(f"{stack.output('url')}/a", timeout=10).status_code == 401
    assert (stack.output("count"), stack.output("bytes")) == (1, 3)
    site_of(site).delete(
        "object-store",
        "objects",
        site_of(site).list("object-store", "objects", name="index.html")[0]["id"],
    )
    stack.delete()
    stack.reach("DELETE_COMPLETE", seconds=SECONDS)
    assert left(site) == {}


def openstack(kind: str, depends_on: Any = None, **properties: Any) -> dict[str, Any]:
    made: dict[str, Any] = {"type": f"OS::{kind}", "properties": properties}
    return made if depends_on is None else {**made, "depends_on": depends_on}


def routed(**router: Any) -> dict[str, Any]:
    return {
        "net": openstack("Neutron::Net"),
        "subnet": openstack("Neutron::Subnet", network=reference("net"), cidr="10.3.0.0/24"),
        "router": openstack("Neutron::Router", **router),
        "inside": openstack(
            "Neutron::RouterInterface", router=reference("router"), subnet=reference("subnet")
        ),
        "group": openstack("Neutron::SecurityGroup", name="web"),
        "rule": openstack(
            "Neutron::SecurityGroupRule",
            security_group=reference("group"),
            port_range_min=443,
            port_range_max=443,
            remote_ip_prefix="0.0.0.0/0",
        ),
        "port": openstack("Neutron::Port", "inside", network=reference("net")),
        "other": openstack("Neutron::Port", "inside", network=reference("net")),
    }


def test_a_routed_network_with_floating_addresses(site: World) -> None:
    gateway = {"network": "public", "enable_snat": False}

    def given(target: str, **router: Any) -> dict[str, Any]:
        return {
            **routed(external_gateway_info=gateway, **router),
            "direct": openstack(
                "Neutron::FloatingIP", floating_network="public", port_id=reference(target)
            ),
            "loose": openstack("Neutron::FloatingIP", floating_network="public"),
            "led": openstack(
                "Neutron::FloatingIPAssociation",
                floatingip_id=reference("loose"),
                port_id=reference(target),
            ),
        }

    outputs = {
        "address": {"get_attr": ["direct", "floating_ip_address"]},
        "gateway": {"get_attr": ["router", "external_gateway_info", "enable_snat"]},
        "leads": {"get_attr": ["loose", "port_id"]},
    }
    stack = site.create(given("port", name="before"), outputs=outputs)
    stack.reach("CREATE_COMPLETE", seconds=SECONDS)
    cloud = site_of(site)
    assert stack.output("gateway") is False
    assert stack.output("leads") == stack.physical("port")
    assert cloud.get("network", "floatingips", stack.physical("direct"))["port_id"]
    (rule,) = cloud.list("network", "security_group_rules", port_range_min="443")
    assert (rule["protocol"], rule["security_group_id"]) == ("tcp", stack.physical("group"))
    stack.update(given("other", name="after"))
    stack.reach("UPDATE_COMPLETE", seconds=SECONDS)
    assert cloud.get("network", "routers", stack.physical("router"))["name"] == "after"
    ports = {item["port_id"] for item in cloud.list("network", "floatingips")}
    assert ports == {stack.physical("other")}
    stack.delete()
    stack.reach("DELETE_COMPLETE", seconds=SECONDS)
    assert left(site) == {}


def test_a_flavor_and_a_group_for_a_server(site: World) -> None:
    given = {
        "size": openstack("Nova::Flavor", ram=256, vcpus=1, extra_specs={"a": "b"}),
        "apart": openstack("Nova::ServerGroup", rules={"max_server_per_host": 2}),
        "web": server(
            image="local",
            flavor=reference("size"),
            scheduler_hints={"group": reference("apart")},
        ),
        "router": openstack("Neutron::Router"),
        "out": openstack("Neutron::RouterGateway", router_id=reference("router"), network="public"),
    }
    stack = site.create(given, outputs={"specs": {"get_attr": ["size", "extra_specs"]}})
    stack.reach("CREATE_COMPLETE", seconds=SECONDS)
    cloud = site_of(site)
    assert stack.output("specs") == {"a": "b"}
    group = cloud.get("compute", "server_groups", stack.physical("apart"))
    assert (group["policy"], group["rules"]) == ("anti-affinity", {"max_server_per_host": 2})
    router = cloud.get("network", "routers", stack.physical("router"))
    assert router["external_gateway_info"]["network_id"]
    stack.delete()
    stack.reach("DELETE_COMPLETE", seconds=SECONDS)
    assert left(site) == {}
