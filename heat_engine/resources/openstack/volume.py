"""OS::Cinder::Volume."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from heat_engine.clouds.interface import Document
from heat_engine.language.schema import Attribute, Kind, Property, between, custom
from heat_engine.resources.openstack.actions import ActingType, Action
from heat_engine.resources.openstack.copies import Copies
from heat_engine.resources.openstack.messages import both, one_needed
from heat_engine.resources.openstack.rest import Field
from heat_engine.resources.protocol import Progress, Request, failed

COPIES = Copies("volume", "backups", "backup", "available", "backup_id")
SOURCES = ("snapshot_id", "source_volid", "image", "imageRef")


def _from(what: str, rule: str, **fields: Any) -> Property:
    return Property(Kind.STRING, what, constraints=(custom(rule),), **fields)


class Volume(ActingType):
    name = "OS::Cinder::Volume"
    description = "A volume of storage, to be attached to a server."
    service, collection, noun = "volume", "volumes", "volume"
    ready = frozenset({"AVAILABLE", "IN-USE"})
    deletion_snapshot = True
    properties = {
        "availability_zone": Property(Kind.STRING, "Availability zone to make it in."),
        "size": Property(
            Kind.INTEGER,
            "Size in gigabytes. A volume can only grow.",
            updatable=True,
            constraints=(between(1),),
        ),
        "snapshot_id": _from("Snapshot to make it from.", "cinder.snapshot"),
        "backup_id": _from("Backup to restore into it.", "cinder.backup", updatable=True),
        "name": Property(Kind.STRING, "Name of the volume.", updatable=True),
        "description": Property(Kind.STRING, "Description of the volume.", updatable=True),
        "volume_type": _from("Type of the volume.", "cinder.vtype", updatable=True),
        "metadata": Property(
            Kind.MAP, "Names and values to keep with the volume.", default={}, updatable=True
        ),
        "imageRef": Property(Kind.STRING, 'Old name of "image".', hidden=True),
        "image": _from("Image to make it from.", "glance.image"),
        "source_volid": _from("Volume to copy.", "cinder.volume"),
        "scheduler_hints": Property(Kind.MAP, "Hints for the choice of the back end."),
        "read_only": Property(
            Kind.BOOLEAN, "Whether the volume is attached for reading only.", updatable=True
        ),
        "multiattach": Property(
            Kind.BOOLEAN, "Has no effect any more; the type says it.", hidden=True
        ),
    }
    attributes = {
        "availability_zone": Attribute("Availability zone of the volume."),
        "size": Attribute("Size of the volume in gigabytes."),
        "snapshot_id": Attribute("Snapshot the volume was made from."),
        "display_name": Attribute("Name of the volume."),
        "display_description": Attribute("Description of the volume."),
        "volume_type": Attribute("Type of the volume."),
        "metadata": Attribute("Names and values of the volume, as JSON text."),
        "metadata_values": Attribute("Names and values of the volume.", Kind.MAP),
        "source_volid": Attribute("Volume that was copied."),
        "status": Attribute("Status of the volume.", live=True),
        "created_at": Attribute("Time the volume was made."),
        "bootable": Attribute("Whether a server can boot from it."),
        "attachments": Attribute("Where it is attached, as JSON text.", live=True),
        "attachments_list": Attribute("Where it is attached.", Kind.LIST, live=True),
        "encrypted": Attribute("Whether the volume is encrypted."),
        "multiattach": Attribute("Whether several servers may use it.", Kind.BOOLEAN),
    }
    shown = {
        "display_name": "name",
        "display_description": "description",
        "metadata_values": "metadata",
        "attachments_list": "attachments",
    }
    fields = {
        "availability_zone": Field(),
        "size": Field(),
        "snapshot_id": Field(),
        "description": Field(),
        "volume_type": Field(),
        "metadata": Field(returned=True),
        "imageRef": Field(refers="images", service="image"),
        "image": Field("imageRef", refers="images", service="image"),
        "source_volid": Field(),
        "scheduler_hints": Field("OS-SCH-HNT:scheduler_hints"),
    }

    def validate(self, properties: Mapping[str, Any], stack_timeout: float) -> Sequence[str]:
        given = {name for name, value in properties.items() if value is not None}
        sources = [name for name in SOURCES if name in given]
        if len(sources) > 1:
            return (both(sources[0], sources[1]),)
        if not {"size", "snapshot_id", "source_volid", "backup_id"} & given:
            return (one_needed("size", "snapshot_id", "source_volid", "backup_id"),)
        return ()

    def changes(self, request: Request) -> Document:
        """Size and type are not fields to set but actions."""
        body = super().changes(request)
        return {key: value for key, value in body.items() if key not in ("size", "volume_type")}

    def finish_create(self, request: Request, thing: Document) -> Progress:
        return self.act_or_finish(request, thing, creates=True)

    def finish_update(self, request: Request, thing: Document) -> Progress:
        size = request.properties.get("size")
        shrinks = "size" in request.changed and size is not None and size < int(thing["size"])
        # What is restored may have grown since; its files are what matters.
        if shrinks and request.snapshot is None:
            return failed("Shrinking volume is not supported.", "NotSupported")
        return self.act_or_finish(request, thing, creates=False)

    def actions(self, request: Request, thing: Document, *, creates: bool) -> Iterable[Action]:
        wanted = request.properties
        touched = wanted.keys() if creates else request.changed
        new_type, size = wanted.get("volume_type"), wanted.get("size")
        if not creates and new_type and new_type != thing.get("volume_type"):
            body = {"new_type": new_type, "migration_policy": "on-demand"}
            yield Action("volume_type", "os-retype", body)
        if not creates and size is not None and size > int(thing["size"]):
            yield Action("size", "os-extend", {"new_size": size})
        backup_id = wanted.get("backup_id") if "backup_id" in touched else None
        backup_id = COPIES.held(request.snapshot) or backup_id
        if backup_id:
            body = {"volume_id": self.identify(thing)}
            yield Action("backup_id", "restore", body, of=("backups", backup_id))
        if "read_only" in touched and wanted.get("read_only") is not None:
            body = {"readonly": wanted["read_only"]}
            yield Action("read_only", "os-update_readonly_flag", body)

    def snapshot(self, request: Request) -> Progress:
        """A backup: unlike the service's own snapshots it outlives the volume."""
        return COPIES.make(request, self._back_up)

    def drop_snapshot(self, request: Request) -> Progress:
        return COPIES.drop(request)

    @staticmethod
    def _back_up(request: Request) -> Document:
        body = {"volume_id": request.physical_id, "name": request.physical_name, "force": True}
        return request.cloud.create(COPIES.service, COPIES.collection, body, token=request.token)

    def attribute(self, request: Request, thing: Document, name: str) -> Any:
        value = super().attribute(request, thing, name)
        return json.dumps(value) if name in ("metadata", "attachments") else value
