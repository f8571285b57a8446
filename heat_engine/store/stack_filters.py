"""What a list of stacks selects and how it is sorted (contract/native-api.md section 8.3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, and_, case, false, func, not_, or_, select
from sqlalchemy.sql.elements import UnaryExpression

from heat_engine.store.tables import stack, stack_tag

ACTIONS = frozenset(
    (
        "CREATE",
        "DELETE",
        "UPDATE",
        "ROLLBACK",
        "SUSPEND",
        "RESUME",
        "ADOPT",
        "SNAPSHOT",
        "CHECK",
        "RESTORE",
    )
)

_FILTERS = {
    "action": "action",
    "stack_action": "action",
    "stack_status_reason": "status_reason",
    "name": "name",
    "stack_name": "name",
    "id": "id",
    "username": "user_name",
    "stack_owner": "user_name",
    "owner_id": "owner_id",
    "parent": "owner_id",
    "tenant": "project_id",
    "stack_user_project_id": "user_project_id",
    "disable_rollback": "disable_rollback",
    "timeout_mins": "timeout_mins",
}
_SORT_KEYS = {
    "stack_name": "name",
    "stack_status": "status",
    "creation_time": "created_at",
    "updated_time": "updated_at",
}


def conditions(
    project_id: str | None,
    filters: Mapping[str, Any] | None,
    show_deleted: bool,
    show_nested: bool,
    tags: Iterable[str],
    tags_any: Iterable[str],
    not_tags: Iterable[str],
    not_tags_any: Iterable[str],
) -> list[ColumnElement[bool]]:
    """All that a listed stack must meet. A filter's value is one or a list; unknown ones go."""
    wanted: list[ColumnElement[bool]] = []
    if project_id is not None:
        wanted.append(stack.c.project_id == project_id)
    if not show_deleted:
        wanted.append(stack.c.deleted_at.is_(None))
    if not show_nested:
        wanted.append(stack.c.owner_id.is_(None))
    wanted += _filtered(filters or {})
    if all_of := _unique(tags):
        wanted.append(_with_all(all_of))
    if any_of := _unique(tags_any):
        wanted.append(_with_any(any_of))
    if all_of := _unique(not_tags):
        wanted.append(not_(_with_all(all_of)))
    if any_of := _unique(not_tags_any):
        wanted.append(not_(_with_any(any_of)))
    return wanted


def order(sort_keys: Sequence[str], sort_dir: str | None) -> tuple[list[str], bool]:
    """Columns to sort by, the id last, and whether descending. Newest first unless asked."""
    keys = [_SORT_KEYS[key] for key in dict.fromkeys(sort_keys) if key in _SORT_KEYS]
    descending = sort_dir == "desc" or (sort_dir is None and not keys)
    return [*(keys or ["created_at"]), "id"], descending


def order_by(keys: Sequence[str], descending: bool) -> list[UnaryExpression[Any]]:
    terms = [term for key in keys for term in _terms(key)]
    return [term.desc() if descending else term.asc() for term in terms]


def after(row: RowMapping, keys: Sequence[str], descending: bool) -> ColumnElement[bool]:
    """What is sorted behind ``row``."""
    terms = [term for key in keys for term in _terms(key)]
    values = [value for key in keys for value in _values(key, row[key])]
    choices = []
    for position, term in enumerate(terms):
        value = values[position]
        if value is None:
            # The term before says "both are null": nothing is behind it.
            continue
        same = [
            earlier.is_(None) if known is None else earlier == known
            for earlier, known in zip(terms[:position], values[:position], strict=True)
        ]
        choices.append(and_(*same, term < value if descending else term > value))
    return or_(*choices)


def _terms(key: str) -> list[ColumnElement[Any]]:
    # The databases disagree on where null is sorted; here it is before everything.
    if key == "updated_at":
        return [case((stack.c.updated_at.is_(None), 0), else_=1), stack.c.updated_at]
    return [stack.c[key]]


def _values(key: str, value: Any) -> list[Any]:
    return [int(value is not None), value] if key == "updated_at" else [value]


def _filtered(filters: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    merged: dict[str, list[Any]] = {}
    for name, given in filters.items():
        column = "status" if name in ("status", "stack_status") else _FILTERS.get(name)
        values = given if isinstance(given, (list, tuple, set, frozenset)) else [given]
        values = [value for value in values if value is not None and value != ""]
        if column is not None and values:
            merged.setdefault(column, []).extend(values)
    return [_one_of(column, values) for column, values in merged.items()]


def _one_of(column: str, values: list[Any]) -> ColumnElement[bool]:
    if column == "status":
        return or_(*(_status(str(value)) for value in values))
    if column == "disable_rollback":
        known = [_BOOLEANS[text] for value in values if (text := str(value).lower()) in _BOOLEANS]
        return stack.c.disable_rollback.in_(known) if known else false()
    if column == "timeout_mins":
        numbers = [int(value) for value in values if str(value).isdecimal()]
        return stack.c.timeout_mins.in_([number for number in numbers if number < 2**31])
    return stack.c[column].in_([str(value) for value in values])


def _status(value: str) -> ColumnElement[bool]:
    action, _, status = value.partition("_")
    if action in ACTIONS and status:
        return and_(stack.c.action == action, stack.c.status == status)
    return stack.c.status == value


_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


def _unique(tags: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(tags))


def _with_any(tags: list[str]) -> ColumnElement[bool]:
    return stack.c.id.in_(select(stack_tag.c.stack_id).where(stack_tag.c.tag.in_(tags)))


def _with_all(tags: list[str]) -> ColumnElement[bool]:
    found = (
        select(func.count())
        .select_from(stack_tag)
        .where(stack_tag.c.stack_id == stack.c.id, stack_tag.c.tag.in_(tags))
        .scalar_subquery()
    )
    return found == len(tags)
