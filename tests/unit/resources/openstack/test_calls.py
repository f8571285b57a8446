from __future__ import annotations

import math

import pytest

from heat_engine.clouds.interface import CloudError
from heat_engine.resources.openstack.calls import compact, find, pause, poll_after, reference
from heat_engine.resources.openstack.key_pair import KeyPair
from tests.unit.resources.cloud_double import CloudDouble
from tests.unit.resources.driver import request


@pytest.mark.parametrize(("elapsed", "after"), [(0, 0.05), (0.2, 0.1), (1, 0.5), (60, 2.0)])
def test_polls_go_from_fast_to_slow(elapsed: float, after: float) -> None:
    assert poll_after(elapsed) == after


@pytest.mark.parametrize(
    ("elapsed", "since", "watched", "after"),
    [(1, 0, math.inf, 0.5), (6, 5.8, 6, 0.1), (6, 0, 0, 0.05), (6, 5.8, 1, 0.1)],
)
def test_what_is_taken_over_is_looked_at_often_again(
    elapsed: float, since: float, watched: float, after: float
) -> None:
    asked = request(KeyPair(), {"name": "mine"}, elapsed=elapsed, watched=watched)
    assert pause(asked, since) == pytest.approx(after)


def test_things_are_found_by_id_or_name() -> None:
    cloud = CloudDouble()
    assert find(cloud, "network", "networks", "net-1")["name"] == "private"
    assert reference(cloud, "network", "networks", ["private", "net-1"]) == ["net-1", "net-1"]
    assert reference(cloud, "network", "networks", None) is None


def test_an_ambiguous_name_is_refused() -> None:
    cloud = CloudDouble()
    cloud.add("networks", id="net-2", name="private")
    with pytest.raises(CloudError) as caught:
        find(cloud, "network", "networks", "private")
    assert caught.value.kind == "invalid"


def test_a_cloud_out_of_reach_is_not_a_missing_thing() -> None:
    cloud = CloudDouble()
    cloud.fail("get", "networks", "unavailable")
    with pytest.raises(CloudError) as caught:
        find(cloud, "network", "networks", "private")
    assert caught.value.kind == "unavailable"


def test_compact_leaves_out_what_was_not_given() -> None:
    assert compact({"a": None, "b": [{"c": None, "d": 0}], "e": ""}) == {"b": [{"d": 0}], "e": ""}
    assert compact(None) is None
