"""Nobody who watches misses an event, whatever is committed late and however often they leave."""

from __future__ import annotations

import json
import random
import threading
import time
from functools import partial
from typing import Any

import pytest

from common import errors
from common.context import RequestContext
from heat_api.watching.feed import Feed, Limits
from heat_api.watching.place import START, Place, parse
from heat_api.watching.stream import Scope, Stream
from heat_engine.store import events
from heat_engine.store.session import Session
from tests.scenarios.world import MINE, OTHERS, Stack, World, thing, until
from tests.unit.store.rows import add_stack, event_row

LIMITS = Limits(
    max_streams=100,
    max_streams_per_project=100,
    max_unread=2**20,
    heartbeat_interval=60.0,
    max_age=600.0,
    poll_interval=0.02,
)
WRITERS, EACH = 4, 40


class InProcess:
    """The engine as the API's client calls it."""

    def __init__(self, world: World) -> None:
        self.world = world

    def call(self, context: RequestContext, method: str, **arguments: Any) -> Any:
        service = next(iter(self.world.engines.values())).service
        return getattr(service, method)(context, **arguments)


class Watcher:
    """A client that keeps what it was sent, and can leave and come back where it was."""

    def __init__(self, feed: Feed, scope: dict[str, Any], place: Place | None = None) -> None:
        self.feed, self.scope, self.place = feed, scope, place
        self.names: list[str] = []
        self.waiting = 0
        self.ended = threading.Event()
        self._lock = threading.Lock()
        self._buffer = b""
        self.come()

    def come(self) -> None:
        self.stream = Stream(Scope.of(self.scope), {}, "http://x/v1", self.place, self.feed.leave)
        self.feed.admit(self.stream)
        self.take(self.stream.opening)
        self.stream.opened(_Connection(self))

    def leave_and_come_back(self, feed: Feed | None = None) -> None:
        connection: Any = self.stream.outlet
        connection.cut()
        self.stream.closed()
        self.feed = feed or self.feed
        self.come()

    def take(self, data: bytes) -> None:
        text = data.decode()
        self.place = parse(text.partition("id: ")[2].partition("\n")[0])
        if "data: " in text:
            self.names.append(text.partition('"resource_name": "')[2].partition('"')[0])


class _Connection:
    waiting = 0

    def __init__(self, watcher: Watcher) -> None:
        self._watcher: Watcher | None = watcher
        self._lock = threading.Lock()

    def send(self, data: bytes) -> None:
        with self._lock:
            if self._watcher is not None:
                self._watcher.take(data)

    def cut(self) -> None:
        with self._lock:
            self._watcher = None

    def end(self) -> None:
        if self._watcher is not None:
            self._watcher.ended.set()

    def drop(self) -> None:
        raise AssertionError("nobody is slow here")


def part(*watchers: Watcher) -> None:
    """Everybody leaves, and the feeds ask no engine any more."""
    for watcher in watchers:
        watcher.stream.closed()
    for feed in {watcher.feed for watcher in watchers}:
        until(lambda: feed._after is None, "the feed to rest")  # noqa: B023


def of_project(project: str = "project") -> dict[str, Any]:
    told = dict.fromkeys(("stack_id", "root_id", "members", "root"))
    return {**told, "project_id": project, "depth": 0, "deleted": False}


class Writer(threading.Thread):
    """Writes events in transactions that take their numbers early and end late, or never."""

    def __init__(self, world: World, number: int, stack_id: str, foreign: str) -> None:
        super().__init__()
        self.written: list[str] = []
        self._world, self._number = world, number
        self._stack_id, self._foreign = stack_id, foreign
        self._chance = random.Random(number)

    def run(self) -> None:
        for count in range(EACH):
            parts = range(self._chance.randint(1, 3))
            names = [f"{self._number}.{count}.{part}" for part in parts]
            try:
                self._world.database.transact(self._write, names)
            except LookupError:
                continue
            self.written += names

    def _write(self, session: Session, names: list[str]) -> None:
        events.append(session, [event_row(self._stack_id, name) for name in names])
        if self._chance.random() < 0.3:
            events.append(session, [event_row(self._foreign, "foreign")])
        if session.dialect != "sqlite":
            time.sleep(self._chance.random() * 0.03)  # late: what this is about
        if self._chance.random() < 0.05:
            raise LookupError


