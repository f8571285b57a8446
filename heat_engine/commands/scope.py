"""What a template's functions see of a stack's resources."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, Protocol

from common import errors
from heat_engine.commands import kinds
from heat_engine.commands.core import Core
from heat_engine.language.scope import Selectable
from heat_engine.language.unknown import UNKNOWN
from heat_engine.resources.protocol import UNIQUE, Foreseeable, Request, ResourceType
from heat_engine.store.resources import ResourceRecord

# States in which an attribute has a value (contract/templates.md section 3.2).
READABLE = frozenset(
    {"CREATE", "ADOPT", "SUSPEND", "RESUME", "UPDATE", "ROLLBACK", "SNAPSHOT", "CHECK"}
)


class Builder(Protocol):
    """Who builds the requests with which attributes are read."""

    def build(self, record: ResourceRecord, *, others: Iterable[ResourceRecord] = ()) -> Request:
        """A request for a resource; ``others``: the resources of its stack."""

    def facade(self, key: str) -> Any:
        """What the resource says that the stack is nested in. Raises Invalid without one."""

    def import_value(self, name: str) -> Any:
        """What another stack of the project exports. Raises ExportNotFound."""


class StackScope:
    """``language.scope.Scope`` over the current resources of one stack.

    planning: a resource that is not made yet, or is in ``moving``, gives UNKNOWN; otherwise it
    gives its name and null, as for outputs. moving: names that the plan will replace (their
    reference changes too) mapped to True, and names it will update mapped to False. undecided:
    names of which it is not known which of the two. planned: what
    will be asked of those whose attributes are known before. stand_in: a text in the place of what
    cannot be known but will be like nothing before: ids and the like.
    """

    def __init__(
        self,
        core: Core,
        requests: Builder,
        resources: Mapping[str, ResourceRecord],
        *,
        planning: bool = False,
        stand_in: str | None = None,
    ) -> None:
        self._core = core
        self._requests = requests
        self._resources = resources
        self._planning = planning
        self._stand_in = stand_in
        self.moving: dict[str, bool] = {}
        self.undecided: set[str] = set()
        self.planned: dict[str, tuple[ResourceType, Request]] = {}

    def reference_id(self, resource: str) -> Any:
        record = self._resources.get(resource)
        if record is None or (record.action == "INIT" and self._planning):
            return self._new(resource) if self._planning else resource
        if resource in self.undecided:
            return UNKNOWN
        if self.moving.get(resource):
            return self._new(resource)
        return record.reference_id

    def _new(self, resource: str) -> Any:
        return UNKNOWN if self._stand_in is None else f"{self._stand_in}-{resource}"

    def _foreseen(self, resource: str, name: str) -> Any:
        if resource not in self.planned:
            return UNKNOWN
        kind, request = self.planned[resource]
        if kind.nested:
            return Selectable(partial(kind.select, request, name))
        if not isinstance(kind, Foreseeable):
            return UNKNOWN
        value = kind.foreseen(request, name)
        return self._new(f"{resource}-{name}") if value is UNIQUE else value

    def attribute(self, resource: str, name: str) -> Any:
        record = self._resources.get(resource)
        if resource in self.moving or (
            self._planning and (record is None or record.action == "INIT")
        ):
            return self._foreseen(resource, name)
        if record is None:
            return None
        kind = kinds.made(self._core.registry, record)
        known = kind.interface()
        if name not in known.attributes and not known.open_attributes:
            raise errors.InvalidTemplateAttribute(resource=resource, key=name)
        if record.action not in READABLE:
            return None
        declared = known.attributes.get(name)
        if declared is not None and not declared.live:
            return record.attributes.get(name)
        request = self._requests.build(record, others=self._resources.values())
        if kind.nested:
            return Selectable(partial(kind.select, request, name))
        return kind.read(request, name)

    def attributes(self, resource: str) -> Any:
        record = self._resources.get(resource)
        if record is None or resource in self.moving:
            return UNKNOWN if self._planning else None
        kind = kinds.made(self._core.registry, record)
        names: Iterable[str] = kind.attributes
        if kind.nested and record.action in READABLE:
            names = kind.attribute_names(self._requests.build(record))
        return {name: self.whole(resource, name) for name in names if name != "show"}

    def whole(self, resource: str, name: str) -> Any:
        """An attribute without any path behind it."""
        value = self.attribute(resource, name)
        return value.select(()) if isinstance(value, Selectable) else value

    def facade(self, key: str) -> Any:
        return self._requests.facade(key)

    def availability_zones(self) -> list[str]:
        return ["nova"]

    def import_value(self, name: str) -> Any:
        return self._requests.import_value(name)
