"""Templates and environments in a container of the object store, on a real embedded cloud."""

from __future__ import annotations

from typing import Any

import pytest

from common import errors
from heat_engine.commands import files_container
from tests.scenarios.nests import nest
from tests.scenarios.site import SECONDS, left, site_of
from tests.scenarios.world import MINE, Stack, World, template, thing

CHILD = """\
heat_template_version: 2018-08-31
parameters: {text: {type: string}}
resources:
  inner: {type: OS::Heat::TestResource, properties: {value: {get_param: text}}}
outputs: {said: {value: {get_attr: [inner, output]}}}
"""


def put(site: World, **objects: str) -> None:
    cloud = site_of(site)
    cloud.create("object-store", "containers", {"name": "mine", "versions": True}, token="mine")
    for name, content in objects.items():
        body = {"container": "mine", "name": name.replace("_", "."), "content": content}
        cloud.create("object-store", "objects", body, token=f"{name}-{content[:40]}")


def remove(site: World) -> None:
    cloud = site_of(site)
    for item in cloud.list("object-store", "objects", container="mine"):
        cloud.delete("object-store", "objects", item["id"])
    cloud.delete("object-store", "containers", "mine")


def request(**more: Any) -> dict[str, Any]:
    body = nest(
        {"r": {"type": "child.yaml", "properties": {"text": {"get_param": "word"}}}},
        parameters={"word": {"type": "string"}},
        outputs={"said": {"get_attr": ["r", "said"]}},
    )
    return {"template": body, "files_container": "mine", **more}


def test_what_is_not_sent_comes_from_the_container(site: World) -> None:
    put(site, child_yaml="heat_template_version: wrong", env_yaml="parameters: {word: hello}")
    put(site, child_yaml=CHILD)
    named = {"environment_files": ["env.yaml"]}
    service = site.engine.service
    assert "word" in service.validate_template(MINE, **request(**named))["Parameters"]
    identity = service.create_stack(MINE, "s", args={}, **request(**named))
    stack = Stack(site, identity)
    stack.reach("CREATE_COMPLETE", seconds=SECONDS)
    assert stack.output("said") == "hello"
    own = CHILD.replace("{get_param: text}", "own")
    sent = request(files={"child.yaml": own}, params={"parameters": {"word": "x"}})
    service.update_stack(MINE, identity, args={}, **sent)
    stack.reach("UPDATE_COMPLETE", seconds=SECONDS)
    assert stack.output("said") == "own"
    stack.delete()
    stack.reach("DELETE_COMPLETE", seconds=SECONDS)
    remove(site)
    assert left(site) == {}


def test_a_container_that_cannot_be_read(site: World, monkeypatch: pytest.MonkeyPatch) -> None:
    service = site.engine.service
    with pytest.raises(errors.Invalid, match='files_container "mine" cannot be read: Container'):
        service.create_stack(MINE, "s", args={}, **request())
    put(site, child_yaml=CHILD)
    monkeypatch.setattr(files_container, "MOST_BYTES", len(CHILD) - 1)
    with pytest.raises(errors.Invalid, match='"mine" have more than'):
        service.validate_template(MINE, **request())
    with pytest.raises(errors.Invalid, match="not the name of a container"):
        service.preview_stack(MINE, "s", args={}, **request(files_container=["mine"]))
    remove(site)


def test_no_container_is_asked_for_what_needs_none(world: World) -> None:
    body = template({"a": thing()})
    found = world.engine.service.validate_template(MINE, template=body, files_container="")
    assert found["Parameters"] == {}