def test_no_event_is_lost_or_told_twice(any_world: World) -> None:
    world = any_world
    foreign = add_stack(world.database, "foreign", project_id="other")
    writers = [
        Writer(world, number, add_stack(world.database, f"s{number}"), foreign)
        for number in range(WRITERS)
    ]
    feeds = [Feed(InProcess(world), LIMITS) for _ in range(2)]
    watchers = [Watcher(feeds[number % 2], of_project()) for number in range(4)]
    for writer in writers:
        writer.start()
    chance = random.Random(1)
    while any(writer.is_alive() for writer in writers):
        chance.choice(watchers[2:]).leave_and_come_back(chance.choice(feeds))
        writers[0].join(chance.random() * 0.05)
    written = sorted(name for writer in writers for name in writer.written)
    assert written
    for watcher in watchers:
        until(partial(_has, watcher, len(written)), "every event")
        assert sorted(watcher.names) == written
    for watcher, feed in zip(watchers, feeds * 2, strict=True):
        watcher.feed = feed
    part(*watchers)


def _has(watcher: Watcher, count: int) -> bool:
    return len(watcher.names) >= count


def watched(world: World, stack: Stack | None, depth: int = 0, context: Any = MINE) -> Any:
    identity = stack.identity if stack else None
    return world.engine.service.watch_scope(context, identity, depth)


def test_a_stack_from_its_beginning_to_its_end(world: World) -> None:
    stack = world.create({"a": thing(), "b": thing()})
    stack.reach("CREATE_COMPLETE")
    watcher = Watcher(Feed(InProcess(world), LIMITS), watched(world, stack), START)
    until(lambda: len(watcher.names) == 6, "what was before")
    stack.delete()
    assert watcher.ended.wait(15)
    told = [name for name, _state, _reason in stack.events()]
    assert watcher.names == ["s" if name == "." else name for name in told]
    part(watcher)


def test_somebody_else_may_not_watch(world: World) -> None:
    stack = world.create({"a": thing()})
    with pytest.raises(errors.EntityNotFound):
        watched(world, stack, context=OTHERS)
    foreign = Watcher(Feed(InProcess(world), LIMITS), watched(world, None, context=OTHERS), START)
    mine = Watcher(foreign.feed, watched(world, None), START)
    stack.reach("CREATE_COMPLETE")
    until(lambda: len(mine.names) == 4, "my own events")
    assert foreign.names == []
    part(foreign, mine)


def test_nested_stacks(world: World) -> None:
    inner = {"heat_template_version": "2018-08-31", "resources": {"leaf": thing()}}
    middle = {
        "heat_template_version": "2018-08-31",
        "resources": {
            "inner": {"type": "OS::Heat::Stack", "properties": {"template": json.dumps(inner)}}
        },
    }
    feed = Feed(InProcess(world), LIMITS)
    of_all = Watcher(feed, watched(world, None, 2))
    of_roots = Watcher(feed, watched(world, None))
    stack = world.create(
        {"outer": {"type": "OS::Heat::Stack", "properties": {"template": json.dumps(middle)}}}
    )
    stack.reach("CREATE_COMPLETE")
    deep = Watcher(feed, watched(world, stack, 2), START)
    flat = Watcher(feed, watched(world, stack), START)
    until(lambda: len(deep.names) == 12, "all events of the tree")
    until(lambda: len(of_all.names) == 12, "all events of the project")
    assert deep.names.count("leaf") == 2
    until(lambda: len(flat.names) == 4, "the events of the root")
    assert sorted(of_roots.names) == sorted(flat.names) == ["outer", "outer", "s", "s"]
    part(of_all, of_roots, deep, flat)
