"""The part of a server that has to do with images made of it."""

from __future__ import annotations

from heat_engine.clouds.interface import TOKEN, Document
from heat_engine.resources.openstack.copies import Copies
from heat_engine.resources.openstack.server_agent import AgentServer
from heat_engine.resources.protocol import Progress, Request, done

COPIES = Copies("image", "images", "image", "active", "snapshot_image_id")


class ImagedServer(AgentServer):
    """Its snapshot is an image, from which it is rebuilt or made anew."""

    deletion_snapshot = True

    def snapshot(self, request: Request) -> Progress:
        """An image of it; one that boots from a volume has its files there."""
        if request.properties.get("image") is None:
            return done(snapshot={})
        return COPIES.make(request, self._make_image)

    def drop_snapshot(self, request: Request) -> Progress:
        return COPIES.drop(request)

    def _make_image(self, request: Request) -> Document | None:
        body = {"name": request.physical_name, "metadata": {TOKEN: request.token}}
        server_id = str(request.physical_id)
        request.cloud.act(self.service, self.collection, server_id, "createImage", body)
        return request.cloud.find(COPIES.service, COPIES.collection, request.token)
