"""OS::Nova::KeyPair."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519

from heat_engine.clouds.interface import Document
from heat_engine.language.schema import Attribute, Kind, Property, custom, length, one_of
from heat_engine.resources.openstack.rest import Field, RestType
from heat_engine.resources.protocol import Progress, Request, wait


def generate() -> str:
    """A new private key in OpenSSH's text form."""
    key = ed25519.Ed25519PrivateKey.generate()
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.OpenSSH,
        serialization.NoEncryption(),
    ).decode()


def public_part(private_key: str) -> str:
    key = serialization.load_ssh_private_key(private_key.encode(), password=None)
    return (
        key.public_key()
        .public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
        .decode()
    )


class KeyPair(RestType):
    """Known by its name.

    A cloud shows a private key that it generated only once, and an answer may be lost. A private
    key that shall be kept is therefore generated and kept here before the cloud hears of it.
    """

    name = "OS::Nova::KeyPair"
    description = "A key pair for access to servers."
    support_status = {"status": "SUPPORTED", "version": "2014.1"}
    service, collection, noun = "compute", "keypairs", "key pair"
    properties = {
        "name": Property(
            Kind.STRING, "Name of the key pair.", required=True, constraints=(length(1, 255),)
        ),
        "save_private_key": Property(
            Kind.BOOLEAN, "Whether to keep a generated private key with the stack.", default=False
        ),
        "public_key": Property(
            Kind.STRING, "The public key. Without it the cloud generates a pair."
        ),
        "type": Property(Kind.STRING, "Kind of key.", constraints=(one_of("ssh", "x509"),)),
        "user": Property(
            Kind.STRING, "User to own the key pair.", constraints=(custom("keystone.user"),)
        ),
    }
    attributes = {
        "public_key": Attribute("The public key."),
        "private_key": Attribute("The private key, if it was generated and kept.", live=True),
    }
    fields = {"public_key": Field(), "type": Field(), "user": Field("user_id")}

    def validate(self, properties: Mapping[str, Any], stack_timeout: float) -> Sequence[str]:
        if properties.get("save_private_key") is True and properties.get("type") == "x509":
            return ("save_private_key property should only be specified for type with value ssh.",)
        return super().validate(properties, stack_timeout)

    def identify(self, thing: Document) -> str:
        return str(thing["name"])

    def create_thing(self, request: Request) -> Progress:
        given = request.properties
        keeps = given.get("save_private_key") and not given.get("public_key")
        if keeps and "private_key" not in request.data:
            return wait(
                "its private key to be kept",
                after=0.0,
                saved={"generated": True},
                data={"private_key": generate()},
            )
        return super().create_thing(request)

    def body(self, request: Request) -> Document:
        body = super().body(request)
        if "private_key" in request.data:
            body["public_key"] = public_part(request.data["private_key"])
        return body

    def read(self, request: Request, attribute: str) -> Any:
        if attribute == "private_key":
            return request.data.get("private_key", "")
        return super().read(request, attribute)
