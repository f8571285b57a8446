"""Watching events over HTTP: at once, resumable whatever restarts, and only one's own."""

from __future__ import annotations

import base64
import contextlib
import socket
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import requests

from tests.brokers import fresh_virtual_host
from tests.databases import fresh_database
from tests.deployment import Deployment, Person
from tests.scenarios.clients.sse import Told, Watch
from tests.scenarios.clients.test_bad_input import make, settle, template

WORD = {"type": "OS::Heat::RandomString"}
WATCHERS = 400


@pytest.fixture
def stack(alice: Person) -> Iterator[str]:
    path = make(alice, "watched", template({"word": WORD}), "CREATE_COMPLETE")
    yield path
    if alice.ask("DELETE", path).status_code == 204:
        settle(alice, path, "DELETE_COMPLETE")


def states(told: list[Told]) -> list[tuple[str, str]]:
    return [(item.document["resource_name"], item.document["resource_status"]) for item in told]


def test_a_stack_from_its_first_event_to_its_last(alice: Person, stack: str) -> None:
    watch = Watch(alice, f"{stack}/events")
    assert watch.headers["Content-Type"] == "text/event-stream"
    assert watch.headers["Cache-Control"] == "no-cache"
    assert watch.headers["X-Openstack-Request-Id"].startswith("req-")
    first = watch.until("watched", "CREATE_COMPLETE")
    assert [item.kind for item in first] == ["stack", "resource", "resource", "stack"]
    assert alice.ask("DELETE", stack).status_code == 204
    watch.until("watched", "DELETE_COMPLETE")
    assert watch.ended.wait(20)
    listed = alice.ask("GET", f"{stack}/events?sort_dir=asc").json()["events"]
    assert [item.document["id"] for item in watch.told] == [event["id"] for event in listed]
    for told, event in zip(watch.told, listed, strict=True):
        assert event.items() <= told.document.items()
    again = Watch(alice, f"{stack}/events", watch.last)
    assert again.status == 204, "there is nothing to come again for"


def test_resuming_misses_and_repeats_nothing(alice: Person, stack: str) -> None:
    watch = Watch(alice, f"{stack}/events")
    second = [watch.next(), watch.next()][1]
    watch.leave()
    again = Watch(alice, f"{stack}/events", second.id)
    assert states(again.until("watched", "CREATE_COMPLETE")) == [
        ("word", "CREATE_COMPLETE"),
        ("watched", "CREATE_COMPLETE"),
    ]
    again.leave()
    in_query = Watch(alice, f"{stack}/events?last_event_id={second.id}")
    assert states([in_query.next()]) == [("word", "CREATE_COMPLETE")]
    in_query.leave()


def test_filters(alice: Person, stack: str) -> None:
    watch = Watch(alice, f"{stack}/events?resource_status=COMPLETE&resource_name=word")
    assert states([watch.next()]) == [("word", "CREATE_COMPLETE")]
    of_resource = Watch(alice, f"{stack}/resources/word/events")
    assert states([of_resource.next()]) == [("word", "CREATE_IN_PROGRESS")]
    assert len(watch.told) == 1
    watch.leave()
    of_resource.leave()


def test_a_project_sees_its_own_and_nobody_elses(alice: Person, bob: Person) -> None:
    watches = [Watch(alice, "/events"), Watch(bob, "/events")]
    path = make(bob, "others", template({"word": WORD}), "CREATE_COMPLETE")
    mine = make(alice, "mine-only", template({"word": WORD}), "CREATE_COMPLETE")
    watches[0].until("mine-only", "CREATE_COMPLETE")
    watches[1].until("others", "CREATE_COMPLETE")
    assert {item.document["stack_name"] for item in watches[0].told} == {"mine-only"}
    assert {item.document["stack_name"] for item in watches[1].told} == {"others"}
    listed = alice.ask("GET", "/events?limit=4").json()["events"]
    assert {event["links"][2]["href"].split("/")[-2] for event in listed} == {"mine-only"}
    for person, gone, watch in ((bob, path, watches[1]), (alice, mine, watches[0])):
        assert person.ask("DELETE", gone).status_code == 204
        settle(person, gone, "DELETE_COMPLETE")
        watch.leave()


