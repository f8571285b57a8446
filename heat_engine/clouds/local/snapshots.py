"""Snapshots and backups: copies of volumes' files, kept beside the volumes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heat_engine.clouds.interface import CloudError, Document
from heat_engine.clouds.local.collection import Collection
from heat_engine.clouds.local.documents import Documents, Transaction
from heat_engine.clouds.local.fields import required
from heat_engine.clouds.local.power import Power, remove_tree
from heat_engine.clouds.local.volume import (
    RESTORING,
    copy_tree,
    partial_of,
    placed_path,
    settle_volume,
)


class Copies(Collection):
    """A copy is made while the volume's server writes on; it is as consistent as that allows."""

    def __init__(self, documents: Documents, power: Power) -> None:
        super().__init__(documents)
        self._power = power

    def fields(
        self, transaction: Transaction, project_id: str, body: Mapping[str, Any]
    ) -> Document:
        volume_id = required(body, self.name, "volume_id")
        volume = transaction.visible("volumes", project_id, volume_id)
        if volume is None:
            raise CloudError("not_found", f"Volume {volume_id} could not be found.")
        return {"volume_id": volume["id"], "size": volume["size"], "status": "creating"}

    def behind(self, document: Document) -> bool:
        return document["status"] in ("creating", "deleting")

    def settle(self, document: Document) -> None:
        with self._power.hold(document["id"]):
            with self.documents.read() as transaction:
                snapshot = transaction.get(self.name, document["id"])
                attached = transaction.query("volume_attachments", volume_id=document["volume_id"])
            if snapshot is None or not self.behind(snapshot):
                return
            home = self._power.volume_home(snapshot["id"])
            if snapshot["status"] == "deleting":
                remove_tree(partial_of(home))
                remove_tree(home)
                with self.documents.write() as transaction:
                    transaction.remove(self.name, snapshot["id"])
                return
            source = self._power.volume_home(snapshot["volume_id"])
            for attachment in attached:
                source = placed_path(self._power.folder(attachment["server_id"]), attachment)
            if not home.exists():
                copy_tree(source, home)
            self._made(snapshot["id"])

    def _made(self, id: str) -> None:
        with self.documents.write() as transaction:
            snapshot = transaction.get(self.name, id)
            if snapshot is not None and snapshot["status"] == "creating":
                snapshot["status"] = "available"
                transaction.put(self.name, snapshot)

    def unbuild(self, transaction: Transaction, document: Document) -> None:
        document["status"] = "deleting"
        transaction.put(self.name, document)

    def removed(self, document: Document) -> None:
        self.settle(document)


class Snapshots(Copies):
    name = "snapshots"
    singular = "Snapshot"


class Backups(Copies):
    """They can be put back into a volume."""

    name = "backups"
    singular = "Backup"

    def __init__(self, documents: Documents, power: Power) -> None:
        super().__init__(documents, power)
        self.actions = {"restore": self._restore}

    def _restore(self, backup: Document, body: Mapping[str, Any]) -> Document:
        """Give a volume the backup's files instead of its own; a server that has it sees that."""
        volume_id = required(body, "backups.restore", "volume_id")
        with self.documents.write() as transaction:
            volume = transaction.visible("volumes", backup["project_id"], volume_id)
            if volume is None:
                raise CloudError("not_found", f"Volume {volume_id} could not be found.")
            if backup["status"] != "available":
                raise CloudError("conflict", f"Backup {backup['id']} is {backup['status']}.")
            volume[RESTORING] = backup["id"]
            transaction.put("volumes", volume)
        settle_volume(self.documents, self._power, volume_id)
        return {"volume_id": volume_id, "backup_id": backup["id"]}
