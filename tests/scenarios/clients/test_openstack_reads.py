"""What the `openstack` command tells of a stack: documents, outputs, resources, events."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.scenarios.clients import templates
from tests.scenarios.clients.openstack_shell import OpenStack


@pytest.fixture(scope="module")
def nest(openstack: OpenStack) -> Iterator[str]:
    """A stack with a nested one, made from files and an environment."""
    openstack.write("inner.yaml", templates.INNER)
    openstack.write("note.txt", "remember")
    outer = openstack.write("outer.yaml", templates.OUTER)
    environment = openstack.write("env.yaml", "parameter_defaults: {length: 9}\n")
    openstack.run("stack", "create", "--wait", "-t", outer, "-e", environment, "nest")
    yield "nest"
    openstack.run("stack", "delete", "--yes", "--wait", "nest")


def by_name(listed: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {item["resource_name"]: item for item in listed}


def test_template_show(openstack: OpenStack, nest: str) -> None:
    shown = yaml.safe_load(openstack.run("stack", "template", "show", nest))
    wanted = yaml.safe_load(templates.OUTER)
    assert shown["outputs"] == wanted["outputs"]
    assert shown["parameters"] == wanted["parameters"]
    assert shown["resources"]["inner"]["type"].endswith("/inner.yaml")
    assert openstack.read("stack", "template", "show", nest) == shown


def test_environment_show(openstack: OpenStack, nest: str) -> None:
    shown = yaml.safe_load(openstack.run("stack", "environment", "show", nest))
    assert shown["parameter_defaults"] == {"length": 9}
    assert shown["parameters"] == {}
    assert shown["resource_registry"] == {"resources": {}}


def test_file_list(openstack: OpenStack, nest: str) -> None:
    shown = yaml.safe_load(openstack.run("stack", "file", "list", nest))
    texts = {Path(name).name: text for name, text in shown["files"].items()}
    assert texts["note.txt"] == "remember"
    assert "OS::Heat::RandomString" in texts["inner.yaml"]


def test_output_list_and_show(openstack: OpenStack, nest: str) -> None:
    listed = openstack.read("stack", "output", "list", nest)
    assert {item["output_key"] for item in listed} == {"word", "note"}
    shown = openstack.read("stack", "output", "show", nest, "word")
    assert len(shown["output_value"]) == 9
    value = openstack.run(
        "stack", "output", "show", "-f", "value", "-c", "output_value", nest, "note"
    )
    assert value == "remember\n"
    told = openstack.run("stack", "output", "show", nest, "nothing", status=1)
    assert "Stack nest or output nothing not found." in told


def test_resource_list(openstack: OpenStack, nest: str) -> None:
    flat = openstack.read("stack", "resource", "list", nest)
    assert set(by_name(flat)) == {"inner", "note"}
    deep = by_name(openstack.read("stack", "resource", "list", "-n", "2", nest))
    assert set(deep) == {"inner", "note", "deep"}
    assert deep["deep"]["stack_name"].startswith("nest-inner-")
    assert deep["deep"]["resource_type"] == "OS::Heat::RandomString"
    assert {item["resource_status"] for item in deep.values()} == {"CREATE_COMPLETE"}
    long = openstack.read("stack", "resource", "list", "--long", nest)
    assert {item["stack_name"] for item in long} == {"nest"}

    def filtered(*options: str) -> set[str]:
        return set(by_name(openstack.read("stack", "resource", "list", *options, nest)))

    assert filtered("-n", "2", "--filter", "type=RandomString") == {"deep"}
    assert filtered("--filter", "name=note") == {"note"}
    assert filtered("--filter", "status=FAILED") == set()
    dot = openstack.run("stack", "resource", "list", "-n", "2", "-f", "dot", nest)
    assert dot.startswith("digraph")
    assert "deep" in dot


def test_resource_show(openstack: OpenStack, nest: str) -> None:
    shown = openstack.read("stack", "resource", "show", "--with-attr", "word", nest, "inner")
    assert shown["resource_status"] == "CREATE_COMPLETE"
    assert len(shown["attributes"]["word"]) == 9
    assert {link["rel"] for link in shown["links"]} == {"self", "stack", "nested"}
    inside = openstack.read("stack", "resource", "show", shown["physical_resource_id"], "deep")
    assert inside["attributes"]["value"] == shown["attributes"]["word"]
    told = openstack.run("stack", "resource", "show", nest, "nothing", status=1)
    assert "Stack or resource not found: nest nothing" in told


def test_resource_metadata(openstack: OpenStack) -> None:
    path = openstack.write("words.yaml", templates.WORDS)
    openstack.run("stack", "create", "--wait", "-t", path, "meta")
    assert openstack.read("stack", "resource", "metadata", "meta", "first") == {"colour": "green"}
    openstack.run("stack", "delete", "--yes", "meta")


def test_resource_mark_unhealthy(openstack: OpenStack, nest: str) -> None:
    def state(name: str) -> tuple[str, str]:
        shown = openstack.read("stack", "resource", "show", nest, name)
        return shown["resource_status"], shown["resource_status_reason"]

    openstack.run("stack", "resource", "mark", "unhealthy", nest, "note", "it is pale")
    assert state("note") == ("CHECK_FAILED", "it is pale")
    openstack.run("stack", "resource", "mark", "unhealthy", "--reset", nest, "note", "well again")
    assert state("note") == ("CHECK_COMPLETE", "well again")


def test_resource_signal(openstack: OpenStack) -> None:
    path = openstack.write("waiting.yaml", templates.WAITING)
    sent = openstack.write("data.json", '{"status": "SUCCESS", "reason": "ready", "data": "hello"}')

    def signal() -> None:
        openstack.pauses.meanwhile = lambda: None
        words = ("stack", "resource", "signal", "signalled", "handle")
        openstack.run(*words, "--data-file", sent)

    def when_there() -> None:
        listed = by_name(openstack.read("stack", "resource", "list", "signalled"))
        if listed["wait"]["resource_status"] == "CREATE_IN_PROGRESS":
            signal()

    openstack.pauses.meanwhile = when_there
    openstack.run("stack", "create", "--wait", "-t", path, "signalled")
    shown = openstack.read("stack", "output", "show", "signalled", "data")
    assert "hello" in str(shown["output_value"])
    told = openstack.run(
        "stack", "resource", "signal", "signalled", "handle", "--data", "[1]", status=1
    )
    assert "Data should be a JSON dict" in told
    openstack.run("stack", "resource", "signal", "--data", "{}", "signalled", "wait", status=1)
    openstack.run("stack", "delete", "--yes", "signalled")


def test_event_list(openstack: OpenStack, nest: str) -> None:
    log = openstack.run("stack", "event", "list", nest)
    assert "[nest]: CREATE_IN_PROGRESS  Stack CREATE started" in log.splitlines()[0]
    assert "[nest]: CREATE_COMPLETE  Stack CREATE completed successfully" in log
    listed = openstack.read("stack", "event", "list", nest)
    assert listed[0]["resource_status"] == "CREATE_IN_PROGRESS"
    assert listed[0]["resource_status_reason"] == "Stack CREATE started"
    deep = openstack.read("stack", "event", "list", "--nested-depth", "2", nest)
    assert "deep" in by_name(deep)
    assert by_name(deep)["deep"]["stack_name"].startswith("nest-inner-")
    of_one = openstack.read("stack", "event", "list", "--resource", "note", nest)
    assert set(by_name(of_one)) == {"note"}
    first, second = openstack.read("stack", "event", "list", "--limit", "2", nest)
    after = openstack.read("stack", "event", "list", "--marker", first["id"], nest)
    assert after[0] == second
    assert [item["id"] for item in after] == [item["id"] for item in listed[1:]]
    done = openstack.read(
        *("stack", "event", "list", "--filter", "resource_status=COMPLETE"),
        *("--filter", "resource_action=CREATE", nest),
    )
    assert {item["resource_status"] for item in done} == {"CREATE_COMPLETE"}
    newest = openstack.read("stack", "event", "list", "--sort", "event_time:desc", nest)
    times = [item["event_time"] for item in newest]
    assert times == sorted(times, reverse=True)


def test_event_show(openstack: OpenStack, nest: str) -> None:
    listed = openstack.read("stack", "event", "list", "--resource", "inner", nest)
    event = listed[-1]
    shown = openstack.read("stack", "event", "show", nest, "inner", event["id"])
    assert shown["resource_type"].endswith("/inner.yaml")
    assert shown["resource_properties"] == {"length": "9"} or shown["resource_properties"] == {
        "length": 9
    }
    assert (shown["id"], shown["resource_status"]) == (event["id"], event["resource_status"])


def test_event_list_follows(openstack: OpenStack) -> None:
    path = openstack.write("words.yaml", templates.WORDS)
    openstack.run("stack", "create", "-t", path, "followed")
    looks = 0

    def meanwhile() -> None:
        nonlocal looks
        looks += 1
        if openstack.read("stack", "show", "followed")["stack_status"] == "UPDATE_COMPLETE":
            raise KeyboardInterrupt
        if looks == 2:
            openstack.pauses.meanwhile = lambda: None
            openstack.run(
                "stack", "update", "-t", path, "--parameter", "length=9", "--wait", "followed"
            )
            openstack.pauses.meanwhile = meanwhile

    openstack.pauses.meanwhile = meanwhile
    followed = openstack.run("stack", "event", "list", "--follow", "followed")
    openstack.pauses.meanwhile = lambda: None
    assert "[followed]: CREATE_COMPLETE" in followed
    assert followed.count("Stack CREATE started") == 1
    assert "[followed.first]: CREATE_COMPLETE" in followed or "first" in followed
    openstack.run("stack", "delete", "--yes", "followed")
