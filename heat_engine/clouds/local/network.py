"""Ports, routers and floating addresses of the local cloud."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from heat_engine.clouds.interface import CloudError, Document
from heat_engine.clouds.local.collection import Collection, new_id
from heat_engine.clouds.local.documents import Documents, Transaction
from heat_engine.clouds.local.fields import entries, invalid, required, text
from heat_engine.clouds.local.security import find_groups
from heat_engine.clouds.local.subnets import allocate, find_network, span_of

ROUTER_INTERFACE = "network:router_interface"


class Ports(Collection):
    name = "ports"
    singular = "Port"

    def fields(
        self, transaction: Transaction, project_id: str, body: Mapping[str, Any]
    ) -> Document:
        network = find_network(transaction, project_id, required(body, "ports", "network_id"))
        new = new_id()
        device_id = text(body, "ports", "device_id")
        return {
            "id": new,
            "network_id": network["id"],
            "fixed_ips": fixed_addresses(transaction, project_id, network, new, body),
            "mac_address": text(body, "ports", "mac_address") or _mac_address(),
            "admin_state_up": body.get("admin_state_up", True),
            "status": "ACTIVE" if device_id else "DOWN",
            "device_id": device_id,
            "device_owner": text(body, "ports", "device_owner"),
            "security_groups": find_groups(transaction, project_id, body.get("security_groups")),
            "allowed_address_pairs": body.get("allowed_address_pairs") or [],
            "port_security_enabled": body.get("port_security_enabled", True),
            "binding:vnic_type": body.get("binding:vnic_type", "normal"),
        }

    def change(
        self, transaction: Transaction, document: Document, body: Mapping[str, Any]
    ) -> Document:
        project_id = document["project_id"]
        changed = {name: value for name, value in body.items() if name != "network_id"}
        if "security_groups" in body:
            changed["security_groups"] = find_groups(
                transaction, project_id, body["security_groups"] or []
            )
        if "fixed_ips" in body:
            network = find_network(transaction, project_id, document["network_id"])
            transaction.release(document["id"])
            changed["fixed_ips"] = fixed_addresses(
                transaction, project_id, network, document["id"], body
            )
        if "device_id" in body:
            changed["status"] = "ACTIVE" if body["device_id"] else "DOWN"
        return super().change(transaction, document, changed)

    def unbuild(self, transaction: Transaction, document: Document) -> None:
        if document["device_owner"] == ROUTER_INTERFACE:
            raise CloudError(
                "conflict",
                f"Port {document['id']} cannot be deleted directly via the port API: has device "
                f"owner {ROUTER_INTERFACE}.",
            )
        drop_port(transaction, document)


def drop_port(transaction: Transaction, port: Document) -> None:
    """Take a port out, with its addresses and its place in floating addresses and its server."""
    detach_port(transaction, port)
    for floating in transaction.query("floatingips", port_id=port["id"]):
        floating.update(port_id=None, fixed_ip_address=None, status="DOWN")
        transaction.put("floatingips", floating)
    transaction.release(port["id"])
    transaction.remove("ports", port["id"])


def detach_port(transaction: Transaction, port: Document) -> None:
    """Free a port of its device. Its server's first address becomes another one of its own."""
    server = transaction.get("servers", port["device_id"])
    if server is not None:
        gone = {fixed["ip_address"] for fixed in port["fixed_ips"]}
        made = server["hearth"]
        made["addresses"] = [address for address in made["addresses"] if address not in gone]
        if made["address"] in gone and made["addresses"]:
            made["address"] = made["addresses"][0]
        transaction.put("servers", server)
    port.update(device_id="", device_owner="", status="DOWN")
    transaction.put("ports", port)


