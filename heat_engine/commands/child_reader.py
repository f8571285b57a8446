"""A nested stack as its resource reads it: state at once, the rest when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, Concatenate, ParamSpec, TypeVar

from common.identifiers import StackIdentity
from heat_engine.commands import goal as goals
from heat_engine.commands.core import Core
from heat_engine.commands.goal import Goal
from heat_engine.commands.scope import Builder, StackScope
from heat_engine.language import functions
from heat_engine.language.scope import Selectable, follow
from heat_engine.store import resources, stacks
from heat_engine.store.records import StackRecord
from heat_engine.store.resources import ResourceRecord
from heat_engine.store.session import Session

P = ParamSpec("P")
T = TypeVar("T")
Builders = Callable[[Core, StackRecord, Session | None], Builder]


def ask(
    core: Core,
    session: Session | None,
    function: Callable[Concatenate[Session, P], T],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """Read in this transaction if there is one, in one of its own otherwise."""
    if session is not None:
        return function(session, *args, **kwargs)
    return core.database.query(function, *args, **kwargs)


def find(
    core: Core, session: Session | None, child_id: str | None, builders: Builders
) -> ChildReader | None:
    """The nested stack of that id; None while there is none."""
    if child_id is None:
        return None
    stack = ask(core, session, stacks.get, child_id)
    return ChildReader(core, session, stack, builders) if stack else None


class ChildReader:
    """A ``heat_engine.resources.child.Child``; its state is that of the time it was made."""

    def __init__(
        self, core: Core, session: Session | None, stack: StackRecord, builders: Builders
    ) -> None:
        self._core = core
        self._session = session
        self._stack = stack
        self._builders = builders

    @property
    def id(self) -> str:
        return self._stack.id

    @property
    def name(self) -> str:
        return self._stack.name

    @property
    def arn(self) -> str:
        stack = self._stack
        return StackIdentity(stack.project_id, stack.name, stack.id).arn()

    @property
    def action(self) -> str:
        return self._stack.action

    @property
    def status(self) -> str:
        return self._stack.status

    @property
    def reason(self) -> str:
        return self._stack.status_reason

    @property
    def parameters(self) -> Mapping[str, Any]:
        given: Mapping[str, Any] = self._stack.environment.get("parameters") or {}
        return given

    @property
    def template(self) -> Mapping[str, Any]:
        return self._goal.document

    def outputs(self) -> Sequence[str]:
        return tuple(self._goal.bound.outputs)

    def output(self, name: str) -> Any:
        output = self._goal.bound.outputs[name]
        return functions.resolve(output.value, self._scope) if output.enabled else None

    def members(self) -> Mapping[str, str]:
        return {name: f"{row.action}_{row.status}" for name, row in self._rows.items()}

    def reference_id(self, member: str) -> Any:
        return self._rows[member].reference_id

    def attribute(self, member: str, name: str, path: Sequence[Any]) -> Any:
        self._rows[member]
        value = self._scope.attribute(member, name)
        return value.select(path) if isinstance(value, Selectable) else follow(value, path)

    @cached_property
    def _goal(self) -> Goal:
        return ask(self._core, self._session, _goal, self._core, self._stack)

    @cached_property
    def _rows(self) -> dict[str, ResourceRecord]:
        rows = ask(self._core, self._session, resources.load, self._stack.id)
        return {row.name: row for row in rows if not row.obsolete}

    @cached_property
    def _scope(self) -> StackScope:
        builder = self._builders(self._core, self._stack, self._session)
        return StackScope(self._core, builder, self._rows)


def _goal(session: Session, core: Core, stack: StackRecord) -> Goal:
    return goals.load(core, session, stack)
