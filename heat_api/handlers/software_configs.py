"""Software configs (contract/native-api.md section 11.1)."""

from __future__ import annotations

from typing import Any

import webob
import webob.exc

from heat_api.call import Call
from heat_api.schemas import listing
from heat_api.schemas import software_configs as schema


def index(call: Call) -> dict[str, Any]:
    query = call.query
    chosen = listing.paging(query)
    if query.boolean("global_tenant", default=False):
        call.authorize("software_configs:global_index")
        chosen["global_tenant"] = True
    return {"software_configs": call.ask("list_software_configs", **chosen)}


def create(call: Call) -> dict[str, Any]:
    made = call.ask("create_software_config", **schema.create(call.required_body))
    return {"software_config": made}


def show(call: Call) -> dict[str, Any]:
    return {"software_config": call.ask("show_software_config", config_id=call.path["config_id"])}


def delete(call: Call) -> webob.Response:
    call.ask("delete_software_config", config_id=call.path["config_id"])
    return webob.exc.HTTPNoContent()
