"""Networks and subnets of the local cloud."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Address, IPv4Network
from typing import Any

from heat_engine.clouds.interface import CloudError, Document
from heat_engine.clouds.local import loopback
from heat_engine.clouds.local.collection import Collection
from heat_engine.clouds.local.documents import Documents, Transaction
from heat_engine.clouds.local.fields import entries, invalid, required


class Networks(Collection):
    name = "networks"
    singular = "Network"

    def fields(
        self, transaction: Transaction, project_id: str, body: Mapping[str, Any]
    ) -> Document:
        return {
            "admin_state_up": body.get("admin_state_up", True),
            "status": "ACTIVE",
            "shared": bool(body.get("shared", False)),
            "mtu": body.get("mtu") or 65536,
            "router:external": bool(body.get("router:external", False)),
            "port_security_enabled": body.get("port_security_enabled", True),
            "availability_zones": ["nova"],
        }

    def show(self, transaction: Transaction, document: Document) -> Document:
        subnets = transaction.query("subnets", network_id=document["id"])
        return {**document, "subnets": [subnet["id"] for subnet in subnets]}

    def unbuild(self, transaction: Transaction, document: Document) -> None:
        ports = transaction.query("ports", network_id=document["id"])
        if ports:
            raise CloudError(
                "conflict",
                f"Unable to complete operation on network {document['id']}. There are one or more "
                f"ports still in use on the network: {', '.join(port['id'] for port in ports[:5])}",
            )
        for subnet in transaction.query("subnets", network_id=document["id"]):
            transaction.remove("subnets", subnet["id"])
        super().unbuild(transaction, document)


class Subnets(Collection):
    """``cidr`` is what was asked for; ``hearth:cidr`` is the loopback range that stands for it, and
    every address shown (gateway, pools, fixed addresses) is of that range."""

    name = "subnets"
    singular = "Subnet"

    def __init__(self, documents: Documents, seed: str) -> None:
        super().__init__(documents)
        self._seed = seed

    def fields(
        self, transaction: Transaction, project_id: str, body: Mapping[str, Any]
    ) -> Document:
        network = find_network(transaction, project_id, required(body, "subnets", "network_id"))
        if body.get("ip_version") not in (None, 4, "4"):
            raise invalid("subnets.ip_version", "the local cloud has IPv4 addresses only")
        try:
            given = loopback.parse(required(body, "subnets", "cidr"))
        except ValueError as error:
            raise invalid("subnets.cidr", str(error)) from None
        for other in transaction.query("subnets", network_id=network["id"]):
            if IPv4Network(other["cidr"]).overlaps(given):
                raise invalid("subnets.cidr", f"{given} overlaps subnet {other['id']}")
        taken = [IPv4Network(other["hearth:cidr"]) for other in transaction.query("subnets")]
        span = loopback.choose(given, taken, f"{self._seed}{given}")
        gateway = self._gateway(span, body)
        return {
            "network_id": network["id"],
            "cidr": str(given),
            "hearth:cidr": str(span.real),
            "ip_version": 4,
            "gateway_ip": gateway,
            "enable_dhcp": body.get("enable_dhcp", True),
            "allocation_pools": self._pools(span, body, gateway),
            "dns_nameservers": body.get("dns_nameservers") or [],
            "host_routes": body.get("host_routes") or [],
        }

    def _gateway(self, span: loopback.Range, body: Mapping[str, Any]) -> str | None:
        if "gateway_ip" in body and body["gateway_ip"] in (None, ""):
            return None
        given = body.get("gateway_ip")
        try:
            return str(span.to_real(str(given)) if given else span.real[1])
        except ValueError as error:
            raise invalid("subnets.gateway_ip", str(error)) from None

    def _pools(
        self, span: loopback.Range, body: Mapping[str, Any], gateway: str | None
    ) -> list[Document]:
        asked = entries(body, "subnets", "allocation_pools")
        if not asked:
            first, last = span.real[1], span.real[-2]
            if gateway == str(first):
                first += 1
            return [{"start": str(first), "end": str(last)}]
        pools = []
        for number, pool in enumerate(asked):
            where = f"subnets.allocation_pools[{number}]"
            try:
                start = span.to_real(required(pool, where, "start"))
                end = span.to_real(required(pool, where, "end"))
            except ValueError as error:
                raise invalid(where, str(error)) from None
            if end < start:
                raise invalid(where, f"ends ({end}) before it starts ({start})")
            pools.append({"start": str(start), "end": str(end)})
        return pools

    def change(
        self, transaction: Transaction, document: Document, body: Mapping[str, Any]
    ) -> Document:
        for fixed in ("cidr", "network_id", "ip_version"):
            if fixed in body and body[fixed] != document[fixed]:
                raise invalid(f"subnets.{fixed}", "cannot be changed")
        span = span_of(document)
        changed = {**body}
        if "gateway_ip" in body:
            changed["gateway_ip"] = self._gateway(span, body)
        if "allocation_pools" in body:
            gateway = changed.get("gateway_ip", document["gateway_ip"])
            changed["allocation_pools"] = self._pools(span, body, gateway)
        return super().change(transaction, document, changed)

    def unbuild(self, transaction: Transaction, document: Document) -> None:
        if transaction.addresses_of_subnet(document["id"]):
            raise CloudError(
                "conflict",
                f"Unable to complete operation on subnet {document['id']}: One or more ports have "
                "an IP allocation from this subnet.",
            )
        super().unbuild(transaction, document)


def find_network(transaction: Transaction, project_id: str, id_or_name: str) -> Document:
    network = transaction.visible("networks", project_id, id_or_name)
    if network is None:
        raise CloudError("not_found", f"Network {id_or_name} could not be found.")
    return network


def span_of(subnet: Document) -> loopback.Range:
    return loopback.Range(IPv4Network(subnet["cidr"]), IPv4Network(subnet["hearth:cidr"]))


def allocate(
    transaction: Transaction, subnet: Document, owner_id: str, wanted: str | None = None
) -> str:
    """An address of the subnet for ``owner_id``: the wanted one, else the lowest free one."""
    if wanted is not None:
        try:
            address = span_of(subnet).to_real(wanted)
        except ValueError as error:
            raise invalid("ports.fixed_ips.ip_address", str(error)) from None
        if not transaction.claim(int(address), subnet["id"], owner_id):
            raise CloudError("conflict", f"IP address {wanted} ({address}) is already allocated.")
        return str(address)
    pools = [
        (IPv4Address(pool["start"]), IPv4Address(pool["end"]))
        for pool in subnet["allocation_pools"]
    ]
    taken = set(
        transaction.addresses(
            min(int(first) for first, _ in pools), max(int(last) for _, last in pools)
        )
    )
    if subnet["gateway_ip"]:
        taken.add(int(IPv4Address(subnet["gateway_ip"])))
    for address in loopback.candidates(pools, taken):
        if transaction.claim(int(address), subnet["id"], owner_id):
            return str(address)
    raise CloudError("over_limit", f"No more IP addresses available on subnet {subnet['id']}.")
