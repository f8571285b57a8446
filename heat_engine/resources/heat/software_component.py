"""OS::Heat::SoftwareComponent (contract/engine-semantics.md section 10.7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from heat_engine.language.schema import Kind, Property, length
from heat_engine.resources.heat.software_config import BaseConfig
from heat_engine.resources.heat.software_inputs import INPUTS, OPTIONS, OUTPUTS
from heat_engine.resources.protocol import Request

CONFIG = Property(
    Kind.MAP,
    schema={
        "actions": Property(
            Kind.LIST,
            "Actions of a deployment at which the config is run.",
            default=["CREATE", "UPDATE"],
            constraints=(length(1),),
            schema=Property(Kind.STRING),
        ),
        "config": Property(Kind.STRING, "What the tool runs."),
        "tool": Property(Kind.STRING, "Tool that runs the config.", required=True),
    },
)
ONCE = (
    "Defining more than one configuration for the same action in SoftwareComponent "
    '"{name}" is not allowed.'
)


class SoftwareComponent(BaseConfig):
    name = "OS::Heat::SoftwareComponent"
    description = "Configs of one piece of software, one for each action of its life."
    support_status = {"status": "SUPPORTED", "version": "2014.2"}
    properties = {
        "configs": Property(
            Kind.LIST,
            "The configs, each for some actions.",
            required=True,
            constraints=(length(1),),
            schema=CONFIG,
        ),
        "options": OPTIONS,
        "inputs": INPUTS,
        "outputs": OUTPUTS,
    }

    def problems(self, name: str, properties: Mapping[str, Any]) -> Sequence[str]:
        seen: set[str] = set()
        configs = properties.get("configs")
        for item in configs if isinstance(configs, list) else ():
            actions = item.get("actions") if isinstance(item, Mapping) else None
            for action in actions if isinstance(actions, list) else ():
                if action in seen:
                    return (ONCE.format(name=name),)
                seen.add(str(action))
        return ()

    def body(self, request: Request) -> dict[str, Any]:
        return {**super().body(request), "group": "component"}

    def content(self, request: Request) -> Any:
        return {"configs": request.properties["configs"]}
