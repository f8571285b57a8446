from __future__ import annotations

from typing import Any

import pytest

from common import errors
from tests.api.conftest import Client
from tests.api.double import IDENTITY, PASSWORD, STACK_ID, ScriptedEngine

URL = f"/v1/p1/stacks/web/{STACK_ID}"
READER = {"X-Auth-User": "reader", "X-Auth-Key": PASSWORD}
SNAPSHOT = {
    "id": "s1",
    "name": "first",
    "action": "CREATE",
    "status": "COMPLETE",
    "status_reason": "Stack SNAPSHOT completed successfully",
    "data": {"name": "web"},
    "creation_time": "2026-01-02T03:04:05Z",
}


def test_create_answers_with_the_snapshot_itself(api: Client, engine: ScriptedEngine) -> None:
    engine.answers["stack_snapshot"] = SNAPSHOT
    answer = api("POST", f"{URL}/snapshots", {"name": "first"})
    assert (answer.status_int, answer.json) == (200, SNAPSHOT)
    assert api("POST", f"{URL}/snapshots", {}).status_int == 200
    assert engine.asked("stack_snapshot") == [
        {"stack_identity": IDENTITY, "name": "first"},
        {"stack_identity": IDENTITY, "name": None},
    ]


@pytest.mark.parametrize("body", [None, [], {"name": 7}])
def test_create_takes_an_object_with_a_name(api: Client, body: Any) -> None:
    assert api("POST", f"{URL}/snapshots", body).status_int == 400


def test_list_and_show(api: Client, engine: ScriptedEngine) -> None:
    engine.answers["stack_list_snapshots"] = [SNAPSHOT]
    engine.answers["show_snapshot"] = SNAPSHOT
    assert api("GET", f"{URL}/snapshots", headers=READER).json == {"snapshots": [SNAPSHOT]}
    assert api("GET", f"{URL}/snapshots/s1", headers=READER).json == {"snapshot": SNAPSHOT}
    asked = {"stack_identity": IDENTITY, "snapshot_id": "s1"}
    assert engine.asked("show_snapshot") == [asked]


def test_delete_and_restore_have_no_document(api: Client, engine: ScriptedEngine) -> None:
    engine.answers |= {"delete_snapshot": None, "stack_restore": None}
    assert api("DELETE", f"{URL}/snapshots/s1").status_int == 204
    assert api("POST", f"{URL}/snapshots/s1/restore").status_int == 202
    asked = {"stack_identity": IDENTITY, "snapshot_id": "s1"}
    assert engine.asked("delete_snapshot") == engine.asked("stack_restore") == [asked]


def test_abandon_and_export_give_the_document(api: Client, engine: ScriptedEngine) -> None:
    engine.answers |= {"abandon_stack": {"name": "web"}, "export_stack": {"name": "web"}}
    for verb, path in (("DELETE", "abandon"), ("GET", "export")):
        answer = api(verb, f"{URL}/{path}")
        assert (answer.status_int, answer.json) == (200, {"name": "web"})


@pytest.mark.parametrize(
    ("verb", "path"),
    [
        ("POST", "snapshots"),
        ("DELETE", "snapshots/s1"),
        ("POST", "snapshots/s1/restore"),
        ("DELETE", "abandon"),
        ("GET", "export"),
    ],
)
def test_a_reader_changes_nothing(
    api: Client, engine: ScriptedEngine, verb: str, path: str
) -> None:
    answer = api(verb, f"{URL}/{path}", {} if verb == "POST" else None, headers=READER)
    assert answer.status_int == 403
    assert {name for name, _ in engine.calls} == {"authenticated_to_backend"}


def test_errors_keep_their_status(api: Client, engine: ScriptedEngine) -> None:
    engine.answers["stack_snapshot"] = errors.ActionInProgress(stack_name="web", action="UPDATE")
    assert api("POST", f"{URL}/snapshots", {}).status_int == 409
    engine.answers["show_snapshot"] = errors.EntityNotFound(entity="Snapshot", name="s1")
    assert api("GET", f"{URL}/snapshots/s1").status_int == 404
    engine.answers["export_stack"] = errors.NotSupported(feature="Stack Export")
    assert api("GET", f"{URL}/export").status_int == 400
