"""Streams: who sees what, and the text that is sent."""

from __future__ import annotations

import json
from typing import Any

import pytest

from heat_api.watching.place import Place
from heat_api.watching.stream import HEARTBEAT, Scope, Stream

BASE = "http://api.example/v1"


class Collector:
    """An outlet that keeps what it is sent."""

    def __init__(self) -> None:
        self.data = b""
        self.ended = self.dropped = False
        self.waiting = 0

    def send(self, data: bytes) -> None:
        self.data += data

    def end(self) -> None:
        self.ended = True

    def drop(self) -> None:
        self.dropped = True


def raw(number: int = 5, **fields: Any) -> dict[str, Any]:
    stack = fields.pop("stack", "s1")
    identity = {"tenant": fields.pop("project", "p"), "stack_name": "web", "stack_id": stack}
    return {
        "event_identity": {**identity, "path": f"/resources/r/events/e{number}"},
        "stack_identity": {**identity, "path": ""},
        "stack_name": "web",
        "event_time": "2026-01-02T03:04:05Z",
        "resource_name": "r",
        "resource_type": "OS::Heat::Value",
        "physical_resource_id": "x",
        "resource_action": "CREATE",
        "resource_status": "COMPLETE",
        "resource_status_reason": "state changed",
        "sequence": number,
        "owner_id": None,
        "root_id": stack,
        "depth": 0,
        **fields,
    }


def gone(stack: str) -> dict[str, Any]:
    kind = {"resource_type": "OS::Heat::Stack", "physical_resource_id": stack}
    return raw(stack=stack, resource_action="DELETE", **kind)


def scope(**fields: Any) -> Scope:
    told = {
        "project_id": "p",
        "stack_id": "s1",
        "root_id": None,
        "depth": 0,
        "members": None,
        "deleted": False,
        "root": None,
    }
    return Scope.of({**told, **fields})


def stream(watched: Scope, filters: dict[str, Any] | None = None) -> tuple[Stream, Collector]:
    made = Stream(watched, filters or {}, BASE, None, lambda item: None)
    outlet = Collector()
    made.opened(outlet)
    return made, outlet


def seen(watched: Scope, *events: dict[str, Any], **filters: Any) -> list[bool]:
    made, outlet = stream(watched, filters)
    found = []
    for event in events:
        before = len(outlet.data)
        made.offer(event, Place(1), {})
        found.append(len(outlet.data) > before)
    return found


def test_the_text_of_an_event() -> None:
    made, outlet = stream(scope())
    made.offer(raw(), Place(5, (3,)), {})
    lines = outlet.data.decode().split("\n")
    assert (lines[0], lines[1], lines[3:]) == ("id: 5-3", "event: resource", ["", ""])
    told = json.loads(lines[2].removeprefix("data: "))
    assert told["links"][0]["href"] == f"{BASE}/p/stacks/web/s1/resources/r/events/e5"
    assert (told["resource_status"], told["resource_type"], told["stack_name"]) == (
        "CREATE_COMPLETE",
        "OS::Heat::Value",
        "web",
    )
    assert "sequence" not in told


def test_a_line_break_in_a_reason_breaks_no_line() -> None:
    made, outlet = stream(scope())
    made.offer(raw(resource_status_reason="a\nb\n\nid: 9\r\n"), Place(5), {})
    assert outlet.data.count(b"\n") == 4


def test_another_project_and_another_stack_are_not_seen() -> None:
    events = (raw(), raw(project="q"), raw(stack="s2"), raw(depth=1))
    assert seen(scope(), *events) == [True, False, False, False]
    assert seen(scope(stack_id=None), *events) == [True, False, True, False]


def test_nested_stacks_are_seen_down_to_the_depth() -> None:
    def nested(depth: int) -> dict[str, Any]:
        return raw(stack=f"n{depth}", owner_id=f"n{depth - 1}", root_id="s1", depth=depth)

    watched = scope(root_id="s1", depth=2)
    assert seen(watched, nested(1), nested(2), nested(3)) == [True, True, False]
    assert seen(watched, raw(stack="n1", owner_id="s9", root_id="s9", depth=1)) == [False]


def test_below_a_nested_stack_only_its_own_children_are_seen() -> None:
    watched = scope(stack_id="n1", root_id="s1", depth=3, members=["n1", "n2"])
    known = raw(stack="n2", owner_id="n1", root_id="s1", depth=2)
    new = raw(stack="n3", owner_id="n2", root_id="s1", depth=3)
    sibling = raw(stack="o2", owner_id="o1", root_id="s1", depth=2)
    assert seen(watched, known, new, sibling, raw(stack="s1", root_id="s1")) == [
        True,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("filters", "passes"),
    [
        ({"resource_name": "r"}, True),
        ({"resource_name": ["q", "r"]}, True),
        ({"resource_status": "FAILED"}, False),
        ({"resource_action": "CREATE", "resource_type": "OS::Nova::Server"}, False),
    ],
)
def test_filters(filters: dict[str, Any], passes: bool) -> None:
    assert seen(scope(), raw(), **filters) == [passes]


def test_the_end_of_the_stack_is_the_end_of_the_stream() -> None:
    made, outlet = stream(scope(), {"resource_name": "nothing"})
    made.offer(gone("s2"), Place(5), {})
    assert not outlet.ended
    made.offer(gone("s1"), Place(5), {})
    assert outlet.ended
    made.offer(raw(), Place(6), {})
    assert outlet.data == b""


def test_a_nested_stacks_end_is_not_the_end() -> None:
    made, outlet = stream(scope(root_id="s1", depth=1))
    made.offer({**gone("n1"), "root_id": "s1", "depth": 1}, Place(5), {})
    assert outlet.data
    assert not outlet.ended


def test_signs_of_life() -> None:
    made, outlet = stream(scope())
    made.beat()
    assert outlet.data == HEARTBEAT
