"""OS::Heat::SoftwareConfig and StructuredConfig, and what all software configs share.

Source: contract/engine-semantics.md section 10.7.
"""

from __future__ import annotations

from typing import Any

from common import errors
from heat_engine.clouds.interface import CloudError
from heat_engine.language.schema import Attribute, Kind, Property
from heat_engine.resources.heat.software_inputs import GROUP, INPUTS, OPTIONS, OUTPUTS
from heat_engine.resources.heat.software_service import CONFIGS, SERVICE, UNGROUPED, remove
from heat_engine.resources.protocol import Progress, Request, ResourceType, done


class BaseConfig(ResourceType):
    """Kept by the engine as it is made; any change makes another one."""

    instant = True
    attributes = {"config": Attribute("What the config holds.")}

    def body(self, request: Request) -> dict[str, Any]:
        """The config as its service takes it, without the name."""
        given = request.properties
        return {
            "group": given.get("group") or UNGROUPED,
            "config": self.content(request),
            "inputs": given.get("inputs") or [],
            "outputs": given.get("outputs") or [],
            "options": given.get("options") or {},
        }

    def content(self, request: Request) -> Any:
        return request.properties.get("config")

    def create(self, request: Request) -> Progress:
        body = {**self.body(request), "name": request.physical_name}
        made = request.cloud.create(SERVICE, CONFIGS, body, token=request.token)
        return done(physical_id=made["id"], attributes={"config": made["config"]})

    def delete(self, request: Request) -> Progress:
        remove(request.cloud, CONFIGS, request.physical_id, request.token)
        return done()

    def read(self, request: Request, attribute: str) -> Any:
        if attribute != "show":
            return super().read(request, attribute)
        if request.physical_id is None:
            return None
        try:
            return request.cloud.get(SERVICE, CONFIGS, request.physical_id)
        except (CloudError, errors.NotFound):
            return None


class SoftwareConfig(BaseConfig):
    name = "OS::Heat::SoftwareConfig"
    description = "A script, or another text for a tool on a server, with inputs and outputs."
    support_status = {"status": "SUPPORTED", "version": "2014.1"}
    properties = {
        "group": GROUP,
        "config": Property(Kind.STRING, "What the tool runs."),
        "options": OPTIONS,
        "inputs": INPUTS,
        "outputs": OUTPUTS,
    }


class StructuredConfig(BaseConfig):
    name = "OS::Heat::StructuredConfig"
    description = "A map for a tool on a server, with inputs and outputs."
    support_status = {"status": "SUPPORTED", "version": "2014.1"}
    properties = {
        "group": GROUP,
        "config": Property(Kind.MAP, "What the tool runs."),
        "options": OPTIONS,
        "inputs": INPUTS,
        "outputs": OUTPUTS,
    }
