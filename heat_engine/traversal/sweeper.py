"""Deletes what snapshots have made, once they are to be deleted.

A snapshot's row stays until all of that is gone. Nobody owns such a row: deleting goes by token and
is done as often as it takes, by whichever engines there are, so that a death costs only time.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from typing import Any

from common import errors
from heat_engine.commands import delegation, kinds
from heat_engine.commands.core import Core
from heat_engine.commands.requests import Requests
from heat_engine.language.registry_map import is_template
from heat_engine.resources.protocol import Outcome, Progress
from heat_engine.store import snapshots, stacks, traversals
from heat_engine.store.records import SnapshotRecord, StackRecord
from heat_engine.store.resources import ResourceRecord
from heat_engine.store.session import Session
from heat_engine.traversal.calls import invoke
from heat_engine.traversal.work import Call

LOG = logging.getLogger(__name__)

AT_ONCE = 100
# Looks at what is not gone yet come that often, seconds.
AGAIN = 0.2


class Sweeper:
    """A thread that looks for snapshots to delete, at once when it is told that there are some."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._called = threading.Event()
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="sweeper", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def look(self) -> None:
        self._called.set()

    def stop(self) -> None:
        """Begin nothing more."""
        self._stopped = True
        self._called.set()

    def join(self, seconds: float) -> None:
        """Wait for a running call to end; an engine that goes lets go of the database then."""
        if self._thread.is_alive():
            self._thread.join(seconds)

    def _run(self) -> None:
        pause = 0.0
        while True:
            self._called.wait(pause)
            self._called.clear()
            if self._stopped:
                return
            pause = float(self._core.settings.report_interval)
            try:
                if self.sweep():
                    pause = min(pause, AGAIN)
            except errors.ServiceUnavailable as error:
                LOG.warning("snapshots wait for the database: %s", error.message)

    def sweep(self) -> bool:
        """Delete what can be deleted now; whether something is on its way."""
        under_way = False
        for record in self._core.database.query(snapshots.doomed, AT_ONCE):
            try:
                under_way |= self._sweep(record)
            except errors.ServiceUnavailable:
                raise
            except Exception:
                # The others shall not wait for this one.
                LOG.exception("snapshot %s could not be deleted; it is tried again", record.id)
        return under_way

    def _sweep(self, record: SnapshotRecord) -> bool:
        stack = self._core.database.query(stacks.get, record.stack_id)
        left = self._delete(record, stack) if stack is not None else []
        if not left:
            self._core.database.transact(_remove, record, stack)
            return False
        self._explain(record, left[0])
        return any(progress.outcome is Outcome.WAIT for progress in left)

    def _delete(self, record: SnapshotRecord, stack: StackRecord) -> list[Progress]:
        """What is not gone yet, and why."""
        requests = Requests(self._core, stack)
        left: list[Progress] = []
        for name, entry in record.data["resources"].items():
            if self._stopped:
                return [Progress(Outcome.WAIT, waiting_for="the next engine")]
            progress = self._drop(record, requests, name, entry)
            if progress is not None and progress.outcome is not Outcome.DONE:
                left.append(progress)
        return left

    def _drop(
        self, record: SnapshotRecord, requests: Requests, name: str, entry: Mapping[str, Any]
    ) -> Progress | None:
        implementation = entry["implementation"]
        if is_template(implementation) or self._core.registry.interface(implementation) is None:
            return None
        row = ResourceRecord(
            id=entry["id"],
            stack_id=record.stack_id,
            name=name,
            type=implementation,
            action=entry["action"],
            status=entry["status"],
            created_at=record.created_at,
            physical_id=entry["resource_id"],
        )
        kind = kinds.made(self._core.registry, row)
        request = requests.build(
            row,
            kind=kind,
            token=snapshots.part(record.id, row.id),
            verb="drop_snapshot",
            snapshot=entry.get("saved"),
        )
        return invoke(Call(0, kind, "drop_snapshot", request))

    def _explain(self, record: SnapshotRecord, progress: Progress) -> None:
        """Let who looks at the snapshot see why it is still there."""
        words = progress.reason or f"waiting for {progress.waiting_for}"
        if words != record.status_reason:
            self._core.database.transact(snapshots.update, record.id, status_reason=words)


def _remove(session: Session, record: SnapshotRecord, stack: StackRecord | None) -> None:
    """The last one of a deleted stack takes along what the engine acted with."""
    if stack is not None:
        # Whoever ends the stack's deletion looks whether snapshots are left: one after the other.
        traversals.lock_stack(session, stack.root_id)
    snapshots.remove(session, record.id)
    root = stacks.get(session, stack.root_id) if stack is not None else None
    if root is not None and root.deleted_at is not None:
        delegation.end(session, root)
