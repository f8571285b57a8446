"""OS::Cinder::VolumeAttachment."""

from __future__ import annotations

from typing import Any

from heat_engine.clouds.interface import CloudError, Document
from heat_engine.language.schema import Kind, Property, custom
from heat_engine.resources.openstack.calls import guarded, poll
from heat_engine.resources.protocol import Progress, Request, ResourceType, done, failed

SERVICE, COLLECTION = "volume", "volumes"


def attachment(volume: Document, server_id: str) -> Document | None:
    """The volume's attachment to that server."""
    for item in volume.get("attachments") or ():
        if item.get("server_id") == server_id:
            return dict(item)
    return None


class VolumeAttachment(ResourceType):
    """An attachment is found by its volume and server, so that it is never made twice."""

    name = "OS::Cinder::VolumeAttachment"
    description = "Attaches a volume to a server."
    supports_check = True
    properties = {
        "instance_uuid": Property(
            Kind.STRING, "Server that gets the volume.", required=True, updatable=True
        ),
        "volume_id": Property(
            Kind.STRING,
            "Volume to attach.",
            required=True,
            updatable=True,
            constraints=(custom("cinder.volume"),),
        ),
        "mountpoint": Property(
            Kind.STRING, "Device that the server sees it as, if it may choose.", updatable=True
        ),
    }

    def create(self, request: Request) -> Progress:
        return guarded(request, self._attach)

    def update(self, request: Request) -> Progress:
        """Detach what was attached, then attach what is wanted."""
        return guarded(request, self._move) if request.changed else done()

    def delete(self, request: Request) -> Progress:
        return guarded(request, lambda call: self._detach(call, call.properties) or done())

    def check(self, request: Request) -> Progress:
        return guarded(request, self._check)

    def _volume(self, request: Request, properties: Any) -> Document:
        return request.cloud.get(SERVICE, COLLECTION, str(properties["volume_id"]))

    def _attach(self, request: Request) -> Progress:
        wanted = request.properties
        volume = self._volume(request, wanted)
        found = attachment(volume, wanted["instance_uuid"])
        status = str(volume.get("status")).lower()
        if found is not None and status in ("in-use", "available"):
            return done(physical_id=str(found.get("attachment_id") or found.get("id")))
        if status.startswith("error"):
            return failed(f'Went to status {status} due to "Unknown"', "ResourceInError")
        if found is None and status in ("available", "in-use"):
            body = {"instance_uuid": wanted["instance_uuid"]}
            if wanted.get("mountpoint"):
                body["mountpoint"] = wanted["mountpoint"]
            request.cloud.act(SERVICE, COLLECTION, volume["id"], "os-attach", body)
        return poll(request, f"volume to be attached (is {status})")

    def _move(self, request: Request) -> Progress:
        if not request.saved.get("detached"):
            waiting = self._detach(request, request.previous)
            if waiting is not None:
                return waiting
            return poll(request, "volume to be attached", saved={"detached": True})
        return self._attach(request)

    def _detach(self, request: Request, properties: Any) -> Progress | None:
        """None once the volume is not attached to the server, or is gone."""
        try:
            volume = self._volume(request, properties)
            found = attachment(volume, properties["instance_uuid"])
            if found is None:
                return None
            body = {"attachment_id": found.get("attachment_id") or found.get("id")}
            request.cloud.act(SERVICE, COLLECTION, volume["id"], "os-detach", body)
        except CloudError as error:
            if error.kind == "not_found":
                return None
            raise
        return poll(request, "volume to be detached")

    def _check(self, request: Request) -> Progress:
        volume = self._volume(request, request.properties)
        if attachment(volume, request.properties["instance_uuid"]) is None:
            return failed("The volume is not attached to the server.", "Error")
        return done()
