"""OS::Heat::None (contract/engine-semantics.md section 10.2)."""

from __future__ import annotations

import uuid
from typing import Any

from heat_engine.resources.protocol import Progress, Request, ResourceType, done


class Placeholder(ResourceType):
    """Stands in for any type: accepts every property, has every attribute, makes nothing."""

    name = "OS::Heat::None"
    description = "A resource which does nothing. It can stand in for any other type."
    support_status = {"status": "SUPPORTED", "version": "5.0.0"}
    open_properties = True
    open_attributes = True
    instant = True

    def create(self, request: Request) -> Progress:
        return done(physical_id=str(uuid.uuid4()))

    def replace_failed(self, request: Request) -> bool:
        return False

    def read(self, request: Request, attribute: str) -> Any:
        return None
