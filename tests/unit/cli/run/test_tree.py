"""What is drawn of a stack."""

from __future__ import annotations

import io
from typing import Any

from rich.console import Console

from heat_engine.cli.run import tree


def resource(name: str, status: str, *required_by: str, **fields: Any) -> dict[str, Any]:
    return {
        "resource_name": name,
        "resource_type": "OS::Heat::None",
        "resource_status": status,
        "required_by": list(required_by),
        **fields,
    }


def draw(status: str, *resources: dict[str, Any], **stack: Any) -> list[str]:
    console = Console(width=200, record=True, file=io.StringIO())
    console.print(tree.draw({"stack_name": "web", "stack_status": status, **stack}, resources))
    return console.export_text().splitlines()


def test_a_resource_stands_below_the_last_one_that_it_requires() -> None:
    lines = draw(
        "CREATE_COMPLETE",
        resource("server", "CREATE_COMPLETE"),
        resource("net", "CREATE_COMPLETE", "subnet", "server"),
        resource("subnet", "CREATE_COMPLETE", "server"),
    )
    assert [line.split("  CREATE")[0].rstrip() for line in lines] == [
        "web",
        "└── net",
        "    └── subnet",
        "        └── server",
    ]


def test_what_has_not_begun_says_what_it_waits_for() -> None:
    lines = draw(
        "CREATE_IN_PROGRESS",
        resource("a", "CREATE_COMPLETE", "c"),
        resource("b", "CREATE_IN_PROGRESS", "c", waiting_for="1 of 2 signals"),
        resource("c", "INIT_COMPLETE"),
    )
    assert "waits for 1 of 2 signals" in next(line for line in lines if " b " in line)
    assert "waits for b" in next(line for line in lines if " c " in line)


def test_failures_say_why() -> None:
    lines = draw(
        "CREATE_FAILED",
        resource("a", "CREATE_FAILED", resource_status_reason="no [room]"),
        stack_status_reason="Resource CREATE failed",
    )
    assert "Resource CREATE failed" in lines[0]
    assert "no [room]" in lines[1]


def test_a_stack_without_resources_can_be_drawn() -> None:
    assert draw("CREATE_COMPLETE") == ["web  CREATE_COMPLETE"]
