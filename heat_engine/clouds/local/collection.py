"""What the collections of the local cloud have in common."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from heat_engine.clouds.interface import CloudError, Document
from heat_engine.clouds.local.documents import Documents, Transaction

Action = Callable[[Document, Mapping[str, Any]], Document | None]

# Marks what is there from the start and cannot be changed or deleted.
BUILTIN = "hearth:builtin"


def timestamp() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def new_id() -> str:
    return str(uuid.uuid4())


class Collection:
    """A collection whose things are documents and nothing else.

    ``build`` and ``change`` run inside a write transaction and have no effect outside it;
    ``settle`` runs after the commit, may run again after a crash, and makes the world as the
    document says.
    """

    name: str
    singular: str

    def __init__(self, documents: Documents) -> None:
        self.documents = documents
        self.actions: dict[str, Action] = {}

    def build(
        self, transaction: Transaction, project_id: str, body: Mapping[str, Any], token: str | None
    ) -> Document:
        """Check ``body``, insert the new document and give it back."""
        document = {**self.common(project_id, body), **self.fields(transaction, project_id, body)}
        transaction.insert(self.name, document, token=token)
        return document

    def again(self, transaction: Transaction, document: Document) -> Document:
        """What the reply to a second create with the same token is made from."""
        return document

    def common(self, project_id: str, body: Mapping[str, Any]) -> Document:
        """The caller's own fields and those every document has."""
        now = timestamp()
        return {
            **body,
            "id": new_id(),
            "name": str(body.get("name") or ""),
            "project_id": project_id,
            "tenant_id": project_id,
            "created_at": now,
            "updated_at": now,
        }

    def fields(
        self, transaction: Transaction, project_id: str, body: Mapping[str, Any]
    ) -> Document:
        """The checked and computed fields of a new document."""
        return {}

    def settle(self, document: Document) -> None:
        """Make the world as the document says; idempotent."""

    def behind(self, document: Document) -> bool:
        """Whether ``settle`` was cut short and has work left."""
        return False

    def show(self, transaction: Transaction, document: Document) -> Document:
        """The document as callers see it."""
        return document

    def locate(self, transaction: Transaction, project_id: str, id: str) -> Document:
        """The project's document of that id; CloudError not_found."""
        document = transaction.get(self.name, id)
        if document is None or document.get("project_id", "") not in (project_id, ""):
            raise self.missing(id)
        return document

    def missing(self, id: str) -> CloudError:
        return CloudError("not_found", f"{self.singular} {id} could not be found.")

    def change(
        self, transaction: Transaction, document: Document, body: Mapping[str, Any]
    ) -> Document:
        """Change fields; the id and the owner stay."""
        kept = {name: document[name] for name in ("id", "project_id", "tenant_id", "created_at")}
        changed = {**document, **body, **kept, "updated_at": timestamp()}
        transaction.put(self.name, changed)
        return changed

    def remove(self, id: str) -> None:
        """Delete; not_found when it is gone already."""
        with self.documents.write() as transaction:
            document = transaction.get(self.name, id)
            if document is None:
                raise self.missing(id)
            self.unbuild(transaction, document)
        self.removed(document)

    def removed(self, document: Document) -> None:
        """Make the world as it is without the document; runs after the commit."""

    def unbuild(self, transaction: Transaction, document: Document) -> None:
        """Take the document out; CloudError conflict when something still needs it."""
        transaction.remove(self.name, document["id"])


class Named(Collection):
    """A collection whose things are found by name, too."""

    def locate(self, transaction: Transaction, project_id: str, id: str) -> Document:
        document = transaction.visible(self.name, project_id, id)
        if document is None:
            raise self.missing(id)
        return document


class Plain(Collection):
    """A collection that only needs a name, kept for types that are mere documents here."""

    def __init__(self, documents: Documents, name: str, singular: str) -> None:
        super().__init__(documents)
        self.name = name
        self.singular = singular

    def fields(
        self, transaction: Transaction, project_id: str, body: Mapping[str, Any]
    ) -> Document:
        return {"status": "ACTIVE"}
