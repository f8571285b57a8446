"""Functions over maps (section 3.4)."""

from __future__ import annotations

from typing import Any

from heat_engine.language.functions.base import (
    ENTRY_COST,
    Function,
    MapExpression,
    Resolution,
    fault,
    items_of,
)


class MapMerge(Function):
    """List of maps to one; later keys win, nulls among the maps are left out."""

    __slots__ = ()

    def compute(self, arguments: Any, resolution: Resolution) -> Any:
        if not isinstance(arguments, list):
            raise fault(
                f'Incorrect arguments to "{self.name}" should be: '
                f'"{self.name}" : [ {{ "key1": "val1" }}, {{ "key2": "val2" }} ]'
            )
        merged: dict[Any, Any] = {}
        for item in arguments:
            if item is None:
                continue
            if not isinstance(item, dict):
                raise fault(
                    f"Incorrect arguments: Items to merge must be maps. {item!r} is type "
                    f"{type(item)} instead of a dict"
                )
            resolution.charge(ENTRY_COST * len(item))
            merged.update(item)
        return merged


class MapReplace(Function):
    """``[map, {keys: {old: new}, values: {old: new}}]``."""

    __slots__ = ()

    def construct(self) -> None:
        items = items_of(self.arguments)
        if items is None or len(items) != 2 or not _is_map(items[1]):
            raise self._usage()

    def _usage(self) -> Exception:
        return fault(
            f'Incorrect arguments to "{self.name}" should be: "{self.name}" : '
            '[ { "key1": "val1" }, { "keys": { "key1": "key2" }, "values": { "val1": "val2" } } ]'
        )

    def compute(self, arguments: Any, resolution: Resolution) -> Any:
        given, rules = arguments
        if given is None:
            return {}
        if not isinstance(given, dict) or not isinstance(rules, dict):
            raise self._usage()
        keys, values = rules.get("keys") or {}, rules.get("values") or {}
        if set(rules) - {"keys", "values"} or not isinstance(keys, dict):
            raise self._usage()
        if not isinstance(values, dict):
            raise self._usage()
        resolution.charge(ENTRY_COST * len(given))
        replaced: dict[Any, Any] = {}
        for key, value in given.items():
            new = keys.get(key, key)
            if isinstance(new, (dict, list)):
                raise self._usage()
            if new != key and new in given:
                raise fault(f"key replacement {new} collides with a key in the input map")
            if new in replaced:
                raise fault(f"key replacement {new} collides with a key in the output map")
            replaced[new] = value if isinstance(value, (dict, list)) else values.get(value, value)
        return replaced


def _is_map(value: Any) -> bool:
    return isinstance(value, (dict, MapExpression))


class MemberListToMap(Function):
    """``[key name, value name, list of .member.<n>.<name>=<text>]`` to a map."""

    __slots__ = ()

    def construct(self) -> None:
        items = items_of(self.arguments)
        if items is None or len(items) != 3:
            raise fault(
                f'Wrong Arguments try: "{self.name}": '
                "['Name', 'Value', ['.member.0.Name=one', '.member.0.Value=two']]"
            )
        if not isinstance(items[0], str):
            raise fault(f"{self.name} Key Name must be a string")
        if not isinstance(items[1], str):
            raise fault(f"{self.name} Value Name must be a string")

    def compute(self, arguments: Any, resolution: Resolution) -> Any:
        key_name, value_name, members = arguments
        if not isinstance(members, list):
            raise fault("Member list must be a list")
        found: dict[str, dict[str, str]] = {}
        for member in members:
            if not isinstance(member, str):
                raise fault("Member list items must be strings")
            place, separator, text = member.partition("=")
            parts = place.split(".")
            if separator and len(parts) >= 2:
                found.setdefault(parts[-2], {})[parts[-1]] = text
        return {
            entry[key_name]: entry[value_name]
            for entry in found.values()
            if key_name in entry and value_name in entry
        }
