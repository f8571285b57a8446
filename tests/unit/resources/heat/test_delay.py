from __future__ import annotations

from dataclasses import replace

import pytest

from heat_engine.language.unknown import UNKNOWN
from heat_engine.resources.heat.delay import Delay
from heat_engine.resources.protocol import Outcome
from tests.unit.resources.driver import change, keep, request, run

KIND = Delay()


def test_waits_exactly_min_wait() -> None:
    call = request(KIND, {"min_wait": 20})
    first = KIND.create(call)
    assert (first.outcome, first.after) == (Outcome.WAIT, 20.0)
    later = replace(keep(call, first), elapsed=19.5)
    assert KIND.create(later).after == 0.5
    assert KIND.create(replace(later, elapsed=20.0)).outcome is Outcome.DONE


def test_jitter_is_drawn_once() -> None:
    call = request(KIND, {"min_wait": 10, "max_jitter": 100, "jitter_multiplier": 2.0})
    first = KIND.create(call)
    assert first.after is not None
    assert 10 <= first.after <= 210
    again = KIND.create(keep(call, first))
    assert again.outcome is Outcome.DONE
    assert KIND.create(replace(keep(call, first), elapsed=0.0)).after == first.after


@pytest.mark.parametrize("action", ["CREATE", "DELETE", "SUSPEND", "RESUME"])
def test_waits_only_in_its_actions(action: str) -> None:
    verb = getattr(KIND, action.lower())
    chosen = request(KIND, {"min_wait": 1, "actions": [action]})
    others = {"CREATE", "DELETE", "SUSPEND", "RESUME"} - {action}
    assert verb(chosen).outcome is Outcome.WAIT
    assert verb(request(KIND, {"min_wait": 1, "actions": sorted(others)})).outcome is Outcome.DONE


def test_has_no_physical_id_and_updates_at_once() -> None:
    progress, made = run(KIND.create, request(KIND))
    assert progress.physical_id is None
    assert run(KIND.update, change(KIND, made, {"min_wait": 5}))[0].outcome is Outcome.DONE


def test_a_wait_beyond_the_stack_timeout_is_a_fault() -> None:
    properties = request(
        KIND, {"min_wait": 50, "max_jitter": 10, "jitter_multiplier": 2}
    ).properties
    assert KIND.validate(properties, 70) == ()
    (problem,) = KIND.validate(properties, 69)
    assert "70 s" in problem
    assert KIND.validate({**properties, "min_wait": UNKNOWN}, 1) == ()
