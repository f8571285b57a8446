"""Snapshots and what they are restored from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from common import errors
from tests.scenarios.nests import box, child, create, nest, orphans, update, value_of
from tests.scenarios.world import MINE, OTHERS, Stack, World, net, server, thing, until

VOLUME = {"type": "OS::Cinder::Volume", "properties": {"size": 1, "name": "disk"}}


def take(stack: Stack, name: str | None = None) -> dict[str, Any]:
    """A complete snapshot."""
    made = stack.via().stack_snapshot(MINE, stack.identity, name)
    stack.reach("SNAPSHOT_COMPLETE")
    return show(stack, made["id"])


def show(stack: Stack, snapshot_id: str) -> dict[str, Any]:
    shown: dict[str, Any] = stack.via().show_snapshot(MINE, stack.identity, snapshot_id)
    return shown


def listed(stack: Stack) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = stack.via().stack_list_snapshots(MINE, stack.identity)
    return found


def restore(stack: Stack, snapshot_id: str) -> None:
    stack.via().stack_restore(MINE, stack.identity, snapshot_id)


def drop(stack: Stack, snapshot_id: str) -> None:
    stack.via().delete_snapshot(MINE, stack.identity, snapshot_id)
    until(lambda: not listed(stack), "the snapshot to be gone")


def test_a_snapshot_saves_what_there_is(any_world: World) -> None:
    stack = any_world.create({"web": server(), "disk": VOLUME, "a": thing("one")})
    stack.reach("CREATE_COMPLETE")
    begun = stack.via().stack_snapshot(MINE, stack.identity, "first")
    assert (begun["name"], begun["action"], begun["status"]) == ("first", "CREATE", "IN_PROGRESS")
    assert "resources" not in begun["data"]
    stack.reach("SNAPSHOT_COMPLETE")
    assert stack.reason == "Stack SNAPSHOT completed successfully"
    assert set(stack.states().values()) == {"SNAPSHOT_COMPLETE"}
    (shown,) = listed(stack)
    assert shown == show(stack, begun["id"])
    assert shown["status"] == "COMPLETE"
    assert shown["status_reason"] == "Stack SNAPSHOT completed successfully"
    data = shown["data"]
    assert data["template"]["resources"]["a"] == thing("one")
    (image,) = any_world.cloud.made("images")
    (backup,) = any_world.cloud.made("backups")
    assert data["resources"]["web"]["resource_data"] == {"snapshot_image_id": image["id"]}
    assert data["resources"]["disk"]["resource_data"] == {"backup_id": backup["id"]}
    assert data["resources"]["web"]["resource_id"] == stack.physical("web")
    drop(stack, begun["id"])
    assert any_world.cloud.made("images") == any_world.cloud.made("backups") == []
    assert any_world.leftovers() == {"steps": 0, "traversals": 0}


def test_restore_leads_back(any_world: World) -> None:
    stack = any_world.create({"web": server(), "disk": VOLUME, "a": thing("one"), "n": net()})
    stack.reach("CREATE_COMPLETE")
    web, disk = stack.physical("web"), stack.physical("disk")
    taken = take(stack)
    stack.update({"web": server(), "a": thing("two"), "more": net("more")})
    stack.reach("UPDATE_COMPLETE")
    restore(stack, taken["id"])
    stack.reach("RESTORE_COMPLETE")
    assert stack.reason == "Stack RESTORE completed successfully"
    assert stack.states() == {
        "web": "UPDATE_COMPLETE",
        "disk": "CREATE_COMPLETE",
        "a": "UPDATE_COMPLETE",
        "n": "CREATE_COMPLETE",
    }
    assert stack.physical("web") == web
    assert stack.physical("disk") != disk
    saved = {name: taken["data"]["resources"][name]["resource_data"] for name in ("web", "disk")}
    rebuilt = [call for call in any_world.cloud.done("act", "servers") if call[3] == "rebuild"]
    assert [call[4]["imageRef"] for call in rebuilt] == [saved["web"]["snapshot_image_id"]]
    put_back = any_world.cloud.done("act", "backups")
    assert [(call[2], call[4]["volume_id"]) for call in put_back] == [
        (saved["disk"]["backup_id"], stack.physical("disk"))
    ]
    template = stack.via().get_template(MINE, stack.identity)
    assert set(template["resources"]) == {"web", "disk", "a", "n"}
    # What was restored is as its template says: the same update again has nothing to do.
    stack.update(template["resources"])
    stack.reach("UPDATE_COMPLETE")
    assert [call[3] for call in any_world.cloud.done("act", "servers")].count("rebuild") == 1
    stack.delete()
    stack.reach("DELETE_COMPLETE")
    until(lambda: not any_world.cloud.made("images"), "the image to be gone")
    until(lambda: not any_world.cloud.made("backups"), "the backup to be gone")


def test_what_has_not_changed_is_restored_too(world: World) -> None:
    stack = world.create({"disk": VOLUME, "a": thing()})
    stack.reach("CREATE_COMPLETE")
    taken = take(stack)
    restore(stack, taken["id"])
    stack.reach("RESTORE_COMPLETE")
    assert len(world.cloud.done("act", "backups")) == 1
    assert stack.states() == {"disk": "UPDATE_COMPLETE", "a": "SNAPSHOT_COMPLETE"}


def test_nested_stacks_are_part_of_it(any_world: World) -> None:
    inner = nest(
        {"disk": VOLUME, "inner": thing({"get_param": "text"})},
        {"text": {"type": "string"}},
    )
    files = {"box.yaml": inner}
    stack = create(any_world, {"b": box("one")}, files)
    stack.reach("CREATE_COMPLETE")
    taken = take(stack)
    assert child(stack, "b").state == "SNAPSHOT_COMPLETE"
    nested = taken["data"]["resources"]["b"]
    (backup,) = any_world.cloud.made("backups")
    assert nested["resources"]["disk"]["resource_data"] == {"backup_id": backup["id"]}
    assert listed(child(stack, "b")) == []
    update(stack, {"b": box("two")}, files)
    stack.reach("UPDATE_COMPLETE")
    restore(stack, taken["id"])
    stack.reach("RESTORE_COMPLETE")
    assert child(stack, "b").state == "RESTORE_COMPLETE"
    assert len(any_world.cloud.done("act", "backups")) == 1
    # The nested stack may go; what was saved of it stays with the snapshot.
    update(stack, {"other": thing()}, files)
    stack.reach("UPDATE_COMPLETE")
    assert len(any_world.cloud.made("backups")) == 1
    restore(stack, taken["id"])
    stack.reach("RESTORE_COMPLETE")
    assert child(stack, "b").state == "CREATE_COMPLETE"
    assert len(any_world.cloud.done("act", "backups")) == 2
    drop(stack, taken["id"])
    until(lambda: not any_world.cloud.made("backups"), "the backup to be gone")
    assert orphans(any_world) == []


def test_another_engine_goes_on_with_it(world: World) -> None:
    other = world.add_engine()
    with world.cloud.held("create", "backups") as arrived:
        stack = world.create({"disk": VOLUME, "web": server()})
        stack.reach("CREATE_COMPLETE")
        made = stack.via().stack_snapshot(MINE, stack.identity, None)
        arrived.wait(5)
        world.kill(world.engine)
    stack.reach("SNAPSHOT_COMPLETE")
    assert len(world.cloud.made("backups")) == len(world.cloud.made("images")) == 1
    other.service.stack_restore(MINE, stack.identity, made["id"])
    stack.reach("RESTORE_COMPLETE")
    stack.delete()
    stack.reach("DELETE_COMPLETE")
    until(lambda: not world.cloud.made("images"), "the image to be gone")


def test_a_failed_snapshot_says_why_and_leaves_nothing(world: World) -> None:
    stack = world.create({"disk": VOLUME, "web": server()})
    stack.reach("CREATE_COMPLETE")
    world.cloud.fail("create", "backups", "invalid")
    made = stack.via().stack_snapshot(MINE, stack.identity, None)
    stack.reach("SNAPSHOT_FAILED")
    shown = show(stack, made["id"])
    assert shown["status"] == "FAILED"
    assert shown["status_reason"] == stack.reason
    assert "BadRequest: resources.disk: backups invalid" in stack.reason
    assert "resources" not in shown["data"]
    with pytest.raises(errors.NotSupported, match="CREATE_FAILED"):
        restore(stack, made["id"])
    # A failed snapshot is no reason to make anything anew.
    disk = stack.physical("disk")
    stack.update({"disk": VOLUME, "web": server()})
    stack.reach("UPDATE_COMPLETE")
    assert stack.physical("disk") == disk
    drop(stack, made["id"])
    assert world.cloud.made("images") == []


def test_a_deletion_that_fails_is_tried_again(world: World) -> None:
    stack = world.create({"disk": VOLUME})
    stack.reach("CREATE_COMPLETE")
    taken = take(stack)
    world.cloud.fail("forget", "backups", "invalid", times=1)
    stack.via().delete_snapshot(MINE, stack.identity, taken["id"])
    until(lambda: not listed(stack), "the snapshot to be gone")
    assert world.cloud.made("backups") == []


def test_what_comes_in_between_fails_the_snapshot(world: World) -> None:
    stack = world.create({"disk": VOLUME})
    stack.reach("CREATE_COMPLETE")
    with world.cloud.held("create", "backups") as arrived:
        made = stack.via().stack_snapshot(MINE, stack.identity, None)
        arrived.wait(5)
        with pytest.raises(errors.NotSupported, match="Deleting in-progress snapshot"):
            stack.via().delete_snapshot(MINE, stack.identity, made["id"])
        with pytest.raises(errors.ActionInProgress):
            stack.via().stack_snapshot(MINE, stack.identity, None)
        stack.update({"disk": VOLUME, "a": thing()})
        assert show(stack, made["id"])["status"] == "FAILED"
        assert show(stack, made["id"])["status_reason"] == "Stack UPDATE came in between"
    stack.reach("UPDATE_COMPLETE")
    stack.delete()
    stack.reach("DELETE_COMPLETE")
    until(lambda: not world.cloud.made("backups"), "the backup to be gone")


def test_deleting_during_a_snapshot(world: World) -> None:
    stack = world.create({"disk": VOLUME})
    stack.reach("CREATE_COMPLETE")
    with world.cloud.held("create", "backups") as arrived:
        stack.via().stack_snapshot(MINE, stack.identity, None)
        arrived.wait(5)
        stack.delete()
    stack.reach("DELETE_COMPLETE")
    until(lambda: not world.cloud.made("backups"), "the backup to be gone")
    assert world.cloud.made("volumes") == []


def test_no_snapshot_of_what_is_suspended(world: World) -> None:
    stack = world.create({"a": thing()})
    stack.reach("CREATE_COMPLETE")
    stack.via().stack_suspend(MINE, stack.identity)
    stack.reach("SUSPEND_COMPLETE")
    with pytest.raises(errors.NotSupported, match="SNAPSHOT of a stack in SUSPEND_COMPLETE"):
        stack.via().stack_snapshot(MINE, stack.identity, None)


def test_what_has_failed_stays_failed(world: World) -> None:
    stack = world.create({"a": thing(fail=True), "n": net()})
    stack.reach("CREATE_FAILED")
    take(stack)
    assert stack.states() == {"a": "CREATE_FAILED", "n": "SNAPSHOT_COMPLETE"}


def test_other_peoples_snapshots_do_not_exist(world: World) -> None:
    stack, second = world.create({"a": thing()}), world.create({"a": thing()}, name="t")
    stack.reach("CREATE_COMPLETE")
    second.reach("CREATE_COMPLETE")
    taken = take(stack)
    for context, identity in ((OTHERS, stack.identity), (MINE, second.identity)):
        for method in ("show_snapshot", "delete_snapshot", "stack_restore"):
            with pytest.raises(errors.EntityNotFound):
                getattr(stack.via(), method)(context, identity, taken["id"])


def test_a_hidden_value_is_not_shown_and_comes_back(world: World) -> None:
    template = {
        "heat_template_version": "2018-08-31",
        "parameters": {"secret": {"type": "string", "hidden": True}},
        "resources": {"a": thing({"get_param": "secret"}), "m": {**thing(), "metadata": {}}},
        "outputs": {"said": {"value": {"get_attr": ["a", "output"]}}},
    }
    template["resources"]["m"]["metadata"] = {"told": {"get_param": "secret"}, "other": "plain"}
    identity = world.engine.service.create_stack(
        MINE, "s", template=template, params={"parameters": {"secret": "hunter2!"}}
    )
    stack = Stack(world, identity)
    stack.reach("CREATE_COMPLETE")
    taken = take(stack)
    assert "hunter2!" not in str(taken)
    assert taken["data"]["resources"]["m"]["metadata"] == {"other": "plain"}
    stack.via().update_stack(
        MINE, identity, template=template, params={"parameters": {"secret": "changed!"}}
    )
    stack.reach("UPDATE_COMPLETE")
    restore(stack, taken["id"])
    stack.reach("RESTORE_COMPLETE")
    assert value_of(stack, "a") == "hunter2!"
    for name in ("changed!", "hunter2!"):
        assert name not in str(stack.via().stack_list_snapshots(MINE, stack.identity))


def test_the_deletion_policy_snapshot(any_world: World) -> None:
    keep = {"deletion_policy": "Snapshot"}
    resources = {"web": {**server(), **keep}, "disk": {**VOLUME, **keep}, "n": net()}
    stack = any_world.create(resources)
    stack.reach("CREATE_COMPLETE")
    disk = stack.physical("disk")
    stack.delete()
    stack.reach("DELETE_COMPLETE")
    assert any_world.cloud.made("servers") == any_world.cloud.made("volumes") == []
    assert [item["volume_id"] for item in any_world.cloud.made("backups")] == [disk]
    assert len(any_world.cloud.made("images")) == 1


def test_a_failing_copy_keeps_the_thing(world: World) -> None:
    stack = world.create({"disk": {**VOLUME, "deletion_policy": "Snapshot"}})
    stack.reach("CREATE_COMPLETE")
    world.cloud.fail("create", "backups", "invalid")
    stack.delete()
    stack.reach("DELETE_FAILED")
    assert stack.states() == {"disk": "DELETE_FAILED"}
    assert len(world.cloud.made("volumes")) == 1
    stack.delete()
    stack.reach("DELETE_COMPLETE")
    assert world.cloud.made("volumes") == []
    assert len(world.cloud.made("backups")) == 1


def test_limit(new_world: Callable[..., World]) -> None:
    world = new_world(max_snapshots_per_stack=1)
    stack = world.create({"a": thing()})
    stack.reach("CREATE_COMPLETE")
    take(stack)
    with pytest.raises(errors.RequestLimitExceeded, match="maximum snapshots per stack, 1"):
        stack.via().stack_snapshot(MINE, stack.identity, None)
    drop(stack, listed(stack)[0]["id"])
    take(stack)


def test_a_snapshot_that_takes_too_long(new_world: Callable[..., World]) -> None:
    world = new_world(stack_action_timeout=4)
    stack = world.create({"disk": VOLUME})
    stack.reach("CREATE_COMPLETE")
    world.cloud.slow["backups"] = ["creating"]
    made = stack.via().stack_snapshot(MINE, stack.identity, None)
    stack.reach("SNAPSHOT_FAILED")
    assert stack.reason.startswith("Timed out (resources.disk: waiting for backup to become ")
    state, reason = stack.history("disk")[-1]
    assert state == "SNAPSHOT_FAILED"
    assert reason.startswith("SNAPSHOT aborted (Timed out, waiting for backup to become available")
    assert show(stack, made["id"])["status_reason"] == stack.reason
    drop(stack, made["id"])
    assert world.cloud.made("backups") == []