def fixed_addresses(
    transaction: Transaction,
    project_id: str,
    network: Document,
    port_id: str,
    body: Mapping[str, Any],
) -> list[Document]:
    """``[{"subnet_id", "ip_address"}]``: as asked for (an empty list: none), else an address of the
    network's first subnet that has a free one."""
    subnets = transaction.query("subnets", network_id=network["id"])
    asked = entries(body, "ports", "fixed_ips")
    if body.get("fixed_ips") == []:
        return []
    if not asked:
        return _any_address(transaction, subnets, port_id)
    fixed = []
    for number, item in enumerate(asked):
        where = f"ports.fixed_ips[{number}]"
        wanted = text(item, where, "ip_address") or None
        subnet_id = text(item, where, "subnet_id") or text(item, where, "subnet")
        choices = [
            subnet
            for subnet in subnets
            if not subnet_id or subnet_id in (subnet["id"], subnet["name"])
        ]
        if not choices:
            raise invalid(where, f"network {network['id']} has no subnet {subnet_id or 'at all'}")
        subnet = _holding(choices, wanted)
        address = allocate(transaction, subnet, port_id, wanted)
        fixed.append({"subnet_id": subnet["id"], "ip_address": address})
    return fixed


def _holding(subnets: list[Document], wanted: str | None) -> Document:
    """The subnet whose range the wanted address is in; the first when it is in none."""
    for subnet in subnets:
        try:
            if wanted is not None:
                span_of(subnet).to_real(wanted)
            return subnet
        except ValueError:
            continue
    return subnets[0]


def _any_address(transaction: Transaction, subnets: list[Document], port_id: str) -> list[Document]:
    for subnet in subnets:
        try:
            address = allocate(transaction, subnet, port_id)
        except CloudError as error:
            if error.kind != "over_limit" or subnet is subnets[-1]:
                raise
            continue
        return [{"subnet_id": subnet["id"], "ip_address": address}]
    return []


def _mac_address() -> str:
    return "fa:16:3e:" + ":".join(f"{byte:02x}" for byte in secrets.token_bytes(3))


class Routers(Collection):
    """Documents: on the loopback interface every address reaches every other one."""

    name = "routers"
    singular = "Router"

    def __init__(self, documents: Documents, ports: Ports) -> None:
        super().__init__(documents)
        self._ports = ports
        self.actions = {
            "add_router_interface": self._add_interface,
            "remove_router_interface": self._remove_interface,
        }

    def fields(
        self, transaction: Transaction, project_id: str, body: Mapping[str, Any]
    ) -> Document:
        return {
            "admin_state_up": body.get("admin_state_up", True),
            "status": "ACTIVE",
            "external_gateway_info": self._gateway(transaction, project_id, body),
            "routes": body.get("routes") or [],
        }

    def _gateway(
        self, transaction: Transaction, project_id: str, body: Mapping[str, Any]
    ) -> Document | None:
        gateway = body.get("external_gateway_info")
        if not gateway:
            return None
        network_id = required(gateway, "routers.external_gateway_info", "network_id")
        network = find_network(transaction, project_id, network_id)
        return {
            "enable_snat": True,
            "external_fixed_ips": [],
            **gateway,
            "network_id": network["id"],
        }

    def change(
        self, transaction: Transaction, document: Document, body: Mapping[str, Any]
    ) -> Document:
        changed = dict(body)
        if "external_gateway_info" in body:
            changed["external_gateway_info"] = self._gateway(
                transaction, document["project_id"], body
            )
        return super().change(transaction, document, changed)

    def _interfaces(
        self, transaction: Transaction, router_id: str, body: Mapping[str, Any]
    ) -> list[Document]:
        ports = transaction.query("ports", device_id=router_id, device_owner=ROUTER_INTERFACE)
        return [
            port
            for port in ports
            if body.get("port_id") == port["id"]
            or any(body.get("subnet_id") == fixed["subnet_id"] for fixed in port["fixed_ips"])
        ]

    def _add_interface(self, router: Document, body: Mapping[str, Any]) -> Document:
        where = "routers.add_router_interface"
        with self.documents.write() as transaction:
            found = self._interfaces(transaction, router["id"], body)
            if found:
                port = found[0]
            elif body.get("port_id"):
                port = self._ports.locate(
                    transaction, router["project_id"], required(body, where, "port_id")
                )
                if port["device_id"]:
                    raise CloudError("conflict", f"Port {port['id']} is in use.")
                port.update(device_id=router["id"], device_owner=ROUTER_INTERFACE, status="ACTIVE")
                transaction.put("ports", port)
            else:
                port = self._gateway_port(transaction, router, required(body, where, "subnet_id"))
        subnet_ids = [fixed["subnet_id"] for fixed in port["fixed_ips"]]
        return {
            "id": router["id"],
            "port_id": port["id"],
            "subnet_id": subnet_ids[0] if subnet_ids else None,
            "subnet_ids": subnet_ids,
        }

    def _gateway_port(self, transaction: Transaction, router: Document, subnet_id: str) -> Document:
        subnet = transaction.visible("subnets", router["project_id"], subnet_id)
        if subnet is None:
            raise CloudError("not_found", f"Subnet {subnet_id} could not be found.")
        if not subnet["gateway_ip"]:
            raise invalid("routers.subnet_id", f"subnet {subnet_id} has no gateway")
        return self._ports.build(
            transaction,
            router["project_id"],
            {
                "network_id": subnet["network_id"],
                "fixed_ips": [{"subnet_id": subnet["id"], "ip_address": subnet["gateway_ip"]}],
                "device_id": router["id"],
                "device_owner": ROUTER_INTERFACE,
            },
            None,
        )

    def _remove_interface(self, router: Document, body: Mapping[str, Any]) -> Document:
        with self.documents.write() as transaction:
            found = self._interfaces(transaction, router["id"], body)
            if not found:
                raise CloudError(
                    "not_found", f"Router {router['id']} has no such interface: {dict(body)}"
                )
            for port in found:
                drop_port(transaction, port)
        return {"id": router["id"], "port_id": found[0]["id"]}

    def unbuild(self, transaction: Transaction, document: Document) -> None:
        if transaction.query("ports", device_id=document["id"], device_owner=ROUTER_INTERFACE):
            raise CloudError("conflict", f"Router {document['id']} still has ports")
        super().unbuild(transaction, document)


