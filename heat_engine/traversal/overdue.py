"""What a traversal has waited for when its time is up, at whatever depth."""

from __future__ import annotations

from common import errors
from heat_engine.store import resources, waits
from heat_engine.store.session import Session


def told(session: Session, stack_id: str) -> str:
    """``resources.g.resources[0].resources.w: waiting for ...``; empty when nothing waits.

    Of several resources the one that waits longest; of nested stacks what waits inside.
    """
    path: list[str] = []
    words = ""
    child: str | None = stack_id
    while child is not None:
        waiting = {
            resource_id: wait
            for resource_id, wait in waits.of_stacks(session, [child]).items()
            if wait.begun
        }
        rows = [row for row in resources.load_outlines(session, [child]) if row.id in waiting]
        if not rows:
            break
        longest = min(rows, key=lambda row: waiting[row.id].since or 0)
        path += ["resources", longest.name]
        words, child = waiting[longest.id].words, longest.child_id
    return f"{errors.dotted(path)}: waiting for {' '.join(words.split())}" if path else ""
