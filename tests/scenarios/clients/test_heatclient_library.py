"""python-heatclient as scripts use it: with user and key or a token, and with a session."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from heatclient import exc

from tests.scenarios.clients.libraries import Heat
from tests.scenarios.clients.site import Site

SECONDS = 30.0
HOT: dict[str, Any] = {
    "heat_template_version": "2021-04-16",
    "parameters": {"length": {"type": "number", "default": 8}},
    "resources": {
        "word": {
            "type": "OS::Heat::RandomString",
            "metadata": {"colour": "green"},
            "properties": {"length": {"get_param": "length"}},
        },
        "handle": {"type": "OS::Heat::WaitConditionHandle"},
    },
    "outputs": {"word": {"description": "a", "value": {"get_attr": ["word", "value"]}}},
}


EMPTY = {"heat_template_version": "2021-04-16"}


@pytest.fixture(scope="module", params=["legacy", "session"])
def heat(request: pytest.FixtureRequest, site: Site) -> Heat:
    return Heat(site, "alice", with_session=request.param == "session")


@pytest.fixture
def stack(heat: Heat) -> Iterator[str]:
    made = heat.stacks.create(stack_name="lib", template=HOT, tags="a,b", disable_rollback=True)
    reach(heat, made["stack"]["id"], "CREATE_COMPLETE")
    yield "lib"
    heat.stacks.delete("lib")
    reach(heat, made["stack"]["id"], "DELETE_COMPLETE")


def until(look: Callable[[], Any], what: str) -> None:
    deadline = time.monotonic() + SECONDS
    while not look():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


def reach(heat: Heat, stack_id: str, wanted: str) -> None:
    def look() -> bool:
        found = heat.stacks.get(stack_id, resolve_outputs=False)
        assert found.stack_status == wanted or found.stack_status.endswith("PROGRESS"), found
        return bool(found.stack_status == wanted)

    until(look, wanted)


def test_library_shows_stacks(heat: Heat, stack: str) -> None:
    found = heat.stacks.get(stack)
    assert (found.stack_name, found.action, found.status) == ("lib", "CREATE", "COMPLETE")
    assert found.identifier == f"lib/{found.id}"
    assert (found.tags, found.disable_rollback, found.parent) == (["a", "b"], True, None)
    assert [item.id for item in heat.stacks.list(filters={"stack_name": "lib"})] == [found.id]
    assert [item.id for item in heat.stacks.list(tags="a")] == [found.id]
    assert list(heat.stacks.list(status="FAILED", sort_keys=["stack_name"], sort_dir="asc")) == []
    with pytest.raises(exc.HTTPForbidden):
        list(heat.stacks.list(global_tenant=True))
    with pytest.raises(exc.HTTPNotFound) as caught:
        heat.stacks.get("nobody")
    assert "The Stack (nobody) could not be found." in str(caught.value)
    with pytest.raises(exc.HTTPConflict):
        heat.stacks.create(stack_name="lib", template=HOT)


def test_library_previews_and_validates(heat: Heat, stack: str) -> None:
    seen = heat.stacks.preview(stack_name="not-yet", template=HOT)
    assert {item["resource_name"] for item in seen.resources} == {"word", "handle"}
    shown = heat.stacks.validate(template=HOT, show_nested=True, ignore_errors="99001")
    assert shown["Parameters"]["length"]["Default"] == 8
    changes = heat.stacks.preview_update(stack, existing=True, parameters={"length": 9})
    (replaced,) = changes["resource_changes"]["replaced"]
    assert replaced["resource_name"] == "word"
    whole = heat.stacks.preview_update(stack, template=EMPTY, show_nested=True)
    deleted = whole["resource_changes"]["deleted"]
    assert {item["resource_name"] for item in deleted} == {"word", "handle"}
    with pytest.raises(exc.HTTPBadRequest, match="nothing"):
        heat.stacks.preview(stack_name="x", template=HOT, parameters={"nothing": 1})


def test_library_updates(heat: Heat, stack: str) -> None:
    heat.stacks.update(stack, existing=True, parameters={"length": 9})
    reach(heat, stack, "UPDATE_COMPLETE")
    assert heat.stacks.environment(stack)["parameters"] == {"length": 9}
    assert heat.stacks.get(stack).tags == ["a", "b"]
    heat.stacks.update(stack, template=HOT, tags="c")
    reach(heat, stack, "UPDATE_COMPLETE")
    assert heat.stacks.environment(stack)["parameters"] == {}
    found = heat.stacks.get(stack)
    assert found.tags == ["c"]
    # A stack that was listed can be worked with itself.
    found.update(template=HOT)
    reach(heat, stack, "UPDATE_COMPLETE")


def test_library_reads_documents_and_outputs(heat: Heat, stack: str) -> None:
    assert heat.stacks.template(stack) == HOT
    assert heat.stacks.files(stack) == {}
    listed = heat.stacks.output_list(stack)["outputs"]
    assert listed == [{"output_key": "word", "description": "a"}]
    shown = heat.stacks.output_show(stack, "word")["output"]
    assert len(shown["output_value"]) == 8


def test_library_reads_resources(heat: Heat, stack: str) -> None:
    listed = heat.resources.list(stack, nested_depth=2, with_detail=True)
    by_name = {item.resource_name: item for item in listed}
    assert set(by_name) == {"word", "handle"}
    assert by_name["word"].stack_name == "lib"
    assert [
        item.resource_name for item in heat.resources.list(stack, filters={"name": "word"})
    ] == ["word"]
    found = heat.resources.get(stack, "word", with_attr=["value", "nothing"])
    assert len(found.attributes["value"]) == 8
    assert found.attributes["nothing"] is None
    assert heat.resources.metadata(stack, "word") == {"colour": "green"}
    heat.resources.mark_unhealthy(stack, "word", True, "why")
    assert heat.resources.get(stack, "word").resource_status == "CHECK_FAILED"
    heat.resources.mark_unhealthy(stack, "word", False, "")
    heat.resources.signal(stack, "handle", {"status": "SUCCESS", "data": "d", "id": "1"})
    until(lambda: heat.resources.metadata(stack, "handle"), "the signal")
    assert heat.resources.generate_template("OS::Heat::Value")["Resources"]
    with pytest.raises(exc.HTTPNotFound):
        heat.resources.get(stack, "nothing")


def test_library_reads_events(heat: Heat, stack: str) -> None:
    newest_first = heat.events.list(stack)
    oldest_first = heat.events.list(stack, sort_dir="asc")
    ids = [item.id for item in oldest_first]
    assert {item.id for item in newest_first} == set(ids)
    assert oldest_first[0].resource_status_reason == "Stack CREATE started"
    page = heat.events.list(stack, sort_dir="asc", limit=2, marker=ids[0])
    assert [item.id for item in page] == ids[1:3]
    of_word = heat.events.list(stack, resource_name="word", filters={"resource_status": "COMPLETE"})
    (event,) = of_word
    shown = heat.events.get(stack, "word", event.id)
    assert shown.resource_type == "OS::Heat::RandomString"
    with pytest.raises(exc.HTTPNotFound):
        heat.events.get(stack, "word", "nothing")


def test_library_acts(heat: Heat, stack: str) -> None:
    for action in ("check", "suspend", "resume"):
        getattr(heat.actions, action)(stack)
        reach(heat, stack, f"{action.upper()}_COMPLETE")
    with pytest.raises(exc.HTTPBadRequest):
        heat.actions.cancel_update(stack)
    with pytest.raises(exc.HTTPBadRequest):
        heat.actions.cancel_without_rollback(stack)


def test_library_keeps_snapshots_and_lets_go(heat: Heat) -> None:
    made = heat.stacks.create(stack_name="held", template=HOT)["stack"]["id"]
    reach(heat, made, "CREATE_COMPLETE")
    snapshot = heat.stacks.snapshot("held", name="s")["id"]
    reach(heat, made, "SNAPSHOT_COMPLETE")
    assert [item["name"] for item in heat.stacks.snapshot_list("held")["snapshots"]] == ["s"]
    assert heat.stacks.snapshot_show("held", snapshot)["snapshot"]["status"] == "COMPLETE"
    heat.stacks.restore("held", snapshot)
    reach(heat, made, "RESTORE_COMPLETE")
    heat.stacks.snapshot_delete("held", snapshot)
    exported = heat.stacks.export("held")
    assert set(exported["resources"]) == {"word", "handle"}
    abandoned = heat.stacks.abandon("held")
    assert abandoned["id"] == made
    with pytest.raises(exc.HTTPNotFound):
        heat.stacks.get("held")


def test_library_reads_the_catalogue(heat: Heat) -> None:
    names = {item.resource_type for item in heat.resource_types.list()}
    assert "OS::Heat::RandomString" in names
    (found,) = heat.resource_types.list(filters={"name": "OS::Heat::Value"}, with_description=True)
    assert found.description
    assert heat.resource_types.get("OS::Heat::Value", with_description=True)["description"]
    hot = heat.resource_types.generate_template("OS::Heat::Value", "hot")
    assert hot["heat_template_version"]
    versions = heat.template_versions.list()
    assert "heat_template_version.2021-04-16" in {item.version for item in versions}
    functions = heat.template_versions.get("heat_template_version.2021-04-16")
    assert "get_attr" in {item.functions for item in functions}
    assert set(heat.build_info.build_info()) == {"api", "engine"}
    with pytest.raises(exc.HTTPForbidden):
        heat.services.list()


def test_library_keeps_software_configs(heat: Heat) -> None:
    config = heat.software_configs.create(name="hello", group="script", config="echo hi")
    assert heat.software_configs.get(config.id).config == "echo hi"
    assert config.id in {item.id for item in heat.software_configs.list(limit=1000)}
    made = heat.software_deployments.create(config_id=config.id, server_id="lib-server")
    changed = heat.software_deployments.update(made.id, status="FAILED", status_reason="why")
    assert (changed.status, changed.status_reason) == ("FAILED", "why")
    assert heat.software_deployments.get(made.id).status == "FAILED"
    (document,) = heat.software_deployments.metadata("lib-server")
    assert document["id"] == config.id
    assert [item.id for item in heat.software_deployments.list(server_id="lib-server")] == [made.id]
    heat.software_deployments.delete(made.id)
    heat.software_configs.delete(config.id)
    with pytest.raises(exc.HTTPNotFound):
        heat.software_configs.get(config.id)
