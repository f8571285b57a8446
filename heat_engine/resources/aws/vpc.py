"""AWS::EC2::VPC, Subnet, RouteTable and NetworkInterface, on networks, routers and ports.

A VPC is a network and a router; a route table is one more router, found again by its description.
Source: contract/engine-semantics.md section 10.9.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heat_engine.clouds.interface import Cloud, CloudError, Document
from heat_engine.language.schema import Attribute, Kind, Property, custom
from heat_engine.resources.aws import tags
from heat_engine.resources.openstack import network, port
from heat_engine.resources.openstack.calls import guarded
from heat_engine.resources.openstack.rest import RestType
from heat_engine.resources.protocol import Outcome, Progress, Request, ResourceType, done, failed
from heat_engine.resources.translated import TranslatedType, texts

NETWORK, ROUTERS = "network", "routers"
GATEWAY = "external_gateway_info"


def main_router(cloud: Cloud, vpc: str) -> Document | None:
    """The router that came with a VPC."""
    found = cloud.list(NETWORK, ROUTERS, description=_main(vpc))
    return found[0] if found else None


def routers(cloud: Cloud, vpc: str) -> list[Document]:
    """All routers of a VPC, those of its route tables too."""
    main = main_router(cloud, vpc)
    tables = cloud.list(NETWORK, ROUTERS, description=_table(vpc))
    return [*([main] if main else ()), *tables]


def _main(vpc: str) -> str:
    return f"router of VPC {vpc}"


def _table(vpc: str) -> str:
    return f"route table of VPC {vpc}"


class VPC(TranslatedType):
    name = "AWS::EC2::VPC"
    description = "A virtual network with a router."
    basis = network.Net()
    supports_check = True
    properties = {
        "CidrBlock": Property(Kind.STRING, "Not used: subnets have ranges of their own."),
        "InstanceTenancy": Property(Kind.STRING, "Is not supported.", implemented=False),
        "Tags": tags.TAGS,
    }

    def given(self, request: Request, properties: Mapping[str, Any]) -> Mapping[str, Any]:
        labels = tags.labels(properties.get("Tags"))
        return {"name": request.physical_name, **({"tags": labels} if labels else {})}

    def told(self, request: Request, progress: Progress) -> Progress:
        if progress.outcome is Outcome.DONE and request.verb == "create":
            vpc = str(progress.physical_id)
            body = {"name": request.physical_name, "description": _main(vpc)}
            request.cloud.create(NETWORK, ROUTERS, body, token=f"{request.token}-router")
        return progress

    def delete(self, request: Request) -> Progress:
        def router_first(call: Request) -> Progress:
            call.cloud.forget(NETWORK, ROUTERS, f"{call.token}-router")
            if call.physical_id is not None:
                main = main_router(call.cloud, call.physical_id)
                if main is not None:
                    call.cloud.delete(NETWORK, ROUTERS, main["id"])
            return self.basis.delete(self.translated(call))

        return guarded(request, router_first)


class Subnet(TranslatedType):
    """Connected to the router of its VPC, if that has one."""

    name = "AWS::EC2::Subnet"
    description = "A range of addresses of a VPC."
    basis = network.Subnet()
    supports_check = True
    properties = {
        "AvailabilityZone": Property(Kind.STRING, "Kept to be shown."),
        "CidrBlock": Property(Kind.STRING, "Range of addresses.", required=True),
        "VpcId": Property(Kind.STRING, "The VPC.", required=True),
        "Tags": tags.TAGS,
    }
    attributes = {"AvailabilityZone": Attribute("Availability zone, as given.")}

    def given(self, request: Request, properties: Mapping[str, Any]) -> Mapping[str, Any]:
        labels = tags.labels(properties.get("Tags"))
        return {
            "network": properties.get("VpcId"),
            "cidr": properties.get("CidrBlock"),
            "name": request.physical_name,
            "ip_version": 4,
            **({"tags": labels} if labels else {}),
        }

    def told(self, request: Request, progress: Progress) -> Progress:
        if progress.outcome is not Outcome.DONE or request.verb != "create":
            return progress
        router = main_router(request.cloud, request.properties["VpcId"])
        if router is not None:
            connect(request.cloud, router["id"], str(progress.physical_id))
        return done(
            physical_id=progress.physical_id,
            attributes={"AvailabilityZone": request.properties.get("AvailabilityZone")},
        )

    def delete(self, request: Request) -> Progress:
        def router_first(call: Request) -> Progress:
            if call.physical_id is not None:
                for router in routers(call.cloud, call.properties["VpcId"]):
                    disconnect(call.cloud, router["id"], call.physical_id)
            return self.basis.delete(self.translated(call))

        return guarded(request, router_first)


class RouteTable(RestType):
    name = "AWS::EC2::RouteTable"
    description = "A router of a VPC's, for the subnets that are associated with it."
    support_status = {"status": "SUPPORTED", "version": "2014.1"}
    service, collection, noun = NETWORK, ROUTERS, "router"
    properties = {
        "VpcId": Property(Kind.STRING, "The VPC.", required=True),
        "Tags": tags.TAGS,
    }

    def body(self, request: Request) -> Document:
        vpc = request.properties["VpcId"]
        labels = tags.labels(request.properties.get("Tags"))
        body: Document = {"name": request.physical_name, "description": _table(vpc)}
        main = main_router(request.cloud, vpc)
        gateway = (main or {}).get(GATEWAY)
        if gateway:
            body[GATEWAY] = {"network_id": gateway["network_id"]}
        return {**body, "tags": labels} if labels else body


class SubnetRouteTableAssociation(ResourceType):
    """Moves a subnet from the router of its VPC to that of a route table, and back."""

    name = "AWS::EC2::SubnetRouteTableAssociation"
    description = "Associates a subnet with a route table."
    properties = {
        "RouteTableId": Property(Kind.STRING, "The route table.", required=True),
        "SubnetId": Property(
            Kind.STRING,
            "The subnet.",
            required=True,
            constraints=(custom("neutron.subnet"),),
        ),
    }

    def create(self, request: Request) -> Progress:
        return guarded(request, lambda call: self._move(call, there=True))

    def delete(self, request: Request) -> Progress:
        return guarded(request, lambda call: self._move(call, there=False))

    @staticmethod
    def _move(request: Request, *, there: bool) -> Progress:
        cloud, given = request.cloud, request.properties
        table, subnet_id = str(given["RouteTableId"]), str(given["SubnetId"])
        try:
            subnet = cloud.get(NETWORK, "subnets", subnet_id)
        except CloudError as error:
            if there or error.kind != "not_found":
                raise
            return done()
        main = main_router(cloud, subnet["network_id"])
        if there:
            if main is not None:
                disconnect(cloud, main["id"], subnet_id)
            connect(cloud, table, subnet_id)
        elif request.physical_id is not None:
            disconnect(cloud, table, subnet_id)
            if main is not None:
                connect(cloud, main["id"], subnet_id)
        return done(physical_id=request.physical_name)


class InternetGateway(ResourceType):
    """Nothing of its own: what counts is its attachment."""

    name = "AWS::EC2::InternetGateway"
    description = "A way out of a VPC, once it is attached."
    instant = True
    properties = {"Tags": tags.TAGS}

    def create(self, request: Request) -> Progress:
        return done(physical_id=request.physical_name)


class VPCGatewayAttachment(ResourceType):
    """Connects all routers of a VPC with the external network."""

    name = "AWS::EC2::VPCGatewayAttachment"
    description = "Attaches an internet gateway to a VPC."
    properties = {
        "VpcId": Property(Kind.STRING, "The VPC.", required=True),
        "InternetGatewayId": Property(Kind.STRING, "The internet gateway."),
        "VpnGatewayId": Property(Kind.STRING, "Is not supported.", implemented=False),
    }

    def create(self, request: Request) -> Progress:
        return guarded(request, self._attach)

    def delete(self, request: Request) -> Progress:
        return guarded(request, self._detach)

    @staticmethod
    def _attach(request: Request) -> Progress:
        cloud, given = request.cloud, request.properties
        if not given.get("InternetGatewayId"):
            return failed("InternetGatewayId is needed to attach a gateway.", "ValueError")
        found = routers(cloud, given["VpcId"])
        gateway = {"network_id": external_network(cloud)["id"]}
        for router in found:
            cloud.update(NETWORK, ROUTERS, router["id"], {GATEWAY: gateway})
        return done(physical_id=f"{given['VpcId']}:{given['InternetGatewayId']}")

    @staticmethod
    def _detach(request: Request) -> Progress:
        if request.physical_id is not None:
            for router in routers(request.cloud, request.properties["VpcId"]):
                request.cloud.update(NETWORK, ROUTERS, router["id"], {GATEWAY: None})
        return done()


class NetworkInterface(TranslatedType):
    name = "AWS::EC2::NetworkInterface"
    description = "A port of a subnet, for an instance."
    basis = port.Port()
    supports_check = True
    properties = {
        "Description": Property(Kind.STRING, "Description of the interface."),
        "GroupSet": Property(Kind.LIST, "Ids of security groups.", updatable=True),
        "PrivateIpAddress": Property(Kind.STRING, "Wanted address in the subnet."),
        "SourceDestCheck": Property(Kind.BOOLEAN, "Is not supported.", implemented=False),
        "SubnetId": Property(
            Kind.STRING,
            "The subnet.",
            required=True,
            constraints=(custom("neutron.subnet"),),
        ),
        "Tags": tags.TAGS,
    }
    attributes = {"PrivateIpAddress": Attribute("Address of the interface.")}

    def given(self, request: Request, properties: Mapping[str, Any]) -> Mapping[str, Any]:
        wanted = properties.get("SubnetId")
        subnet = request.cloud.get(NETWORK, "subnets", wanted) if wanted else {}
        address = properties.get("PrivateIpAddress")
        groups = properties.get("GroupSet")
        labels = tags.labels(properties.get("Tags"))
        description = properties.get("Description")
        return {
            "name": request.physical_name,
            "network": subnet.get("network_id"),
            "fixed_ips": [
                {"subnet": subnet.get("id"), **({"ip_address": address} if address else {})}
            ],
            **({"security_groups": texts(groups)} if groups is not None else {}),
            **({"tags": labels} if labels else {}),
            **({"value_specs": {"description": description}} if description else {}),
        }

    def told(self, request: Request, progress: Progress) -> Progress:
        if progress.outcome is not Outcome.DONE or request.verb not in ("create", "update"):
            return progress
        physical_id = str(progress.physical_id or request.physical_id)
        made = request.cloud.get(NETWORK, "ports", physical_id)
        addresses = [fixed["ip_address"] for fixed in made.get("fixed_ips") or ()]
        shown = {"PrivateIpAddress": addresses[0] if addresses else None}
        return done(physical_id=physical_id, attributes=shown)

    def delete(self, request: Request) -> Progress:
        """Its subnet may be gone already, and is not needed to delete it."""
        return self.basis.delete(request)


def external_network(cloud: Cloud) -> Document:
    """The network that floating addresses come from. Raises CloudError when there is none."""
    found = cloud.list(NETWORK, "networks", **{"router:external": "True"})
    if not found:
        raise CloudError("not_found", "There is no external network.")
    return found[0]


def connect(cloud: Cloud, router_id: str, subnet_id: str) -> None:
    """Give a router an interface in a subnet; it may be there already."""
    cloud.act(NETWORK, ROUTERS, router_id, "add_router_interface", {"subnet_id": subnet_id})


def disconnect(cloud: Cloud, router_id: str, subnet_id: str) -> None:
    """Take the interface away; it may be gone already."""
    try:
        body = {"subnet_id": subnet_id}
        cloud.act(NETWORK, ROUTERS, router_id, "remove_router_interface", body)
    except CloudError as error:
        if error.kind != "not_found":
            raise
