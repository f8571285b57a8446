"""Servers: their documents. ``power`` makes them real, ``actions`` changes them."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any

from heat_engine.clouds.interface import CloudError, Document
from heat_engine.clouds.local import cloudinit, metadata
from heat_engine.clouds.local.collection import Collection, new_id, timestamp
from heat_engine.clouds.local.documents import Documents, Transaction
from heat_engine.clouds.local.fields import entries, invalid, mapping, required, text
from heat_engine.clouds.local.images import Images
from heat_engine.clouds.local.network import Ports, detach_port, drop_port
from heat_engine.clouds.local.power import Power
from heat_engine.clouds.local.security import find_groups
from heat_engine.clouds.local.volume import attach, placed_path, release_volumes, settle_volume

_USER_DATA_LARGEST = 65535
_OWNER = "compute:nova"
_AVAILABILITY_ZONE = "nova"
_POWER_STATES = {"ACTIVE": 1, "PAUSED": 3, "SHUTOFF": 4, "SUSPENDED": 4}
_VM_STATES = {"BUILD": "building", "SHUTOFF": "stopped"}
_UNSHOWN = ("user_data", "personality", "adminPass", "hearth", "networks", "imageRef", "flavorRef")


class Servers(Collection):
    """A document's ``hearth`` field is what ``power`` works from and callers do not see: power on
    or off, boot (raised by each start), wiped (the boot that starts from an empty disk), frozen,
    deleting, failure (why init could not start), and what the server is made from."""

    name = "servers"
    singular = "Instance"

    def __init__(self, documents: Documents, power: Power, ports: Ports, images: Images) -> None:
        super().__init__(documents)
        self.power = power
        self.images = images
        self._ports = ports

    def build(
        self, transaction: Transaction, project_id: str, body: Mapping[str, Any], token: str | None
    ) -> Document:
        name = required(body, "servers", "name")
        flavor = find(transaction, project_id, "flavors", required(body, "servers", "flavorRef"))
        image = find_image(transaction, project_id, body)
        key = self._key(transaction, project_id, body)
        server_id = new_id()
        groups = [group.get("name") for group in entries(body, "servers", "security_groups")]
        ports = self._take_ports(transaction, project_id, server_id, body, groups)
        addresses = [fixed["ip_address"] for port in ports for fixed in port["fixed_ips"]]
        if not addresses:
            raise invalid("servers.networks", "give the server no address at all")
        document = {
            **{name: value for name, value in body.items() if name not in _UNSHOWN},
            **self.common(project_id, {"name": name}),
            "id": server_id,
            "created": timestamp(),
            "updated": timestamp(),
            "user_id": project_id,
            "metadata": mapping(body, "servers", "metadata"),
            "key_name": key.get("name"),
            "OS-EXT-AZ:availability_zone": body.get("availability_zone") or _AVAILABILITY_ZONE,
            "hearth": {
                "power": "on",
                "boot": 1,
                "wiped": 0,
                "frozen": "",
                "deleting": False,
                "failure": "",
                "flavor": flavor,
                "image": image,
                "public_key": key.get("public_key", ""),
                "hostname": host_name(name),
                "address": addresses[0],
                "addresses": addresses,
                "user_data": user_data(body),
                "personality": _personality(body),
            },
        }
        transaction.insert("servers", document, token=token)
        for number, disk in enumerate(entries(body, "servers", "block_device_mapping_v2")):
            self._attach_at_boot(transaction, project_id, document, disk, number)
        return document

    def _key(self, transaction: Transaction, project_id: str, body: Mapping[str, Any]) -> Document:
        name = text(body, "servers", "key_name")
        if not name:
            return {}
        key = transaction.visible("keypairs", project_id, name)
        if key is None:
            raise invalid("servers.key_name", f"Invalid key_name provided: {name}")
        return key

    def _attach_at_boot(
        self,
        transaction: Transaction,
        project_id: str,
        server: Document,
        disk: Mapping[str, Any],
        number: int,
    ) -> None:
        """Disks made from images or blank are the server's own directory and need no volume."""
        where = f"servers.block_device_mapping_v2[{number}]"
        if disk.get("source_type", "volume") == "volume":
            volume_id = text(disk, where, "uuid") or required(disk, where, "volume_id")
            attach(transaction, project_id, server, volume_id, text(disk, where, "device_name"))

    def _take_ports(
        self,
        transaction: Transaction,
        project_id: str,
        server_id: str,
        body: Mapping[str, Any],
        groups: list[Any],
    ) -> list[Document]:
        networks = body.get("networks")
        if networks in (None, "auto", "none", []):
            networks = [{"uuid": "local"}]
        asked = entries({"networks": networks}, "servers", "networks")
        return [
            self.take_port(transaction, project_id, server_id, item, groups or None, number)
            for number, item in enumerate(asked)
        ]

    def take_port(
        self,
        transaction: Transaction,
        project_id: str,
        server_id: str,
        item: Mapping[str, Any],
        groups: list[Any] | None,
        number: int = 0,
    ) -> Document:
        """The port that ``{"port"}`` names, or a new one on ``{"uuid", "fixed_ip"}`` that goes with
        the server."""
        where = f"servers.networks[{number}]"
        owner = {"device_id": server_id, "device_owner": _OWNER, "status": "ACTIVE"}
        port_id = text(item, where, "port")
        if port_id:
            port = transaction.visible("ports", project_id, port_id)
            if port is None:
                raise invalid(f"{where}.port", f"Port {port_id} could not be found.")
            if port["device_id"] not in ("", server_id):
                raise CloudError("conflict", f"Port {port_id} is still in use.")
            port.update(owner)
            transaction.put("ports", port)
            return port
        network = text(item, where, "uuid") or required(item, where, "network")
        if transaction.visible("networks", project_id, network) is None:
            raise invalid(f"{where}.uuid", f"Network {network} could not be found.")
        fixed = text(item, where, "fixed_ip")
        port = {
            "network_id": network,
            **owner,
            "security_groups": find_groups(transaction, project_id, groups),
            "hearth:with_server": True,
            **({"fixed_ips": [{"ip_address": fixed}]} if fixed else {}),
        }
        return self._ports.build(transaction, project_id, port, None)

    def settle(self, document: Document) -> None:
        if not document["hearth"]["deleting"]:
            self.write_metadata(document["id"])
            with self.documents.read() as transaction:
                attached = transaction.query("volume_attachments", server_id=document["id"])
            for attachment in attached:
                settle_volume(self.documents, self.power, attachment["volume_id"])
        self.power.converge(document["id"], self._destroyed)

    def behind(self, document: Document) -> bool:
        return self.power.behind(document)

    def write_metadata(self, server_id: str) -> None:
        """Bring the metadata the server reads up to its documents."""
        with self.power.hold(server_id):
            with self.documents.read() as transaction:
                document = transaction.get("servers", server_id)
                if document is None or document["hearth"]["deleting"]:
                    return
                facts = self._facts(transaction, document)
            folder = self.power.folder(server_id)
            folder.make()
            folder.set_metadata(metadata.tree(facts))

    def _facts(self, transaction: Transaction, document: Document) -> Document:
        made = document["hearth"]
        volumes = [
            {
                "id": attachment["volume_id"],
                "device": attachment["device"],
                "path": str(placed_path(self.power.folder(document["id"]), attachment)),
            }
            for attachment in transaction.query("volume_attachments", server_id=document["id"])
        ]
        return {
            "id": document["id"],
            "name": document["name"],
            "hostname": made["hostname"],
            "address": made["address"],
            "project_id": document["project_id"],
            "flavor": made["flavor"]["name"],
            "image": made["image"].get("id", ""),
            "availability_zone": document["OS-EXT-AZ:availability_zone"],
            "key_name": document["key_name"],
            "public_key": made["public_key"],
            "security_groups": _group_names(transaction, self._own_ports(transaction, document)),
            "metadata": document["metadata"],
            "ports": self._own_ports(transaction, document),
            "user_data": _as_given(made["user_data"]),
            "volumes": volumes,
        }

    def _own_ports(self, transaction: Transaction, document: Document) -> list[Document]:
        return transaction.query("ports", device_id=document["id"], device_owner=_OWNER)

    def show(self, transaction: Transaction, document: Document) -> Document:
        made = document["hearth"]
        status, reason = self.power.status(document)
        ports = self._own_ports(transaction, document)
        attachments = transaction.query("volume_attachments", server_id=document["id"])
        shown = {name: value for name, value in document.items() if name != "hearth"}
        shown.update(
            {
                "status": status,
                "addresses": _addresses(transaction, ports),
                "flavor": {**made["flavor"], "original_name": made["flavor"]["name"]},
                "image": made["image"] or "",
                "security_groups": [{"name": n} for n in _group_names(transaction, ports)],
                "accessIPv4": document.get("accessIPv4") or "",
                "accessIPv6": "",
                "hostId": "",
                "config_drive": "",
                "OS-EXT-STS:task_state": "deleting" if made["deleting"] else None,
                "OS-EXT-STS:vm_state": _VM_STATES.get(status, status.lower()),
                "OS-EXT-STS:power_state": _POWER_STATES.get(status, 0),
                "OS-EXT-SRV-ATTR:instance_name": f"instance-{document['id'][:8]}",
                "OS-EXT-SRV-ATTR:hostname": made["hostname"],
                "os-extended-volumes:volumes_attached": [
                    {"id": attachment["volume_id"]} for attachment in attachments
                ],
                "hearth:metadata_url": self.power.folder(document["id"])
                .runtime()
                .get("metadata_url"),
            }
        )
        if status == "ERROR":
            # What has begun and then ended is the doing of who made it: another would end too.
            code = 500 if made["failure"] else 400
            shown["fault"] = {"code": code, "message": reason, "created": timestamp()}
        return shown

    def change(
        self, transaction: Transaction, document: Document, body: Mapping[str, Any]
    ) -> Document:
        """``name``, ``metadata`` (merged; a null value takes a key out), ``description``,
        ``accessIPv4``."""
        changed = {name: value for name, value in body.items() if name not in _UNSHOWN}
        if "metadata" in body:
            merged = {**document["metadata"], **mapping(body, "servers", "metadata")}
            changed["metadata"] = {k: v for k, v in merged.items() if v is not None}
        return super().change(transaction, document, {**changed, "updated": timestamp()})

    def unbuild(self, transaction: Transaction, document: Document) -> None:
        document["hearth"]["deleting"] = True
        transaction.put("servers", document)

    def removed(self, document: Document) -> None:
        self.power.converge(document["id"], self._destroyed)

    def _destroyed(self, server_id: str) -> None:
        """The processes are gone: give back the volumes, remove the files, then the documents."""
        release_volumes(self.documents, self.power, server_id)
        self.power.remove_files(server_id)
        with self.documents.write() as transaction:
            for port in transaction.query("ports", device_id=server_id):
                if port.get("hearth:with_server"):
                    drop_port(transaction, port)
                else:
                    detach_port(transaction, port)
            transaction.remove("servers", server_id)


