"""What can be done to a story's stack. Each function makes an act, which a ground then plays."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import requests
from sqlalchemy import select

from common import errors
from heat_engine.store import tables
from tests.crash.contents import Content, template
from tests.crash.ground import LOOK, PATIENCE, Failed, Ground

Act = Callable[[Ground], None]
REPORT = {"deploy_stdout": "out", "deploy_stderr": "", "deploy_status_code": 0}


def arm(ground: Ground) -> None:
    """From here on engines die."""
    ground.arm()


def pause(ground: Ground) -> None:
    ground.pause()


def reach(state: str) -> Act:
    return lambda ground: ground.reach(state)


def create(content: Content, version: int = 1, rules: Any = None, *, keep: bool = False) -> Act:
    """rules: hooks of resources. keep: a failure is not rolled back."""

    def act(ground: Ground) -> None:
        ground.enter(**_wanted(ground, content, version, rules), args={"disable_rollback": keep})

    return act


def made(content: Content, rules: Any = None) -> tuple[Act, ...]:
    """A stack that is there before anybody dies."""
    return create(content, rules=rules), reach("CREATE_COMPLETE"), arm


def update(content: Content, version: int = 2, rules: Any = None, **args: Any) -> Act:
    def act(ground: Ground) -> None:
        ground.ask("update_stack", **_wanted(ground, content, version, rules), args=args)

    return act


def _wanted(ground: Ground, content: Content, version: int, rules: Any) -> dict[str, Any]:
    registry = {"resource_registry": {"resources": rules}} if rules else {}
    return {"template": template(content(version, ground.server)), "params": registry}


def ask(method: str, *done: type[errors.HearthError], **arguments: Any) -> Act:
    """Ask something of the stack that an earlier try may have done."""

    def act(ground: Ground) -> None:
        ground.ask(method, *done, **arguments)

    return act


delete = ask("delete_stack", errors.EntityNotFound)
cancel = ask("stack_cancel_update", errors.NotSupported)
stop = ask("stack_cancel_update", errors.NotSupported, cancel_with_rollback=False)
snapshot = ask("stack_snapshot", errors.ActionInProgress)
suspend = ask("stack_suspend", errors.ActionInProgress)
resume = ask("stack_resume", errors.ActionInProgress)
check = ask("stack_check", errors.ActionInProgress)


def mark_unhealthy(*names: str) -> Act:
    def act(ground: Ground) -> None:
        for name in names:
            ground.ask(
                "resource_mark_unhealthy",
                resource_name=name,
                mark_unhealthy=True,
                resource_status_reason="ill",
            )

    return act


def _snapshots(ground: Ground) -> list[str]:
    listed = ground.ask("stack_list_snapshots")
    return [item["id"] for item in listed if item["action"] == "CREATE"]


def delete_snapshots(ground: Ground) -> None:
    for snapshot_id in _snapshots(ground):
        ground.ask("delete_snapshot", errors.EntityNotFound, snapshot_id=snapshot_id)


def restore(ground: Ground) -> None:
    ground.ask("stack_restore", errors.ActionInProgress, snapshot_id=_snapshots(ground)[-1])


def hand_over(ground: Ground) -> None:
    """Abandon the stack and adopt it."""
    with ground.database.read() as session:
        held = session.execute(select(tables.resource.c.id, tables.resource.c.physical_id))
        ground.former = {row.id: row.physical_id for row in held}
    document = ground.ask("abandon_stack")
    ground.enter(template=None, args={"adopt_stack_data": json.dumps(document)})


def damage(things: Mapping[str, tuple[str, str]]) -> Act:
    """Delete things behind the engines' backs: resource to service and collection."""

    def act(ground: Ground) -> None:
        rows = ground.rows()
        cloud = ground.cloud.session("p", {})
        for name, (service, collection) in things.items():
            cloud.delete(service, collection, str(rows[name].physical_id))

    return act


def signal(count: int) -> Act:
    """Signals to the wait condition, from senders that do not wait for one another. None that the
    engines have taken comes again."""

    def act(ground: Ground) -> None:
        senders = [
            threading.Thread(target=_signal, args=(ground, str(number))) for number in range(count)
        ]
        for sender in senders:
            sender.start()
            ground.pause()
        for sender in senders:
            sender.join()

    return act


def _signal(ground: Ground, id: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            details = {"id": id, "data": id}
            ground.ask("resource_signal", resource_name="handle", details=details)
        except errors.ResourceNotAvailable:
            time.sleep(LOOK)
        else:
            return


def report(name: str) -> Act:
    """What a server tells of a deployment, once, as soon as the deployment waits for it."""

    def act(ground: Ground) -> None:
        for _ in ground.until_rest():
            if _runs(ground, name):
                ground.ask("resource_signal", resource_name=name, details=REPORT)
                return

    return act


def _runs(ground: Ground, name: str) -> bool:
    row = ground.rows().get(name)
    deployments = tables.software_deployment.c
    query = select(deployments.status).where(
        deployments.id == (row.physical_id if row else ""), deployments.withdrawn_at.is_(None)
    )
    with ground.database.read() as session:
        found = session.execute(query).scalar()
    return row is not None and row.status == "IN_PROGRESS" and found == "IN_PROGRESS"


def put(count: int) -> Act:
    """Signals put to the URL of an object, which an engine serves while it lives."""

    def act(ground: Ground) -> None:
        sent = 0
        for _ in ground.until_rest():
            if sent == count:
                return
            body = json.dumps({"id": str(sent), "data": "told"})
            sent += _put(ground, body)

    return act


def _put(ground: Ground, body: str) -> bool:
    handle = ground.rows().get("handle")
    url = handle.attributes.get("endpoint") if handle is not None else None
    if not url:
        return False
    try:
        answer = requests.put(url, data=body, timeout=10)
    except requests.ConnectionError:
        return False
    if answer.status_code != 201:
        raise Failed(f"the object's URL answers {answer.status_code}: {answer.text}")
    return True


def clear_hooks(ground: Ground) -> None:
    """Clear every hook at which something pauses, at any depth, until the stack is at rest."""
    steps, stacks = tables.step.c, tables.stack
    query = select(stacks.c.name, stacks.c.id, steps.resource_name, steps.hook).where(
        steps.status == "PAUSED", stacks.c.traversal_id == steps.traversal_id
    )
    for _ in ground.until_rest():
        with ground.database.read() as session:
            paused = session.execute(query).all()
        for name, stack_id, resource, hook in paused:
            identity = {**ground.identity, "stack_name": name, "stack_id": stack_id}
            try:
                ground.insist(
                    "resource_signal",
                    stack_identity=identity,
                    resource_name=resource,
                    details={"unset_hook": hook},
                )
            except (errors.InvalidBreakPointHook, errors.NotFound):
                continue
