"""Stacks and their tags."""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, Select, bindparam, delete, func, or_, select
from sqlalchemy import insert as insert_into
from sqlalchemy import update as update_table
from sqlalchemy.exc import IntegrityError

from common import errors
from heat_engine.store import clock, faults, stack_filters
from heat_engine.store.paging import bounded
from heat_engine.store.records import StackRecord, StackSummary
from heat_engine.store.session import Session
from heat_engine.store.tables import stack, stack_tag

ENCRYPTED = ("environment", "previous", "credentials", "withheld")
_SUMMARY = [column for column in stack.c if column.name not in ENCRYPTED]
_SUMMARY_NAMES = [column.name for column in _SUMMARY]
# Made once: making these takes longer than running them. Most stacks have no tags to ask for.
_TAGGED = select(stack_tag.c.stack_id).where(stack_tag.c.stack_id == stack.c.id).exists()
_WHOLE = select(stack, _TAGGED.label("tagged"))
_BY_ID = _WHOLE.where(stack.c.id == bindparam("stack"))
_BY_NAME = _WHOLE.where(
    stack.c.project_id == bindparam("project"), stack.c.live_name == bindparam("name")
)
_TAGS = (
    select(stack_tag.c.tag)
    .where(stack_tag.c.stack_id == bindparam("stack"))
    .order_by(stack_tag.c.position)
)


def insert(session: Session, /, **columns: Any) -> None:
    """Add a stack. Columns as in the table; the encrypted ones as plain JSON values.

    ``live_name`` is the name, ``root_id`` the id and ``created_at`` now unless given.
    Raises ``StackExists`` when the project has a living stack of that name.
    """
    row = {"live_name": columns["name"], "root_id": columns["id"], "created_at": clock.utc()}
    row |= {"environment": {}, **columns}
    try:
        session.execute(insert_into(stack), [_encrypted(session, row)])
    except IntegrityError as error:
        if faults.violates(error, "uq_stack_project_id", "stack.live_name"):
            raise errors.StackExists(stack_name=columns["name"]) from error
        raise


def get(session: Session, stack_id: str) -> StackRecord | None:
    """The stack with this id, living or deleted."""
    return _one(session, _BY_ID, {"stack": stack_id})


def find_live(session: Session, project_id: str, name: str) -> StackRecord | None:
    """The living stack of this name in the project."""
    return _one(session, _BY_NAME, {"project": project_id, "name": name})


def update(session: Session, stack_id: str, /, **columns: Any) -> bool:
    """Overwrite these columns, the encrypted ones given as plain JSON; False without such a stack.

    Raises ``StackExists`` when ``live_name`` is taken.
    """
    statement = update_table(stack).where(stack.c.id == stack_id)
    try:
        return session.execute(statement.values(_encrypted(session, columns))).rowcount > 0
    except IntegrityError as error:
        if faults.violates(error, "uq_stack_project_id", "stack.live_name"):
            raise errors.StackExists(stack_name=columns["live_name"]) from error
        raise


def set_credentials(session: Session, root_id: str, credentials: Mapping[str, Any]) -> None:
    """Give a root stack and all stacks nested in it the same credentials."""
    values = _encrypted(session, {"credentials": dict(credentials)})
    session.execute(update_table(stack).where(stack.c.root_id == root_id).values(values))


def set_user_project(session: Session, root_id: str, project_id: str) -> None:
    """Tell a root stack and all stacks nested in it where their guests are users."""
    where = (stack.c.root_id == root_id, stack.c.deleted_at.is_(None))
    session.execute(update_table(stack).where(*where).values(user_project_id=project_id))


