"""AWS::EC2::EIP and AWS::EC2::EIPAssociation (contract/engine-semantics.md section 10.9)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from heat_engine.clouds.interface import Cloud, CloudError, Document
from heat_engine.language.schema import Attribute, Kind, Property, custom, one_of
from heat_engine.resources.aws.vpc import NETWORK, external_network
from heat_engine.resources.openstack.calls import guarded
from heat_engine.resources.openstack.rest import RestType
from heat_engine.resources.protocol import Progress, Request, ResourceType, done

FLOATING, PORTS = "floatingips", "ports"
NOTHING = "Either 'EIP' or 'AllocationId' must be provided."
NO_INSTANCE = "Must specify 'InstanceId' if you specify 'EIP'."


def port_of(cloud: Cloud, server_id: str) -> str:
    """The first port of a server. Raises CloudError when it has none."""
    found = cloud.list(NETWORK, PORTS, device_id=server_id)
    if not found:
        raise CloudError("not_found", f"Instance {server_id} has no port.")
    return str(found[0]["id"])


def by_address(cloud: Cloud, address: str) -> Document:
    """The floating address that is this one. Raises CloudError when there is none."""
    found = cloud.list(NETWORK, FLOATING, floating_ip_address=address)
    if not found:
        raise CloudError("not_found", f"Floating IP {address} could not be found.")
    return found[0]


class ElasticIP(RestType):
    """A floating address. Ref gives the address itself."""

    name = "AWS::EC2::EIP"
    description = "An address that can lead to one instance or another."
    service, collection, noun = NETWORK, FLOATING, "floating address"
    properties = {
        "Domain": Property(Kind.STRING, "Has no effect any more.", constraints=(one_of("vpc"),)),
        "InstanceId": Property(
            Kind.STRING,
            "Instance that the address leads to.",
            updatable=True,
            constraints=(custom("nova.server"),),
        ),
    }
    attributes = {"AllocationId": Attribute("Id of the address, to associate it by.")}
    shown = {"AllocationId": "id"}

    def body(self, request: Request) -> Document:
        body: Document = {"floating_network_id": external_network(request.cloud)["id"]}
        instance = request.properties.get("InstanceId")
        return {**body, "port_id": port_of(request.cloud, instance)} if instance else body

    def changes(self, request: Request) -> Document:
        if "InstanceId" not in request.changed:
            return {}
        instance = request.properties.get("InstanceId")
        return {"port_id": port_of(request.cloud, instance) if instance else None}

    def finish(self, request: Request, thing: Document) -> Progress:
        progress = super().finish(request, thing)
        return replace(progress, reference_id=thing["floating_ip_address"])


class ElasticIPAssociation(ResourceType):
    name = "AWS::EC2::EIPAssociation"
    description = "Leads a floating address to an instance or a network interface."
    properties = {
        "InstanceId": Property(
            Kind.STRING,
            "Instance that the address leads to.",
            updatable=True,
            constraints=(custom("nova.server"),),
        ),
        "EIP": Property(
            Kind.STRING, "The address itself.", updatable=True, constraints=(custom("ip_addr"),)
        ),
        "AllocationId": Property(Kind.STRING, "Id of the address.", updatable=True),
        "NetworkInterfaceId": Property(
            Kind.STRING, "Network interface that the address leads to.", updatable=True
        ),
    }

    def validate(self, properties: Mapping[str, Any], stack_timeout: float) -> Sequence[str]:
        given = {name for name, value in properties.items() if value is not None}
        if not {"EIP", "AllocationId"} & given:
            return (NOTHING,)
        if "EIP" in given and "InstanceId" not in given:
            return (NO_INSTANCE,)
        if not {"InstanceId", "NetworkInterfaceId"} & given:
            return ("At least one of 'InstanceId' and 'NetworkInterfaceId' must be provided.",)
        return ()

    def create(self, request: Request) -> Progress:
        return guarded(request, self._associate)

    def update(self, request: Request) -> Progress:
        return guarded(request, self._reassociate) if request.changed else done()

    def delete(self, request: Request) -> Progress:
        return guarded(request, self._remove)

    def _associate(self, request: Request) -> Progress:
        cloud, given = request.cloud, request.properties
        floating = self._floating(cloud, given)
        interface = given.get("NetworkInterfaceId")
        port = str(interface) if interface else port_of(cloud, str(given["InstanceId"]))
        cloud.update(NETWORK, FLOATING, floating, {"port_id": port})
        return done(physical_id=request.physical_name, data={"floating": floating, "port": port})

    def _reassociate(self, request: Request) -> Progress:
        wanted = self._floating(request.cloud, request.properties)
        if request.data.get("floating") not in (None, wanted):
            self._free(request)
        return self._associate(request)

    def _remove(self, request: Request) -> Progress:
        self._free(request)
        return done()

    @staticmethod
    def _floating(cloud: Cloud, given: Mapping[str, Any]) -> str:
        allocation = given.get("AllocationId")
        return str(allocation or by_address(cloud, str(given["EIP"]))["id"])

    @staticmethod
    def _free(request: Request) -> None:
        """Only as long as it leads where this association has led it."""
        floating = request.data.get("floating")
        if floating is None:
            return
        try:
            found = request.cloud.get(NETWORK, FLOATING, floating)
            if found.get("port_id") == request.data.get("port"):
                request.cloud.update(NETWORK, FLOATING, floating, {"port_id": None})
        except CloudError as error:
            if error.kind != "not_found":
                raise
