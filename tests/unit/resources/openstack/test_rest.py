"""The verbs that all table types share."""

from __future__ import annotations

from dataclasses import replace

import pytest

from heat_engine.resources.openstack.calls import MOST_RETRIES
from heat_engine.resources.protocol import Outcome
from tests.unit.resources.cloud_double import CloudDouble
from tests.unit.resources.driver import change, keep, request, run, run_twice
from tests.unit.resources.openstack.router import GIVEN, Router

KIND = Router()


def test_body_is_made_by_the_table() -> None:
    cloud = CloudDouble()
    progress, made = run(KIND.create, request(KIND, GIVEN, cloud))
    assert progress.outcome is Outcome.DONE
    (thing,) = cloud.made("routers")
    assert cloud.done("create", "routers") == [
        (
            "create",
            "routers",
            {
                "network_ref": "net-1",
                "options": {"a": "x"},
                "extra": 1,
                "name": "stack-thing-abc",
            },
            "resource-1",
        )
    ]
    assert made.physical_id == thing["id"]
    assert made.attributes == {"network_name": "net-1"}


def test_an_old_name_works_and_one_of_the_two_is_needed() -> None:
    cloud = CloudDouble()
    run(KIND.create, request(KIND, {"network_id": "net-1"}, cloud))
    assert cloud.made("routers")[0]["network_ref"] == "net-1"
    assert KIND.validate(request(KIND, {}).properties, 1) == ["Property network not assigned"]
    both = request(KIND, {"network": "a", "network_id": "b"}).properties
    assert KIND.validate(both, 1) == [
        "Cannot define the following properties at the same time: network, network_id."
    ]


def test_waits_until_ready_with_words_and_a_growing_pause() -> None:
    cloud = CloudDouble(slow={"routers": ["BUILD", "BUILD", "ACTIVE"]})
    call = request(KIND, GIVEN, cloud)
    first = KIND.create(call)
    assert first.outcome is Outcome.WAIT
    assert first.waiting_for == "router to become ACTIVE (is BUILD)"
    assert first.physical_id == cloud.made("routers")[0]["id"]
    assert first.after == 0.05
    assert KIND.create(replace(keep(call, first), elapsed=100.0)).after == 2.0
    assert KIND.create(keep(call, first)).outcome is Outcome.DONE


def test_a_poll_that_finds_nothing_new_has_nothing_new_to_store() -> None:
    cloud = CloudDouble(slow={"routers": ["BUILD", "BUILD", "BUILD", "ACTIVE"]})
    call = request(KIND, GIVEN, cloud)
    first = KIND.create(call)
    second = KIND.create(keep(call, first))
    assert (dict(second.saved), second.waiting_for) == (dict(first.saved), first.waiting_for)


def test_a_broken_thing_fails_with_its_cause_and_keeps_its_id() -> None:
    cloud = CloudDouble(slow={"routers": ["ERROR"]})
    progress = KIND.create(request(KIND, GIVEN, cloud))
    assert (progress.outcome, progress.error) == (Outcome.FAILED, "ResourceInError")
    assert progress.reason == 'Went to status ERROR due to "Unknown"'
    assert progress.physical_id is not None


def test_every_verb_repeated_after_a_crash_leads_to_one_thing() -> None:
    cloud = CloudDouble(slow={"routers": ["BUILD", "BUILD", "ACTIVE"]}, dying=2)
    progress, made = run_twice(KIND.create, request(KIND, GIVEN, cloud))
    assert progress.outcome is Outcome.DONE
    assert len(cloud.made("routers")) == 1
    updated, changed = run_twice(KIND.update, change(KIND, made, {**GIVEN, "mtu": 9}))
    assert updated.outcome is Outcome.DONE
    assert cloud.made("routers")[0]["maximum"] == 9
    assert run_twice(KIND.check, changed)[0].outcome is Outcome.DONE
    assert run_twice(KIND.delete, changed)[0].outcome is Outcome.DONE
    assert not cloud.made("routers")


@pytest.mark.parametrize("verb", ["create", "delete"])
def test_a_crash_right_after_the_call(verb: str) -> None:
    cloud = CloudDouble()
    call = request(KIND, GIVEN, cloud)
    if verb == "delete":
        _, call = run(KIND.create, call)
    cloud.crash_after(verb, "routers")
    progress, _ = run(getattr(KIND, verb), call)
    assert progress.outcome is Outcome.DONE
    assert len(cloud.made("routers")) == (1 if verb == "create" else 0)


@pytest.mark.parametrize("kind", ["unavailable", "over_limit"])
def test_what_may_pass_is_tried_again(kind: str) -> None:
    cloud = CloudDouble()
    cloud.fail("create", "routers", kind, times=3)
    call = request(KIND, GIVEN, cloud)
    first = KIND.create(call)
    assert first.outcome is Outcome.WAIT
    assert kind in first.waiting_for
    assert first.after is not None
    second = KIND.create(keep(call, first))
    assert second.after is not None
    assert second.after > first.after
    assert run(KIND.create, keep(call, second))[0].outcome is Outcome.DONE
    assert len(cloud.made("routers")) == 1


def test_tries_are_bounded() -> None:
    cloud = CloudDouble()
    cloud.fail("create", "routers", "unavailable", times=MOST_RETRIES + 1)
    progress, call = run(KIND.create, request(KIND, GIVEN, cloud))
    assert (progress.outcome, progress.error) == (Outcome.FAILED, "ServiceUnavailable")
    assert len(cloud.done("create", "routers")) == MOST_RETRIES + 1
    assert call.physical_id is None