def find(transaction: Transaction, project_id: str, collection: str, id_or_name: str) -> Document:
    """A flavor or image, or CloudError invalid that names it and the server's field."""
    document = transaction.visible(collection, project_id, id_or_name)
    if document is None:
        singular = collection[:-1]
        raise invalid(f"servers.{singular}Ref", f"{singular} {id_or_name} could not be found.")
    return {
        name: document[name]
        for name in ("id", "name", "ram", "vcpus", "disk", "swap", "extra_specs")
        if name in document
    }


def find_image(transaction: Transaction, project_id: str, body: Mapping[str, Any]) -> Document:
    """Empty for a server that boots from a volume."""
    image = text(body, "servers", "imageRef")
    if not image and not body.get("block_device_mapping_v2"):
        raise invalid("servers.imageRef", "is required")
    return find(transaction, project_id, "images", image) if image else {}


def user_data(body: Mapping[str, Any]) -> str | None:
    given = body.get("user_data")
    if given is not None and not isinstance(given, str):
        raise invalid("servers.user_data", "must be text")
    if given and len(given) > _USER_DATA_LARGEST:
        raise invalid("servers.user_data", f"is longer than {_USER_DATA_LARGEST} characters")
    return given or None


def _as_given(encoded: str | None) -> str | None:
    """User data as its author wrote it; bytes that are no text survive as lone surrogates."""
    if encoded is None:
        return None
    return cloudinit.decode(encoded).decode(errors="surrogateescape")


