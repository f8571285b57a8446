"""What stacks export to one another: names are unique in a project, and what is imported stays.

Source: contract/templates.md section 3.6. A name is taken when a change of a stack begins, and its
value is there when the change is through; a stack's imports are noted before anything reads them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from common import errors
from common.context import RequestContext
from common.errors import HearthError, Problem
from common.identifiers import StackIdentity
from heat_engine.clouds.interface import CloudError
from heat_engine.commands.core import Core
from heat_engine.commands.scope import StackScope
from heat_engine.language import functions
from heat_engine.language.definition import OutputDefinition
from heat_engine.language.exports import KEY
from heat_engine.language.functions.base import Resolution
from heat_engine.language.scope import Static
from heat_engine.language.template import BoundTemplate
from heat_engine.language.unknown import contains_unknown
from heat_engine.store import exports, stacks
from heat_engine.store.records import StackRecord, StackSummary
from heat_engine.store.session import Session

_MOST_NAMED = 10
LARGEST_PAGE = 1000


def problems(
    session: Session, project_id: str, stack_id: str | None, bound: BoundTemplate
) -> list[Problem]:
    """What can be said before a stack begins to become this: names that are missing or taken, and
    exports that would go or change though other stacks import them.

    stack_id: of the stack that there is already, if there is one.
    """
    found: list[Problem] = []
    present = exports.find(session, project_id, bound.imports) if bound.imports else {}
    for name, path in bound.imports.items():
        if name not in present or not present[name].published:
            found.append(Problem(missing(name), path))
    mine = bound.exports
    for item in (exports.find(session, project_id, mine) if mine else {}).values():
        if item.stack_id != stack_id:
            message = taken(item.name, stacks.get(session, item.stack_id))
            found.append(Problem(message, (*mine[item.name].path, KEY, "Name")))
    if stack_id is not None:
        found.extend(_lost(session, project_id, stack_id, bound))
    return found


def _lost(
    session: Session, project_id: str, stack_id: str, bound: BoundTemplate
) -> Iterable[Problem]:
    held = [item for item in exports.held(session, [stack_id]) if item.published]
    if not held:
        return
    names = [item.name for item in held]
    needed = exports.importers(session, project_id, names, outside={stack_id})
    section = (bound.template.version.words.outputs,)
    for item in held:
        output = bound.exports.get(item.name)
        if item.name not in needed:
            continue
        if output is None:
            yield Problem(in_use(item.name, "deleted", needed[item.name]), section)
        elif _will_differ(output, item.value):
            yield Problem(in_use(item.name, "updated", needed[item.name]), output.path)


def _will_differ(output: OutputDefinition, before: Any) -> bool:
    """Whether that is known already, because the value hangs on no resource."""
    try:
        after = Resolution(Static()).resolve(output.value)
    except HearthError:
        return False
    return not contains_unknown(after) and after != before


def claim(session: Session, stack: StackRecord, bound: BoundTemplate, *, strict: bool) -> None:
    """Take the names that a stack shall export, and note what it imports, as a change of it begins.

    strict: raises Invalid where a name is taken, or not exported; otherwise that is left for later:
    an import that is missing fails the resource that needs it, and a name that is taken the stack.
    """
    mine = bound.exports
    if mine:
        exports.take(session, stack.project_id, stack.id, mine)
        if strict:
            for item in exports.find(session, stack.project_id, mine, lock=True).values():
                if item.stack_id != stack.id:
                    raise errors.ExportExists(taken(item.name, stacks.get(session, item.stack_id)))
    if bound.imports:
        exports.add_imports(session, stack.project_id, stack.id, bound.imports)
        present = exports.find(session, stack.project_id, bound.imports, lock=True)
        for name in bound.imports if strict else ():
            if name not in present or not present[name].published:
                raise errors.ExportNotFound(missing(name))


def values(
    scope: StackScope, outputs: Mapping[str, OutputDefinition]
) -> tuple[dict[str, Any], list[str]]:
    """The values of exports with the resources as they are now, by name; and what stands against
    having one."""
    found: dict[str, Any] = {}
    refusals: list[str] = []
    for name, output in outputs.items():
        if not output.enabled:
            continue
        try:
            value = functions.resolve(output.value, scope)
        except HearthError as error:
            refusals.append(_without_value(output, error.message))
            continue
        except CloudError as error:
            refusals.append(_without_value(output, str(error)))
            continue
        if value is None:
            refusals.append(_without_value(output, "it is null"))
        found[name] = value
    return found, refusals


def publish(session: Session, stack: StackRecord, wanted: Mapping[str, Any]) -> list[str]:
    """Make these all that a stack exports; what stands against it, and then nothing has changed."""
    if wanted:
        exports.take(session, stack.project_id, stack.id, wanted)
    held = {item.name: item for item in exports.held(session, [stack.id], lock=True)}
    foreign = [name for name in wanted if name not in held]
    refusals = [
        taken(item.name, stacks.get(session, item.stack_id))
        for item in exports.find(session, stack.project_id, foreign).values()
    ]
    gone = [name for name, item in held.items() if name not in wanted]
    changed = [
        name
        for name, item in held.items()
        if name in wanted and not (item.published and item.value == wanted[name])
    ]
    visible = [name for name in (*gone, *changed) if held[name].published]
    needed = exports.importers(session, stack.project_id, visible, outside={stack.id})
    refusals.extend(
        in_use(name, "deleted" if name in gone else "updated", users)
        for name, users in needed.items()
    )
    if not refusals:
        exports.withdraw(session, stack.project_id, stack.id, gone)
        new = {name: wanted[name] for name in changed}
        exports.publish(session, stack.project_id, stack.id, new)
    return refusals


def withdraw(session: Session, stack: StackSummary) -> None:
    """Take away all that a stack exports, and what is nested in it, before it is deleted.

    Raises ExportInUse when other stacks import any of it.
    """
    inside = exports.tree(session, stack.id)
    held = exports.held(session, inside, lock=True)
    if not held:
        return
    names = [item.name for item in held if item.published]
    needed = exports.importers(session, stack.project_id, names, outside=inside)
    if needed:
        told = "\n".join(in_use(name, "deleted", users) for name, users in needed.items())
        raise errors.ExportInUse(told)
    for item in held:
        exports.withdraw(session, stack.project_id, item.stack_id, [item.name])


def list_exports(
    core: Core, context: RequestContext, limit: int | None = None, marker: str | None = None
) -> list[dict[str, Any]]:
    """One page of what the stacks of the caller's project export, by name.

    Shape ``{name, value, stack_identity, imported_by}``; marker: the name after which to begin.
    """
    project_id = context.project_id or ""
    page = LARGEST_PAGE if limit is None else min(limit, LARGEST_PAGE)
    with core.database.read() as session:
        found = exports.list(session, project_id, limit=page, marker=marker)
        users = exports.importers(session, project_id, [item.name for item, _ in found])
    return [
        {
            "name": item.name,
            "value": item.value,
            "stack_identity": StackIdentity(project_id, stack_name, item.stack_id).to_dict(),
            "imported_by": users.get(item.name, []),
        }
        for item, stack_name in found
    ]


def list_imports(core: Core, context: RequestContext, name: str) -> list[str]:
    """Names of the stacks that import what is exported under a name. Raises ExportNotFound."""
    project_id = context.project_id or ""
    with core.database.read() as session:
        found, _ = exports.value(session, project_id, name)
        if not found:
            raise errors.ExportNotFound(missing(name))
        return exports.importers(session, project_id, [name]).get(name, [])


def missing(name: str) -> str:
    return f"No export named {name} found. Create the stack that exports it first."


def taken(name: str, stack: StackSummary | None) -> str:
    owner = "another stack" if stack is None else f"stack {stack.name}"
    return f"Export with name {name} is already exported by {owner}."


def in_use(name: str, what: str, users: list[str]) -> str:
    """what: deleted or updated."""
    told = ", ".join(users[:_MOST_NAMED])
    more = f" and {len(users) - _MOST_NAMED} more" if len(users) > _MOST_NAMED else ""
    return f"Export {name} cannot be {what} as it is in use by {told}{more}."


def _without_value(output: OutputDefinition, reason: str) -> str:
    return f"Output {output.name} cannot be exported: {reason}"
