"""The template, environment and files of a stack (contract/native-api.md section 8.11)."""

from __future__ import annotations

from typing import Any

from heat_api.call import Call


def template(call: Call) -> Any:
    return call.ask("get_template", stack_identity=call.identity.to_dict())


def environment(call: Call) -> Any:
    return call.ask("get_environment", stack_identity=call.identity.to_dict())


def files(call: Call) -> Any:
    return call.ask("get_files", stack_identity=call.identity.to_dict())
