"""OS::Heat::ResourceGroup (contract/engine-semantics.md section 10.6)."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from heat_engine.language.schema import Attribute, Kind, Property, between, length, one_of
from heat_engine.language.scope import follow
from heat_engine.language.unknown import UNKNOWN, contains_unknown
from heat_engine.resources.child import Child, ChildStack
from heat_engine.resources.heat import group_members
from heat_engine.resources.heat.batched_group import (
    BATCH_CREATE,
    ROLLING,
    BatchedGroup,
    Policy,
    Wanted,
    policy,
    renewed,
)
from heat_engine.resources.heat.batches import Batch
from heat_engine.resources.heat.group import Group, skipped
from heat_engine.resources.heat.group_members import Member
from heat_engine.resources.protocol import Request

SKIPPED = "name_blacklist"


MOST_MEMBERS = 20_000
"""No installation makes as many; each is written down before it can be counted."""


class ResourceGroup(BatchedGroup, Group):
    """Members of the same kind in a nested stack, named by their numbers."""

    name = "OS::Heat::ResourceGroup"
    description = "Creates a number of resources that differ by their index only."
    support_status = {"status": "SUPPORTED", "version": "2014.1"}
    properties = {
        "count": Property(
            Kind.INTEGER,
            "How many members there are.",
            default=1,
            updatable=True,
            constraints=(between(0),),
        ),
        "index_var": Property(
            Kind.STRING,
            "The text that a member's index replaces in the values of its properties.",
            default="%index%",
            constraints=(length(3),),
        ),
        "resource_def": Property(
            Kind.MAP,
            "What each member is made from.",
            required=True,
            updatable=True,
            schema={
                "type": Property(Kind.STRING, "The members' type.", required=True),
                "properties": Property(Kind.MAP, "The members' properties."),
                "metadata": Property(Kind.MAP, "The members' metadata."),
            },
        ),
        "removal_policies": Property(
            Kind.LIST,
            "Which members go first when there are to be fewer.",
            default=[],
            updatable=True,
            schema=Property(
                Kind.MAP,
                schema={
                    "resource_list": Property(
                        Kind.LIST, "Names or references of members.", default=[]
                    )
                },
            ),
        ),
        "removal_policies_mode": Property(
            Kind.STRING,
            "Whether the removed members add to those removed before or stand for them.",
            default="append",
            updatable=True,
            constraints=(one_of("append", "update"),),
        ),
    }
    attributes = {
        **Group.attributes,
        "refs_map": Attribute("References of the members, by their names.", Kind.MAP, live=True),
        "removed_rsrc_list": Attribute("Names that are not used any more.", Kind.LIST, live=True),
    }
    update_policy = {
        ROLLING: policy("Change the members in batches.", in_service=True),
        BATCH_CREATE: policy("Create the members in batches.", in_service=False),
    }

    def validate(self, properties: Mapping[str, Any], stack_timeout: float) -> Sequence[str]:
        count = properties.get("count")
        found = list(super().validate(properties, stack_timeout))
        if isinstance(count, int) and count > MOST_MEMBERS:
            found.append(f"A group of {count} is too large, it has at most {MOST_MEMBERS} members")
        return found

    def sample(
        self, properties: Mapping[str, Any], files: Mapping[str, Any], *, whole: bool = False
    ) -> ChildStack | None:
        if properties.get("count") == 0 or contains_unknown(_definition(properties).get("type")):
            return None
        count = properties.get("count")
        if whole and isinstance(count, int) and count <= MOST_MEMBERS:
            names = itertools.islice(_free(_listed(properties)), count)
            return _stack({name: _member(properties, name) for name in names})
        return _stack({"0": _member(properties, "0")})

    def final(self, request: Request) -> ChildStack:
        gone = self._gone(request, request.child)
        names = itertools.islice(_free(gone), request.properties["count"])
        return _stack({name: _member(request.properties, name) for name in names})

    def names(self, request: Request) -> Sequence[str]:
        return list(itertools.islice(_free(_held(request)), request.properties["count"]))

    def target(self, request: Request) -> int:
        return int(request.properties["count"])

    def present(self, request: Request) -> int:
        gone = self._gone(request, request.child)
        asked = group_members.present(request.child) if request.child is not None else {}
        return len([name for name in asked if name not in gone])

    def chosen_policy(self, request: Request) -> Policy | None:
        if request.verb == "update" and "resource_def" not in request.changed:
            return None
        return super().chosen_policy(request)

    def next_stack(self, request: Request, batch: Batch, *, first: bool) -> Wanted:
        given, child = request.properties, request.child
        old = group_members.sound(child) if child is not None else {}
        gone = self._gone(request, child) if first else _held(request)
        names = list(itertools.islice(_free(gone), batch.size))
        made = {name: _member(given, name) for name in names}
        surplus = [name for name in names if int(name) >= given["count"]]
        return Wanted(
            _stack(renewed(made, old, batch, surplus)),
            {**request.data, SKIPPED: ",".join(gone)},
        )

    def own(self, request: Request, attribute: str, path: Sequence[Any]) -> Any:
        child = request.child
        if attribute == "removed_rsrc_list":
            return follow(_held(request), path)
        if child is not None and attribute == "refs_map":
            shown = {name: child.reference_id(name) for name in self.shown(request, child)}
            return follow(shown, path)
        return super().own(request, attribute, path)

    @staticmethod
    def _gone(request: Request, child: Child | None) -> list[str]:
        """Names never to be used again, with those that the removal policies add now."""
        listed = _listed(request.properties)
        appends = request.properties["removal_policies_mode"] == "append"
        return skipped(child, listed, _held(request) if appends else [])


def _held(request: Request) -> list[str]:
    """The names that have been removed before."""
    held = str(request.data.get(SKIPPED) or "")
    return held.split(",") if held else []


def _listed(properties: Mapping[str, Any]) -> list[str]:
    """What the removal policies list: names, or references of members."""
    policies = properties.get("removal_policies")
    return [
        str(item)
        for policy in (policies if isinstance(policies, list) else ())
        for item in (policy or {}).get("resource_list") or ()
    ]


def _free(gone: Sequence[str]) -> Iterator[str]:
    return (str(index) for index in itertools.count() if str(index) not in gone)


def _definition(properties: Mapping[str, Any]) -> Mapping[str, Any]:
    found = properties.get("resource_def")
    return found if isinstance(found, Mapping) else {"type": UNKNOWN}


def _member(properties: Mapping[str, Any], name: str) -> Member:
    definition = _definition(properties)
    given = definition.get("properties")
    word = properties.get("index_var")
    values = given if isinstance(given, Mapping) else {}
    if isinstance(word, str):
        values = group_members.replaced(values, word, name)
    metadata = definition.get("metadata")
    return Member(
        definition["type"],
        {key: value for key, value in values.items() if value is not None},
        metadata if isinstance(metadata, Mapping) and metadata else None,
    )


def _stack(members: Mapping[str, Member]) -> ChildStack:
    document, parameters = group_members.template(members)
    return ChildStack("CREATE", document, parameters)
