"""What can be done to a server besides making, changing and deleting it."""

from __future__ import annotations

import signal
from collections.abc import Callable, Mapping
from typing import Any

from heat_engine.clouds.interface import TOKEN, CloudError, Document
from heat_engine.clouds.local.collection import Action, timestamp
from heat_engine.clouds.local.compute import Servers, find, user_data
from heat_engine.clouds.local.fields import integer, invalid, mapping, required, text
from heat_engine.clouds.local.images import SERVER
from heat_engine.clouds.local.network import detach_port, drop_port
from heat_engine.clouds.local.security import find_groups

_CONSOLE_LINES_MOST = 10000


class ServerActions:
    """Each action changes the document first and then lets ``settle`` follow it."""

    def __init__(self, servers: Servers) -> None:
        self._servers = servers
        self._documents = servers.documents

    def table(self) -> dict[str, Action]:
        return {
            "os-start": self._start,
            "os-stop": self._stop,
            "reboot": self._reboot,
            "rebuild": self._rebuild,
            "resize": self._resize,
            "confirmResize": self._nothing,
            "revertResize": self._nothing,
            "suspend": lambda server, body: self._freeze(server, "SUSPENDED"),
            "resume": lambda server, body: self._thaw(server),
            "pause": lambda server, body: self._freeze(server, "PAUSED"),
            "unpause": lambda server, body: self._thaw(server),
            "os-getConsoleOutput": self._console,
            "attach_interface": self._attach_interface,
            "detach_interface": self._detach_interface,
            "addSecurityGroup": self._add_security_group,
            "removeSecurityGroup": self._remove_security_group,
            "createImage": self._create_image,
            "changePassword": self._change_password,
        }

    def _alter(self, server: Document, change: Callable[[Document], None]) -> Document:
        """Change the hidden part of the document in one transaction, then settle."""
        with self._documents.write() as transaction:
            document = transaction.get("servers", server["id"])
            if document is None or document["hearth"]["deleting"]:
                raise self._servers.missing(server["id"])
            change(document)
            document["updated"] = document["updated_at"] = timestamp()
            transaction.put("servers", document)
        self._servers.settle(document)
        return document

    def _start(self, server: Document, body: Mapping[str, Any]) -> None:
        status, _ = self._servers.power.status(server)
        if status in ("ACTIVE", "BUILD"):
            raise CloudError(
                "conflict",
                f"Cannot 'start' instance {server['id']} while it is in vm_state {status.lower()}",
            )
        self._alter(server, _boot_again)

    def _stop(self, server: Document, body: Mapping[str, Any]) -> None:
        def off(document: Document) -> None:
            document["hearth"].update(power="off", frozen="")

        self._alter(server, off)

    def _reboot(self, server: Document, body: Mapping[str, Any]) -> None:
        """``{"type": "SOFT" | "HARD"}``; the user data runs again, as at every start: a local
        server has no service manager that would start what it installed."""
        if body.get("type", "SOFT") not in ("SOFT", "HARD"):
            raise invalid("servers.reboot.type", f"{body.get('type')!r} is neither SOFT nor HARD")
        self._alter(server, _boot_again)

    def _rebuild(self, server: Document, body: Mapping[str, Any]) -> Document:
        """The image's disk, the same id, addresses and volumes. ``imageRef`` and optionally
        ``name``, ``metadata``, ``user_data``."""
        with self._documents.read() as transaction:
            image = find(
                transaction,
                server["project_id"],
                "images",
                required(body, "servers.rebuild", "imageRef"),
            )
        given = user_data(body)

        def renew(document: Document) -> None:
            made = document["hearth"]
            made["image"] = image
            if "user_data" in body:
                made["user_data"] = given
            if body.get("name"):
                document["name"] = text(body, "servers.rebuild", "name")
            if "metadata" in body:
                document["metadata"] = mapping(body, "servers.rebuild", "metadata")
            _boot_again(document)
            made["wiped"] = made["boot"]

        document = self._alter(server, renew)
        with self._documents.read() as transaction:
            return self._servers.show(transaction, document)

    def _resize(self, server: Document, body: Mapping[str, Any]) -> None:
        """The new flavor's limits hold for what starts from now on: the server is rebooted."""
        reference = required(body, "servers.resize", "flavorRef")
        with self._documents.read() as transaction:
            flavor = find(transaction, server["project_id"], "flavors", reference)

        def change(document: Document) -> None:
            document["hearth"]["flavor"] = flavor
            if document["hearth"]["power"] == "on":
                _boot_again(document)

        self._alter(server, change)

    def _nothing(self, server: Document, body: Mapping[str, Any]) -> None:
        """A resize is confirmed by itself."""

    def _freeze(self, server: Document, status: str) -> None:
        current, _ = self._servers.power.status(server)
        if current == status:
            return
        if current not in ("ACTIVE", "BUILD"):
            raise CloudError("conflict", f"Instance {server['id']} is {current}, not ACTIVE")

        def freeze(document: Document) -> None:
            document["hearth"]["frozen"] = status

        self._alter(server, freeze)
        self._servers.power.signal_tree(server["id"], signal.SIGSTOP)

    def _thaw(self, server: Document) -> None:
        if server["hearth"]["power"] == "off":
            raise CloudError("conflict", f"Instance {server['id']} is SHUTOFF, not suspended")

        def thaw(document: Document) -> None:
            document["hearth"]["frozen"] = ""

        self._alter(server, thaw)
        self._servers.power.signal_tree(server["id"], signal.SIGCONT)

    def _console(self, server: Document, body: Mapping[str, Any]) -> Document:
        """``{"output"}``: the last ``length`` lines, at most 10000."""
        length = _CONSOLE_LINES_MOST
        if body.get("length") not in (None, "", -1, "-1"):
            length = integer(body, "servers.os-getConsoleOutput", "length")
        tail = self._servers.power.folder(server["id"]).console_tail(
            min(length, _CONSOLE_LINES_MOST)
        )
        return {"output": tail}

    def _attach_interface(self, server: Document, body: Mapping[str, Any]) -> Document:
        """``port_id``, or ``net_id`` with optional ``fixed_ips``. Running programs can bind the new
        address at once; their environment lists it from the next start."""
        fixed = body.get("fixed_ips") or [{}]
        item = {
            "port": body.get("port_id"),
            "uuid": body.get("net_id"),
            "fixed_ip": fixed[0].get("ip_address"),
        }
        with self._documents.write() as transaction:
            document = self._servers.locate(transaction, server["project_id"], server["id"])
            port = self._servers.take_port(
                transaction, server["project_id"], server["id"], item, None
            )
            document["hearth"]["addresses"] += [ip["ip_address"] for ip in port["fixed_ips"]]
            transaction.put("servers", document)
        self._servers.settle(server)
        return {
            "port_id": port["id"],
            "net_id": port["network_id"],
            "fixed_ips": port["fixed_ips"],
            "mac_addr": port["mac_address"],
            "port_state": "ACTIVE",
        }

    def _detach_interface(self, server: Document, body: Mapping[str, Any]) -> None:
        port_id = required(body, "servers.detach_interface", "port_id")
        with self._documents.write() as transaction:
            port = transaction.get("ports", port_id)
            if port is None or port["device_id"] != server["id"]:
                raise CloudError("not_found", f"Port {port_id} is not attached to {server['id']}")
            if port.get("hearth:with_server"):
                drop_port(transaction, port)
            else:
                detach_port(transaction, port)
        self._servers.settle(server)

    def _groups(self, server: Document, body: Mapping[str, Any], *, add: bool) -> None:
        name = required(body, "servers.security_groups", "name")
        with self._documents.write() as transaction:
            group = find_groups(transaction, server["project_id"], [name])[0]
            for port in transaction.query("ports", device_id=server["id"]):
                kept = [other for other in port["security_groups"] if other != group]
                port["security_groups"] = [*kept, group] if add else kept
                transaction.put("ports", port)
        self._servers.settle(server)

    def _add_security_group(self, server: Document, body: Mapping[str, Any]) -> None:
        self._groups(server, body, add=True)

    def _remove_security_group(self, server: Document, body: Mapping[str, Any]) -> None:
        self._groups(server, body, add=False)

    def _change_password(self, server: Document, body: Mapping[str, Any]) -> None:
        """Checked and dropped: a local server has nothing to log in to."""
        required(body, "servers.changePassword", "adminPass")

    def _create_image(self, server: Document, body: Mapping[str, Any]) -> Document:
        """An image of what the server has written, which goes on writing meanwhile."""
        name = required(body, "servers.createImage", "name")
        request = {"name": name, SERVER: server["id"]}
        token = text(mapping(body, "servers.createImage", "metadata"), "metadata", TOKEN) or None
        with self._documents.write() as transaction:
            if token is not None and transaction.buried("images", token):
                raise CloudError("conflict", "Image: this request was withdrawn.")
            image = transaction.made_by("images", token) if token is not None else None
            if image is None:
                project_id = server["project_id"]
                image = self._servers.images.build(transaction, project_id, request, token)
        self._servers.images.settle(image)
        return {"image_id": image["id"]}


def _boot_again(document: Document) -> None:
    made = document["hearth"]
    made.update(power="on", frozen="", failure="", boot=made["boot"] + 1)
