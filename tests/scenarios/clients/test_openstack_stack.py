"""Making, listing, showing, changing and deleting stacks with the `openstack` command."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.scenarios.clients import templates
from tests.scenarios.clients.openstack_shell import OpenStack
from tests.scenarios.clients.site import Site


@pytest.fixture(scope="module")
def words(openstack: OpenStack) -> str:
    return openstack.write("words.yaml", templates.WORDS)


@pytest.fixture
def stack(openstack: OpenStack, words: str) -> Iterator[str]:
    openstack.run("stack", "create", "--wait", "-t", words, "web")
    yield "web"
    openstack.run("stack", "delete", "--yes", "--wait", "web")


@contextlib.contextmanager
def gone_afterwards(openstack: OpenStack, *names: str) -> Iterator[None]:
    try:
        yield
    finally:
        openstack.run("stack", "delete", "--yes", "--wait", *names)


def names(listed: list[dict[str, Any]]) -> set[str]:
    return {item["Stack Name"] for item in listed}


def test_stack_create_with_everything(openstack: OpenStack, words: str) -> None:
    environment = openstack.write("one.yaml", "parameters: {length: 12}\n")
    defaults = openstack.write("two.yaml", "parameter_defaults: {length: 30, secret: other}\n")
    secret = openstack.write("secret.txt", "hunter2")
    with gone_afterwards(openstack, "made"):
        made = openstack.read(
            *("stack", "create", "-t", words, "-e", environment, "-e", defaults),
            *("--parameter-file", f"secret={secret}", "--parameter", "length=13"),
            *("--timeout", "7", "--enable-rollback", "--tags", "blue,green", "--wait"),
            *("--poll", "1", "made"),
        )
        assert made["stack_status"] == "CREATE_COMPLETE"
        assert made["stack_status_reason"] == "Stack CREATE completed successfully"
        assert made["description"] == "two strings and a value made of them"
        shown = openstack.read("stack", "show", "made")
        # What is said on the command line wins over files; what is hidden stays so.
        assert shown["parameters"]["length"] == "13"
        assert shown["parameters"]["secret"] == "******"
        assert shown["parameters"]["OS::stack_name"] == "made"
        assert (shown["timeout_mins"], shown["disable_rollback"]) == (7, False)
        assert shown["tags"] == ["blue", "green"]
        (output,) = shown["outputs"]
        assert len(output["output_value"].partition("-")[0]) == 13
        assert "outputs" not in openstack.read("stack", "show", "--no-resolve-outputs", "made")
        assert "hunter2" not in openstack.run("stack", "environment", "show", "made")
        printed = openstack.run("stack", "show", made["id"])
        assert "length: '13'" in printed
        shell = openstack.run("stack", "show", "-f", "shell", "-c", "stack_status", "made")
        assert shell == 'stack_status="CREATE_COMPLETE"\n'


def test_stack_create_previews(openstack: OpenStack, words: str) -> None:
    seen = openstack.read("stack", "create", "--dry-run", "-t", words, "not-yet")
    assert {item["resource_name"] for item in seen["resources"]} == {"first", "second", "both"}
    assert seen["parameters"]["length"] == "8"
    assert "not-yet" not in names(openstack.read("stack", "list"))


def test_stack_create_from_files(openstack: OpenStack) -> None:
    openstack.write("inner.yaml", templates.INNER)
    openstack.write("note.txt", "remember")
    outer = openstack.write("outer.yaml", templates.OUTER)
    with gone_afterwards(openstack, "nest"):
        openstack.run("stack", "create", "--wait", "-t", outer, "nest")
        shown = openstack.read("stack", "output", "show", "--all", "nest")
        assert shown["note"]["output_value"] == "remember"
        assert len(shown["word"]["output_value"]) == 5
        (files,) = openstack.read("stack", "file", "list", "nest").values()
        assert {Path(name).name for name in files} == {"inner.yaml", "note.txt"}
        listed = openstack.read("stack", "list", "--nested")
        parents = {item["Stack Name"]: item["Parent"] for item in listed}
        (inner,) = set(parents) - {"nest"}
        ids = {item["Stack Name"]: item["ID"] for item in listed}
        assert inner.startswith("nest-inner-")
        assert parents == {"nest": None, inner: ids["nest"]}
        changes = openstack.read(
            *("stack", "update", "--existing", "--parameter", "length=6"),
            *("--dry-run", "--show-nested", "nest"),
        )
        assert "deep" in {item["resource_name"] for item in changes["replaced"]}


def test_stack_list_filters(openstack: OpenStack, words: str) -> None:
    tags = {
        "red": "colour,warm",
        "blue": "colour,cold",
        "plain": "",
        "veiled": "behind-the-curtain",
    }
    for name, words_of in tags.items():
        chosen = ("--tags", words_of) if words_of else ()
        openstack.run("stack", "create", "-t", words, *chosen, name)
    with gone_afterwards(openstack, *tags):

        def listed(*options: str) -> set[str]:
            return names(openstack.read("stack", "list", *options))

        assert listed() == {"red", "blue", "plain"}
        assert listed("--hidden") == set(tags)
        assert listed("--tags", "colour,warm") == {"red"}
        assert listed("--tags", "warm,cold", "--tag-mode", "any") == {"red", "blue"}
        assert listed("--tags", "colour,warm", "--tag-mode", "not") == {"blue", "plain"}
        assert listed("--tags", "warm,cold", "--tag-mode", "not-any") == {"plain"}
        assert listed("--property", "name=red") == {"red"}
        assert listed("--property", "name=red", "--property", "name=blue") == {"red", "blue"}
        assert listed("--property", "status=FAILED") == set()
        every = openstack.read("stack", "list", "--sort", "stack_name:desc", "--short")
        assert [item["Stack Name"] for item in every] == ["red", "plain", "blue"]
        assert set(every[0]) == {"ID", "Stack Name", "Stack Status"}
        first, second = openstack.read("stack", "list", "--limit", "2")
        (third,) = openstack.read("stack", "list", "--marker", second["ID"])
        assert names([first, second, third]) == {"red", "blue", "plain"}


def test_stack_list_of_others_is_refused(openstack: OpenStack, site: Site) -> None:
    told = openstack.run("stack", "list", "--all-projects", status=1)
    assert "stacks:global_index" in told
    assert "stacks:global_index" in openstack.run("stack", "list", "--long", status=1)
    bob = OpenStack(site.clouds_file, "bob", openstack.directory)
    assert "Stack not found: web" in bob.run("stack", "show", "web", status=1)


def test_stack_update_in_every_way(openstack: OpenStack, words: str, stack: str) -> None:
    def update(*words: str) -> dict[str, Any]:
        return dict(openstack.read("stack", "update", *words, stack))

    def parameters() -> dict[str, str]:
        return dict(openstack.read("stack", "show", stack)["parameters"])

    seen = update("--existing", "--parameter", "length=16", "--dry-run")
    assert [item["resource_name"] for item in seen["replaced"]] == ["first"]
    assert [item["resource_name"] for item in seen["unchanged"]] == ["second"]
    assert parameters()["length"] == "8"

    made = update("--existing", "--parameter", "length=16", "--tags", "new", "--wait")
    assert made["stack_status"] == "UPDATE_COMPLETE"
    assert made["updated_time"]
    assert parameters()["length"] == "16"
    update("--existing", "--rollback", "enabled", "--timeout", "9", "--wait")
    shown = openstack.read("stack", "show", stack)
    assert (shown["disable_rollback"], shown["timeout_mins"]) == (False, 9)
    assert (shown["parameters"]["length"], shown["tags"]) == ("16", ["new"])
    update("--existing", "--clear-parameter", "length", "--wait")
    assert parameters()["length"] == "8"
    # Without --existing the earlier values are forgotten.
    update("--existing", "--parameter", "length=10", "--wait")
    environment = openstack.write("secret.yaml", "parameters: {secret: other}\n")
    update("-t", words, "-e", environment, "--converge", "--wait")
    assert parameters()["length"] == "8"
    assert openstack.read("stack", "show", stack)["tags"] in (None, [])


def test_stack_delete_of_several(openstack: OpenStack, words: str) -> None:
    for name in ("one", "two"):
        openstack.run("stack", "create", "--wait", "-t", words, name)
    told = openstack.run("stack", "delete", "--yes", "--wait", "one", "nobody", "two", status=1)
    assert "The Stack (nobody) could not be found." in told
    assert "Unable to delete 1 of the 3 stacks." in told
    assert names(openstack.read("stack", "list")) == set()
    gone = openstack.read("stack", "list", "--deleted")
    told_of = {item["Stack Name"]: item["Stack Status"] for item in gone}
    assert (told_of["one"], told_of["two"]) == ("DELETE_COMPLETE", "DELETE_COMPLETE")
    assert all(item["Deletion Time"] for item in gone)


def test_mistakes_are_told_to_the_command(openstack: OpenStack, words: str) -> None:
    def told(*words: str) -> str:
        text = openstack.run("stack", *words, status=1)
        assert "500" not in text
        return text

    wrong = openstack.write("wrong.yaml", templates.WORDS.replace("RandomString", "RandomStrong"))
    assert "OS::Heat::RandomStrong" in told("create", "-t", wrong, "wrong")
    assert "length" in told("create", "-t", words, "--parameter", "length=1000", "wrong")
    assert "nothing" in told("create", "-t", words, "--parameter", "nothing=1", "wrong")
    assert "1wrong" in told("create", "-t", words, "1wrong")
    assert "nobody" in told("update", "-t", words, "nobody")
    assert "Stack not found: nobody" in told("show", "nobody")
    assert "Stack not found: nobody" in told("template", "show", "nobody")


def test_stack_create_tells_of_failure(openstack: OpenStack) -> None:
    openstack.write("inner.yaml", templates.FAILING)
    openstack.write("note.txt", "remember")
    outer = openstack.write("outer.yaml", templates.OUTER)
    with gone_afterwards(openstack, "broken"):
        told = openstack.run("stack", "create", "--wait", "-t", outer, "broken", status=1)
        assert "CREATE_FAILED" in told
        failures = openstack.run("stack", "failures", "list", "--long", "broken")
        assert failures.startswith("broken.inner.deep:\n  resource_type: OS::Heat::TestResource\n")
        assert "status: CREATE_FAILED" in failures
        shown = openstack.read("stack", "show", "broken")
        assert "resources.inner.resources.deep" in shown["stack_status_reason"]
        assert {item["output_key"] for item in shown["outputs"]} == {"word", "note"}
