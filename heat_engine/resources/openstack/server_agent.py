"""The part of a server that has to do with agents for software configuration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from heat_engine.resources import software_agent, software_object
from heat_engine.resources.heat.software_service import config_text, transport_problems
from heat_engine.resources.openstack.actions import ActingType
from heat_engine.resources.openstack.calls import guarded
from heat_engine.resources.protocol import Outcome, Progress, Request

SOFTWARE_CONFIG = "SOFTWARE_CONFIG"
TRANSPORT = "software_config_transport"


class AgentServer(ActingType):
    """Under user_data_format SOFTWARE_CONFIG the server has a credential to read its resource's
    metadata with, and a file that tells its agents so."""

    polls_software = True

    def wants_guest(self, properties: Mapping[str, Any]) -> bool:
        return properties.get("user_data_format") == SOFTWARE_CONFIG

    def validate(self, properties: Mapping[str, Any], stack_timeout: float) -> Sequence[str]:
        problems = super().validate(properties, stack_timeout)
        if properties.get("user_data_format") != SOFTWARE_CONFIG:
            return problems
        refused = transport_problems(TRANSPORT, properties.get(TRANSPORT), software_agent.OFFERED)
        return [*problems, *refused]

    def create(self, request: Request) -> Progress:
        return self._with_agent(request, super().create(request))

    def update(self, request: Request) -> Progress:
        return self._with_agent(request, super().update(request))

    def adopt(self, request: Request) -> Progress:
        return self._with_agent(request, super().adopt(request))

    def finish_delete(self, request: Request) -> Progress:
        if request.properties.get(TRANSPORT) == software_object.TRANSPORT:
            software_object.withdraw(request)
        return super().finish_delete(request)

    @staticmethod
    def user_data(request: Request) -> str:
        """The user data as the server gets it; empty for none."""
        given = str(request.properties.get("user_data") or "")
        if request.properties["user_data_format"] != SOFTWARE_CONFIG:
            return given
        return software_agent.user_data(str(config_text(request.cloud, given) or ""), request)

    @staticmethod
    def _with_agent(request: Request, progress: Progress) -> Progress:
        """The agents poll as soon as the server boots: what they need stands there by then."""
        if request.properties["user_data_format"] != SOFTWARE_CONFIG:
            return progress

        def described(call: Request) -> Progress:
            made = software_agent.metadata(call)
            if progress.outcome is Outcome.DONE:
                server_id = progress.physical_id or call.physical_id
                software_object.publish(call.cloud, server_id, made)
            return replace(progress, metadata=made)

        return guarded(request, described)