def list(  # noqa: A001
    session: Session,
    *,
    project_id: str | None,
    filters: Mapping[str, Any] | None = None,
    limit: int | None = None,
    marker: str | None = None,
    sort_keys: Sequence[str] = (),
    sort_dir: str | None = None,
    show_deleted: bool = False,
    show_nested: bool = False,
    tags: Iterable[str] = (),
    tags_any: Iterable[str] = (),
    not_tags: Iterable[str] = (),
    not_tags_any: Iterable[str] = (),
) -> builtins.list[StackSummary]:
    """One page of stacks as contract/native-api.md section 8.3 has it.

    ``project_id`` None: of all projects. Takes two statements, three with a marker, however many
    stacks there are.
    """
    if limit == 0:
        return []
    conditions = stack_filters.conditions(
        project_id, filters, show_deleted, show_nested, tags, tags_any, not_tags, not_tags_any
    )
    keys, descending = stack_filters.order(sort_keys, sort_dir)
    page = select(*_SUMMARY).where(*conditions)
    if marker is not None:
        page = _after(session, page, marker, project_id, keys, descending)
    page = page.order_by(*stack_filters.order_by(keys, descending)).limit(bounded(limit))
    rows = session.execute(page).all()
    labels = _tags(session, page.with_only_columns(stack.c.id)) if rows else {}
    return [_summary(row, labels) for row in rows]


def count(
    session: Session,
    *,
    project_id: str | None,
    filters: Mapping[str, Any] | None = None,
    show_deleted: bool = False,
    show_nested: bool = False,
    tags: Iterable[str] = (),
    tags_any: Iterable[str] = (),
    not_tags: Iterable[str] = (),
    not_tags_any: Iterable[str] = (),
) -> int:
    """How many stacks ``list`` would find without paging."""
    conditions = stack_filters.conditions(
        project_id, filters, show_deleted, show_nested, tags, tags_any, not_tags, not_tags_any
    )
    found = session.execute(select(func.count()).select_from(stack).where(*conditions))
    return int(found.scalar_one())


def children(session: Session, owner_id: str) -> builtins.list[StackSummary]:
    """The living nested stacks that this stack owns, oldest first."""
    conditions = (stack.c.owner_id == owner_id, stack.c.deleted_at.is_(None))
    return _summaries(session, select(*_SUMMARY).where(*conditions))


def descendants(session: Session, top: StackSummary, depth: int) -> builtins.list[StackSummary]:
    """The living stacks nested in this one, down to so many levels; oldest first."""
    found: builtins.list[StackSummary] = []
    inside = {top.id}
    for item in sorted(tree(session, top.root_id), key=lambda item: item.depth):
        if item.owner_id in inside and item.depth <= top.depth + depth:
            inside.add(item.id)
            found.append(item)
    return found


def living(session: Session, ids: Iterable[str]) -> builtins.list[str]:
    """Those of these stacks that are not deleted."""
    wanted = [*ids]
    found: builtins.list[str] = []
    for start in range(0, len(wanted), 500):
        some = stack.c.id.in_(wanted[start : start + 500])
        found.extend(
            session.execute(select(stack.c.id).where(some, stack.c.deleted_at.is_(None))).scalars()
        )
    return found


def release(
    session: Session, nested: StackSummary, released_from: str, withheld: Iterable[str]
) -> None:
    """Make a nested stack one of its own, with all that is nested in it.

    released_from: the root it comes from. withheld: what its readers are not told.
    """
    inside = [item.id for item in descendants(session, nested, 10_000)]
    higher = {"root_id": nested.id, "depth": stack.c.depth - nested.depth}
    for start in range(0, len(inside), 500):
        some = stack.c.id.in_(inside[start : start + 500])
        session.execute(update_table(stack).where(some).values(higher))
    update(
        session,
        nested.id,
        owner_id=None,
        parent_resource=None,
        root_id=nested.id,
        depth=0,
        released_from=released_from,
        withheld=sorted(withheld),
    )


def kin(session: Session, root: StackSummary) -> builtins.list[StackRecord]:
    """The other stacks, living or deleted, that were one tree with this one before releases."""
    origin = root.released_from or root.id
    conditions = (or_(stack.c.id == origin, stack.c.released_from == origin), stack.c.id != root.id)
    ids = [*session.execute(select(stack.c.id).where(*conditions)).scalars()]
    return [found for item in ids if (found := get(session, item)) is not None]


