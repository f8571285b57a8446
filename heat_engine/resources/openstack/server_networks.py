"""How a server is connected: ports made for it, and the addresses it shows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from heat_engine.clouds.interface import Cloud, CloudError, Document
from heat_engine.resources.openstack.calls import compact, reference
from heat_engine.resources.openstack.messages import both
from heat_engine.resources.openstack.port import EXTRA_FIELDS
from heat_engine.resources.protocol import Request


def port_name(request: Request) -> str:
    """One name for all ports made for a server, by which they are found again."""
    return f"{request.physical_name}-port"


def needs_port(item: Mapping[str, Any]) -> bool:
    """Whether the cloud's servers cannot be told of such a connection without a port."""
    return not item.get("port") and bool(
        item.get("subnet") or item.get("floating_ip") or compact(item.get("port_extra_properties"))
    )


def port_token(request: Request, number: int, item: Mapping[str, Any]) -> str:
    text = json.dumps(compact(item), sort_keys=True)
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    return f"{request.token}-port-{number}-{digest}"


def problems(number: int, item: Any, count: int) -> list[str]:
    """What is wrong with one connection of ``count``."""
    if not isinstance(item, Mapping):
        return []
    given = {key for key, value in item.items() if value is not None}
    problems = []
    if not {"network", "uuid", "port", "subnet", "allocate_network"} & given:
        problems.append(
            f"networks[{number}] needs one of network, port, subnet and allocate_network."
        )
    if {"network", "uuid"} <= given:
        problems.append(both("network", "uuid"))
    if {"fixed_ip", "port"} <= given:
        problems.append(both("fixed_ip", "port"))
    if "allocate_network" in given and (count > 1 or len(given - {"tag"}) > 1):
        problems.append(f"networks[{number}] has allocate_network, which must stand alone.")
    return problems


def connections(request: Request) -> list[Document] | str | None:
    """The body's ``networks``; ports that a connection needs are made (once for each token)."""
    items: Sequence[Mapping[str, Any]] = request.properties.get("networks") or ()
    for item in items:
        if item.get("allocate_network"):
            return str(item["allocate_network"])
    if not items:
        return None
    return [_connection(request, number, item) for number, item in enumerate(items)]


def _connection(request: Request, number: int, item: Mapping[str, Any]) -> Document:
    connection: Document = {"tag": item["tag"]} if item.get("tag") else {}
    if needs_port(item):
        return {**connection, "port": make_port(request, number, item)["id"]}
    if item.get("port"):
        port = reference(request.cloud, "network", "ports", item["port"])
        return {**connection, "port": port}
    network = item.get("network") or item.get("uuid")
    connection["uuid"] = reference(request.cloud, "network", "networks", network)
    if item.get("fixed_ip"):
        connection["fixed_ip"] = item["fixed_ip"]
    return connection


def make_port(request: Request, number: int, item: Mapping[str, Any]) -> Document:
    """A port of the server's own for that connection; the same one when asked again."""
    cloud = request.cloud
    network = item.get("network") or item.get("uuid")
    subnet = reference(cloud, "network", "subnets", item.get("subnet"))
    if network:
        network_id = reference(cloud, "network", "networks", network)
    else:
        network_id = cloud.get("network", "subnets", subnet)["network_id"]
    body: Document = {"name": port_name(request), "network_id": network_id}
    fixed = compact({"ip_address": item.get("fixed_ip"), "subnet_id": subnet})
    if fixed:
        body["fixed_ips"] = [fixed]
    groups = request.properties.get("security_groups")
    if groups:
        body["security_groups"] = reference(cloud, "network", "security_groups", groups)
    body.update(_extra(cloud, item.get("port_extra_properties") or {}))
    token = port_token(request, number, item)
    return cloud.create("network", "ports", body, token=token)


def _extra(cloud: Cloud, given: Mapping[str, Any]) -> Document:
    body: Document = {}
    for name, field in EXTRA_FIELDS.items():
        value = compact(given.get(name))
        if value is None:
            continue
        if field.refers:
            value = reference(cloud, "network", field.refers, value)
        body.update(value if field.merged else {field.key or name: value})
    if given.get("no_fixed_ips"):
        body["fixed_ips"] = []
    return body


def connect_floating(request: Request) -> None:
    """Lead the floating addresses to the server's ports. Doing it again changes nothing."""
    cloud = request.cloud
    for number, item in enumerate(request.properties.get("networks") or ()):
        if not item.get("floating_ip"):
            continue
        if item.get("port"):
            port_id = reference(cloud, "network", "ports", item["port"])
        else:
            port_id = make_port(request, number, item)["id"]
        cloud.update("network", "floatingips", str(item["floating_ip"]), {"port_id": port_id})


def remove_ports(request: Request) -> None:
    """Take away the ports made for a server, also those of an update that failed half-way."""
    cloud = request.cloud
    for number, item in enumerate(request.properties.get("networks") or ()):
        if needs_port(item):
            cloud.forget("network", "ports", port_token(request, number, item))
    for port in cloud.list("network", "ports", name=port_name(request)):
        try:
            cloud.delete("network", "ports", port["id"])
        except CloudError as error:
            if error.kind != "not_found":
                raise


def addresses(cloud: Cloud, server: Document) -> dict[str, list[Document]]:
    """The server's addresses by network name and by network id, each with its port."""
    named = {
        name: [dict(item) for item in items]
        for name, items in (server.get("addresses") or {}).items()
    }
    by_id: dict[str, list[Document]] = {}
    for port in cloud.list("network", "ports", device_id=str(server["id"])):
        network = cloud.get("network", "networks", port["network_id"])
        shown = named.get(network["name"], [])
        own = {fixed["ip_address"]: fixed["subnet_id"] for fixed in port.get("fixed_ips") or ()}
        for item in shown:
            if item.get("addr") in own:
                item["port"] = port["id"]
                item["network"] = network
                item["subnets"] = [cloud.get("network", "subnets", own[item["addr"]])]
        by_id[network["id"]] = shown
    return {**named, **by_id}
