"""AWS::S3::Bucket (contract/engine-semantics.md section 10.9)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heat_engine.clouds.interface import Document
from heat_engine.language.schema import Attribute, Kind, Property, one_of
from heat_engine.resources.aws.tags import TAGS, mapping
from heat_engine.resources.openstack.container import ContainerType
from heat_engine.resources.protocol import Request

EVERYBODY = ".r:*"
# AccessControl to who else than the owner may read and write.
ACCESS: Mapping[str, tuple[str, str]] = {
    "Private": ("", ""),
    "PublicRead": (EVERYBODY, ""),
    "PublicReadWrite": (EVERYBODY, EVERYBODY),
    "AuthenticatedRead": ("", ""),
    "BucketOwnerRead": ("", ""),
    "BucketOwnerFullControl": ("", ""),
}


class Bucket(ContainerType):
    """A container. Whoever is authenticated is of the project, which may read it anyway."""

    name = "AWS::S3::Bucket"
    description = "A container of objects, which may be a web site."
    properties = {
        "AccessControl": Property(
            Kind.STRING, "Who may read and write.", constraints=(one_of(*ACCESS),)
        ),
        "WebsiteConfiguration": Property(
            Kind.MAP,
            "How the bucket is shown as a web site.",
            schema={
                "IndexDocument": Property(Kind.STRING, "Object that stands for a directory."),
                "ErrorDocument": Property(
                    Kind.STRING, "End of the name of the object shown for what is missing."
                ),
            },
        ),
        "Tags": TAGS,
    }
    attributes = {
        "DomainName": Attribute("Host of the bucket's URL."),
        "WebsiteURL": Attribute("URL of the bucket."),
    }

    def body(self, request: Request) -> Document:
        given = request.properties
        readers, writers = ACCESS[given.get("AccessControl") or "Private"]
        metadata = {f"tag-{key}": value for key, value in mapping(given.get("Tags")).items()}
        site = given.get("WebsiteConfiguration") or {}
        for name, kept in (("IndexDocument", "web-index"), ("ErrorDocument", "web-error")):
            if site.get(name):
                metadata[kept] = site[name]
        return {
            "name": request.physical_name.lower(),
            "read_acl": readers,
            "write_acl": writers,
            "metadata": metadata,
        }

    def attribute(self, request: Request, thing: Document, name: str) -> Any:
        return self.address(thing, name)
