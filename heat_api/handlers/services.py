"""The engines and whether they are up (contract/native-api.md section 13.5)."""

from __future__ import annotations

from typing import Any

from heat_api.call import Call


def index(call: Call) -> dict[str, Any]:
    return {"services": call.ask("list_services")}
