"""What servers are made from: flavors, key pairs, and the images that are there from the start."""

from __future__ import annotations

import base64
import binascii
import hashlib
import uuid
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519

from heat_engine.clouds.interface import CloudError, Document
from heat_engine.clouds.local.collection import BUILTIN, Named, new_id, timestamp
from heat_engine.clouds.local.documents import Transaction
from heat_engine.clouds.local.fields import integer, invalid, required, text

# name: (id, MiB of memory, processors, GiB of disk)
_FLAVORS = {
    "m1.nano": ("42", 128, 1, 1),
    "m1.tiny": ("1", 512, 1, 1),
    "m1.small": ("2", 2048, 1, 20),
    "m1.medium": ("3", 4096, 2, 40),
    "m1.large": ("4", 8192, 4, 80),
    "m1.xlarge": ("5", 16384, 8, 160),
    "tiny": ("tiny", 512, 1, 1),
    "small": ("small", 2048, 1, 20),
}
_IMAGES = ("local", "cirros", "ubuntu", "debian", "fedora")
_NAMESPACE = uuid.UUID("8f1d3f0e-6f0c-4c60-9d3c-1a4f5f0e7b10")


class Flavors(Named):
    """``ram``: bytes of private memory one process may have (RLIMIT_DATA); ``vcpus``: processors
    the server's processes run on; ``disk``: the largest file one process may write."""

    name = "flavors"
    singular = "Flavor"

    def fields(
        self, transaction: Transaction, project_id: str, body: Mapping[str, Any]
    ) -> Document:
        name = required(body, "flavors", "name")
        flavor_id = str(body.get("id") or body.get("flavorid") or "auto")
        if flavor_id == "auto":
            flavor_id = new_id()
        taken = [flavor for flavor in transaction.query("flavors") if flavor["name"] == name]
        if taken or transaction.get("flavors", flavor_id):
            raise CloudError(
                "conflict", f"Flavor with name {name} or ID {flavor_id} already exists."
            )
        return {
            "id": flavor_id,
            "ram": integer(body, "flavors", "ram", least=1),
            "vcpus": integer(body, "flavors", "vcpus", least=1),
            "disk": integer(body, "flavors", "disk", default=0),
            "swap": integer(body, "flavors", "swap", default=0),
            "project_id": "",
            "extra_specs": body.get("extra_specs") or {},
            "os-flavor-access:is_public": body.get("os-flavor-access:is_public", True),
        }


class KeyPairs(Named):
    """Known to callers by name, which is the id as well. The private key of a generated pair is in
    the create's reply and nowhere else; who asks again with the same token has not got it, and gets
    a new pair under the same name."""

    name = "keypairs"
    singular = "Keypair"

    def build(
        self, transaction: Transaction, project_id: str, body: Mapping[str, Any], token: str | None
    ) -> Document:
        name = required(body, "keypairs", "name")
        if transaction.visible("keypairs", project_id, name):
            raise CloudError("conflict", f"Key pair '{name}' already exists.")
        public, private = text(body, "keypairs", "public_key"), None
        if not public:
            public, private = _generate(name)
        document = {
            **self.common(project_id, {"name": name}),
            "public_key": public.strip(),
            "fingerprint": _fingerprint(public),
            "type": "ssh",
            "user_id": text(body, "keypairs", "user_id"),
            "hearth:generated": private is not None,
        }
        transaction.insert("keypairs", document, token=token)
        return {**document, "private_key": private} if private else document

    def again(self, transaction: Transaction, document: Document) -> Document:
        if not document["hearth:generated"]:
            return document
        public, private = _generate(document["name"])
        document.update(public_key=public, fingerprint=_fingerprint(public))
        transaction.put("keypairs", document)
        return {**document, "private_key": private}

    def show(self, transaction: Transaction, document: Document) -> Document:
        shown = {key: value for key, value in document.items() if key != "hearth:generated"}
        return {**shown, "id": document["name"]}

    def change(
        self, transaction: Transaction, document: Document, body: Mapping[str, Any]
    ) -> Document:
        raise invalid("keypairs", "a key pair cannot be changed")


def _generate(comment: str) -> tuple[str, str]:
    key = ed25519.Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes(
        serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.OpenSSH,
        serialization.NoEncryption(),
    )
    return f"{public.decode()} {comment}", private.decode()


def _fingerprint(public: str) -> str:
    """MD5 in pairs of hex digits, as compute APIs show it."""
    parts = public.split()
    try:
        blob = base64.b64decode(parts[1], validate=True)
    except (IndexError, binascii.Error, ValueError):
        raise invalid("keypairs.public_key", "is not an OpenSSH public key") from None
    digest = hashlib.md5(blob, usedforsecurity=False).hexdigest()
    return ":".join(digest[place : place + 2] for place in range(0, len(digest), 2))


def seed(transaction: Transaction) -> None:
    """The flavors and images that are there from the start."""
    shared = {"project_id": "", "tenant_id": "", "created_at": timestamp(), BUILTIN: True}
    for name, (flavor_id, ram, vcpus, disk) in _FLAVORS.items():
        if transaction.get("flavors", flavor_id) is None:
            document = {"id": flavor_id, "name": name, "ram": ram, "vcpus": vcpus, "disk": disk}
            public = {"swap": 0, "extra_specs": {}, "os-flavor-access:is_public": True}
            transaction.insert("flavors", {**shared, **document, **public}, builtin=True)
    for name in _IMAGES:
        image_id = str(uuid.uuid5(_NAMESPACE, name))
        if transaction.get("images", image_id) is None:
            document = {
                "id": image_id,
                "name": name,
                "status": "active",
                "min_disk": 0,
                "min_ram": 0,
            }
            public = {"visibility": "public", "size": 0, "tags": [], "disk_format": "raw"}
            transaction.insert("images", {**shared, **document, **public}, builtin=True)
