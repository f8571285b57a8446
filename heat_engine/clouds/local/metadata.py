"""Instance metadata over HTTP in the EC2 and OpenStack layouts.

Standard library only: servers' init uses it.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PORT = 1338
_EC2_VERSIONS = ("2009-04-04", "latest")
_OPENSTACK_VERSIONS = ("2018-08-27", "latest")


def tree(facts: Mapping[str, Any]) -> dict[str, str]:
    """Every leaf of the layout: path → body.

    ``facts``: id, name, hostname, address, project_id, flavor, image, availability_zone, key_name,
    public_key, security_groups, metadata, ports (each mac_address, fixed_ips), user_data (text with
    lone surrogates for bytes that are none; or None), volumes.
    """
    leaves: dict[str, str] = {}
    for version in _EC2_VERSIONS:
        for path, value in _ec2(facts).items():
            leaves[f"{version}/{path}"] = value
    for version in _OPENSTACK_VERSIONS:
        for path, value in _openstack(facts).items():
            leaves[f"openstack/{version}/{path}"] = value
    return leaves


def _ec2(facts: Mapping[str, Any]) -> dict[str, str]:
    values = {
        "ami-id": facts["image"],
        "ami-launch-index": "0",
        "hostname": facts["hostname"],
        "instance-action": "none",
        "instance-id": facts["id"],
        "instance-type": facts["flavor"],
        "local-hostname": facts["hostname"],
        "local-ipv4": facts["address"],
        "public-hostname": facts["hostname"],
        "public-ipv4": facts["address"],
        "mac": facts["ports"][0]["mac_address"] if facts["ports"] else "",
        "reservation-id": "r-" + facts["id"][:8],
        "security-groups": "\n".join(facts["security_groups"]),
        "placement/availability-zone": facts["availability_zone"],
    }
    for volume in facts["volumes"]:
        device = volume["device"].rpartition("/")[2]
        values[f"block-device-mapping/{device}"] = volume["path"]
    if facts["public_key"]:
        values["public-keys/0/openssh-key"] = facts["public_key"]
    leaves = {f"meta-data/{name}": value for name, value in values.items()}
    identity = {
        "instanceId": facts["id"],
        "instanceType": facts["flavor"],
        "imageId": facts["image"],
        "privateIp": facts["address"],
        "availabilityZone": facts["availability_zone"],
        "accountId": facts["project_id"],
    }
    leaves["dynamic/instance-identity/document"] = json.dumps(identity, indent=1)
    if facts["user_data"] is not None:
        leaves["user-data"] = facts["user_data"]
    return leaves


def _openstack(facts: Mapping[str, Any]) -> dict[str, str]:
    document: dict[str, Any] = {
        "uuid": facts["id"],
        "name": facts["name"],
        "hostname": facts["hostname"],
        "launch_index": 0,
        "availability_zone": facts["availability_zone"],
        "project_id": facts["project_id"],
        "meta": facts["metadata"],
        "devices": [
            {"type": "disk", "serial": volume["id"], "path": volume["path"]}
            for volume in facts["volumes"]
        ],
    }
    if facts["public_key"]:
        document["public_keys"] = {facts["key_name"]: facts["public_key"]}
        document["keys"] = [{"name": facts["key_name"], "type": "ssh", "data": facts["public_key"]}]
    leaves = {
        "meta_data.json": json.dumps(document),
        "network_data.json": json.dumps(_network(facts["ports"])),
        "vendor_data.json": "{}",
    }
    if facts["user_data"] is not None:
        leaves["user_data"] = facts["user_data"]
    return leaves


def _network(ports: list[Mapping[str, Any]]) -> dict[str, Any]:
    links: list[dict[str, Any]] = []
    networks: list[dict[str, Any]] = []
    for number, port in enumerate(ports):
        link = f"tap{number}"
        links.append(
            {"id": link, "type": "phy", "ethernet_mac_address": port["mac_address"], "mtu": 65536}
        )
        for fixed in port["fixed_ips"]:
            networks.append(
                {
                    "id": f"network{len(networks)}",
                    "type": "ipv4",
                    "link": link,
                    "ip_address": fixed["ip_address"],
                    "netmask": "255.0.0.0",
                    "network_id": port["network_id"],
                    "routes": [],
                }
            )
    return {"links": links, "networks": networks, "services": []}


def answer(leaves: Mapping[str, str], path: str) -> str | None:
    """The body for a path: a leaf's, or the names in a directory; None when there is neither."""
    wanted = path.partition("?")[0].strip("/")
    if wanted in leaves:
        return leaves[wanted]
    prefix = f"{wanted}/" if wanted else ""
    names = set()
    for leaf in leaves:
        if leaf.startswith(prefix):
            head, slash, _ = leaf[len(prefix) :].partition("/")
            names.add(head + ("/" if slash and wanted else ""))
    if wanted.endswith("meta-data/public-keys"):
        return "0=key" if names else None
    return "\n".join(sorted(names)) if names else None


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 10
    leaves: Callable[[], Mapping[str, str]]

    def do_GET(self) -> None:
        body = answer(type(self).leaves(), self.path)
        self._reply(200 if body is not None else 404, "Not Found" if body is None else body)

    def do_PUT(self) -> None:
        """The session token of EC2's second metadata protocol; any token is as good as none."""
        self.rfile.read(min(int(self.headers.get("Content-Length") or 0), 65536))
        found = self.path.strip("/") == "latest/api/token"
        self._reply(200 if found else 404, "hearth" if found else "Not Found")

    def _reply(self, status: int, text: str) -> None:
        body = text.encode(errors="surrogateescape")
        self.send_response(status)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        """The console belongs to the server's own programs."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def server_bind(self) -> None:
        # The stock one asks the resolver for the host's name, which can take seconds.
        socket.socket.setsockopt(self.socket, socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_name, self.server_port = self.socket.getsockname()[:2]

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hung up is no news."""


def serve(address: str, leaves: Callable[[], Mapping[str, str]]) -> ThreadingHTTPServer:
    """A server bound to the address, on ``PORT`` or on a free one; ``serve_forever`` is yours."""
    handler = type("Handler", (_Handler,), {"leaves": staticmethod(leaves)})
    try:
        return _Server((address, PORT), handler)
    except OSError:
        return _Server((address, 0), handler)
