"""Changing the networks of a running server."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from heat_engine.clouds.interface import CloudError, Document
from heat_engine.resources.openstack import server_networks
from heat_engine.resources.openstack.actions import Action
from heat_engine.resources.openstack.calls import compact, poll, reference
from heat_engine.resources.protocol import Progress, Request, done

Items = dict[str, tuple[int, Mapping[str, Any]]]


def _items(networks: Any) -> Items:
    """The connections by what they say, each with its place in the list."""
    found: Items = {}
    for number, item in enumerate(networks or ()):
        text = json.dumps(compact(item), sort_keys=True)
        # The same connection twice is two connections.
        while text in found:
            text += "+"
        found[text] = (number, item)
    return found


def needs_new_server(before: Any, after: Any) -> bool:
    """Whether the cloud chooses the networks, before or after, so that there is nothing to say."""
    return any(
        not networks or any(item.get("allocate_network") for item in networks)
        for networks in (before, after)
    )


def changes(request: Request, server_id: str) -> Iterator[Action]:
    """What leads from the previous networks to the wanted ones: first away, then on."""
    before = _items(request.previous.get("networks"))
    after = _items(request.properties.get("networks"))
    attached = request.cloud.list("network", "ports", device_id=server_id)
    for text in before.keys() - after.keys():
        number, item = before[text]
        port_id = _attached_port(request, number, item, attached)
        if port_id is not None:
            yield Action(f"detach {text}", "detach_interface", {"port_id": port_id})
    present = {port["id"] for port in attached}
    for text in after.keys() - before.keys():
        number, item = after[text]
        if item.get("port"):
            port_id = reference(request.cloud, "network", "ports", item["port"])
        else:
            port_id = server_networks.make_port(request, number, item)["id"]
        if port_id not in present:
            yield Action(f"attach {text}", "attach_interface", {"port_id": port_id})


def _attached_port(
    request: Request, number: int, item: Mapping[str, Any], attached: list[Document]
) -> str | None:
    """The port by which the server has that connection; None when it has it no more."""
    cloud = request.cloud
    if item.get("port"):
        wanted = reference(cloud, "network", "ports", item["port"])
        return next((str(port["id"]) for port in attached if port["id"] == wanted), None)
    made = cloud.find("network", "ports", server_networks.port_token(request, number, item))
    if made is not None:
        return next((str(port["id"]) for port in attached if port["id"] == made["id"]), None)
    network = item.get("network") or item.get("uuid")
    if not network:
        return None
    network_id = reference(cloud, "network", "networks", network)
    own = server_networks.port_name(request)
    for port in attached:
        if port["network_id"] == network_id and port.get("name") != own:
            return str(port["id"])
    return None


def release(request: Request) -> Progress:
    """A server's verb: let go of what only one can have. A server that is gone has nothing."""
    server_id = str(request.physical_id)
    try:
        request.cloud.get("compute", "servers", server_id)
    except CloudError as error:
        if error.kind != "not_found":
            raise
        return done()
    if _give_up(request, server_id):
        return poll(request, "server to let go of its ports")
    return done()


def _give_up(request: Request, server_id: str) -> bool:
    """Take named ports and fixed addresses from a server, so that another one can have them.

    True when there was something to take: then look again whether it is gone.
    """
    cloud = request.cloud
    attached = cloud.list("network", "ports", device_id=server_id)
    taken = False
    for number, item in enumerate(request.properties.get("networks") or ()):
        if not item.get("port") and not item.get("fixed_ip"):
            continue
        port_id = _attached_port(request, number, item, attached)
        if port_id is not None:
            body = {"port_id": port_id}
            cloud.act("compute", "servers", server_id, "detach_interface", body)
            taken = True
        if server_networks.needs_port(item):
            token = server_networks.port_token(request, number, item)
            cloud.forget("network", "ports", token)
    return taken


def remove_unused(request: Request) -> None:
    """Ports that were made for the server and that it has no more."""
    for port in request.cloud.list("network", "ports", name=server_networks.port_name(request)):
        if port.get("device_id"):
            continue
        try:
            request.cloud.delete("network", "ports", port["id"])
        except CloudError as error:
            if error.kind != "not_found":
                raise
