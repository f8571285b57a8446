"""Whether what a template names is there: flavors, images, networks ... (templates.md section 2.3).

Only things that the stack does not name already are asked for: an image that is gone does not stand
in the way of an update that leaves its servers alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from common import errors
from heat_engine.clouds.interface import Cloud, CloudError
from heat_engine.commands import goal as goals
from heat_engine.commands.core import Core
from heat_engine.commands.goal import Goal
from heat_engine.language import lookups, validation
from heat_engine.language.lookups import Lookup
from heat_engine.resources.openstack import calls

# Service, collection, and the word for one thing of it. The other kinds of constraints are left to
# the service that gets the value.
PLACES = {
    "cinder.backup": ("volume", "backups", "VolumeBackup"),
    "cinder.snapshot": ("volume", "snapshots", "VolumeSnapshot"),
    "cinder.volume": ("volume", "volumes", "Volume"),
    "glance.image": ("image", "images", "Image"),
    "neutron.network": ("network", "networks", "network"),
    "neutron.port": ("network", "ports", "port"),
    "neutron.router": ("network", "routers", "router"),
    "neutron.security_group": ("network", "security_groups", "security_group"),
    "neutron.subnet": ("network", "subnets", "subnet"),
    "nova.flavor": ("compute", "flavors", "Flavor"),
    "nova.keypair": ("compute", "keypairs", "Key"),
    "nova.server": ("compute", "servers", "Server"),
}
MOST = 200
"""Different things that one request may have looked up; the services judge the rest."""


def check(
    core: Core,
    goal: Goal,
    *,
    project_id: str,
    credentials: Mapping[str, Any],
    before: Goal | None = None,
) -> None:
    """Raises StackValidationFailed naming all that is not there. before: what the stack is now.

    Calls clouds, so that it must not run within a transaction.
    """
    wanted = list(_of_goal(goal))
    known = {item.thing for item in _of_goal(before)} if before is not None and wanted else set()
    own = _own_names(goal) if wanted else set()
    things = list(
        dict.fromkeys(
            item.thing
            for item in wanted
            if item.constraint in PLACES and item.thing not in known and item.value not in own
        )
    )[:MOST]
    if not things:
        return
    cloud = core.clouds.session(project_id, credentials)
    missing = {thing: text for thing in things if (text := _missing(cloud, *thing)) is not None}
    if missing:
        problems = list(_problems(goal, wanted, missing))
        raise validation.failure(goals.told(problems, goal.parameters))


def _of_goal(goal: Goal) -> Iterator[Lookup]:
    yield from lookups.of_parameters(goal.parameters)
    word = goal.template.version.words.properties
    asking: dict[str, bool] = {}
    for definition in goal.bound.resources.values():
        interface = goal.kinds.wanted(definition).interface()
        if interface.name not in asking:
            asking[interface.name] = lookups.asks(interface)
        if asking[interface.name] and definition.external_id is None:
            given = validation.static_properties(definition, interface)
            yield from lookups.of_properties(interface, given, (*definition.path, word))


def _own_names(goal: Goal) -> set[str]:
    """Names that the template gives to its own things: it may mean these, and make them first."""
    given = (validation.static(item.properties) for item in goal.bound.resources.values())
    names = (item.get("name") for item in given if isinstance(item, Mapping))
    return {name for name in names if isinstance(name, str)}


def _missing(cloud: Cloud, constraint: str, value: str) -> str | None:
    """Why a value names nothing; None when it does, or when the service cannot tell now."""
    service, collection, word = PLACES[constraint]
    try:
        calls.find(cloud, service, collection, value)
    except CloudError as error:
        if error.kind == "not_found":
            return errors.EntityNotFound(entity=word, name=value).message
        return str(error) if error.kind == "invalid" else None
    return None


def _problems(
    goal: Goal, wanted: Iterable[Lookup], missing: Mapping[tuple[str, str], str]
) -> Iterator[errors.Problem]:
    """Each place that names what is missing; a parameter speaks for the properties that get it."""
    blamed = set()
    for item in wanted:
        if item.thing not in missing or item.thing in blamed:
            continue
        detail = item.description or f"Error validating value '{item.value}': {missing[item.thing]}"
        if item.path[0] == "parameters":
            blamed.add(item.thing)
            text = f"Parameter '{item.path[1]}' is invalid: {detail}"
            yield errors.Problem(text)
        else:
            yield goal.bound.locate(errors.Problem(detail, item.path, "Property error"))
