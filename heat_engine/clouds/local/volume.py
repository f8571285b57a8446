"""Volumes: directories that move into a server's ``volumes`` directory while attached.

``hearth:used_bytes`` shows what is in one; the server's init ends who writes to one that has more
than its size (see ``volume_watch``).
"""

from __future__ import annotations

import shutil
import string
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from heat_engine.clouds.interface import CloudError, Document
from heat_engine.clouds.local.collection import Collection
from heat_engine.clouds.local.documents import Documents, Transaction
from heat_engine.clouds.local.fields import integer, invalid, mapping, required, text
from heat_engine.clouds.local.power import Power, remove_tree
from heat_engine.clouds.local.runtime import Folder
from heat_engine.clouds.local.volume_watch import used_bytes

_GIB = 1024**3
# Marks a volume that is to get the files of the backup named here.
RESTORING = "hearth:restoring"


class Volumes(Collection):
    name = "volumes"
    singular = "Volume"

    def __init__(self, documents: Documents, power: Power) -> None:
        super().__init__(documents)
        self._power = power
        self.actions = {
            "os-extend": self._extend,
            "os-attach": self._attach,
            "os-detach": self._detach,
            "os-retype": self._retype,
            "os-update_readonly_flag": self._mark_read_only,
        }

    def fields(
        self, transaction: Transaction, project_id: str, body: Mapping[str, Any]
    ) -> Document:
        source = find_source(transaction, project_id, body)
        size = integer(body, "volumes", "size", default=source.get("size"), least=1)
        if size < source.get("size", 0):
            raise invalid("volumes.size", f"{size} is less than its source's {source['size']}")
        return {
            "size": size,
            "status": "available",
            "metadata": mapping(body, "volumes", "metadata"),
            "volume_type": text(body, "volumes", "volume_type") or "local",
            "availability_zone": body.get("availability_zone") or "nova",
            "bootable": "true" if body.get("imageRef") else "false",
            "encrypted": False,
            "multiattach": False,
        }

    def settle(self, document: Document) -> None:
        settle_volume(self.documents, self._power, document["id"])

    def behind(self, document: Document) -> bool:
        moving = document["status"] in ("deleting", "attaching", "detaching")
        return moving or RESTORING in document

    def show(self, transaction: Transaction, document: Document) -> Document:
        attachments = transaction.query("volume_attachments", volume_id=document["id"])
        place = self._power.volume_home(document["id"])
        for attachment in attachments:
            place = placed_path(self._power.folder(attachment["server_id"]), attachment)
        return {
            **document,
            "hearth:used_bytes": used_bytes(place),
            "attachments": [
                {
                    "id": document["id"],
                    "attachment_id": attachment["id"],
                    "volume_id": document["id"],
                    "server_id": attachment["server_id"],
                    "device": attachment["device"],
                }
                for attachment in attachments
            ],
        }

    def change(
        self, transaction: Transaction, document: Document, body: Mapping[str, Any]
    ) -> Document:
        if "size" in body and body["size"] != document["size"]:
            raise invalid("volumes.size", "is changed by the action os-extend")
        changed = {name: value for name, value in body.items() if name != "status"}
        return super().change(transaction, document, changed)

    def unbuild(self, transaction: Transaction, document: Document) -> None:
        if transaction.query("volume_attachments", volume_id=document["id"]):
            raise CloudError(
                "conflict",
                f"Invalid volume: Volume {document['id']} status must be available or error, but "
                f"current status is: {document['status']}.",
            )
        document["status"] = "deleting"
        transaction.put("volumes", document)

    def removed(self, document: Document) -> None:
        self.settle(document)

    def _extend(self, volume: Document, body: Mapping[str, Any]) -> None:
        size = integer(body, "volumes.os-extend", "new_size", least=1)
        with self.documents.write() as transaction:
            document = self.locate(transaction, volume["project_id"], volume["id"])
            if size <= document["size"]:
                raise invalid(
                    "volumes.os-extend.new_size", f"{size} is not more than {document['size']}"
                )
            document["size"] = size
            transaction.put("volumes", document)
        self.settle(volume)

    def _retype(self, volume: Document, body: Mapping[str, Any]) -> None:
        """A name only: all volumes are kept alike."""
        self._set(volume, "volume_type", required(body, "volumes.os-retype", "new_type"))

    def _mark_read_only(self, volume: Document, body: Mapping[str, Any]) -> None:
        """Shown in the document; a directory that moved into a server stays writable."""
        self._set(volume, "readonly", bool(body.get("readonly")))

    def _set(self, volume: Document, name: str, value: Any) -> None:
        with self.documents.write() as transaction:
            document = self.locate(transaction, volume["project_id"], volume["id"])
            document[name] = value
            transaction.put("volumes", document)

    def _attach(self, volume: Document, body: Mapping[str, Any]) -> None:
        server_id = required(body, "volumes.os-attach", "instance_uuid")
        with self.documents.write() as transaction:
            server = transaction.visible("servers", volume["project_id"], server_id)
            if server is None:
                raise CloudError("not_found", f"Instance {server_id} could not be found.")
            device = text(body, "volumes.os-attach", "mountpoint")
            attach(transaction, volume["project_id"], server, volume["id"], device)
        self.settle(volume)

    def _detach(self, volume: Document, body: Mapping[str, Any]) -> None:
        with self.documents.write() as transaction:
            for attachment in transaction.query("volume_attachments", volume_id=volume["id"]):
                detach(transaction, attachment)
        self.settle(volume)


