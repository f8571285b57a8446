"""Collections that are documents and nothing else."""

from __future__ import annotations

import pytest

from heat_engine.clouds.interface import CloudError
from heat_engine.clouds.local.cloud import LocalCloud


def test_a_plain_thing_from_create_to_delete(cloud: LocalCloud) -> None:
    body = {"name": "g", "policies": ["affinity"]}
    made = cloud.create("compute", "server_groups", body, token="t")
    assert made["policies"] == ["affinity"]
    stolen = {"name": "h", "id": "other", "project_id": "other"}
    changed = cloud.update("compute", "server_groups", made["id"], stolen)
    assert (changed["name"], changed["id"], changed["project_id"]) == ("h", made["id"], "project")
    cloud.delete("compute", "server_groups", made["id"])
    with pytest.raises(CloudError, match=f"Server group {made['id']} could not be found") as raised:
        cloud.get("compute", "server_groups", made["id"])
    assert raised.value.kind == "not_found"
