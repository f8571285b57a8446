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
from heat_engine.resources.heat.batches import Batch, rolling
from heat_engine.resources.heat.group import Group, skipped
from heat_engine.resources.heat.group_members import Member
from heat_engine.resources.nested import ASKED
from heat_engine.resources.protocol import Progress, Request, done, failed, replace, wait

SKIPPED = "name_blacklist"
BATCHES = "batches"
PAUSED_UNTIL = "paused_until"
ROLLING, BATCH_CREATE = "rolling_update", "batch_create"
TOO_SLOW = "The current update policy will result in stack update timeout."


def _policy(description: str, *, in_service: bool) -> Property:
    schema = {
        "max_batch_size": Property(
            Kind.INTEGER,
            "How many members to change at once.",
            default=1,
            constraints=(between(1),),
        ),
        "pause_time": Property(
            Kind.NUMBER,
            "Seconds to wait between batches.",
            default=0,
            constraints=(between(0),),
        ),
    }
    if in_service:
        schema["min_in_service"] = Property(
            Kind.INTEGER,
            "How many members to leave alone at any time.",
            default=0,
            constraints=(between(0),),
        )
    return Property(Kind.MAP, description, schema=schema)


class ResourceGroup(Group):
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
        ROLLING: _policy("Change the members in batches.", in_service=True),
        BATCH_CREATE: _policy("Create the members in batches.", in_service=False),
    }

    def sample(
        self, properties: Mapping[str, Any], files: Mapping[str, Any], *, whole: bool = False
    ) -> ChildStack | None:
        if properties.get("count") == 0 or contains_unknown(_definition(properties).get("type")):
            return None
        count = properties.get("count")
        if whole and isinstance(count, int):
            names = itertools.islice(_free(_listed(properties)), count)
            return _stack({name: _member(properties, name) for name in names})
        return _stack({"0": _member(properties, "0")})

    def names(self, request: Request) -> Sequence[str]:
        return list(itertools.islice(_free(_held(request)), request.properties["count"]))

    def create(self, request: Request) -> Progress:
        if not request.saved:
            policy = self._chosen(request, BATCH_CREATE)
            gone = self._gone(request, None)
            return self._begin(request, gone, policy, current=0)
        return self._go_on(request)

    def update(self, request: Request) -> Progress:
        if not request.saved:
            if request.child is None or request.child.action == "DELETE":
                return replace()
            gone = self._gone(request, request.child)
            policy = None
            if "resource_def" in request.changed:
                policy = self._chosen(request, ROLLING)
            present = group_members.present(request.child)
            current = len([name for name in present if name not in gone])
            return self._begin(request, gone, policy, current=current)
        return self._go_on(request)

    def own(self, request: Request, attribute: str, path: Sequence[Any]) -> Any:
        child = request.child
        if attribute == "removed_rsrc_list":
            return follow(_held(request), path)
        if child is not None and attribute == "refs_map":
            shown = {name: child.reference_id(name) for name in self.shown(request, child)}
            return follow(shown, path)
        return super().own(request, attribute, path)

    @staticmethod
    def _chosen(request: Request, name: str) -> Mapping[str, Any] | None:
        found = request.update_policy.get(name)
        return found if isinstance(found, Mapping) else None

    @staticmethod
    def _gone(request: Request, child: Child | None) -> list[str]:
        """Names never to be used again, with those that the removal policies add now."""
        listed = _listed(request.properties)
        appends = request.properties["removal_policies_mode"] == "append"
        return skipped(child, listed, _held(request) if appends else [])

    def _begin(
        self,
        request: Request,
        gone: list[str],
        policy: Mapping[str, Any] | None,
        *,
        current: int,
    ) -> Progress:
        count = request.properties["count"]
        batches = [Batch(count, count)]
        if policy is not None:
            size = int(policy.get("max_batch_size") or 1)
            in_service = int(policy.get("min_in_service") or 0)
            batches = list(rolling(count, current, size, in_service)) or batches
            pause = float(policy.get("pause_time") or 0)
            if pause * (len(batches) - 1) >= request.stack_timeout:
                return failed(TOO_SLOW, "ValueError")
        left = [[batch.size, batch.renewed] for batch in batches]
        return self._next(request, gone, left)

    def _go_on(self, request: Request) -> Progress:
        left = list(request.saved.get(BATCHES) or ())
        if request.saved.get(ASKED):
            unfinished = self.ended(request)
            if unfinished is not None:
                return unfinished
            if not left:
                return done()
            pause = self._pause(request)
            if pause > 0:
                until = request.elapsed + pause
                return self._paused(request, until, left)
        until = float(request.saved.get(PAUSED_UNTIL) or 0)
        if request.elapsed < until:
            return self._paused(request, until, left)
        return self._next(request, _held(request), left)

    @staticmethod
    def _paused(request: Request, until: float, left: list[Any]) -> Progress:
        saved = {BATCHES: left, PAUSED_UNTIL: until}
        return wait("the pause between batches", until - request.elapsed, saved=saved)

    def _pause(self, request: Request) -> float:
        name = BATCH_CREATE if request.verb == "create" else ROLLING
        return float((self._chosen(request, name) or {}).get("pause_time") or 0)

    def _next(self, request: Request, gone: list[str], left: list[Any]) -> Progress:
        """Ask for the stack as the next batch makes it."""
        (size, renewed), rest = left[0], left[1:]
        old: Mapping[str, Member] = {}
        if request.child is not None:
            old = group_members.present(request.child)
        members = _renewed(request.properties, old, gone, size, renewed)
        child = _stack(members)
        asked = self.ask(request, child, **{BATCHES: rest})
        return wait(
            asked.waiting_for,
            child=child,
            saved=asked.saved,
            data={**request.data, SKIPPED: ",".join(gone)},
        )


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


def _renewed(
    properties: Mapping[str, Any],
    old: Mapping[str, Member],
    gone: Sequence[str],
    size: int,
    renewed: int,
) -> dict[str, Member]:
    """``size`` members, at most so many of which are new or changed.

    Members with surplus names go first, then those with higher indexes are changed first.
    """
    names = list(itertools.islice(_free(gone), size))
    count = properties["count"]
    present = [name for name in names if name in old]
    made = {name: _member(properties, name) for name in names}
    left = renewed - (size - len(present))
    first = sorted(present, key=lambda name: (int(name) >= count, -names.index(name)))
    kept = {}
    for name in first:
        if old[name] == made[name]:
            continue
        if left > 0:
            left -= 1
        else:
            kept[name] = old[name]
    return {name: kept.get(name, made[name]) for name in names}


def _stack(members: Mapping[str, Member]) -> ChildStack:
    document, parameters = group_members.template(members)
    return ChildStack("CREATE", document, parameters)
