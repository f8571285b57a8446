"""Resources of several stacks in one list."""

from __future__ import annotations

from typing import Any

from common.identifiers import StackIdentity
from heat_api.views import resources

BASE = "http://heat.example/v1"


def raw(stack: StackIdentity, name: str, **fields: Any) -> dict[str, Any]:
    return {
        "resource_identity": stack.resource(name).to_dict(),
        "stack_identity": stack.to_dict(),
        "resource_name": name,
        "resource_action": "CREATE",
        "resource_status": "COMPLETE",
        **fields,
    }


def test_each_is_linked_within_its_own_stack() -> None:
    outer, inner = StackIdentity("p", "a b", "1"), StackIdentity("p", "a b-in", "2")
    found = [
        raw(outer, "in", nested_stack_id=inner.to_dict()),
        raw(inner, "x y/ü"),
        raw(outer, "last"),
    ]
    listed = resources.listed(BASE, found, detail=False)
    first, second = f"{BASE}/p/stacks/a%20b/1", f"{BASE}/p/stacks/a%20b-in/2"
    assert [{link["rel"]: link["href"] for link in item["links"]} for item in listed] == [
        {"self": f"{first}/resources/in", "stack": first, "nested": second},
        {"self": f"{second}/resources/x%20y/%C3%BC", "stack": second},
        {"self": f"{first}/resources/last", "stack": first},
    ]
    assert listed == [resources.resource(BASE, item, detail=False) for item in found]
