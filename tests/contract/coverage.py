"""What of the public resource types is there: `python -m tests.contract.coverage [--check]`.

A property counts when it is declared as in public and some code of its type acts on it; an
attribute when it is declared as in public and something fills it. What is declared and not acted on
stands in ``excused``, with the reason, and does not count as missing.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from heat_engine.resources.protocol import ResourceType
from heat_engine.resources.registry import Registry
from tests.contract.acted_on import names_acted_on
from tests.contract.excused import ELSEWHERE, PROPERTIES
from tests.contract.public_types import PUBLIC, unlike_attributes, unlike_properties

PAGE = Path(__file__).parents[2] / "docs" / "coverage.md"
INTRODUCTION = """# Resource types

What of the public resource types (those of openstack-heat 27.0.1) this engine has. This page is
made by `python -m tests.contract.coverage`, which compares every property (type, default, whether
it is required, whether it is changed in place, constraints, nested ones too) and every attribute
with the public ones, and looks whether code acts on them.
"""


@dataclass(frozen=True)
class Coverage:
    """One type: what there is to have, of that what is missing, and what has no effect."""

    name: str
    offered: bool
    properties: tuple[str, ...]
    attributes: tuple[str, ...]
    missing_properties: frozenset[str]
    missing_attributes: frozenset[str]
    excused: frozenset[str] = frozenset()

    @property
    def counts(self) -> tuple[int, int]:
        """How many properties and attributes there are, and of how many."""
        missing = len(self.missing_properties) + len(self.missing_attributes)
        return self.total - missing, self.total

    @property
    def total(self) -> int:
        return len(self.properties) + len(self.attributes)


def coverage_of(name: str, kind: ResourceType | None) -> Coverage:
    public = PUBLIC[name]
    wanted = tuple(sorted(public["properties"]))
    shown = tuple(sorted(public["attributes"]))
    if kind is None:
        return Coverage(name, False, wanted, shown, frozenset(wanted), frozenset(shown))
    acted_on = names_acted_on(type(kind))
    idle = {item for item in wanted if item not in acted_on}
    excused = PROPERTIES.get(name, {}).keys()
    return Coverage(
        name,
        True,
        wanted,
        shown,
        missing_properties=frozenset(idle - excused | unlike_properties(kind)),
        missing_attributes=frozenset(unlike_attributes(kind)),
        excused=frozenset(excused),
    )


def coverage() -> list[Coverage]:
    """All public types, in order of their names."""
    registry = Registry.default()
    known = set(registry.names())
    return [
        coverage_of(name, registry.get(name) if name in known else None) for name in sorted(PUBLIC)
    ]


def family(found: Coverage) -> str:
    """``OS::Heat`` of ``OS::Heat::Value``."""
    return found.name.rpartition("::")[0]


def page() -> str:
    found = coverage()
    lines = [INTRODUCTION, *_families(found), *_types(found), *_excuses(), *_absent(found)]
    return "\n".join(lines).rstrip() + "\n"


def _families(found: list[Coverage]) -> Iterator[str]:
    yield "| family | types | properties and attributes | |"
    yield "| --- | --- | --- | --- |"
    for name, group in groupby(sorted(found, key=family), family):
        items = list(group)
        offered = sum(item.offered for item in items)
        there, total = (
            sum(column) for column in zip(*(item.counts for item in items), strict=True)
        )
        share = f"{100 * there // total} %"
        yield f"| {name} | {offered} of {len(items)} | {there} of {total} | {share} |"
    yield ""


def _types(found: list[Coverage]) -> Iterator[str]:
    yield "## Types that are there\n"
    yield "~~Struck~~: not there. *Slanted*: accepted without effect; why, stands below."
    yield ""
    yield "| type | properties | attributes |"
    yield "| --- | --- | --- |"
    for item in found:
        if item.offered:
            properties = _marked(item.properties, item.missing_properties, item.excused)
            attributes = _marked(item.attributes, item.missing_attributes)
            yield f"| {item.name} | {properties} | {attributes} |"
    yield ""


def _marked(
    names: tuple[str, ...], missing: frozenset[str], excused: frozenset[str] = frozenset()
) -> str:
    marks = {**dict.fromkeys(excused, "*"), **dict.fromkeys(missing, "~~")}
    return " ".join(f"{marks.get(name, '')}{name}{marks.get(name, '')}" for name in names) or "-"


def _excuses() -> Iterator[str]:
    yield "## Accepted without effect\n"
    yield "| type | what | why |"
    yield "| --- | --- | --- |"
    for name, reasons in sorted(PROPERTIES.items()):
        for what, why in sorted(reasons.items()):
            yield f"| {name} | {what} | {why} |"
    yield ""


def _absent(found: list[Coverage]) -> Iterator[str]:
    yield "## Types that are not there\n"
    absent = sorted((item for item in found if not item.offered), key=family)
    for name, group in groupby(absent, family):
        names = ", ".join(item.name.rpartition("::")[2] for item in group)
        yield f"- {name}: {names}"
    yield ""
    yield "Scaling groups, their policies, alarms and load balancers are being worked on apart: "
    yield ", ".join(sorted(ELSEWHERE)) + "."


def main() -> int:
    made = page()
    if "--check" in sys.argv[1:]:
        return 0 if PAGE.read_text(encoding="utf-8") == made else 1
    PAGE.write_text(made, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