def find_source(transaction: Transaction, project_id: str, body: Mapping[str, Any]) -> Document:
    """The snapshot or volume whose files the new one starts with; empty for none."""
    for field, collection in (("snapshot_id", "snapshots"), ("source_volid", "volumes")):
        source_id = text(body, "volumes", field)
        if source_id:
            source = transaction.visible(collection, project_id, source_id)
            if source is None:
                raise CloudError(
                    "not_found", f"{collection[:-1].capitalize()} {source_id} could not be found."
                )
            return source
    return {}


def attach(
    transaction: Transaction,
    project_id: str,
    server: Document,
    volume_id: str,
    device: str = "",
    *,
    token: str | None = None,
) -> Document:
    """The attachment's document; ``settle_volume`` then moves the directory."""
    volume = transaction.visible("volumes", project_id, volume_id)
    if volume is None:
        raise CloudError("not_found", f"Volume {volume_id} could not be found.")
    if server["hearth"]["deleting"]:
        raise CloudError("conflict", f"Instance {server['id']} is being deleted.")
    if volume["status"] != "available":
        raise CloudError(
            "conflict", f"Invalid volume: volume {volume_id} is {volume['status']}, not available"
        )
    others = transaction.query("volume_attachments", server_id=server["id"])
    taken = {other["device"] for other in others}
    device = f"/dev/{device.rpartition('/')[2]}" if device else _next_device(taken)
    if device in taken or device in ("/dev/.", "/dev/.."):
        raise CloudError("conflict", f"Device {device} of server {server['id']} is in use.")
    attachment = {
        "id": volume["id"],
        "name": "",
        "volume_id": volume["id"],
        "volumeId": volume["id"],
        "server_id": server["id"],
        "serverId": server["id"],
        "device": device,
        "project_id": project_id,
        "tenant_id": project_id,
    }
    volume["status"] = "attaching"
    transaction.put("volumes", volume)
    transaction.insert("volume_attachments", attachment, token=token)
    return attachment


def detach(transaction: Transaction, attachment: Document) -> None:
    volume = transaction.get("volumes", attachment["volume_id"])
    if volume is not None:
        volume["status"] = "detaching"
        transaction.put("volumes", volume)


def _next_device(taken: set[str]) -> str:
    for letter in string.ascii_lowercase[1:]:
        if f"/dev/vd{letter}" not in taken:
            return f"/dev/vd{letter}"
    raise CloudError("over_limit", "The server has no free device name.")


def placed_path(folder: Folder, attachment: Document) -> Path:
    device = attachment["device"].rpartition("/")[2]
    return folder.path / "volumes" / str(device)


