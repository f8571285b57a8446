"""What a server's agents are told, as cloud-init reads it."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from heat_engine.clouds.local import cloudinit
from heat_engine.resources import mime, software_agent
from heat_engine.resources.openstack.server import Server
from heat_engine.resources.protocol import Request
from tests.unit.resources.driver import GUEST, request

SCRIPT = "#!/bin/sh\necho ready\n"
WRITES = "#cloud-config\nwrite_files:\n- {path: /a, content: b}\n"


def server(transport: str = "POLL_SERVER_HEAT", **fields: Any) -> Request:
    given = {"flavor": "1", "image": "i", "software_config_transport": transport}
    return request(Server(), given, **{"guest": GUEST, **fields})


def first_file(plan: cloudinit.Plan) -> dict[str, Any]:
    (found,) = [item for item in plan.files if item["path"] == software_agent.FIRST_FILE]
    assert found["permissions"] == 0o600
    held: dict[str, Any] = json.loads(base64.b64decode(found["content"]))
    return held


@pytest.mark.parametrize("given", ["", SCRIPT, WRITES, mime.multipart([mime.part(SCRIPT)])])
def test_user_data_keeps_its_own_and_gains_a_file(given: str) -> None:
    call = server()
    plan = cloudinit.parse(software_agent.user_data(given, call).encode())
    assert plan.warnings == []
    known = {"os-collect-config": software_agent.collect_config(call, GUEST)}
    assert first_file(plan) == known
    assert [base64.b64decode(text).decode() for _, text in plan.scripts] == (
        [SCRIPT] if "echo" in given else []
    )
    assert ("/a" in [item["path"] for item in plan.files]) == (given == WRITES)


def test_without_a_credential_there_is_no_file() -> None:
    plan = cloudinit.parse(software_agent.user_data(SCRIPT, server(guest=None)).encode())
    assert plan.files == []
    assert len(plan.scripts) == 1


def test_where_to_poll() -> None:
    heat = software_agent.collect_config(server(), GUEST)["heat"]
    assert (heat["token"], heat["password"]) == (GUEST.token, GUEST.secret)
    assert heat["auth_url"] == "http://heat/v1"
    assert heat["stack_id"] == "stack/stack-id"
    cfn = software_agent.collect_config(server("POLL_SERVER_CFN"), GUEST)["cfn"]
    assert (cfn["access_key_id"], cfn["path"]) == (GUEST.access, "thing.Metadata")
    assert GUEST.token not in json.dumps(cfn)


def test_the_template_s_metadata_stays() -> None:
    made = software_agent.metadata(server(template_metadata={"mine": 1}))
    assert made.keys() == {"mine", "deployments", "os-collect-config"}
    assert software_agent.metadata(server(guest=None)) == {"deployments": []}
