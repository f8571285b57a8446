"""OS::Heat::Delay (contract/engine-semantics.md section 10.2)."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any

from heat_engine.language.schema import Kind, Property, between, one_of
from heat_engine.language.unknown import contains_unknown
from heat_engine.resources.protocol import Progress, Request, ResourceType, done, wait


class Delay(ResourceType):
    """Waits on chosen actions, so that what depends on it starts later."""

    name = "OS::Heat::Delay"
    description = "A resource that pauses for the configured delay."
    support_status = {"status": "SUPPORTED", "version": "11.0.0"}
    instant = True
    error_wait = False
    properties = {
        "min_wait": Property(
            Kind.NUMBER,
            "Least time to wait, in seconds.",
            default=0,
            updatable=True,
            constraints=(between(0),),
        ),
        "max_jitter": Property(
            Kind.NUMBER,
            "Most time to add at random to the least one, in seconds.",
            default=0,
            updatable=True,
            constraints=(between(0),),
        ),
        "jitter_multiplier": Property(
            Kind.NUMBER,
            "Factor on the random time.",
            default=1.0,
            updatable=True,
            constraints=(between(0),),
        ),
        "actions": Property(
            Kind.LIST,
            "Actions during which to wait.",
            default=["CREATE"],
            updatable=True,
            constraints=(one_of("CREATE", "DELETE", "SUSPEND", "RESUME"),),
        ),
    }

    def validate(self, properties: Mapping[str, Any], stack_timeout: float) -> Sequence[str]:
        if contains_unknown(dict(properties)):
            return ()
        longest = (
            properties["min_wait"] + properties["max_jitter"] * properties["jitter_multiplier"]
        )
        if longest > stack_timeout:
            return [
                f"The longest wait ({longest:g} s) exceeds the stack timeout ({stack_timeout:g} s)."
            ]
        return ()

    def create(self, request: Request) -> Progress:
        return self._pause(request, "CREATE")

    def delete(self, request: Request) -> Progress:
        return self._pause(request, "DELETE")

    def suspend(self, request: Request) -> Progress:
        return self._pause(request, "SUSPEND")

    def resume(self, request: Request) -> Progress:
        return self._pause(request, "RESUME")

    def replace_failed(self, request: Request) -> bool:
        return False

    @staticmethod
    def _pause(request: Request, action: str) -> Progress:
        """The length is drawn once and saved, so that a wait goes on with the same one."""
        properties = request.properties
        if action not in (properties.get("actions") or ()):
            return done()
        seconds = request.saved.get("seconds")
        if seconds is None:
            most = properties["max_jitter"] * properties["jitter_multiplier"]
            seconds = properties["min_wait"] + random.uniform(0, most)
        left = seconds - request.elapsed
        if left <= 0:
            return done()
        return wait(f"{seconds:.3g} seconds to pass", after=left, saved={"seconds": seconds})
