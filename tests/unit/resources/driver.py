"""Calls verbs as the engine does: again while they wait, with what they saved."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from heat_engine.language import properties as language_properties
from heat_engine.resources.protocol import Guest, Outcome, Progress, Request, ResourceType
from tests.unit.resources.cloud_double import CloudDouble, Crash

GUEST = Guest(
    user_id="user-1",
    access="access-1",
    secret="secret-1",
    token="token-1",
    endpoint="http://heat/v1/p/stacks/s/1/resources/handle/signal",
    signal_url="http://cfn/v1/signal/arn%3Aopenstack?Signature=a",
    waitcondition_url="http://cfn/v1/waitcondition/arn%3Aopenstack?Signature=b",
)


def request(
    kind: ResourceType,
    properties: Mapping[str, Any] | None = None,
    cloud: CloudDouble | None = None,
    **fields: Any,
) -> Request:
    """A request as for create; ``properties`` as a user gives them."""
    given = language_properties.complete(
        kind.properties, properties or {}, open=kind.open_properties
    )
    return Request(
        **{
            "name": "thing",
            "type": kind.name,
            "token": "resource-1",
            "physical_name": "stack-thing-abc",
            "stack_id": "stack-id",
            "stack_name": "stack",
            "project_id": "project",
            "cloud": cloud or CloudDouble(),
            "properties": given,
            **fields,
        }
    )


def change(kind: ResourceType, before: Request, properties: Mapping[str, Any]) -> Request:
    """The request of an update of what ``before`` led to."""
    given = language_properties.complete(kind.properties, properties, open=kind.open_properties)
    return replace(
        before,
        properties=given,
        previous=before.properties,
        changed=language_properties.changed(kind.properties, before.properties, given),
        saved={},
        elapsed=0.0,
    )


def keep(call: Request, progress: Progress) -> Request:
    """The next request, after the engine has stored what the verb reached."""
    stored: dict[str, Any] = {"saved": dict(progress.saved)}
    if progress.physical_id is not None:
        stored["physical_id"] = progress.physical_id
    if progress.attributes is not None:
        stored["attributes"] = {**call.attributes, **progress.attributes}
    if progress.data is not None:
        stored["data"] = dict(progress.data)
    return replace(call, **stored, elapsed=call.elapsed + (progress.after or 0.0))


def run(
    verb: Callable[[Request], Progress], call: Request, limit: int = 200
) -> tuple[Progress, Request]:
    """Call a verb until it ends; each crash loses what that call has reached."""
    for _ in range(limit):
        try:
            progress = verb(call)
        except Crash:
            continue
        call = keep(call, progress)
        if progress.outcome is not Outcome.WAIT:
            return progress, replace(call, saved={}, elapsed=0.0)
        assert progress.waiting_for
    raise AssertionError(f"still waiting for {progress.waiting_for}")


def run_twice(verb: Callable[[Request], Progress], call: Request) -> tuple[Progress, Request]:
    """As ``run``, but the engine dies after every single call, before anything is stored."""

    def again(each: Request) -> Progress:
        verb(each)
        return verb(each)

    return run(again, call)
