from __future__ import annotations

import pytest

from heat_engine.clouds.openstack.services import SERVICES, Mark


@pytest.mark.parametrize(
    ("service", "collection", "singular", "path", "mark"),
    [
        ("compute", "servers", "server", "servers", Mark.METADATA),
        ("compute", "keypairs", "keypair", "os-keypairs", Mark.NONE),
        ("network", "networks", "network", "networks", Mark.NAME_THEN_TAG),
        ("network", "security_groups", "security_group", "security-groups", Mark.NAME_THEN_TAG),
        ("network", "security-groups", "security_group", "security-groups", Mark.NAME_THEN_TAG),
        ("network", "qos_policies", "qos_policy", "qos-policies", Mark.NAME_THEN_TAG),
        ("volume", "volumes", "volume", "volumes", Mark.METADATA),
        ("image", "images", "", "images", Mark.FIELD),
        ("identity", "groups", "group", "groups", Mark.FIELD),
    ],
)
def test_where_a_collection_is(
    service: str, collection: str, singular: str, path: str, mark: Mark
) -> None:
    found = SERVICES[service].collection(collection)
    assert (found.singular, found.path, found.mark) == (singular, path, mark)
