"""Actions on a stack (contract/native-api.md section 8.9)."""

from __future__ import annotations

from heat_api.call import Call
from heat_api.schemas import actions

_CANCEL = {"cancel_update": True, "cancel_without_rollback": False}


def action(call: Call) -> None:
    name = actions.action(call.body)
    call.authorize(f"actions:{name}")
    identity = call.identity.to_dict()
    if name in _CANCEL:
        call.ask("stack_cancel_update", stack_identity=identity, cancel_with_rollback=_CANCEL[name])
    else:
        call.ask(f"stack_{name}", stack_identity=identity)
