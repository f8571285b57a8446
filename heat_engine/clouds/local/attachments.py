"""Volume attachments as things of their own, known by their volume's id."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heat_engine.clouds.interface import CloudError, Document
from heat_engine.clouds.local.collection import Collection
from heat_engine.clouds.local.compute import Servers
from heat_engine.clouds.local.documents import Transaction
from heat_engine.clouds.local.fields import invalid, required, text
from heat_engine.clouds.local.volume import attach, detach, settle_volume


class VolumeAttachments(Collection):
    """``{"server_id", "volume_id", "device"}``; the names ``serverId`` and ``volumeId`` work too.
    The volume appears in the running server as ``$HEARTH_VOLUMES/<last part of device>``."""

    name = "volume_attachments"
    singular = "Volume attachment"

    def __init__(self, servers: Servers) -> None:
        super().__init__(servers.documents)
        self._servers = servers

    def build(
        self, transaction: Transaction, project_id: str, body: Mapping[str, Any], token: str | None
    ) -> Document:
        named = {
            "server_id": body.get("server_id") or body.get("serverId"),
            "volume_id": body.get("volume_id") or body.get("volumeId"),
        }
        server_id = required(named, self.name, "server_id")
        volume_id = required(named, self.name, "volume_id")
        server = transaction.visible("servers", project_id, server_id)
        if server is None:
            raise CloudError("not_found", f"Instance {server_id} could not be found.")
        device = text(body, self.name, "device")
        return attach(transaction, project_id, server, volume_id, device, token=token)

    def settle(self, document: Document) -> None:
        settle_volume(self.documents, self._servers.power, document["volume_id"])
        self._servers.write_metadata(document["server_id"])

    def change(
        self, transaction: Transaction, document: Document, body: Mapping[str, Any]
    ) -> Document:
        raise invalid(self.name, "an attachment cannot be changed")

    def unbuild(self, transaction: Transaction, document: Document) -> None:
        detach(transaction, document)

    def removed(self, document: Document) -> None:
        self.settle(document)
