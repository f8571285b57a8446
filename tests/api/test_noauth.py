from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.api.conftest import Client
from tests.api.double import ScriptedEngine


def test_everybody_is_an_administrator(
    load: Callable[[str, str | None], Any], engine: ScriptedEngine
) -> None:
    engine.answers["list_stacks"] = []
    client = Client(load("heat-api", "noauth"), {})
    assert client("GET", "/v1/anything/stacks").status_int == 200
    assert (engine.contexts[-1].user_id, engine.contexts[-1].project_id) == ("admin", "admin")
    assert engine.contexts[-1].roles == ["admin", "member", "reader"]
    named = {"X-Auth-User": "me", "X-Auth-Project": "mine", "X-Roles": "other"}
    assert client("GET", "/v1/mine/stacks", headers=named).status_int == 200
    assert (engine.contexts[-1].user_id, engine.contexts[-1].project_id) == ("me", "mine")
    assert "other" not in engine.contexts[-1].roles
    assert not engine.asked("authenticated_to_backend")
