"""One engine in a process of its own that can be told to die by SIGKILL at a chosen instant.

Instants are: before and after each commit of a write transaction (those that only prolong leases or
report are left out), before and after each call of a cloud, and before and after each commit of the
local cloud itself. ``arm`` starts counting; the process ends itself at that number.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from sqlalchemy import event

import common.rpc  # noqa: F401  before oslo.messaging is imported: threads only
from common import errors
from common.crypt import Vault
from heat_engine.clouds.local import documents
from heat_engine.clouds.local.cloud import LocalClouds
from heat_engine.engine import Engine
from heat_engine.resources.registry import Registry
from heat_engine.settings import EngineSettings
from heat_engine.store.database import Database
from heat_engine.traversal import claims
from tests.crash import wire
from tests.crash.clients import CONTEXT

LOG = logging.getLogger(__name__)
UNCOUNTED = ("renew", "report", "remove", "purge")
VERBS = ("create", "find", "get", "list", "update", "delete", "forget", "act")


@dataclass(frozen=True)
class Orders:
    """What a process is started with. rabbit: URL of the transport for calls and hints; without
    one both go through the harness. slot: the same for an engine and those that replace it."""

    engine_id: str
    url: str
    key: str
    cloud: str
    lease_seconds: float
    rabbit: str = ""
    slot: int = 0


class Fuse:
    """Counts instants once armed; at the last one it tells the harness and kills the process."""

    def __init__(self, tell: Callable[[Any], None]) -> None:
        self._tell = tell
        self._lock = threading.Lock()
        self._left = 0
        self.seen = 0

    def arm(self, number: int) -> None:
        with self._lock:
            self._left, self.seen = number, 0

    def instant(self, name: str) -> None:
        with self._lock:
            self.seen += 1
            if self._left == 0:
                return
            self._left -= 1
            if self._left == 0:
                self._tell(("killed", name))
                os.kill(os.getpid(), signal.SIGKILL)


class FusedDatabase(Database):
    """Every commit of a write transaction is two instants."""

    def __init__(self, url: str, vault: Vault, fuse: Fuse) -> None:
        super().__init__(url, vault, retry_seconds=20.0)
        self._fuse = fuse
        self._writing = threading.local()
        event.listen(self._engine, "commit", self._committing)

    def _committing(self, connection: Any) -> None:
        name = getattr(self._writing, "name", None)
        if name is not None:
            self._fuse.instant(f"before commit of {name}")

    def _once(self, engine: Any, turn: Any, function: Any, *args: Any, **kwargs: Any) -> Any:
        name = getattr(function, "__name__", "")
        if engine is not self._writer or name in UNCOUNTED:
            return super()._once(engine, turn, function, *args, **kwargs)
        self._writing.name = name
        try:
            result = super()._once(engine, turn, function, *args, **kwargs)
        finally:
            self._writing.name = None
        self._fuse.instant(f"after commit of {name}")
        return result


class FusedCloud:
    """A session whose calls are two instants each."""

    def __init__(self, session: Any, fuse: Fuse) -> None:
        for verb in VERBS:
            setattr(self, verb, self._fused(verb, getattr(session, verb), fuse))

    @staticmethod
    def _fused(verb: str, call: Callable[..., Any], fuse: Fuse) -> Callable[..., Any]:
        def fused(service: str, collection: str, *args: Any, **kwargs: Any) -> Any:
            fuse.instant(f"before {verb} of {collection}")
            result = spoilt(call(service, collection, *args, **kwargs))
            fuse.instant(f"after {verb} of {collection}")
            return result

        return fused


def spoilt(answer: Any) -> Any:
    """The answer of a cloud in which one in four of the things that are called flaky goes into
    ERROR. Which one follows from its id, so that all engines see the same."""
    if isinstance(answer, list):
        return [spoilt(item) for item in answer]
    flaky = isinstance(answer, dict) and str(answer.get("name")).startswith("flaky")
    if not flaky or str(answer["id"])[0] not in "0123":
        return answer
    return {**answer, "status": "error" if answer["status"].islower() else "ERROR"}


class FusedClouds:
    def __init__(self, directory: str, fuse: Fuse) -> None:
        self._clouds = LocalClouds(Path(directory), sandbox="none")
        self._clouds.serve()
        self._fuse = fuse

    def session(self, project_id: str, credentials: Mapping[str, Any]) -> Any:
        return FusedCloud(self._clouds.session(project_id, credentials), self._fuse)


def fuse_documents(fuse: Fuse) -> None:
    """Make each commit of the local cloud two instants."""
    write = documents.Documents.write

    @contextmanager
    def fused(self: documents.Documents) -> Iterator[documents.Transaction]:
        with write(self) as transaction:
            yield transaction
            fuse.instant("before commit in the cloud")
        fuse.instant("after commit in the cloud")

    documents.Documents.write = fused  # type: ignore[method-assign]


def count_takeovers(tell: Callable[[Any], None]) -> None:
    """Tell of each traversal claimed from an engine whose lease has run out."""
    claim = claims.claim

    def told(core: Any, seen: Any) -> Any:
        begun = claim(core, seen)
        if begun is not None and seen.owner is not None:
            tell(("takeover",))
        return begun

    claims.claim = told


class Hints:
    """Hints go to the harness, which passes them on to living engines."""

    def __init__(self, tell: Callable[[Any], None]) -> None:
        self._tell = tell

    def wake(self, engine_id: str, stack_id: str) -> None:
        self._tell(("hint", engine_id, stack_id))


def main(orders: Orders, channel: Connection) -> None:
    """Serve calls from ``channel`` until it closes: (id, method, arguments) in, replies out."""
    logging.basicConfig(level=logging.ERROR)
    lock = threading.Lock()

    def tell(message: Any) -> None:
        with lock:
            channel.send(message)

    fuse = Fuse(tell)
    fuse_documents(fuse)
    settings = EngineSettings(
        engine_id=orders.engine_id,
        lease_seconds=orders.lease_seconds,
        scan_interval=0.2,
        report_interval=2,
        retry_seconds=0.05,
        loops=2,
        workers=8,
        enable_stack_abandon=True,
        enable_stack_adopt=True,
    )
    database = FusedDatabase(orders.url, Vault([orders.key]), fuse)
    peers = wire.peers(orders.rabbit) if orders.rabbit else Hints(tell)
    clouds = FusedClouds(orders.cloud, fuse)
    engine = Engine(settings, database, clouds, Registry.default(), peers)
    count_takeovers(tell)
    engine.start()
    if orders.rabbit:
        wire.serve(orders.rabbit, engine, f"crash-{orders.slot}")
    tell(("ready",))
    while True:
        try:
            message = channel.recv()
        except (EOFError, OSError):
            return
        if message[0] == "arm":
            fuse.arm(message[1])
        elif message[0] == "wake":
            engine.runner.wake(message[1])
        else:
            threading.Thread(target=_answer, args=(engine, message, tell), daemon=True).start()


def _answer(engine: Engine, message: Any, tell: Callable[[Any], None]) -> None:
    number, method, arguments = message
    try:
        result = getattr(engine.service, method)(CONTEXT, **arguments)
    except errors.HearthError as error:
        tell(("error", number, error.to_wire()))
    except Exception as error:
        LOG.exception("%s raised", method)
        tell(("error", number, errors.InternalError(repr(error)).to_wire()))
    else:
        tell(("reply", number, result))
