"""OS::Swift::Container, and what AWS::S3::Bucket shares with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from heat_engine.clouds.interface import CloudError, Document
from heat_engine.language.schema import Attribute, Kind, Property
from heat_engine.resources.openstack import object_store
from heat_engine.resources.openstack.rest import RestType
from heat_engine.resources.protocol import Progress, Request, failed


def domain(url: str) -> str:
    """The host of a URL, without the port."""
    return urlsplit(url).hostname or ""


class ContainerType(RestType):
    service, collection, noun = "object-store", "containers", "container"

    def delete_thing(self, request: Request) -> Progress:
        """What is in it is its users': without their word it stays, and the container with it."""
        if request.physical_id is not None:
            try:
                count = int(self.get(request).get("count") or 0)
            except CloudError as error:
                if error.kind != "not_found":
                    raise
                count = 0
            if count:
                noun = "object" if count == 1 else "objects"
                return failed(
                    f"Container {request.physical_id} is not empty: {count} {noun}. Delete what is "
                    "in it first.",
                    "Conflict",
                )
        return super().delete_thing(request)

    def address(self, thing: Document, name: str) -> Any:
        """DomainName, WebsiteURL or RootURL of a container."""
        url = str(thing.get("url") or "")
        if name == "DomainName":
            return domain(url)
        parts = urlsplit(url)
        root = urlunsplit((parts.scheme, parts.netloc, "", "", ""))
        return root + parts.path.rpartition("/")[0] if name == "RootURL" else url


class Container(ContainerType):
    """Nothing of it can be changed in place."""

    name = "OS::Swift::Container"
    description = "A container of objects."
    properties = {
        "name": Property(Kind.STRING, "Name of the container."),
        "X-Container-Read": Property(
            Kind.STRING, "Who may read; .r:* for everybody who knows an object's URL."
        ),
        "X-Container-Write": Property(Kind.STRING, "Who may write; .r:* for everybody."),
        "X-Container-Meta": Property(
            Kind.MAP, "Names and values to keep with the container.", default={}
        ),
        "X-Account-Meta": Property(
            Kind.MAP, "Names and values to keep with the account.", default={}
        ),
        "PurgeOnDelete": Property(
            Kind.BOOLEAN, "Whether what is in it is deleted with the container.", default=False
        ),
    }
    attributes = {
        "DomainName": Attribute("Host of the container's URL."),
        "WebsiteURL": Attribute("URL of the container."),
        "RootURL": Attribute("URL of the account."),
        "ObjectCount": Attribute("How many objects there are.", Kind.INTEGER, live=True),
        "BytesUsed": Attribute("Bytes in all objects.", Kind.INTEGER, live=True),
        "HeadContainer": Attribute("All that the container tells of itself.", Kind.MAP, live=True),
    }
    shown = {"ObjectCount": "count", "BytesUsed": "bytes"}

    def body(self, request: Request) -> Document:
        given = request.properties
        return {
            "name": given.get("name") or request.physical_name,
            "read_acl": given.get("X-Container-Read") or "",
            "write_acl": given.get("X-Container-Write") or "",
            "metadata": _texts(given["X-Container-Meta"]),
        }

    def create_thing(self, request: Request) -> Progress:
        account = _texts(request.properties["X-Account-Meta"])
        progress = super().create_thing(request)
        if account:
            container = str(progress.physical_id)
            request.cloud.act(
                self.service, self.collection, container, "account", {"metadata": account}
            )
        return progress

    def delete_thing(self, request: Request) -> Progress:
        if request.properties["PurgeOnDelete"] and request.physical_id is not None:
            object_store.empty(request.cloud, request.physical_id)
        return super().delete_thing(request)

    def attribute(self, request: Request, thing: Document, name: str) -> Any:
        if name in ("DomainName", "WebsiteURL", "RootURL"):
            return self.address(thing, name)
        return thing if name == "HeadContainer" else super().attribute(request, thing, name)


def _texts(given: Mapping[str, Any] | None) -> dict[str, str]:
    return {str(key).lower(): str(value) for key, value in (given or {}).items()}
