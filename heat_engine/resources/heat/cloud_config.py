"""OS::Heat::CloudConfig (contract/engine-semantics.md section 10.7)."""

from __future__ import annotations

from typing import Any

import yaml

from heat_engine.language.schema import Kind, Property
from heat_engine.resources.heat.software_config import BaseConfig
from heat_engine.resources.protocol import Request


class CloudConfig(BaseConfig):
    name = "OS::Heat::CloudConfig"
    description = "User data for a server as cloud-init reads it."
    support_status = {"status": "SUPPORTED", "version": "2014.1"}
    properties = {"cloud_config": Property(Kind.MAP, "What cloud-init does.")}

    def content(self, request: Request) -> Any:
        text = yaml.safe_dump(dict(request.properties.get("cloud_config") or {}))
        return f"#cloud-config\n{text}"
