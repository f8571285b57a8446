"""When a change of a deployment is written to an object, and what its maker is told."""

from __future__ import annotations

import json
from typing import Any

import pytest

from common import errors
from common.context import RequestContext
from heat_engine.commands import software_publish
from heat_engine.commands.core import Core
from heat_engine.store import resources
from tests.unit.commands.rows import row
from tests.unit.store.rows import add_stack

CALLER = RequestContext(user_id="u", project_id="project", overwrite=False)
URL = "http://127.0.0.1:1/v1/AUTH_p/box/agents?temp_url_sig=s"
POLLED = {"os-collect-config": {"request": {"metadata_url": URL}}}
ASKED = {"os-collect-config": {"heat": {}}}


def serve(core: Core, metadata: dict[str, Any]) -> None:
    """A stack with a server of that metadata."""
    server = row("r", physical_id="server", metadata=metadata)
    server.stack_id = add_stack(core.database, "s")
    core.database.transact(resources.save, [server])


def objects(core: Core) -> list[Any]:
    found = core.clouds.session("project", {}).list("object-store", "objects")
    return [json.loads(item["content"]) for item in found]


@pytest.mark.parametrize(
    ("metadata", "written"), [(POLLED, [{**POLLED, "deployments": []}]), (ASKED, [])]
)
def test_only_servers_that_poll_an_object_get_one(
    core: Core, metadata: dict[str, Any], written: list[Any]
) -> None:
    serve(core, metadata)
    for server_id in ("server", "another"):
        software_publish.after(core, CALLER, server_id)
    assert objects(core) == written


def test_servers_of_other_projects_are_none_of_the_callers(core: Core) -> None:
    serve(core, POLLED)
    other = RequestContext(user_id="v", project_id="theirs", overwrite=False)
    software_publish.after(core, other, "server")
    assert objects(core) == []


def test_whoever_changed_it_is_told_that_it_could_not_be_written(core: Core) -> None:
    serve(core, POLLED)
    cloud: Any = core.clouds
    cloud.fail("create", "objects", "unavailable")
    with pytest.raises(errors.ServiceUnavailable, match="is stored, but could not be written for"):
        software_publish.after(core, CALLER, "server")
