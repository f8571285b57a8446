"""Calls of a cloud: what a refusal means, when to look again, names for ids."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from heat_engine.clouds.interface import Cloud, CloudError, Document
from heat_engine.resources.protocol import Progress, Request, failed, wait

FASTEST_POLL, SLOWEST_POLL = 0.05, 2.0
MOST_RETRIES = 60
ERROR_NAMES = {
    "not_found": "NotFound",
    "conflict": "Conflict",
    "invalid": "BadRequest",
    "forbidden": "Forbidden",
    "over_limit": "OverLimit",
    "unavailable": "ServiceUnavailable",
}


def poll_after(elapsed: float) -> float:
    """Seconds until the next look: fast at first, slower the longer it takes.

    It follows from the time alone, so that a poll that finds nothing new has nothing to store.
    """
    return min(SLOWEST_POLL, max(FASTEST_POLL, elapsed / 2))


def pause(request: Request, since: float = 0.0) -> float:
    """Seconds until the next look at what was begun at an elapsed time of ``since``.

    Who takes a step over from an engine that died looks often again: nobody has looked meanwhile.
    """
    return poll_after(min(request.elapsed - since, request.watched))


def guarded(request: Request, verb: Callable[[Request], Progress]) -> Progress:
    """Run a verb. What may pass is tried again for a while, any other refusal is a failure."""
    try:
        return verb(request)
    except CloudError as error:
        return refused(request, error, again=error.retryable)


def refused(request: Request, error: CloudError, *, again: bool) -> Progress:
    retries = int(request.saved.get("retries", 0)) + 1
    if again and retries <= MOST_RETRIES:
        after = min(SLOWEST_POLL, FASTEST_POLL * 1.5**retries)
        saved = {**request.saved, "retries": retries}
        return wait(f"the cloud to accept the request: {error}", after=after, saved=saved)
    name = ERROR_NAMES.get(error.kind, "CloudError")
    return failed(str(error), name, transient=error.kind == "conflict")


def poll(request: Request, waiting_for: str, **fields: Any) -> Progress:
    """Look again later. ``saved`` stays as it is, without the count of refusals.

    Its ``since`` is the elapsed time at which something new was begun: from there the pauses grow.
    """
    saved = {key: value for key, value in request.saved.items() if key != "retries"}
    saved.update(fields.pop("saved", {}))
    after = pause(request, saved.get("since", 0.0))
    return wait(waiting_for, after=after, saved=saved, **fields)


def find(cloud: Cloud, service: str, collection: str, id_or_name: str) -> Document:
    """The thing of that id, or the only one of that name. CloudError not_found or invalid."""
    try:
        return cloud.get(service, collection, id_or_name)
    except CloudError as error:
        if error.kind != "not_found":
            raise
    named = cloud.list(service, collection, name=id_or_name)
    label = collection.rstrip("s").replace("_", " ")
    if not named:
        raise CloudError("not_found", f"The {label} ({id_or_name}) could not be found.")
    if len(named) > 1:
        raise CloudError("invalid", f"{len(named)} {collection} are named {id_or_name}.")
    return named[0]


def reference(cloud: Cloud, service: str, collection: str, given: Any) -> Any:
    """The id for an id or a name, or a list of them; nothing stays nothing."""
    if isinstance(given, (list, tuple)):
        return [reference(cloud, service, collection, item) for item in given]
    return find(cloud, service, collection, str(given))["id"] if given else None


def compact(value: Any) -> Any:
    """A value without the entries that were not given: a map's schema fills those with None."""
    if isinstance(value, Mapping):
        return {key: compact(item) for key, item in value.items() if item is not None}
    if isinstance(value, (list, tuple)):
        return [compact(item) for item in value]
    return value
