"""Engines of one process over one database and one cloud double, and words to tell stories with."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, TypeVar

from sqlalchemy import func, select

from common import errors
from common.context import RequestContext
from common.crypt import Vault
from common.rpc.reads import READS
from heat_engine.clouds.identity import Identity
from heat_engine.engine import Engine
from heat_engine.resources.registry import Registry
from heat_engine.settings import EngineSettings
from heat_engine.store import tables
from heat_engine.store.database import Database
from heat_engine.store.session import Session
from tests.unit.resources.cloud_double import CloudDouble

T = TypeVar("T")
PATIENCE = 15.0
MINE = RequestContext(user_id="u", user_name="me", project_id="p", roles=["member"])
OTHERS = RequestContext(user_id="v", user_name="you", project_id="q", roles=["member"])


def until(look: Callable[[], T], what: str, seconds: float = PATIENCE) -> T:
    """The first true answer of ``look``."""
    deadline = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"waited in vain for {what}")
        time.sleep(0.002)


class GatedCloud(CloudDouble):
    """The double, whose calls can be held up at a gate before they do anything."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.gates: dict[tuple[str, str], tuple[threading.Event, threading.Event]] = {}
        self.lock = threading.RLock()

    @contextmanager
    def held(self, verb: str, collection: str) -> Iterator[threading.Event]:
        """Hold such calls until the block ends; the event tells that one has come."""
        arrived, opened = threading.Event(), threading.Event()
        self.gates[verb, collection] = (arrived, opened)
        try:
            yield arrived
        finally:
            del self.gates[verb, collection]
            opened.set()

    def _pass(self, verb: str, collection: str) -> None:
        gate = self.gates.get((verb, collection))
        if gate is not None:
            gate[0].set()
            assert gate[1].wait(PATIENCE), f"{verb} of {collection} was never let through"

    def create(self, service: str, collection: str, body: Any, *, token: str) -> Any:
        self._pass("create", collection)
        with self.lock:
            return super().create(service, collection, body, token=token)

    def update(self, service: str, collection: str, id: str, body: Any) -> Any:
        self._pass("update", collection)
        with self.lock:
            return super().update(service, collection, id, body)

    def delete(self, service: str, collection: str, id: str) -> None:
        self._pass("delete", collection)
        with self.lock:
            super().delete(service, collection, id)

    def get(self, service: str, collection: str, id: str) -> Any:
        with self.lock:
            return super().get(service, collection, id)

    def list(self, service: str, collection: str, **query: str) -> Any:
        with self.lock:
            return super().list(service, collection, **query)

    def forget(self, service: str, collection: str, token: str) -> None:
        with self.lock:
            super().forget(service, collection, token)

    def act(self, service: str, collection: str, id: str, action: str, body: Any) -> Any:
        with self.lock:
            return super().act(service, collection, id, action, body)

    def session(self, project_id: str, credentials: Mapping[str, Any]) -> GatedCloud:
        return self


