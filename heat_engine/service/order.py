"""What a request says of a template, as the commands take it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from common import errors
from heat_engine.commands.stack_create import Order

Identity = dict[str, Any]


def order_of(arguments: Mapping[str, Any]) -> Order:
    container = arguments.get("files_container") or ""
    if not isinstance(container, str):
        raise errors.Invalid(reason="files_container is not the name of a container")
    return Order(
        template=arguments.get("template"),
        params=arguments.get("params") or {},
        files=arguments.get("files") or {},
        environment_files=arguments.get("environment_files") or [],
        files_container=container,
        args=arguments.get("args") or {},
    )
