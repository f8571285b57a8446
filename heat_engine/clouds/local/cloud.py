"""The embedded cloud's front: sessions that speak ``clouds.interface`` over the collections."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from heat_engine.clouds.interface import CloudError, Document
from heat_engine.clouds.local import catalog, process
from heat_engine.clouds.local.actions import ServerActions
from heat_engine.clouds.local.attachments import VolumeAttachments
from heat_engine.clouds.local.collection import BUILTIN, Collection, Plain
from heat_engine.clouds.local.compute import Servers
from heat_engine.clouds.local.documents import Documents, Transaction
from heat_engine.clouds.local.images import Images
from heat_engine.clouds.local.network import FloatingAddresses, Ports, Routers
from heat_engine.clouds.local.object_server import ObjectServer
from heat_engine.clouds.local.object_store import Containers, Objects
from heat_engine.clouds.local.power import Power
from heat_engine.clouds.local.security import SecurityGroupRules, SecurityGroups
from heat_engine.clouds.local.snapshots import Backups, Snapshots
from heat_engine.clouds.local.subnets import Networks, Subnets
from heat_engine.clouds.local.volume import Volumes

_NAMESPACE = uuid.UUID("5b0c1b3e-8a51-4b55-b1fb-3a3b9a6f4c11")
_STORED = (
    "name",
    "container",
    "device_id",
    "network_id",
    "security_group_id",
    "server_id",
    "volume_id",
)
_SERVICES = ("compute", "network", "volume", "image", "object-store")
_PLAIN = {"server_groups": "Server group", "volume_types": "Volume type"}


class LocalClouds:
    """All projects' embedded clouds, kept in ``state_directory`` (made with mode 0700). Several
    processes may use one directory at once. ``sandbox``: ``auto`` or ``none``. ``hidden``: more
    files and directories, besides that one, that sandboxed servers must not read."""

    def __init__(
        self, state_directory: Path, *, sandbox: str = "auto", hidden: Iterable[Path] = ()
    ) -> None:
        self._state = state_directory.resolve()
        for directory in (self._state, self._state / "servers", self._state / "volumes"):
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._documents = Documents(self._state / "documents.sqlite3")
        self._objects = Objects(self._documents, self._state / "objects")
        self._object_server = ObjectServer(self._documents, self._objects)
        self._power = Power(self._documents, self._state, sandbox, hidden)
        self._collections = {collection.name: collection for collection in self._make_collections()}
        self._seed()

    def _make_collections(self) -> list[Collection]:
        documents = self._documents
        ports = Ports(documents)
        images = Images(documents, self._power)
        rules = SecurityGroupRules(documents)
        servers = Servers(documents, self._power, ports, images)
        servers.actions = ServerActions(servers).table()
        return [
            Networks(documents),
            Subnets(documents, str(self._state)),
            ports,
            Routers(documents, ports),
            FloatingAddresses(documents),
            rules,
            SecurityGroups(documents, rules),
            catalog.Flavors(documents),
            images,
            catalog.KeyPairs(documents),
            servers,
            Volumes(documents, self._power),
            Snapshots(documents, self._power),
            Backups(documents, self._power),
            VolumeAttachments(servers),
            Containers(documents, self._object_server),
            self._objects,
            *(Plain(documents, name, singular) for name, singular in _PLAIN.items()),
        ]

    def serve(self) -> None:
        """Serve objects over HTTP from now on, not only from the first use of the store on."""
        self._objects.sweep()
        self._object_server.listen()

    def _seed(self) -> None:
        """What every cloud has from the start: flavors, images, the networks ``local`` (where a
        server without networks goes) and ``public`` (floating addresses), the group ``default``."""
        with self._documents.write() as transaction:
            catalog.seed(transaction)
            if transaction.get("security_groups", _builtin_id("default")) is None:
                group = {"name": "default", "description": "Default security group"}
                self._insert(transaction, "security_groups", group)
                self._insert_network(transaction, "local", "10.128.0.0/16", external=False)
                self._insert_network(transaction, "public", "203.0.113.0/24", external=True)

    def _insert(self, transaction: Transaction, name: str, body: Document) -> None:
        collection = self._collections[name]
        document = {
            **collection.common("", body),
            **collection.fields(transaction, "", body),
            "id": _builtin_id(body["name"]),
            BUILTIN: True,
        }
        transaction.insert(name, document, builtin=True)

    def _insert_network(
        self, transaction: Transaction, name: str, cidr: str, *, external: bool
    ) -> None:
        network = {"name": name, "shared": True, "router:external": external}
        self._insert(transaction, "networks", network)
        subnet = {"name": f"{name}-subnet", "network_id": _builtin_id(name), "cidr": cidr}
        self._insert(transaction, "subnets", subnet)

    def session(self, project_id: str, credentials: Mapping[str, Any]) -> LocalCloud:
        """A session for that project; the embedded cloud asks for no credentials."""
        return LocalCloud(self._documents, self._collections, project_id)

    def audit(self) -> dict[str, Any]:
        """What there is: ``documents`` (collection → [{id, token}], without what was there from the
        start), ``processes`` (server id → pids, of every directory and document), ``addresses``
        (address as text → the id that has it), ``directories`` of servers and volumes (ids)."""
        with self._documents.read() as transaction:
            tokens = transaction.tokens()
            addresses = transaction.addresses()
        documents: dict[str, list[Document]] = {}
        for collection, document_id, token in tokens:
            documents.setdefault(collection, []).append({"id": document_id, "token": token})
        directories = {
            kind: sorted(path.name for path in (self._state / kind).iterdir())
            for kind in ("servers", "volumes")
        }
        ids = {entry["id"] for entry in documents.get("servers", ())} | set(directories["servers"])
        found = process.of_servers(ids | process.server_ids_below(self._state))
        return {
            "documents": documents,
            "processes": {server: sorted(tree) for server, tree in found.items() if tree},
            "addresses": {dotted(number): owner for number, owner in addresses.items()},
            "directories": directories,
        }


class LocalCloud:
    """One project's session (see ``clouds.interface.Cloud``)."""

    def __init__(
        self, documents: Documents, collections: Mapping[str, Collection], project_id: str
    ) -> None:
        self._documents = documents
        self._collections = collections
        self._project_id = project_id

    def _collection(self, service: str, name: str) -> Collection:
        collection = self._collections.get(name.replace("-", "_"))
        if service not in _SERVICES or collection is None:
            raise CloudError("invalid", f"The local cloud has no {service}/{name}.")
        return collection

    def _own(self, things: Collection, transaction: Transaction, id: str) -> Document:
        document = things.locate(transaction, self._project_id, id)
        if document.get(BUILTIN):
            raise CloudError("forbidden", f"{things.singular} {id} belongs to the cloud itself.")
        return document

    def create(
        self, service: str, collection: str, body: Mapping[str, Any], *, token: str
    ) -> Document:
        things = self._collection(service, collection)
        with self._documents.write() as transaction:
            if transaction.buried(things.name, token):
                raise CloudError("conflict", f"{things.singular}: this request was withdrawn.")
            document = transaction.made_by(things.name, token)
            if document is None:
                document = things.build(transaction, self._project_id, body, token)
            else:
                document = things.again(transaction, document)
        things.settle(document)
        with self._documents.read() as transaction:
            current = transaction.get(things.name, document["id"]) or document
            # What only the create's reply holds (a generated private key) is not in the document.
            return things.show(transaction, {**document, **current})

    def find(self, service: str, collection: str, token: str) -> Document | None:
        things = self._collection(service, collection)
        with self._documents.read() as transaction:
            document = transaction.made_by(things.name, token)
        return None if document is None else self._shown(things, document)

    def get(self, service: str, collection: str, id: str) -> Document:
        things = self._collection(service, collection)
        with self._documents.read() as transaction:
            document = things.locate(transaction, self._project_id, id)
        shown = self._shown(things, document)
        if shown is None:
            raise things.missing(id)
        return shown

    def _shown(self, things: Collection, document: Document) -> Document | None:
        """The document after whatever a dead engine left undone is done."""
        if things.behind(document):
            things.settle(document)
        with self._documents.read() as transaction:
            current = transaction.get(things.name, document["id"])
            return None if current is None else things.show(transaction, current)

    def list(self, service: str, collection: str, **query: str) -> list[Document]:
        things = self._collection(service, collection)
        # Stored as given, so the database can pick; the rest is compared as shown.
        stored = {name: query[name] for name in _STORED if name in query}
        with self._documents.read() as transaction:
            found = transaction.query(things.name, self._project_id, **stored)
            shown = [things.show(transaction, document) for document in found]
        return [
            document
            for document in shown
            if all(_equal(document.get(name), value) for name, value in query.items())
        ]

    def update(self, service: str, collection: str, id: str, body: Mapping[str, Any]) -> Document:
        things = self._collection(service, collection)
        with self._documents.write() as transaction:
            document = self._own(things, transaction, id)
            document = things.change(transaction, document, body)
        things.settle(document)
        with self._documents.read() as transaction:
            return things.show(transaction, document)

    def delete(self, service: str, collection: str, id: str) -> None:
        things = self._collection(service, collection)
        with self._documents.read() as transaction:
            document = self._own(things, transaction, id)
        things.remove(document["id"])

    def forget(self, service: str, collection: str, token: str) -> None:
        things = self._collection(service, collection)
        with self._documents.write() as transaction:
            transaction.bury(things.name, token)
            document = transaction.made_by(things.name, token)
        if document is not None:
            try:
                things.remove(document["id"])
            except CloudError as error:
                if error.kind != "not_found":
                    raise

    def act(
        self, service: str, collection: str, id: str, action: str, body: Mapping[str, Any]
    ) -> Document | None:
        things = self._collection(service, collection)
        perform = things.actions.get(action)
        if perform is None:
            raise CloudError("invalid", f"{things.singular} has no action {action}.")
        with self._documents.read() as transaction:
            document = things.locate(transaction, self._project_id, id)
        return perform(document, body)


def dotted(number: int) -> str:
    return ".".join(str(number >> shift & 255) for shift in (24, 16, 8, 0))


def _builtin_id(name: str) -> str:
    return str(uuid.uuid5(_NAMESPACE, name))


def _equal(value: Any, wanted: str) -> bool:
    if isinstance(value, bool):
        return str(value).lower() == str(wanted).lower()
    return str(value) == str(wanted)
