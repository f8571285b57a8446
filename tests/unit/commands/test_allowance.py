from __future__ import annotations

from heat_engine.commands.allowance import Allowance


def test_templates_are_covered_until_it_is_used_up() -> None:
    allowance = Allowance(2500)
    assert [allowance.covers({}) for _ in range(4)] == [True, True, True, False]


def test_a_large_template_counts_for_more() -> None:
    allowance = Allowance(2500)
    assert allowance.covers({"description": "x" * 3000})
    assert not allowance.covers({})