def settle_volume(documents: Documents, power: Power, volume_id: str) -> None:
    """Move, make or remove the volume's directory as its document says; idempotent."""
    with power.hold(volume_id):
        with documents.read() as transaction:
            volume = transaction.get("volumes", volume_id)
            found = transaction.query("volume_attachments", volume_id=volume_id)
        if volume is None:
            return
        home = power.volume_home(volume_id)
        if volume["status"] == "deleting":
            remove_tree(partial_of(home))
            remove_tree(home)
            with documents.write() as transaction:
                transaction.remove("volumes", volume_id)
            return
        if RESTORING in volume:
            attached = [placed_path(power.folder(item["server_id"]), item) for item in found]
            places = [place for place in attached if place.exists()]
            _put_back(documents, power, volume, (places or [home])[0])
        if not found:
            _fill(documents, power, volume, home)
            return
        folder = power.folder(found[0]["server_id"])
        place = placed_path(folder, found[0])
        leaving = volume["status"] == "detaching"
        folder.set_volume_size(place.name, None if leaving else volume["size"] * _GIB)
        if volume["status"] == "attaching":
            if not place.exists():
                home.mkdir(mode=0o700, parents=True, exist_ok=True)
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _move(home, place)
        elif leaving:
            _move(place, home)
        _settled(documents, volume, found[0])


def _fill(documents: Documents, power: Power, volume: Document, home: Path) -> None:
    """Make an unattached volume's directory, with its source's files if it has one."""
    if home.exists():
        return
    source_id = volume.get("snapshot_id") or volume.get("source_volid")
    with documents.read() as transaction:
        attached = transaction.query("volume_attachments", volume_id=source_id or "")
    source = power.volume_home(source_id) if source_id else None
    for attachment in attached:
        source = placed_path(power.folder(attachment["server_id"]), attachment)
    copy_tree(source, home)


def _put_back(documents: Documents, power: Power, volume: Document, place: Path) -> None:
    """Replace a volume's files by those of a backup."""
    source = power.volume_home(volume[RESTORING])
    if source.exists():
        copy_tree(source, place)
    with documents.write() as transaction:
        current = transaction.get("volumes", volume["id"])
        if current is not None and current.get(RESTORING) == volume[RESTORING]:
            del current[RESTORING]
            transaction.put("volumes", current)


def partial_of(target: Path) -> Path:
    """Where a directory is while it is being filled; left there by an engine that dies over it."""
    return target.with_name(f"{target.name}.partial")


def copy_tree(source: Path | None, target: Path) -> None:
    """``target`` appears when it is complete; an empty one when there is no source. What was there
    before is gone."""
    partial = partial_of(target)
    remove_tree(partial)
    if source is not None and source.exists():
        shutil.copytree(source, partial, symlinks=True)
    else:
        partial.mkdir(mode=0o700, parents=True)
    remove_tree(target)
    partial.rename(target)


def _settled(documents: Documents, done: Document, attachment: Document) -> None:
    with documents.write() as transaction:
        volume = transaction.get("volumes", done["id"])
        # Somebody asked for something else meanwhile: that one's settling comes next.
        if volume is None or volume["status"] != done["status"]:
            return
        if volume["status"] == "attaching":
            volume["status"] = "in-use"
        elif volume["status"] == "detaching":
            volume["status"] = "available"
            transaction.remove("volume_attachments", attachment["id"])
        transaction.put("volumes", volume)


def release_volumes(documents: Documents, power: Power, server_id: str) -> None:
    """Detach all volumes of a server that is going."""
    with documents.write() as transaction:
        attachments = transaction.query("volume_attachments", server_id=server_id)
        for attachment in attachments:
            detach(transaction, attachment)
    for attachment in attachments:
        settle_volume(documents, power, attachment["volume_id"])


def _move(source: Path, target: Path) -> None:
    if not source.exists():
        return
    try:
        source.rename(target)
    except OSError as error:
        raise CloudError(
            "conflict", f"Volume cannot be moved to {target}: {error.strerror}"
        ) from error
