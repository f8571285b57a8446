"""Follow events: what the APIs ask on behalf of those who watch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from common.context import RequestContext
from heat_engine.commands import access, render
from heat_engine.commands.core import Core
from heat_engine.store import event_feed
from heat_engine.store.event_feed import Followed, Place

# What one call gives at most.
NEW = 2_000
REPLAYED = 100
# More numbers than this are not asked for in one call.
MISSING = 5_000


def scope(
    core: Core, context: RequestContext, identity: dict[str, Any] | None, nested_depth: int
) -> dict[str, Any]:
    """What somebody may watch: a stack, with those nested in it, or the project of the context.

    Keys: project_id, stack_id, root_id (None unless nested stacks count), depth (the deepest
    that counts), members (ids, when only a part of the tree counts), deleted, root (identity).
    """
    if identity is None:
        return {
            "project_id": context.project_id,
            "stack_id": None,
            "root_id": None,
            "depth": nested_depth,
            "members": None,
            "deleted": False,
            "root": None,
        }
    with core.database.read() as session:
        stack = access.by_identity(session, context, identity, deleted=True)
        members = None
        if nested_depth and stack.owner_id is not None:
            members = event_feed.nested_in(session, stack.root_id, stack.id)
    return {
        "project_id": stack.project_id,
        "stack_id": stack.id,
        "root_id": stack.root_id if nested_depth else None,
        "depth": stack.depth + nested_depth,
        "members": members,
        "deleted": stack.deleted_at is not None,
        "root": render.identity(stack).to_dict() if nested_depth else None,
    }


def replay(
    core: Core, watched: Mapping[str, Any], after: int, again: Sequence[int], until: int
) -> dict[str, Any]:
    """A page of what a scope's watcher has not seen: ``{events, more}``.

    until: up to where the one who asks follows already; beyond it nothing is known to be missing.
    """
    with core.database.read() as session:
        found = event_feed.replay(
            session,
            Place(after, [*again][:MISSING]),
            until,
            REPLAYED,
            project_id=watched["project_id"],
            stack_id=watched["stack_id"],
            root_id=watched["root_id"],
            depth=watched["depth"],
        )
    return {"events": [_told(item) for item in found], "more": len(found) == REPLAYED}


def follow(
    core: Core, after: int | None, again: Sequence[int], project_ids: Sequence[str]
) -> dict[str, Any]:
    """What has happened in these projects since the last call.

    Gives ``{events, after, missing, more, patience}``: the place to go on from, numbers newly
    missing below it, and for how many seconds they may still come. after: None asks for a place
    to begin at.
    """
    with core.database.read() as session:
        if after is None:
            found: list[Followed] = []
            place = event_feed.latest(session)
        else:
            found, place = event_feed.since(session, Place(after, [*again][:MISSING]), NEW)
    wanted = set(project_ids)
    return {
        "events": [_told(item) for item in found if item[1].project_id in wanted],
        "seen": [record.sequence for record, _place in found if record.sequence <= (after or 0)],
        "after": place.after,
        "missing": place.missing,
        "more": len(found) == NEW,
        "patience": event_feed.SETTLED_SECONDS,
    }


def _told(item: Followed) -> dict[str, Any]:
    record, place = item
    return {
        **render.event(place, record),
        "sequence": record.sequence,
        "owner_id": place.owner_id,
        "root_id": place.root_id,
        "depth": place.depth,
    }