@pytest.mark.parametrize(
    ("kind", "error"),
    [("invalid", "BadRequest"), ("forbidden", "Forbidden"), ("conflict", "Conflict")],
)
def test_other_refusals_fail_at_once(kind: str, error: str) -> None:
    cloud = CloudDouble()
    cloud.fail("create", "routers", kind)
    progress = KIND.create(request(KIND, GIVEN, cloud))
    assert (progress.outcome, progress.error) == (Outcome.FAILED, error)
    assert progress.reason == f"routers {kind}"


def test_a_name_that_is_not_there_fails() -> None:
    progress = KIND.create(request(KIND, {"network": "nowhere"}))
    assert (progress.outcome, progress.error) == (Outcome.FAILED, "NotFound")
    assert progress.reason == "The network (nowhere) could not be found."


def test_update_sends_only_what_has_changed() -> None:
    cloud = CloudDouble()
    _, made = run(KIND.create, request(KIND, {**GIVEN, "tags": ["a"], "name": "own"}, cloud))
    wanted = {**GIVEN, "mtu": 7}
    progress, _ = run(KIND.update, change(KIND, made, wanted))
    assert progress.outcome is Outcome.DONE
    ((*_, body),) = cloud.done("update", "routers")
    assert body == {"maximum": 7, "tags": [], "name": "stack-thing-abc"}


def test_an_update_without_a_difference_asks_for_nothing() -> None:
    cloud = CloudDouble()
    _, made = run(KIND.create, request(KIND, GIVEN, cloud))
    assert run(KIND.update, change(KIND, made, GIVEN))[0].outcome is Outcome.DONE
    assert cloud.done("update", "routers") == []


def test_delete_waits_until_the_thing_is_gone_and_asks_once() -> None:
    cloud = CloudDouble(dying=3)
    _, made = run(KIND.create, request(KIND, GIVEN, cloud))
    assert KIND.delete(made).waiting_for == "router to be gone"
    progress, _ = run(KIND.delete, keep(made, KIND.delete(made)))
    assert progress.outcome is Outcome.DONE
    assert cloud.made("routers") == []
    assert len(cloud.done("delete", "routers")) == 2


def test_delete_without_an_id_forgets_what_the_token_made() -> None:
    cloud = CloudDouble()
    call = request(KIND, GIVEN, cloud)
    run(KIND.create, call)
    assert run(KIND.delete, call)[0].outcome is Outcome.DONE
    assert cloud.made("routers") == []
    assert KIND.create(call).error == "Conflict"


def test_delete_of_what_is_gone_is_done() -> None:
    cloud = CloudDouble()
    assert run(KIND.delete, request(KIND, {}, cloud))[0].outcome is Outcome.DONE
    gone = request(KIND, {}, cloud, physical_id="routers-99")
    assert run(KIND.delete, gone)[0].outcome is Outcome.DONE


def test_delete_tries_again_while_something_uses_it() -> None:
    cloud = CloudDouble()
    _, made = run(KIND.create, request(KIND, GIVEN, cloud))
    cloud.fail("delete", "routers", "conflict", times=3)
    assert run(KIND.delete, made)[0].outcome is Outcome.DONE
    assert cloud.made("routers") == []


@pytest.mark.parametrize(
    ("fault", "may_pass"),
    [({}, True), ({"code": 500}, True), ({"code": 400}, False), ({"code": "odd"}, True)],
)
def test_what_its_maker_did_wrong_will_not_pass(fault: dict[str, object], may_pass: bool) -> None:
    cloud = CloudDouble(slow={"routers": ["BUILD", "ERROR"]})
    call = request(KIND, GIVEN, cloud)
    call = keep(call, KIND.create(call))
    cloud.made("routers")[0]["fault"] = fault
    progress = KIND.create(call)
    assert (progress.outcome, progress.transient) == (Outcome.FAILED, may_pass)


def test_a_conflict_may_pass_and_another_refusal_not() -> None:
    for kind, may_pass in (("conflict", True), ("invalid", False), ("forbidden", False)):
        cloud = CloudDouble()
        cloud.fail("create", "routers", kind)
        progress = KIND.create(request(KIND, GIVEN, cloud))
        assert (progress.outcome, progress.transient) == (Outcome.FAILED, may_pass)


def test_observing_tells_what_is_otherwise_and_what_is_gone() -> None:
    cloud = CloudDouble()
    progress, made = run(KIND.create, request(KIND, {**GIVEN, "name": "mine"}, cloud))
    made = replace(made, previous=made.properties)
    assert KIND.observe(made).observed == {}
    thing = cloud.made("routers")[0]
    thing["name"] = "theirs"
    assert KIND.observe(made).observed == {"name": "theirs"}
    thing["status"] = "ERROR"
    assert KIND.observe(made).outcome is Outcome.REPLACE
    cloud.things["routers"].clear()
    assert KIND.observe(made).outcome is Outcome.REPLACE
    assert KIND.observe(replace(made, physical_id="no-such")).outcome is Outcome.REPLACE
    cloud.fail("get", "routers", "forbidden")
    assert KIND.observe(made).outcome is Outcome.FAILED
    assert progress.outcome is Outcome.DONE
