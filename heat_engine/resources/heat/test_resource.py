"""OS::Heat::TestResource (contract/engine-semantics.md section 10.1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heat_engine.clouds.interface import CloudError
from heat_engine.language.schema import Attribute, Kind, Property, custom
from heat_engine.language.unknown import UNKNOWN
from heat_engine.resources.protocol import Foreseeable, Progress, Request, done, failed, wait

POLL_SECONDS = 1.0
# How the services were called when the type's client_name was defined.
SERVICES = {"nova": "compute", "neutron": "network", "cinder": "volume", "glance": "image"}


def _seconds(description: str, default: float | None = None, **fields: Any) -> Property:
    return Property(Kind.NUMBER, description, default=default, updatable=True, **fields)


class TestResource(Foreseeable):
    """A resource that waits, fails and is replaced as its properties say."""

    name = "OS::Heat::TestResource"
    description = "A resource which stores the string value that was provided, for testing."
    support_status = {"status": "SUPPORTED", "version": "5.0.0"}
    instant = True
    supports_check = True
    properties = {
        "value": Property(Kind.STRING, "The text to store.", default="test_string", updatable=True),
        "fail": Property(
            Kind.BOOLEAN,
            "Whether to fail at the end of create and update.",
            default=False,
            updatable=True,
        ),
        "update_replace": Property(
            Kind.BOOLEAN,
            'Whether a change of "value" replaces the resource.',
            default=False,
            updatable=True,
        ),
        "update_replace_value": Property(Kind.STRING, "A change of it replaces the resource."),
        "wait_secs": _seconds("Seconds to wait in every action; -1 waits for ever.", 0),
        "action_wait_secs": Property(
            Kind.MAP,
            'Seconds to wait in one action, instead of "wait_secs".',
            updatable=True,
            schema={
                "create": _seconds("Seconds to wait in create."),
                "update": _seconds("Seconds to wait in update."),
                "delete": _seconds("Seconds to wait in delete."),
            },
        ),
        "attr_wait_secs": _seconds(
            "Accepted for compatibility. Attributes are read from the stored copy, without delay.",
            0,
        ),
        "constraint_prop_secs": _seconds(
            "Seconds that validation takes.", 0, constraints=(custom("test_constr"),)
        ),
        "client_name": Property(
            Kind.STRING, "Service to ask while waiting.", default="", updatable=True
        ),
        "entity_name": Property(
            Kind.STRING, "Collection of that service to ask.", default="", updatable=True
        ),
    }
    attributes = {"output": Attribute("The stored text.", Kind.ANY, live=True)}

    def create(self, request: Request) -> Progress:
        if not self._has_passed(request, "create"):
            return self._still_waiting(request, "create")
        if request.properties["fail"]:
            return self._failure(request)
        return done(
            physical_id=request.physical_name, attributes={"output": request.properties["value"]}
        )

    def update(self, request: Request) -> Progress:
        value = request.properties["value"]
        stores = "value" in request.changed and bool(value)
        if stores and not self._has_passed(request, "update"):
            return self._still_waiting(request, "update")
        if request.properties["fail"]:
            return self._failure(request)
        return done(attributes={"output": value}) if stores else done()

    def adopt(self, request: Request) -> Progress:
        return done(attributes={"output": request.properties["value"]})

    def delete(self, request: Request) -> Progress:
        if not self._has_passed(request, "delete"):
            return self._still_waiting(request, "delete")
        return done()

    def check(self, request: Request) -> Progress:
        if request.physical_id is None:
            return failed("Resource not created", "Exception")
        return done()

    def foreseen(self, request: Request, attribute: str) -> Any:
        if attribute != "output":
            return UNKNOWN
        value = request.properties["value"]
        stores = request.verb == "create" or ("value" in request.changed and bool(value))
        return value if stores or value is UNKNOWN else request.attributes.get("output")

    def must_replace(self, request: Request) -> bool:
        return "value" in request.changed and bool(request.properties["update_replace"])

    @staticmethod
    def _wait_seconds(request: Request, action: str) -> float:
        of_action: Mapping[str, Any] = request.properties.get("action_wait_secs") or {}
        chosen = of_action.get(action)
        return float(request.properties.get("wait_secs") or 0 if chosen is None else chosen)

    def _has_passed(self, request: Request, action: str) -> bool:
        seconds = self._wait_seconds(request, action)
        return seconds == 0 or 0 < seconds < request.elapsed

    def _still_waiting(self, request: Request, action: str) -> Progress:
        seconds = self._wait_seconds(request, action)
        client, entity = request.properties["client_name"], request.properties["entity_name"]
        left = None if seconds < 0 else seconds - request.elapsed + 0.001
        if client and entity:
            self._ask(request, SERVICES.get(client, client), entity)
            left = POLL_SECONDS if left is None else min(left, POLL_SECONDS)
        what = "nothing: waits for ever" if seconds < 0 else f"{seconds:g} seconds to pass"
        return wait(what, after=left)

    @staticmethod
    def _ask(request: Request, service: str, collection: str) -> None:
        """A look at the cloud whose answer does not matter."""
        try:
            request.cloud.get(
                service, collection, request.properties["value"] or request.physical_id or ""
            )
        except CloudError:
            return

    @staticmethod
    def _failure(request: Request) -> Progress:
        return failed(f"Test Resource failed {request.name}", "ValueError")
