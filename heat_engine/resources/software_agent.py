"""What the agents of a server need to know to learn what is deployed to it.

Source: contract/engine-semantics.md section 10.7.
"""

from __future__ import annotations

import json
from typing import Any

import yaml

from heat_engine.resources import mime, software_object
from heat_engine.resources.protocol import Guest, Request

OFFERED = "POLL_SERVER_CFN, POLL_SERVER_HEAT or POLL_TEMP_URL"
# Where os-collect-config looks for it at a server's first boot.
FIRST_FILE = "/var/lib/heat-cfntools/cfn-init-data"


def metadata(request: Request) -> dict[str, Any]:
    """The metadata of a server's resource; what is deployed is filled in when it is read."""
    made: dict[str, Any] = {**request.template_metadata, "deployments": []}
    if request.guest is not None:
        made["os-collect-config"] = collect_config(request, request.guest)
    return made


def collect_config(request: Request, guest: Guest) -> dict[str, Any]:
    """Where the agents poll, and with which credential."""
    transport = request.properties["software_config_transport"]
    if transport == software_object.TRANSPORT:
        return {
            "collectors": ["ec2", "request", "local"],
            "request": {"metadata_url": software_object.url(request)},
        }
    if transport == "POLL_SERVER_HEAT":
        return {
            "collectors": ["ec2", "heat", "local"],
            "heat": {
                "auth_url": guest.auth_url
                or guest.endpoint.partition("/stacks/")[0].rpartition("/")[0],
                "username": guest.access,
                "user_id": guest.user_id,
                "password": guest.secret,
                "project_id": guest.project_id or request.project_id,
                "stack_id": f"{request.stack_name}/{request.stack_id}",
                "resource_name": request.name,
                "region_name": "",
                "token": guest.token,
                "metadata_url": guest.metadata_url,
            },
        }
    return {
        "collectors": ["ec2", "cfn", "local"],
        "cfn": {
            "metadata_url": f"{guest.cfn_url}/",
            "access_key_id": guest.access,
            "secret_access_key": guest.secret,
            "stack_name": request.stack_name,
            "path": f"{request.name}.Metadata",
        },
    }


def user_data(given: str, request: Request) -> str:
    """A server's user data with the file that its agents begin with."""
    inner = mime.parts(given) if given else []
    items = [mime.part(given)] if inner is None else inner
    if request.guest is not None:
        known = {"os-collect-config": collect_config(request, request.guest)}
        file = {"path": FIRST_FILE, "permissions": "0600", "content": json.dumps(known)}
        first = mime.part(yaml.safe_dump({"write_files": [file]}), "agent.yaml", "cloud-config")
        # The user's own cloud-config may write files too.
        first.add_header("Merge-Type", "list(append)+dict(recurse_array)+str()")
        items = [*items, first]
    return mime.multipart(items)
