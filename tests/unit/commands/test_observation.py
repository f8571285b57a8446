"""Which things are looked at for a preview, how often, and what their rows become."""

from __future__ import annotations

from typing import Any

import pytest

from common import errors
from common.identifiers import new_id
from heat_engine.commands import goal as goals
from heat_engine.commands.core import Core
from heat_engine.commands.goal import Goal
from heat_engine.commands.observation import Observation
from heat_engine.language.schema import Kind, Property
from heat_engine.resources.protocol import (
    Progress,
    Request,
    ResourceType,
    done,
    failed,
    replace,
    wait,
)
from heat_engine.store import stacks
from heat_engine.store.records import StackRecord
from heat_engine.store.resources import ResourceRecord
from tests.scenarios.world import template
from tests.unit.commands.rows import row
from tests.unit.store.rows import add_stack


class Seen(ResourceType):
    name = "Test::Seen"
    observes = True
    properties = {
        "size": Property(Kind.INTEGER),
        "tags": Property(Kind.LIST),
    }

    def __init__(self) -> None:
        self.looks: list[str] = []
        self.found: Progress = done()

    def observe(self, request: Request) -> Progress:
        self.looks.append(request.name)
        return self.found


class Unseen(ResourceType):
    name = "Test::Unseen"


@pytest.fixture
def types() -> list[type[ResourceType]]:
    return [Seen, Unseen]


@pytest.fixture
def seen(core: Core) -> Seen:
    kind = core.registry.get(Seen.name)
    assert isinstance(kind, Seen)
    return kind


@pytest.fixture
def stack(core: Core) -> StackRecord:
    found = core.database.query(stacks.get, add_stack(core.database, "s"))
    assert found is not None
    return found


def thing(
    name: str, state: str = "CREATE_COMPLETE", external_id: str | None = None, **fields: Any
) -> ResourceRecord:
    made = row(new_id(), name, state, **{"type": Seen.name, "physical_id": "p", **fields})
    made.definition = {
        "type": made.type,
        "properties": {"size": 1, "tags": ["a"]} if made.type == Seen.name else {},
        "fingerprint": {"external_id": external_id},
    }
    return made


def goal(core: Core, stack: StackRecord, *names: str) -> Goal:
    source = goals.source(core, template({name: {"type": Seen.name} for name in names}), {}, {}, [])
    return goals.make(core, source, name="s", stack_id=stack.id, project_id="project")


def test_only_what_is_made_and_still_wanted_is_looked_at(
    core: Core, seen: Seen, stack: StackRecord
) -> None:
    rows = [
        thing("made"),
        thing("failed", "CREATE_FAILED"),
        thing("planned", "INIT_COMPLETE"),
        thing("deleted", "DELETE_COMPLETE"),
        thing("old", obsolete=True),
        thing("outside", external_id="x"),
        thing("other", type=Unseen.name),
        thing("unwanted"),
    ]
    wanted = goal(core, stack, *(item.name for item in rows[:-1]))
    assert Observation(core).seen(stack, wanted, rows) == rows
    assert seen.looks == ["made"]


def test_each_thing_is_looked_at_once(core: Core, seen: Seen, stack: StackRecord) -> None:
    eyes, wanted = Observation(core), goal(core, stack, "a", "b")
    rows = [thing("a"), thing("b")]
    for _ in range(2):
        eyes.seen(stack, wanted, rows)
    assert seen.looks == ["a", "b"]


def test_a_row_is_shown_as_its_thing_is_and_stays_what_it_was(
    core: Core, seen: Seen, stack: StackRecord
) -> None:
    seen.found = done(observed={"size": 2, "tags": None})
    before = thing("a")
    (found,) = Observation(core).seen(stack, goal(core, stack, "a"), [before])
    assert found.properties == {"size": 2}
    assert before.properties == {"size": 1, "tags": ["a"]}


def test_what_is_gone_is_made_anew(core: Core, seen: Seen, stack: StackRecord) -> None:
    seen.found = replace("it is gone")
    before = thing("a", outcome={"data": {}})
    (found,) = Observation(core).seen(stack, goal(core, stack, "a"), [before])
    assert found.outcome == {"data": {}, "released": True}
    assert before.outcome == {"data": {}}


@pytest.mark.parametrize("answer", [failed("no answer"), wait("no answer")])
def test_a_thing_that_cannot_be_looked_at_is_told(
    core: Core, seen: Seen, stack: StackRecord, answer: Progress
) -> None:
    seen.found = answer
    with pytest.raises(errors.Invalid, match=r"resources\.a cannot be looked at: no answer"):
        Observation(core).seen(stack, goal(core, stack, "a"), [thing("a")])