class FloatingAddresses(Collection):
    """An address of an external network. It is reserved and shown; traffic to it is not forwarded:
    that would need rights over the machine's packet filter."""

    name = "floatingips"
    singular = "Floating IP"

    def fields(
        self, transaction: Transaction, project_id: str, body: Mapping[str, Any]
    ) -> Document:
        network_id = required(body, "floatingips", "floating_network_id")
        network = find_network(transaction, project_id, network_id)
        if not network["router:external"]:
            raise invalid("floatingips.floating_network_id", f"{network_id} is not external")
        new = new_id()
        wanted = text(body, "floatingips", "floating_ip_address")
        request = {"fixed_ips": [{"ip_address": wanted}]} if wanted else {}
        fixed = fixed_addresses(transaction, project_id, network, new, request)
        if not fixed:
            raise invalid("floatingips.floating_network_id", f"{network_id} has no subnet")
        return {
            "id": new,
            "floating_network_id": network["id"],
            "floating_ip_address": fixed[0]["ip_address"],
            "router_id": None,
            **self._association(transaction, project_id, body),
        }

    def _association(
        self, transaction: Transaction, project_id: str, body: Mapping[str, Any]
    ) -> Document:
        port_id = text(body, "floatingips", "port_id")
        if not port_id:
            return {"port_id": None, "fixed_ip_address": None, "status": "DOWN"}
        port = transaction.visible("ports", project_id, port_id)
        if port is None:
            raise CloudError("not_found", f"Port {port_id} could not be found.")
        addresses = [fixed["ip_address"] for fixed in port["fixed_ips"]]
        wanted = text(body, "floatingips", "fixed_ip_address") or (addresses or [""])[0]
        if wanted not in addresses:
            raise invalid("floatingips.fixed_ip_address", f"port {port_id} has no {wanted}")
        return {"port_id": port["id"], "fixed_ip_address": wanted, "status": "ACTIVE"}

    def change(
        self, transaction: Transaction, document: Document, body: Mapping[str, Any]
    ) -> Document:
        changed = dict(body)
        if "port_id" in body:
            changed.update(self._association(transaction, document["project_id"], body))
        return super().change(transaction, document, changed)

    def unbuild(self, transaction: Transaction, document: Document) -> None:
        transaction.release(document["id"])
        super().unbuild(transaction, document)
