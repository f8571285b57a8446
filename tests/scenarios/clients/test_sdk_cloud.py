"""openstacksdk's cloud layer, which waits by events."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest
from openstack.orchestration.util import event_utils

from tests.scenarios.clients import templates
from tests.scenarios.clients.libraries import Sdk
from tests.scenarios.clients.openstack_shell import Pauses
from tests.scenarios.clients.site import Site


@pytest.fixture(scope="module")
def sdk(site: Site) -> Iterator[Sdk]:
    with Sdk(site, "alice") as connection:
        yield connection


@pytest.fixture(autouse=True)
def pauses() -> Iterator[None]:
    """The library's pauses between polls are as short as those of the command here."""
    short = Pauses()
    short.begin()
    with mock.patch.object(event_utils, "time", short):
        yield


def test_cloud_layer_whole_life(sdk: Sdk, tmp_path: Path) -> None:
    cloud = sdk.cloud
    (tmp_path / "inner.yaml").write_text(templates.INNER)
    (tmp_path / "note.txt").write_text("remember")
    outer, environment = tmp_path / "outer.yaml", tmp_path / "env.yaml"
    outer.write_text(templates.OUTER)
    environment.write_text("parameter_defaults: {length: 9}\n")
    files = {"template_file": str(outer), "environment_files": [str(environment)]}
    made = cloud.create_stack("cloud", tags=["a", "b"], rollback=False, wait=True, **files)
    assert (made.status, made.tags) == ("CREATE_COMPLETE", ["a", "b"])
    assert (made.timeout_mins, made.is_rollback_disabled) == (60, True)
    outputs = {item["output_key"]: item["output_value"] for item in made.outputs}
    assert (len(outputs["word"]), outputs["note"]) == (9, "remember")

    changed = cloud.update_stack("cloud", wait=True, tags=["c"], length=12, **files)
    assert (changed.status, changed.parameters["length"]) == ("UPDATE_COMPLETE", "12")
    assert changed.tags == ["c"]
    # By its id, too.
    again = cloud.update_stack(made.id, wait=True, length=13, **files)
    assert again.parameters["length"] == "13"

    assert [item.id for item in cloud.list_stacks()] == [made.id]
    assert [item.id for item in cloud.list_stacks(status="COMPLETE", tags="a")] == []
    assert [item.id for item in cloud.search_stacks("cloud")] == [made.id]
    assert [item.id for item in cloud.search_stacks(filters={"status": "UPDATE_COMPLETE"})] == [
        made.id
    ]
    assert cloud.search_stacks("nobody") == []
    assert cloud.get_stack("cloud").id == made.id
    assert cloud.get_stack(made.id, resolve_outputs=False).outputs is None
    found, template = cloud.get_template_contents(template_file=str(outer))
    assert template["resources"]["note"]["type"] == "OS::Heat::Value"
    assert len(found) == 2

    assert cloud.delete_stack("cloud", wait=True) is True
    assert cloud.get_stack("cloud") is None
    assert cloud.delete_stack("cloud") is False


def test_cloud_layer_deletes_by_id(sdk: Sdk, tmp_path: Path) -> None:
    path = tmp_path / "words.yaml"
    path.write_text(templates.WORDS)
    made = sdk.cloud.create_stack("by-id", template_file=str(path), wait=True)
    assert sdk.cloud.delete_stack(made.id, wait=True) is True
    assert sdk.cloud.get_stack(made.id) is None