def host_name(name: str) -> str:
    """A host name made from a server's name, as compute services make it."""
    return re.sub(r"[^a-z0-9-]+", "-", name.lower()).strip("-")[:63] or "server"


def _personality(body: Mapping[str, Any]) -> list[Document]:
    files = []
    for number, item in enumerate(entries(body, "servers", "personality")):
        where = f"servers.personality[{number}]"
        content = text(item, where, "contents")
        try:
            base64.b64decode(content, validate=True)
        except (binascii.Error, ValueError):
            raise invalid(f"{where}.contents", "is not base64") from None
        files.append(
            {
                "path": required(item, where, "path"),
                "content": content,
                "permissions": 0o644,
                "owner": "",
                "append": False,
            }
        )
    return files


def _addresses(transaction: Transaction, ports: list[Document]) -> Document:
    shown: dict[str, list[Document]] = {}
    for port in ports:
        network = transaction.get("networks", port["network_id"])
        name = network["name"] if network else port["network_id"]
        common = {"version": 4, "OS-EXT-IPS-MAC:mac_addr": port["mac_address"]}
        floating = transaction.query("floatingips", port_id=port["id"])
        shown.setdefault(name, []).extend(
            {"addr": addr, "OS-EXT-IPS:type": kind, **common}
            for kind, addrs in (
                ("fixed", [fixed["ip_address"] for fixed in port["fixed_ips"]]),
                ("floating", [item["floating_ip_address"] for item in floating]),
            )
            for addr in addrs
        )
    return shown


def _group_names(transaction: Transaction, ports: list[Document]) -> list[str]:
    ids = {group for port in ports for group in port["security_groups"]}
    groups = [transaction.get("security_groups", group) for group in sorted(ids)]
    return [group["name"] for group in groups if group is not None]
