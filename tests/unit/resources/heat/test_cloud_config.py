"""OS::Heat::CloudConfig."""

from __future__ import annotations

import yaml

from heat_engine.resources.heat.cloud_config import CloudConfig
from tests.unit.resources.driver import request


def test_the_map_becomes_a_text_that_cloud_init_knows() -> None:
    given = {"runcmd": ["echo", ["a", "b"]], "greeting": "größer"}
    body = CloudConfig().body(request(CloudConfig(), {"cloud_config": given}))
    first, _, rest = body["config"].partition("\n")
    assert first == "#cloud-config"
    assert yaml.safe_load(rest) == given
    assert body["group"] == "Heat::Ungrouped"
