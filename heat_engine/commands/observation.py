"""What the real things of a stack are like, looked at for a preview of an update."""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from dataclasses import replace

from common import errors
from heat_engine.commands import kinds, planning
from heat_engine.commands.core import Core
from heat_engine.commands.goal import Goal
from heat_engine.commands.requests import Requests
from heat_engine.graph.plan import Verb
from heat_engine.graph.states import Action, Status
from heat_engine.resources.protocol import Outcome, Progress
from heat_engine.store.records import StackRecord
from heat_engine.store.resources import ResourceRecord


class Observation:
    """Looks at each thing once, as the update would before it compares."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._found: dict[str, Progress] = {}

    def seen(
        self, stack: StackRecord, goal: Goal, rows: Iterable[ResourceRecord]
    ) -> list[ResourceRecord]:
        """The rows as their things are. Calls clouds. Raises Invalid when one gives no answer."""
        requests = Requests(self._core, stack)
        return [self._as_it_is(row, requests) if self._looks(goal, row) else row for row in rows]

    def _looks(self, goal: Goal, row: ResourceRecord) -> bool:
        made = row.status == Status.COMPLETE and row.action not in (Action.INIT, Action.DELETE)
        if not made or row.obsolete or row.external_id is not None:
            return False
        return row.name in goal.bound.resources and kinds.made(self._core.registry, row).observes

    def _as_it_is(self, row: ResourceRecord, requests: Requests) -> ResourceRecord:
        if row.id not in self._found:
            kind = kinds.made(self._core.registry, row)
            self._found[row.id] = getattr(kind, Verb.OBSERVE)(requests.build(row))
        progress = self._found[row.id]
        if progress.outcome is Outcome.REPLACE:
            return replace(row, outcome={**(row.outcome or {}), "released": True})
        if progress.outcome is not Outcome.DONE:
            reason = progress.reason or progress.waiting_for
            raise errors.Invalid(reason=f"resources.{row.name} cannot be looked at: {reason}")
        if not progress.observed:
            return row
        seen = deepcopy(row)
        seen.define(planning.as_observed(row, progress.observed))
        return seen
