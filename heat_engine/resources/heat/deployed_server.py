"""OS::Heat::DeployedServer (contract/engine-semantics.md section 10.7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from heat_engine.language.schema import Attribute, Kind, Property, length, one_of
from heat_engine.resources import software_agent, software_object
from heat_engine.resources.heat.software_service import transport_problems
from heat_engine.resources.openstack.calls import guarded
from heat_engine.resources.protocol import Progress, Request, ResourceType, done


class DeployedServer(ResourceType):
    name = "OS::Heat::DeployedServer"
    description = "A server that something else has made, for software to be deployed to."
    instant = True
    outside = {"software_config_transport": software_object.TRANSPORT}
    needs_guest = True
    polls_software = True
    properties = {
        "name": Property(Kind.STRING, "Name of the server.", updatable=True),
        "metadata": Property(Kind.MAP, "Has no effect any more.", updatable=True),
        "software_config_transport": Property(
            Kind.STRING,
            "How the server learns of its software configuration.",
            default="POLL_SERVER_CFN",
            updatable=True,
            constraints=(
                one_of("POLL_SERVER_CFN", "POLL_SERVER_HEAT", "POLL_TEMP_URL", "ZAQAR_MESSAGE"),
            ),
        ),
        "deployment_swift_data": Property(
            Kind.MAP,
            "Where an object store keeps the software configuration.",
            default={},
            updatable=True,
            schema={
                "container": Property(
                    Kind.STRING, "Name of the container.", constraints=(length(1),)
                ),
                "object": Property(Kind.STRING, "Name of the object.", constraints=(length(1),)),
            },
        ),
    }
    attributes = {
        "name": Attribute("Name of the server."),
        "os_collect_config": Attribute("What os-collect-config reads.", Kind.MAP, live=True),
    }

    def validate(self, properties: Mapping[str, Any], stack_timeout: float) -> Sequence[str]:
        name = "software_config_transport"
        return transport_problems(name, properties.get(name), software_agent.OFFERED)

    def create(self, request: Request) -> Progress:
        return guarded(request, lambda call: self._described(call, call.token))

    def adopt(self, request: Request) -> Progress:
        return self.update(request)

    def update(self, request: Request) -> Progress:
        return guarded(request, lambda call: self._described(call, str(call.physical_id)))

    def delete(self, request: Request) -> Progress:
        if request.properties["software_config_transport"] != software_object.TRANSPORT:
            return done()
        return guarded(request, self._withdrawn)

    def read(self, request: Request, attribute: str) -> Any:
        if attribute == "os_collect_config":
            return request.metadata.get("os-collect-config") or {}
        return super().read(request, attribute)

    @staticmethod
    def _withdrawn(request: Request) -> Progress:
        software_object.withdraw(request)
        return done()

    @staticmethod
    def _described(request: Request, server_id: str) -> Progress:
        metadata = software_agent.metadata(request)
        software_object.publish(request.cloud, server_id, metadata)
        return done(
            physical_id=server_id,
            attributes={"name": request.properties.get("name") or request.physical_name},
            metadata=metadata,
        )
