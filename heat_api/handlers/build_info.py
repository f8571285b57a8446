"""Which builds are running (contract/native-api.md section 13.4)."""

from __future__ import annotations

from typing import Any

from heat_api.call import Call


def show(call: Call) -> dict[str, Any]:
    return {
        "api": {"revision": call.conf.revision.heat_revision},
        "engine": {"revision": call.ask("get_revision")},
    }
