from __future__ import annotations

from dataclasses import replace

import pytest

from heat_engine.language.unknown import UNKNOWN
from heat_engine.resources.heat.test_resource import TestResource as Kind
from heat_engine.resources.protocol import Outcome
from tests.unit.resources.cloud_double import CloudDouble
from tests.unit.resources.driver import change, request, run

KIND = Kind()


def test_create_stores_the_value_under_the_physical_name() -> None:
    progress, made = run(KIND.create, request(KIND, {"value": "a"}))
    assert progress.physical_id == "stack-thing-abc"
    assert progress.reference_id is None
    assert KIND.read(made, "output") == "a"


@pytest.mark.parametrize("verb", ["create", "update", "delete"])
def test_done_only_strictly_after_the_wait(verb: str) -> None:
    call = request(KIND, {"wait_secs": 5}, changed=frozenset({"value"}))
    first = getattr(KIND, verb)(call)
    assert first.outcome is Outcome.WAIT
    assert 5 < first.after < 5.1
    assert getattr(KIND, verb)(replace(call, elapsed=5.0)).outcome is Outcome.WAIT
    assert getattr(KIND, verb)(replace(call, elapsed=5.0 + 1e-6)).outcome is Outcome.DONE


def test_wait_of_one_action_goes_first() -> None:
    call = request(KIND, {"wait_secs": 5, "action_wait_secs": {"create": 0, "delete": 2}})
    assert KIND.create(call).outcome is Outcome.DONE
    assert KIND.delete(replace(call, elapsed=3.0)).outcome is Outcome.DONE
    assert KIND.update(replace(call, changed=frozenset({"value"}), elapsed=3.0)).after is not None


def test_minus_one_waits_for_ever() -> None:
    progress = KIND.create(request(KIND, {"wait_secs": -1}, elapsed=1e9))
    assert (progress.outcome, progress.after) == (Outcome.WAIT, None)


def test_failure_comes_after_the_wait_and_never_in_delete() -> None:
    call = request(KIND, {"fail": True, "wait_secs": 1})
    assert KIND.create(call).outcome is Outcome.WAIT
    failure = KIND.create(replace(call, elapsed=2.0))
    assert (failure.outcome, failure.error) == (Outcome.FAILED, "ValueError")
    assert failure.reason == "Test Resource failed thing"
    assert KIND.delete(replace(call, elapsed=2.0)).outcome is Outcome.DONE


def test_update_that_only_sets_fail_fails_without_waiting() -> None:
    _, made = run(KIND.create, request(KIND, {"action_wait_secs": {"update": 9}}))
    failing = change(KIND, made, {"action_wait_secs": {"update": 9}, "fail": True})
    progress = KIND.update(failing)
    assert (progress.outcome, progress.error) == (Outcome.FAILED, "ValueError")


def test_update_stores_a_changed_value_only_when_there_is_one() -> None:
    _, made = run(KIND.create, request(KIND, {"value": "a"}))
    _, changed = run(KIND.update, change(KIND, made, {"value": "b"}))
    assert KIND.read(changed, "output") == "b"
    _, emptied = run(KIND.update, change(KIND, changed, {"value": ""}))
    assert KIND.read(emptied, "output") == "b"


def test_update_replace_acts_only_with_a_changed_value() -> None:
    _, made = run(KIND.create, request(KIND, {"value": "a"}))
    assert not KIND.must_replace(change(KIND, made, {"value": "a", "update_replace": True}))
    assert KIND.must_replace(change(KIND, made, {"value": "b", "update_replace": True}))
    assert not KIND.must_replace(change(KIND, made, {"value": "b"}))
    assert not KIND.properties["update_replace_value"].updatable


def test_check_needs_a_physical_id() -> None:
    assert KIND.check(request(KIND)).reason == "Resource not created"
    assert KIND.check(request(KIND, physical_id="x")).outcome is Outcome.DONE


def test_asks_the_cloud_while_waiting_and_ignores_its_errors() -> None:
    cloud = CloudDouble()
    wanted = {"wait_secs": 3, "client_name": "nova", "entity_name": "servers", "value": "gone"}
    progress, _ = run(KIND.create, request(KIND, wanted, cloud))
    assert progress.outcome is Outcome.DONE
    assert set(cloud.done("get", "servers")) == {("get", "servers", "gone")}
    assert len(cloud.done("get", "servers")) >= 3


@pytest.mark.parametrize("given", [{"value": "b"}, {"value": ""}, {"value": "a", "fail": False}])
def test_what_it_will_say_is_known_before(given: dict[str, object]) -> None:
    wanted = request(KIND, {"value": "a"}, verb="create")
    assert KIND.foreseen(wanted, "output") == "a"
    assert KIND.foreseen(wanted, "show") is UNKNOWN
    _, made = run(KIND.create, wanted)
    update = replace(change(KIND, made, given), verb="update")
    foreseen = KIND.foreseen(update, "output")
    _, updated = run(KIND.update, update)
    assert KIND.read(updated, "output") == foreseen
