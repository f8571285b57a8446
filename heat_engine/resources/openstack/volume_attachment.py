"""OS::Cinder::VolumeAttachment."""

from __future__ import annotations

from heat_engine.clouds.interface import CloudError, Document
from heat_engine.language.schema import Kind, Property, custom
from heat_engine.resources.openstack.calls import poll
from heat_engine.resources.openstack.rest import Field, RestType
from heat_engine.resources.protocol import Progress, Request, done, failed


class VolumeAttachment(RestType):
    """A thing of its own; it is moved by taking it away and making it again."""

    name = "OS::Cinder::VolumeAttachment"
    description = "Attaches a volume to a server."
    service, collection, noun = "compute", "volume_attachments", "attachment"
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
    fields = {
        "instance_uuid": Field("server_id"),
        "volume_id": Field(),
        "mountpoint": Field("device"),
    }

    def update_thing(self, request: Request) -> Progress:
        if not request.changed:
            return done()
        if not request.saved.get("detached"):
            return self._detach(request)
        thing = request.cloud.create(
            self.service, self.collection, self.body(request), token=request.token
        )
        return self.settle(request, thing, self.finish_create)

    def finish_create(self, request: Request, thing: Document) -> Progress:
        """The attachment is there at once; its volume takes a while to get into the server."""
        volume = request.cloud.get("volume", "volumes", request.properties["volume_id"])
        status = str(volume.get("status"))
        if self.is_broken(volume):
            return failed(*self.breakage(volume), transient=True)
        if status != "in-use":
            waiting_for = f"volume to become in-use (is {status})"
            return poll(request, waiting_for, physical_id=self.identify(thing))
        return self.finish(request, thing)

    def finish_delete(self, request: Request) -> Progress:
        """Also what an interrupted move has made and nobody has heard of."""
        request.cloud.forget(self.service, self.collection, request.token)
        return done()

    def _detach(self, request: Request) -> Progress:
        try:
            if not request.saved.get("deleting"):
                request.cloud.delete(self.service, self.collection, str(request.physical_id))
            self.get(request)
        except CloudError as error:
            if error.kind != "not_found":
                raise
            return poll(request, "volume to be attached", saved={"detached": True})
        return poll(request, "volume to be detached", saved={"deleting": True})