def at_rest(session: Session, ids: Iterable[str]) -> builtins.list[str]:
    """Those of these stacks on which nothing runs."""
    wanted = [*ids]
    found: builtins.list[str] = []
    for start in range(0, len(wanted), 500):
        some = stack.c.id.in_(wanted[start : start + 500])
        rows = session.execute(select(stack.c.id).where(some, stack.c.status != "IN_PROGRESS"))
        found.extend(rows.scalars())
    return found


def tree(session: Session, root_id: str) -> builtins.list[StackSummary]:
    """A root stack and all living stacks nested in it, at any depth, oldest first."""
    conditions = (stack.c.root_id == root_id, stack.c.deleted_at.is_(None))
    return _summaries(session, select(*_SUMMARY).where(*conditions))


def set_tags(session: Session, stack_id: str, tags: Iterable[str]) -> None:
    """Replace the stack's tags; they keep this order."""
    session.execute(delete(stack_tag).where(stack_tag.c.stack_id == stack_id))
    rows = [
        {"stack_id": stack_id, "tag": tag, "position": position}
        for position, tag in enumerate(dict.fromkeys(tags))
    ]
    if rows:
        session.execute(insert_into(stack_tag), rows)


def _encrypted(session: Session, columns: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: session.vault.encrypt_json(value)
        if name in ENCRYPTED and value is not None
        else value
        for name, value in columns.items()
    }


def _one(session: Session, statement: Select[Any], values: dict[str, str]) -> StackRecord | None:
    row = session.execute(statement, values).mappings().one_or_none()
    if row is None:
        return None
    columns = dict(row)
    for name in ENCRYPTED:
        if columns[name] is not None:
            columns[name] = session.vault.decrypt_json(columns[name])
    columns["credentials"] = columns["credentials"] or {}
    if columns.pop("tagged"):
        columns["tags"] = tuple(session.execute(_TAGS, {"stack": columns["id"]}).scalars())
    return StackRecord(**columns)


def _summaries(session: Session, statement: Select[Any]) -> builtins.list[StackSummary]:
    rows = session.execute(statement.order_by(stack.c.created_at, stack.c.id)).all()
    labels = _tags(session, statement.with_only_columns(stack.c.id)) if rows else {}
    return [_summary(row, labels) for row in rows]


def _summary(row: Row[Any], labels: Mapping[str, tuple[str, ...]]) -> StackSummary:
    # A row as a mapping would take ten times as long, and a list has hundreds.
    columns = dict(zip(_SUMMARY_NAMES, row, strict=True))
    return StackSummary(**columns, tags=labels.get(columns["id"], ()))


def _tags(session: Session, stacks: Select[Any]) -> dict[str, tuple[str, ...]]:
    """The tags of all stacks that ``stacks`` finds the ids of, in one statement."""
    # A join, because MariaDB takes no LIMIT in the subquery of IN.
    page = stacks.subquery()
    statement = (
        select(stack_tag.c.stack_id, stack_tag.c.tag)
        .join(page, page.c.id == stack_tag.c.stack_id)
        .order_by(stack_tag.c.position)
    )
    found: dict[str, tuple[str, ...]] = {}
    for row in session.execute(statement):
        found[row.stack_id] = (*found.get(row.stack_id, ()), row.tag)
    return found


def _after(
    session: Session,
    page: Select[Any],
    marker: str,
    project_id: str | None,
    keys: Sequence[str],
    descending: bool,
) -> Select[Any]:
    """Only what comes after the stack ``marker``; all of it when there is no such stack."""
    known = select(*_SUMMARY).where(stack.c.id == marker)
    if project_id is not None:
        known = known.where(stack.c.project_id == project_id)
    row = session.execute(known).mappings().one_or_none()
    if row is None:
        return page
    return page.where(stack_filters.after(row, keys, descending))
