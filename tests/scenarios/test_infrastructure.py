"""Templates of infrastructure, as AWS and as OpenStack name it, on a real embedded cloud."""

from __future__ import annotations

from typing import Any

import requests

from tests.scenarios.site import SECONDS, left, reference, site_of
from tests.scenarios.world import MINE, Stack, World, server, until


def aws(kind: str, depends_on: Any = None, **properties: Any) -> dict[str, Any]:
    made: dict[str, Any] = {"type": f"AWS::{kind}", "properties": properties}
    return made if depends_on is None else {**made, "depends_on": depends_on}


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


def test_what_could_not_be_made_of_bad_values_can_be_deleted(site: World) -> None:
    wrong = {**network(), "subnet": aws("EC2::Subnet", VpcId=reference("vpc"), CidrBlock="x/y")}
    stack = site.create({name: wrong[name] for name in ("vpc", "subnet")})
    stack.reach("CREATE_FAILED", seconds=SECONDS)
    assert "Invalid net cidr 'x/y'" in stack.show()["stack_status_reason"]
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
    stack.delete()
    stack.reach("DELETE_FAILED", seconds=SECONDS)
    assert "is not empty: 1 object. Delete what is in it first." in stack.reason
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


def test_a_restored_server_has_its_files_again(site: World) -> None:
    def given(word: str) -> dict[str, Any]:
        script = f'#!/bin/sh\necho {word} >> "$HOME/word"\ncat "$HOME/word"\n'
        made = server(image="local", flavor="tiny", user_data=script)
        made["properties"]["user_data_format"] = "RAW"
        return {"web": made}

    def console(stack: Stack) -> str:
        shown = site_of(site).act(
            "compute", "servers", stack.physical("web"), "os-getConsoleOutput", {}
        )
        return str(shown["output"])

    stack = site.create(given("one"))
    stack.reach("CREATE_COMPLETE", seconds=SECONDS)
    until(lambda: console(stack).split() == ["one"], "the first word")
    service = stack.via()
    taken = service.stack_snapshot(MINE, stack.identity, "then")
    stack.reach("SNAPSHOT_COMPLETE", seconds=SECONDS)
    stack.update({})
    stack.reach("UPDATE_COMPLETE", seconds=SECONDS)
    service.stack_restore(MINE, stack.identity, taken["id"])
    stack.reach("RESTORE_COMPLETE", seconds=SECONDS)
    until(lambda: console(stack).split() == ["one", "one"], "both words")
    stack.delete()
    stack.reach("DELETE_COMPLETE", seconds=SECONDS)
    until(lambda: left(site) == {}, "the image to be gone")
