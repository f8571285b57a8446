"""Words for stories on a real embedded cloud."""

from __future__ import annotations

from typing import Any

from tests.scenarios.world import World

SECONDS = 40.0


def reference(name: str) -> dict[str, str]:
    return {"get_resource": name}


def site_of(world: World) -> Any:
    return world.cloud.session("p", {})


def left(world: World) -> dict[str, Any]:
    found: dict[str, Any] = world.cloud.audit()["documents"]
    return found