def test_refusals(alice: Person, bob: Person, stack: str) -> None:
    assert Watch(bob, f"{stack}/events").status == 404
    assert Watch(alice, f"{stack}/events", "nonsense").status == 400
    assert Watch(alice, f"{stack}/events?nested_depth=x").status == 400
    assert Watch(alice, "/stacks/watched/events").status == 302
    assert Watch(alice, "/stacks/nothing/events").status == 404
    wrong = requests.get(
        f"{alice.root}/events", headers={"Accept": "text/event-stream"}, timeout=30
    )
    assert wrong.status_code == 401
    # A client that takes anything gets the list.
    assert "events" in alice.ask("GET", f"{stack}/events").json()


def test_events_come_within_200_ms(alice: Person, stack: str) -> None:
    """From the answer of the request that began an action to the event that says so."""
    watch = Watch(alice, "/events")
    delays = []
    for _ in range(20):
        assert alice.ask("POST", f"{stack}/actions", {"check": None}).status_code == 200
        answered = time.time()
        delays.append(watch.until("watched", "CHECK_IN_PROGRESS")[-1].at - answered)
        watch.until("watched", "CHECK_COMPLETE")
    assert statistics.median(delays) < 0.2, delays
    watch.leave()


def test_many_idle_watchers_cost_little_and_starve_nobody(
    running: Deployment, alice: Person, stack: str
) -> None:
    process = psutil.Process(running.processes["heat-all"].pid)
    account = alice.account
    word = base64.b64encode(f"{account.name}:{account.password}".encode()).decode()
    ask = (
        f"GET /v1/{account.project_id}/events HTTP/1.1\r\nHost: x\r\n"
        f"Authorization: Basic {word}\r\nAccept: text/event-stream\r\n\r\n"
    ).encode()
    threads, before = process.num_threads(), process.memory_info().rss
    with contextlib.ExitStack() as held:
        clients = [
            held.enter_context(socket.create_connection(("127.0.0.1", running.ports["heat-api"])))
            for _ in range(WATCHERS)
        ]
        for client in clients:
            client.sendall(ask)
        for client in clients:
            client.settimeout(30)
            assert client.recv(15).startswith(b"HTTP/1.1 200 OK")
        assert process.num_threads() <= threads + 2
        assert process.memory_info().rss - before < 20 * 2**20
        begun = time.monotonic()
        for _ in range(10):
            assert alice.ask("GET", stack).ok
        assert time.monotonic() - begun < 5
        alice.ask("POST", f"{stack}/actions", {"check": None})
        for client in clients:
            got = b""
            while b"CHECK_COMPLETE" not in got:
                got += client.recv(65536)


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_whatever_is_killed_no_event_is_lost(tmp_path: Path) -> None:
    """Engine and API are processes of their own, over RabbitMQ and PostgreSQL."""
    with fresh_virtual_host() as broker, fresh_database("postgresql", tmp_path) as database:
        options = {
            "DEFAULT": {"transport_url": broker, "lease_seconds": 1},
            "database": {"connection": database},
        }
        with Deployment(tmp_path, ("heat-engine", "heat-api"), options) as deployment:
            account = deployment.add_user("carol", "garden", "member")
            person = Person(account, deployment.native_url)
            watch = Watch(person, "/events")
            make(person, "one", template({"word": WORD}), "CREATE_COMPLETE")
            told = watch.until("one", "CREATE_COMPLETE")
            deployment.restart("heat-api")
            assert watch.ended.wait(20)
            make(person, "two", template({"word": WORD}), "CREATE_COMPLETE")
            watch = Watch(person, "/events", watch.last)
            told += watch.until("two", "CREATE_COMPLETE")
            deployment.restart("heat-engine")
            make(person, "three", template({"word": WORD}), None)
            told += watch.until("three", "CREATE_COMPLETE")
            names = [item.document["resource_name"] for item in told]
            expected = [(stack, "word", "word", stack) for stack in ("one", "two", "three")]
            assert names == [name for names in expected for name in names]
            watch.leave()
