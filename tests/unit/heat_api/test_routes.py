from __future__ import annotations

import pytest

from common import policy
from heat_api.handlers import events, lookup, resources, stacks
from heat_api.routes import ROUTES, Handler, Table

ID = "5d3c2b1a-0000-4000-8000-000000000001"


@pytest.fixture(scope="module")
def table() -> Table:
    return Table()


def test_every_rule_exists() -> None:
    known = {rule.name for rule in policy.list_rules()}
    assert {route.rule for route in ROUTES if route.rule} <= known


def test_no_route_is_written_twice() -> None:
    pairs = [(route.method, route.path) for route in ROUTES]
    assert len(set(pairs)) == len(pairs)


@pytest.mark.parametrize(
    ("method", "path", "handler", "variables"),
    [
        ("GET", "/p1/stacks", stacks.index, {"project_id": "p1"}),
        ("GET", "/p1/stacks/detail", stacks.detail, {"project_id": "p1"}),
        ("POST", "/p1/stacks/preview", stacks.preview, {"project_id": "p1"}),
        (
            "PUT",
            "/p1/stacks/preview",
            lookup.lookup,
            {"project_id": "p1", "stack_name": "preview"},
        ),
        (
            "POST",
            "/p 1/stacks/näme.json",
            lookup.lookup,
            {"project_id": "p 1", "stack_name": "näme.json"},
        ),
        (
            "GET",
            "/p1/stacks/arn:openstack:heat::p1:stacks/web/1/resources/x",
            lookup.lookup,
            {
                "project_id": "p1",
                "stack_name": "arn:openstack:heat::p1:stacks/web/1/resources/x",
            },
        ),
        (
            "GET",
            "/p1/stacks/web/events",
            lookup.lookup,
            {"project_id": "p1", "stack_name": "web", "subpath": "events"},
        ),
        (
            "DELETE",
            "/p1/stacks/web/events",
            stacks.delete,
            {"project_id": "p1", "stack_name": "web", "stack_id": "events"},
        ),
        (
            "GET",
            f"/p1/stacks/web/{ID}/resources/a.b",
            resources.show,
            {"project_id": "p1", "stack_name": "web", "stack_id": ID, "resource_name": "a.b"},
        ),
        (
            "GET",
            f"/p1/stacks/web/{ID}/resources/a/events/e",
            events.show,
            {
                "project_id": "p1",
                "stack_name": "web",
                "stack_id": ID,
                "resource_name": "a",
                "event_id": "e",
            },
        ),
    ],
)
def test_paths_lead_to_handlers(
    table: Table, method: str, path: str, handler: Handler, variables: dict[str, str]
) -> None:
    match = table.match(path, method)
    assert match is not None
    assert match.route is not None
    assert match.route.handler is handler
    assert match.path == variables


@pytest.mark.parametrize(
    "path", ["", "/", "/p1", "/p1/", "/p1/stacks/", "//stacks", "/p1/stacks/web/1/nothing", "/x/y"]
)
def test_paths_that_do_not_exist(table: Table, path: str) -> None:
    assert table.match(path, "GET") is None


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/p1/stacks", {"GET", "POST"}),
        ("/p1/stacks/web", {"GET", "POST", "PUT", "PATCH", "DELETE"}),
        ("/p1/stacks/web/resources", {"GET", "POST", "PUT", "PATCH", "DELETE"}),
        (f"/p1/stacks/web/{ID}", {"GET", "PUT", "PATCH", "DELETE"}),
        (f"/p1/stacks/web/{ID}/resources/a", {"GET", "PATCH"}),
    ],
)
def test_a_path_without_the_verb_tells_all_verbs_that_it_has(
    table: Table, path: str, allowed: set[str]
) -> None:
    match = table.match(path, "COPY")
    assert match is not None
    assert match.route is None
    assert set(match.allowed) == allowed
    for verb in allowed:
        reached = table.match(path, verb)
        assert reached is not None
        assert reached.route is not None


def test_services_has_no_companions(table: Table) -> None:
    assert table.match("/p1/services", "POST") is None
