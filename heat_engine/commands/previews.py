"""Resources that are not made yet, as a preview shows them (contract/native-api.md section 8.2)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from common import errors
from common.identifiers import StackIdentity
from heat_engine.commands import mask, render
from heat_engine.commands.allowance import Allowance
from heat_engine.commands.goal import Goal
from heat_engine.commands.kinds import Kinds
from heat_engine.commands.nested_sample import nested_sample
from heat_engine.language import validation
from heat_engine.language.definition import ResourceDefinition
from heat_engine.language.template import BoundTemplate
from heat_engine.language.unknown import UNKNOWN

Entry = dict[str, Any] | list[Any]


class Preview:
    """What a stack would have; where a resource is a nested stack, the list of what that has.

    Of properties and metadata it shows what is known before any resource is made, and null for the
    rest. Hidden values are not told, handed on to nested stacks neither.
    """

    def __init__(self, created_at: datetime) -> None:
        self._time = render.time(created_at)
        self._hidden: set[str] = set()
        self._allowance = Allowance()

    def of(self, goal: Goal, place: StackIdentity) -> list[Entry]:
        """``goal`` has been checked, the templates nested in it too."""
        self._hidden = mask.of_parameters(goal.parameters)
        return self._entries(goal.bound, goal.kinds, place, None)

    def _entries(
        self, bound: BoundTemplate, kinds: Kinds, place: StackIdentity, parent: str | None
    ) -> list[Entry]:
        dependents: dict[str, list[str]] = {}
        for definition in bound.resources.values():
            for needed in definition.requires(bound.resources.keys()):
                dependents.setdefault(needed, []).append(definition.name)
        entries: list[Entry] = []
        for definition in bound.resources.values():
            inside = self._inside(definition, kinds, place)
            if inside is None:
                required_by = sorted(dependents.get(definition.name, ()))
                known = self._known(definition, kinds)
                entries.append({**self._entry(definition, place, required_by, parent), **known})
            else:
                entries.append(inside)
        return entries

    def _inside(
        self, definition: ResourceDefinition, kinds: Kinds, place: StackIdentity
    ) -> list[Entry] | None:
        """The resources of a nested stack; None when there is none, or it is not known yet."""
        inner = nested_sample(definition, kinds, place.tenant, self._allowance)
        if inner is None:
            return None
        name = f"{place.stack_name}-{definition.name}"
        within = StackIdentity(place.tenant, name, place.stack_id)
        try:
            self._hidden |= mask.of_parameters(inner.values)
            bound = inner.template.bind(inner.values)
            return self._entries(bound, inner.kinds, within, definition.name)
        except errors.HearthError:
            return None

    def _entry(
        self,
        definition: ResourceDefinition,
        place: StackIdentity,
        required_by: list[str],
        parent: str | None,
    ) -> dict[str, Any]:
        entry = {
            "resource_identity": place.resource(definition.name).to_dict(),
            "stack_identity": place.to_dict(),
            "stack_name": place.stack_name,
            "resource_name": definition.name,
            "resource_type": definition.type,
            "resource_action": "INIT",
            "resource_status": "COMPLETE",
            "resource_status_reason": "",
            "physical_resource_id": "",
            "required_by": required_by,
            "creation_time": self._time,
            "updated_time": self._time,
            "description": definition.description or "",
            "attributes": {},
        }
        return entry if parent is None else {**entry, "parent_resource": parent}

    def _known(self, definition: ResourceDefinition, kinds: Kinds) -> dict[str, Any]:
        interface = kinds.wanted(definition).interface()
        told = {
            "metadata": validation.static(definition.metadata) or {},
            "properties": validation.static_properties(definition, interface),
        }
        shown: dict[str, Any] = mask.masked_within(_plain(told), self._hidden)
        return shown


def _plain(value: Any) -> Any:
    """Plain data with null in place of what nobody knows yet."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return None if value is UNKNOWN else value
