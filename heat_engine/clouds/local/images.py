"""Images: names for the machine's own file system, or with what a server has written on it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from heat_engine.clouds.interface import Document
from heat_engine.clouds.local import disk
from heat_engine.clouds.local.collection import Named
from heat_engine.clouds.local.documents import Documents, Transaction
from heat_engine.clouds.local.fields import integer, required
from heat_engine.clouds.local.power import Power, remove_tree

MOST_BYTES = 1024**3
"""What one image may hold."""
SERVER = "hearth:server"


class Images(Named):
    """An image that is made of a server has its home and root directories; all others hold
    nothing. ``message`` says why one was killed."""

    name = "images"
    singular = "Image"

    def __init__(self, documents: Documents, power: Power) -> None:
        super().__init__(documents)
        self._power = power

    def fields(
        self, transaction: Transaction, project_id: str, body: Mapping[str, Any]
    ) -> Document:
        required(body, "images", "name")
        return {
            "status": "saving" if SERVER in body else "active",
            "min_disk": integer(body, "images", "min_disk", default=0),
            "min_ram": integer(body, "images", "min_ram", default=0),
            "visibility": body.get("visibility") or "shared",
            "container_format": body.get("container_format") or "bare",
            "disk_format": body.get("disk_format") or "raw",
            "size": 0,
            "tags": body.get("tags") or [],
        }

    def show(self, transaction: Transaction, document: Document) -> Document:
        return {key: value for key, value in document.items() if key != SERVER}

    def behind(self, document: Document) -> bool:
        return document["status"] in ("saving", "deleting")

    def settle(self, document: Document) -> None:
        with self._power.hold(document["id"]):
            with self.documents.read() as transaction:
                image = transaction.get(self.name, document["id"])
            if image is None or not self.behind(image):
                return
            home = self._power.image_home(image["id"])
            if image["status"] == "deleting":
                remove_tree(home)
                with self.documents.write() as transaction:
                    transaction.remove(self.name, image["id"])
                return
            self._save(image, home)

    def _save(self, image: Document, home: Path) -> None:
        remove_tree(home)
        budget = disk.Budget(MOST_BYTES)
        fields: Document = {"status": "active"}
        try:
            self._power.save(image[SERVER], home, budget)
            fields["size"] = MOST_BYTES - budget.left
        except disk.TooLarge:
            remove_tree(home)
            bound = f"{MOST_BYTES} bytes or {disk.MOST_ENTRIES} files"
            fields = {"status": "killed", "message": f"The server has written more than {bound}."}
        with self.documents.write() as transaction:
            found = transaction.get(self.name, image["id"])
            if found is not None and found["status"] == "saving":
                transaction.put(self.name, {**found, **fields})

    def unbuild(self, transaction: Transaction, document: Document) -> None:
        if SERVER not in document:
            super().unbuild(transaction, document)
            return
        transaction.put(self.name, {**document, "status": "deleting"})

    def removed(self, document: Document) -> None:
        self.settle(document)