class MortalDatabase(Database):
    """A connection that one engine has; ``cut`` is what the death of its machine does to it."""

    dead = False

    def cut(self) -> None:
        self.dead = True

    def _insist(self, attempt: Callable[[], T]) -> T:
        if self.dead:
            raise errors.ServiceUnavailable("cut off")
        return super()._insist(attempt)

    @contextmanager
    def write(self) -> Iterator[Session]:
        assert not _reads.get(), f"{_reads.get()} writes"
        with super().write() as session:
            yield session

    def transact(self, function: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        assert not _reads.get(), f"{_reads.get()} writes: {function.__qualname__}"
        return super().transact(function, *args, **kwargs)


# The call that is being answered, if it is one that only reads.
_reads: ContextVar[str] = ContextVar("reads", default="")


def only_reading(call: Callable[..., T]) -> Callable[..., T]:
    """The call, which fails where it writes."""

    @wraps(call)
    def answer(*args: Any, **kwargs: Any) -> T:
        token = _reads.set(call.__name__)
        try:
            return call(*args, **kwargs)
        finally:
            _reads.reset(token)

    return answer


class World:
    """``lossy`` drops the hints between the engines. ``caller``: who asks for everything."""

    def __init__(
        self,
        url: str,
        key: str,
        cloud: Any = None,
        *,
        identity: Identity | None = None,
        registry: Registry | None = None,
        **settings: Any,
    ) -> None:
        self.url, self.key = url, key
        self.cloud: Any = cloud or GatedCloud()
        self.identity, self.registry = identity, registry or Registry.default()
        self.caller = MINE
        self.lossy = False
        self.engines: dict[str, Engine] = {}
        self.databases: dict[str, MortalDatabase] = {}
        self.dead: list[Engine] = []
        self._settings: dict[str, Any] = {
            "lease_seconds": 1.0,
            "scan_interval": 0.1,
            "loops": 2,
            "workers": 8,
            "report_interval": 1,
            "action_retry_limit": 0,
            **settings,
        }
        self.engine = self.add_engine()

    def add_engine(self, *, start: bool = True, **settings: Any) -> Engine:
        chosen = EngineSettings(**{**self._settings, **settings})
        database = MortalDatabase(self.url, Vault([self.key]))
        engine = Engine(chosen, database, self.cloud, self.registry, self, self.identity)
        for name in READS:
            setattr(engine.service, name, only_reading(getattr(engine.service, name)))
        self.engines[chosen.engine_id] = engine
        self.databases[chosen.engine_id] = database
        if start:
            engine.start()
        return engine

    def wake(self, engine_id: str, stack_id: str) -> None:
        engine = self.engines.get(engine_id)
        if engine is not None and not self.lossy:
            engine.service.wake(self.caller, stack_id)

    def kill(self, engine: Engine) -> None:
        """From now on the engine writes and reads nothing, as if its process were gone."""
        self.databases[engine.settings.engine_id].cut()
        del self.engines[engine.settings.engine_id]
        self.dead.append(engine)

    def close(self) -> None:
        for engine in self.engines.values():
            engine.drain(2.0)
        for engine in self.dead:
            engine.drain(0.0)
        for database in self.databases.values():
            database.dispose()

    @property
    def database(self) -> Database:
        return self.databases[next(iter(self.engines))]

    def create(self, resources: Mapping[str, Any], *, name: str = "s", **args: Any) -> Stack:
        via = args.pop("via", self.engine)
        outputs = args.pop("outputs", {})
        identity = via.service.create_stack(
            self.caller, name, template=template(resources, outputs), args=args
        )
        return Stack(self, identity)

    def leftovers(self) -> dict[str, int]:
        """How many rows there are that should be gone when nothing runs."""
        unfinished = ("ACTIVE", "PENDING", "CANCELLED", "SUPERSEDED")
        counts = {
            "steps": select(func.count()).select_from(tables.step),
            "traversals": select(func.count())
            .select_from(tables.traversal)
            .where(tables.traversal.c.status.in_(unfinished)),
        }
        with self.database.read() as session:
            return {name: session.execute(query).scalar_one() for name, query in counts.items()}


def template(
    resources: Mapping[str, Any], outputs: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    made: dict[str, Any] = {"heat_template_version": "2018-08-31", "resources": dict(resources)}
    if outputs:
        made["outputs"] = {name: {"value": value} for name, value in outputs.items()}
    return made


class Stack:
    """A stack as its user sees it through one engine."""

    def __init__(self, world: World, identity: dict[str, str]) -> None:
        self.world, self.identity = world, identity
        self.id = identity["stack_id"]

    def via(self, engine: Engine | None = None) -> Any:
        return (engine or next(iter(self.world.engines.values()))).service

    def update(self, resources: Mapping[str, Any], **args: Any) -> None:
        via = self.via(args.pop("via", None))
        via.update_stack(self.world.caller, self.identity, template=template(resources), args=args)

    def delete(self) -> None:
        self.via().delete_stack(self.world.caller, self.identity)

    def signal(self, resource: str = "handle", via: Engine | None = None, **details: Any) -> None:
        self.via(via).resource_signal(self.world.caller, self.identity, resource, details)

    def signal_when_possible(self, resource: str = "handle", **details: Any) -> None:
        """Signal as soon as the resource is there to be signalled."""

        def try_it() -> bool:
            try:
                self.signal(resource, **details)
            except errors.ResourceNotAvailable:
                return False
            return True

        until(try_it, f"{resource} to take a signal")

    def show(self) -> dict[str, Any]:
        shown: dict[str, Any] = self.via().show_stack(
            self.world.caller, {**self.identity}, resolve_outputs=False
        )[0]
        return shown

    @property
    def state(self) -> str:
        shown = self.show()
        return f"{shown['stack_action']}_{shown['stack_status']}"

    @property
    def reason(self) -> str:
        return str(self.show()["stack_status_reason"])

    def reach(self, *states: str, seconds: float = PATIENCE) -> str:
        """Wait until the stack is in one of these states; a terminal other one fails at once."""

        def look() -> str | None:
            now = self.state
            if now in states:
                return now
            if not now.endswith("IN_PROGRESS") and self.world.leftovers()["traversals"] == 0:
                now = self.state
                assert now in states or now.endswith("IN_PROGRESS"), f"{now}: {self.reason}"
            return None

        return until(look, f"{states}, is {self.state}", seconds)

    def resources(self) -> dict[str, dict[str, Any]]:
        listed = self.via().list_stack_resources(self.world.caller, self.identity)
        return {item["resource_name"]: item for item in listed}

    def states(self) -> dict[str, str]:
        return {
            name: f"{item['resource_action']}_{item['resource_status']}"
            for name, item in self.resources().items()
        }

    def physical(self, name: str) -> str:
        return str(self.resources()[name]["physical_resource_id"])

    def events(self) -> list[tuple[str, str, str]]:
        """(resource, state, reason), oldest first; the stack itself by the name ``.``"""
        listed = self.via().list_events(self.world.caller, self.identity)
        mine = self.identity["stack_name"]
        return [
            (
                "." if event["resource_name"] == mine else event["resource_name"],
                f"{event['resource_action']}_{event['resource_status']}",
                event["resource_status_reason"],
            )
            for event in reversed(listed)
        ]

    def history(self, name: str) -> list[tuple[str, str]]:
        return [(state, reason) for who, state, reason in self.events() if who == name]

    def output(self, key: str) -> Any:
        return self.via().show_output(self.world.caller, self.identity, key)["output_value"]


def thing(value: Any = "v", **properties: Any) -> dict[str, Any]:
    return {"type": "OS::Heat::TestResource", "properties": {"value": value, **properties}}


def net(name: str = "n", **rest: Any) -> dict[str, Any]:
    return {"type": "OS::Neutron::Net", "properties": {"name": name}, **rest}


def server(name: str = "web", **properties: Any) -> dict[str, Any]:
    return {
        "type": "OS::Nova::Server",
        "properties": {"name": name, "image": "debian", "flavor": "m1.tiny", **properties},
    }


def waiting(timeout: float = 60, count: int = 1, **rest: Any) -> dict[str, Any]:
    """A handle and the condition that waits for it."""
    return {
        "handle": {"type": "OS::Heat::WaitConditionHandle"},
        "wait": {
            "type": "OS::Heat::WaitCondition",
            "properties": {
                "handle": {"get_resource": "handle"},
                "timeout": timeout,
                "count": count,
            },
            **rest,
        },
    }
