from __future__ import annotations

import pytest

from heat_engine.resources.heat.object_signals import details, parsed


def test_what_a_signal_leaves_out_is_filled_in() -> None:
    (first, second) = parsed(["", '{"reason": "so", "data": [1]}'])
    assert (first.id, first.status, first.reason, first.data) == (
        "1",
        "SUCCESS",
        "Signal 1 received",
        None,
    )
    assert (second.id, second.reason, second.data) == ("2", "so", [1])


def test_a_later_signal_of_the_same_id_takes_the_place() -> None:
    found = parsed(['{"id": "a", "data": 1}', "", '{"id": "a", "status": "FAILURE"}'])
    assert [(item.id, item.status, item.data) for item in found] == [
        ("a", "FAILURE", None),
        ("2", "SUCCESS", None),
    ]


@pytest.mark.parametrize("body", ["[1]", "nonsense", '"text"', "{" * 100_000, "1"])
def test_only_a_json_object_is_a_signal(body: str) -> None:
    with pytest.raises(ValueError, match="Failed to parse JSON data: ") as caught:
        details(body)
    assert len(str(caught.value)) < 300
