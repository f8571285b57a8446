"""The engine's own service keeps to what every cloud promises."""

from __future__ import annotations

from typing import Any

import pytest

from heat_engine.clouds.interface import Cloud, CloudError
from heat_engine.commands.core import Core
from heat_engine.commands.orchestration import EngineCloud
from heat_engine.resources.heat.software_service import CONFIGS, DEPLOYMENTS, SERVICE
from tests.scenarios.world import GatedCloud

CONFIG = {"name": "n", "group": "script", "config": "echo", "inputs": [], "outputs": []}
BODY = {"server_id": "s", "action": "CREATE", "status": "IN_PROGRESS"}


@pytest.fixture
def cloud(core: Core) -> Cloud:
    return EngineCloud(core, "p", GatedCloud())


def made(cloud: Cloud, token: str = "t", config_token: str = "a", **body: Any) -> dict[str, Any]:
    whole = {**BODY, "config": CONFIG, "config_token": config_token, **body}
    return cloud.create(SERVICE, DEPLOYMENTS, whole, token=token)


def count(cloud: Cloud) -> tuple[int, int]:
    return len(cloud.list(SERVICE, CONFIGS)), len(cloud.list(SERVICE, DEPLOYMENTS))


@pytest.mark.parametrize(("collection", "body"), [(CONFIGS, CONFIG), (DEPLOYMENTS, BODY)])
def test_a_token_makes_one_thing(cloud: Cloud, collection: str, body: dict[str, Any]) -> None:
    assert cloud.find(SERVICE, collection, "t") is None
    first = cloud.create(SERVICE, collection, body, token="t")
    assert cloud.create(SERVICE, collection, body, token="t") == first
    assert cloud.find(SERVICE, collection, "t") == first
    assert cloud.get(SERVICE, collection, first["id"]) == first
    assert cloud.list(SERVICE, collection, id=first["id"]) == [first]
    other = cloud.create(SERVICE, collection, body, token="u")
    assert other["id"] != first["id"]
    cloud.delete(SERVICE, collection, first["id"])
    for verb in (cloud.get, cloud.delete):
        with pytest.raises(CloudError) as gone:
            verb(SERVICE, collection, first["id"])
        assert gone.value.kind == "not_found"


@pytest.mark.parametrize(("collection", "body"), [(CONFIGS, CONFIG), (DEPLOYMENTS, BODY)])
@pytest.mark.parametrize("before", [True, False])
def test_what_is_forgotten_is_never_made_again(
    cloud: Cloud, collection: str, body: dict[str, Any], before: bool
) -> None:
    if before:
        cloud.create(SERVICE, collection, body, token="t")
    cloud.forget(SERVICE, collection, "t")
    assert cloud.find(SERVICE, collection, "t") is None
    with pytest.raises(CloudError) as refused:
        cloud.create(SERVICE, collection, body, token="t")
    assert refused.value.kind == "conflict"


def test_a_deployment_and_its_own_config_come_and_go_together(cloud: Cloud) -> None:
    first = made(cloud)
    assert made(cloud) == first
    assert count(cloud) == (1, 1)
    change = {"status": "IN_PROGRESS", "config": {**CONFIG, "config": "new"}, "config_token": "b"}
    second = cloud.update(SERVICE, DEPLOYMENTS, first["id"], change)
    assert second["config_id"] != first["config_id"]
    assert cloud.get(SERVICE, CONFIGS, second["config_id"])["config"] == "new"
    assert count(cloud) == (1, 1)
    cloud.delete(SERVICE, DEPLOYMENTS, first["id"])
    assert count(cloud) == (0, 0)
    made(cloud, "u")
    cloud.forget(SERVICE, DEPLOYMENTS, "u")
    assert count(cloud) == (0, 0)


def test_a_change_that_is_asked_for_again_does_not_undo_the_report(cloud: Cloud) -> None:
    first = made(cloud)
    change = {"status": "IN_PROGRESS", "config": CONFIG, "config_token": "b"}
    cloud.update(SERVICE, DEPLOYMENTS, first["id"], change)
    said = cloud.act(SERVICE, DEPLOYMENTS, first["id"], "signal", {"deploy_stdout": "x"})
    assert said == {"said": f"deployment {first['id']} succeeded"}
    assert cloud.update(SERVICE, DEPLOYMENTS, first["id"], change)["status"] == "COMPLETE"
    again = cloud.act(SERVICE, DEPLOYMENTS, first["id"], "signal", {"deploy_stdout": "y"})
    assert again == {"said": None}
    shown = cloud.get(SERVICE, DEPLOYMENTS, first["id"])
    assert shown["output_values"]["deploy_stdout"] == "x"


def test_a_config_in_use_stays(cloud: Cloud) -> None:
    config = cloud.create(SERVICE, CONFIGS, CONFIG, token="t")
    body = {**BODY, "config_id": config["id"]}
    cloud.create(SERVICE, DEPLOYMENTS, body, token="t")
    with pytest.raises(CloudError) as refused:
        cloud.delete(SERVICE, CONFIGS, config["id"])
    assert refused.value.kind == "conflict"


def test_other_projects_see_nothing(core: Core, cloud: Cloud) -> None:
    first = made(cloud)
    other = EngineCloud(core, "q", GatedCloud())
    assert count(other) == (0, 0)
    for collection, key in ((CONFIGS, "config_id"), (DEPLOYMENTS, "id")):
        with pytest.raises(CloudError):
            other.get(SERVICE, collection, first[key])


def test_calls_take_part_in_a_transaction(core: Core) -> None:
    with core.database.write() as session:
        cloud: Cloud = EngineCloud(core, "p", GatedCloud(), session)
        made(cloud)
        assert count(cloud) == (1, 1)
        session.connection.get_transaction().rollback()
    assert count(EngineCloud(core, "p", GatedCloud())) == (0, 0)


def test_every_other_service_is_the_outside(cloud: Cloud) -> None:
    made_id = cloud.create("network", "networks", {"name": "n"}, token="t")["id"]
    found = cloud.find("network", "networks", "t")
    assert found is not None
    assert found["id"] == cloud.get("network", "networks", made_id)["id"] == made_id
    assert cloud.update("network", "networks", made_id, {"name": "m"})["name"] == "m"
    assert [item["id"] for item in cloud.list("network", "networks", name="m")] == [made_id]
    assert cloud.act("network", "networks", made_id, "nothing", {}) is None
    cloud.delete("network", "networks", made_id)
    cloud.forget("network", "networks", "u")
    with pytest.raises(CloudError):
        cloud.create("network", "networks", {}, token="u")
