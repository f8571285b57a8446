"""Outputs of a stack (contract/native-api.md section 8.11)."""

from __future__ import annotations

from typing import Any

from heat_api.call import Call


def index(call: Call) -> dict[str, Any]:
    return {"outputs": call.ask("list_outputs", stack_identity=call.identity.to_dict())}


def show(call: Call) -> dict[str, Any]:
    output = call.ask(
        "show_output", stack_identity=call.identity.to_dict(), output_key=call.path["output_key"]
    )
    return {"output": output}
