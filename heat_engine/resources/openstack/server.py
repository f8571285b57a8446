"""OS::Nova::Server."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from heat_engine.clouds.interface import CloudError, Document
from heat_engine.language.unknown import contains_unknown
from heat_engine.resources.openstack import server_body, server_interfaces, server_networks
from heat_engine.resources.openstack.actions import Action
from heat_engine.resources.openstack.calls import guarded, poll, reference
from heat_engine.resources.openstack.messages import both
from heat_engine.resources.openstack.rest import Field
from heat_engine.resources.openstack.server_image import COPIES, ImagedServer
from heat_engine.resources.openstack.server_schema import ATTRIBUTES, PROPERTIES
from heat_engine.resources.protocol import Progress, Request, done, failed

CONSOLES = {
    "novnc": "os-getVNCConsole",
    "spice-html5": "os-getSPICEConsole",
    "serial": "os-getSerialConsole",
}
NO_IMAGE = "Either an image or a bootable volume must be specified."


class Server(ImagedServer):
    """A server, watched until its stack is done, as its user data may fail long after the boot."""

    name = "OS::Nova::Server"
    description = "A server: a machine that runs an image."
    service, collection, noun = "compute", "servers", "server"
    ready = frozenset({"ACTIVE"})
    physical_name_limit = 53
    vigil = True
    releases = True
    properties = PROPERTIES
    attributes = ATTRIBUTES
    shown = {"instance_name": "OS-EXT-SRV-ATTR:instance_name"}
    fields = {
        "image": Field("imageRef", refers="images", service="image"),
        "flavor": Field("flavorRef", refers="flavors"),
        "key_name": Field(),
        "availability_zone": Field(),
        "config_drive": Field(),
        "metadata": Field(),
        "tags": Field(),
        "scheduler_hints": Field("OS-SCH-HNT:scheduler_hints"),
        "reservation_id": Field(),
        "diskConfig": Field("OS-DCF:diskConfig"),
        "admin_pass": Field("adminPass"),
    }
    # Changed by a plain update; what else changes needs an action or a new server.
    settable = frozenset({"name", "metadata", "tags"})

    def validate(self, properties: Mapping[str, Any], stack_timeout: float) -> Sequence[str]:
        problems = list(super().validate(properties, stack_timeout))
        disks = [properties.get(f"block_device_mapping{form}") for form in ("", "_v2")]
        # A null reads as the empty text.
        imageless = properties.get("image") in (None, "") and not contains_unknown(disks)
        if imageless and not server_body.bootable(properties):
            problems.append(NO_IMAGE)
        if all(properties.get(f"block_device_mapping{form}") for form in ("", "_v2")):
            problems.append(both("block_device_mapping", "block_device_mapping_v2"))
        networks = properties.get("networks")
        items = networks if isinstance(networks, list) else []
        for number, item in enumerate(items):
            problems += server_networks.problems(number, item, len(items))
        return problems

    def body(self, request: Request) -> Document:
        body = super().body(request)
        given = request.properties
        body["imageRef"] = COPIES.held(request.snapshot) or body.get("imageRef")
        if body["imageRef"] is None:
            del body["imageRef"]
        connections = server_networks.connections(request)
        if connections is not None:
            body["networks"] = connections
        user_data = self.user_data(request)
        if user_data:
            body["user_data"] = server_body.encode(user_data)
        if given.get("security_groups"):
            body["security_groups"] = [{"name": group} for group in given["security_groups"]]
        devices = server_body.block_devices(request.cloud, given)
        if devices:
            body["block_device_mapping_v2"] = devices
        if given.get("personality"):
            body["personality"] = server_body.personality(given["personality"])
        return body

    def render(self, request: Request, names: list[str]) -> Document:
        body = super().render(request, names)
        if "metadata" in body:
            body["metadata"] = server_body.metadata(body["metadata"])
        return body

    def changes(self, request: Request) -> Document:
        body = super().changes(request)
        if "metadata" in body:
            # The service keeps what it is not told of; null takes it away.
            gone = request.previous.get("metadata") or {}
            body["metadata"] = {**dict.fromkeys(gone), **body["metadata"]}
        return {key: value for key, value in body.items() if key in self.settable}

    def drift(self, request: Request, thing: Document) -> dict[str, Any]:
        found = super().drift(request, thing)
        meant = server_body.metadata(request.previous.get("metadata") or {})
        real = {key: value for key, value in (thing.get("metadata") or {}).items() if key in meant}
        if real != meant:
            found["metadata"] = real
        flavor = (thing.get("flavor") or {}).get("id")
        wanted = reference(request.cloud, "compute", "flavors", request.previous.get("flavor"))
        if flavor is not None and flavor != wanted:
            found["flavor"] = flavor
        return found

    def must_replace(self, request: Request) -> bool:
        changed, wanted = request.changed, request.properties
        if "image" in changed and (
            wanted["image_update_policy"] == "REPLACE"
            or wanted.get("image") is None
            or request.previous.get("image") is None
        ):
            return True
        if "flavor" in changed and wanted["flavor_update_policy"] == "REPLACE":
            return True
        if "user_data" in changed and wanted["user_data_update_policy"] == "REPLACE":
            return True
        return "networks" in changed and server_interfaces.needs_new_server(
            request.previous.get("networks"), wanted.get("networks")
        )

    def settle(self, request: Request, thing: Document, finish: Any, **fields: Any) -> Progress:
        if str(thing.get("status")).upper() == "VERIFY_RESIZE":
            server_id = self.identify(thing)
            request.cloud.act(self.service, self.collection, server_id, "confirmResize", {})
            return poll(request, "server to finish confirmResize", **fields)
        return super().settle(request, thing, finish, **fields)

    def actions(self, request: Request, thing: Document, *, creates: bool) -> Iterable[Action]:
        changed, wanted = request.changed, request.properties
        new_data = "user_data" in changed and wanted["user_data_update_policy"] == "REBUILD"
        if "image" in changed or new_data or COPIES.held(request.snapshot):
            yield Action("rebuild", "rebuild", self._rebuild(request, new_data=new_data))
        if "flavor" in changed:
            flavor = reference(request.cloud, "compute", "flavors", wanted["flavor"])
            if flavor != (thing.get("flavor") or {}).get("id"):
                yield Action("flavor", "resize", {"flavorRef": flavor})
        if "networks" in changed:
            yield from server_interfaces.changes(request, self.identify(thing))
        if "admin_pass" in changed and wanted.get("admin_pass"):
            body = {"adminPass": wanted["admin_pass"]}
            yield Action("admin_pass", "changePassword", body)

    def _rebuild(self, request: Request, *, new_data: bool) -> Document:
        wanted = request.properties
        image = COPIES.held(request.snapshot) or wanted.get("image")
        body: Document = {
            "imageRef": reference(request.cloud, "image", "images", image),
            "name": wanted.get("name") or request.physical_name,
            "metadata": server_body.metadata(wanted.get("metadata") or {}),
        }
        if wanted["image_update_policy"] == "REBUILD_PRESERVE_EPHEMERAL":
            body["preserve_ephemeral"] = True
        if wanted.get("admin_pass"):
            body["adminPass"] = wanted["admin_pass"]
        if new_data:
            body["user_data"] = server_body.encode(self.user_data(request))
        return body

    def finish_create(self, request: Request, thing: Document) -> Progress:
        server_networks.connect_floating(request)
        return self.finish(request, thing)

    def finish(self, request: Request, thing: Document) -> Progress:
        if "networks" in request.changed:
            server_networks.connect_floating(request)
            server_interfaces.remove_unused(request)
        return super().finish(request, thing)

    def release(self, request: Request) -> Progress:
        """Let go of named ports and fixed addresses: the new server is made with them."""
        return guarded(request, server_interfaces.release)

    def finish_delete(self, request: Request) -> Progress:
        server_networks.remove_ports(request)
        return super().finish_delete(request)

    def suspend(self, request: Request) -> Progress:
        return guarded(request, lambda call: self._turn(call, "suspend", "SUSPENDED"))

    def resume(self, request: Request) -> Progress:
        return guarded(request, lambda call: self._turn(call, "resume", "ACTIVE"))

    def _turn(self, request: Request, action: str, wanted: str) -> Progress:
        if request.physical_id is None:
            return failed(f"Cannot {action} {request.name}, server not created yet", "Error")
        thing = self.get(request)
        status = str(thing.get("status")).upper()
        if status == wanted:
            return done()
        if self.is_broken(thing):
            return failed(*self.breakage(thing))
        if not request.saved.get("asked"):
            request.cloud.act(self.service, self.collection, request.physical_id, action, {})
        waiting_for = f"server to become {wanted} (is {status})"
        return poll(request, waiting_for, saved={"asked": True})

    def watch(self, request: Request) -> Progress | None:
        if request.physical_id is None:
            return None
        try:
            thing = self.get(request)
        except CloudError as error:
            return failed(str(error), "NotFound") if error.kind == "not_found" else None
        return failed(*self.breakage(thing)) if self.is_broken(thing) else None

    def describe(self, request: Request, thing: Document) -> dict[str, Any]:
        shown = super().describe(request, thing)
        found = server_networks.addresses(request.cloud, thing)
        networks = {name: [item["addr"] for item in items] for name, items in found.items()}
        first = next((texts[0] for texts in networks.values() if texts), "")
        return {**shown, "addresses": found, "networks": networks, "first_address": first}

    def read(self, request: Request, attribute: str) -> Any:
        if attribute == "os_collect_config":
            return request.metadata.get("os-collect-config") or {}
        return super().read(request, attribute)

    def attribute(self, request: Request, thing: Document, name: str) -> Any:
        if name != "console_urls":
            return super().attribute(request, thing, name)
        return {kind: _console(self, request, kind, action) for kind, action in CONSOLES.items()}


def _console(server: Server, request: Request, kind: str, action: str) -> str:
    """A console's URL, or why there is none."""
    try:
        answer = request.cloud.act(
            server.service, server.collection, str(request.physical_id), action, {"type": kind}
        )
    except CloudError as error:
        return str(error)
    return str((answer or {}).get("console", answer or {}).get("url", ""))
