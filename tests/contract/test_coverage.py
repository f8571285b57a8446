"""The page of resource types says what is so, and the families that are promised are whole."""

from __future__ import annotations

import pytest

from heat_engine.resources.heat.random_string import RandomString
from heat_engine.resources.heat.software_deployment_group import SoftwareDeploymentGroup
from heat_engine.resources.openstack.server import Server
from tests.contract.acted_on import names_acted_on
from tests.contract.coverage import PAGE, coverage, page
from tests.contract.excused import ELSEWHERE, PROPERTIES
from tests.contract.public_types import PUBLIC

FOUND = {item.name: item for item in coverage()}
# AWS types that need a service which no cloud of ours has.
FOREIGN = {"AWS::RDS::DBInstance"}
PROMISED = sorted(
    name
    for name in PUBLIC
    if name.startswith(("OS::Heat::", "AWS::")) and name not in ELSEWHERE | FOREIGN
)


def missing(name: str) -> frozenset[str]:
    return FOUND[name].missing_properties | FOUND[name].missing_attributes


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run python -m tests.contract.coverage"


@pytest.mark.parametrize("name", PROMISED)
def test_promised_types_are_whole(name: str) -> None:
    assert FOUND[name].offered
    assert missing(name) == frozenset()


@pytest.mark.parametrize("name", sorted(item.name for item in FOUND.values() if item.offered))
def test_nothing_of_a_type_that_is_there_is_missing(name: str) -> None:
    assert missing(name) == frozenset()


def test_what_is_excused_is_there_and_has_a_reason() -> None:
    for name, reasons in PROPERTIES.items():
        assert reasons.keys() <= PUBLIC[name]["properties"].keys()
        assert FOUND[name].offered
        assert all(len(why) > 20 for why in reasons.values())


def test_what_only_a_table_declares_is_not_acted_on() -> None:
    assert "length" in names_acted_on(RandomString)
    assert "salt" not in names_acted_on(RandomString)
    assert "flavor_update_policy" in names_acted_on(Server)
    assert "servers" in names_acted_on(SoftwareDeploymentGroup)


def test_a_type_that_is_not_there_counts_as_missing() -> None:
    absent = FOUND["OS::Trove::Instance"]
    assert not absent.offered
    assert absent.counts[0] == 0
    assert absent.counts[1] > 5
