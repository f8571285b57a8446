"""Engine processes: started, spoken to, seen to die, and started again."""

from __future__ import annotations

import contextlib
import itertools
import multiprocessing
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from common import errors
from common.identifiers import new_id
from tests.crash import engine as engines
from tests.crash import wire
from tests.crash.engine import Orders

# A server that has all modules loaded and no threads: a new engine process costs a fork.
# A new process also imports what the main module does, which is cheap once that is loaded too.
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.crash.engine", "tests.crash.campaign", "tests.brokers"])
ANSWER_SECONDS = 30.0


class EngineDied(Exception):
    """The engine was killed before it answered; whether it did what was asked is unknown."""


@dataclass
class Death:
    """An engine's end: when (monotonic), and at which instant."""

    at: float
    instant: str


class EngineProcess:
    """One process. ``hint`` is told what the engine would tell its peers, ``note`` what happens
    to the process itself."""

    def __init__(
        self, orders: Orders, hint: Callable[[str, str], None], note: Callable[[str], None]
    ) -> None:
        self.orders = orders
        self._hint = hint
        self._tell = note
        self._channel, theirs = PROCESSES.Pipe()
        self._process = PROCESSES.Process(target=engines.main, args=(orders, theirs), daemon=True)
        self._process.start()
        theirs.close()
        self._lock = threading.Lock()
        self._numbers = itertools.count()
        self._waiting: dict[int, Future[Any]] = {}
        self.ready = threading.Event()
        self.dead = threading.Event()
        self.death: Death | None = None
        self._instant = "?"
        self.takeovers = 0
        threading.Thread(target=self._listen, daemon=True).start()

    def call(self, method: str, **arguments: Any) -> Any:
        """Raises what the engine raised, or ``EngineDied``."""
        future: Future[Any] = Future()
        number = next(self._numbers)
        with self._lock:
            if self.dead.is_set():
                raise EngineDied
            self._waiting[number] = future
        self.send((number, method, arguments))
        return future.result(ANSWER_SECONDS)

    def send(self, message: Any) -> None:
        with contextlib.suppress(OSError), self._lock:
            self._channel.send(message)

    def kill(self) -> None:
        self._process.kill()
        self.dead.wait(10.0)

    def _note(self, what: str) -> None:
        self._tell(f"engine {self.orders.slot} ({self.orders.engine_id[:8]}) {what}")

    def _listen(self) -> None:
        while True:
            try:
                message = self._channel.recv()
            except (EOFError, OSError):
                break
            self._receive(message)
        self._process.join(10.0)
        with self._lock:
            self.death = Death(time.monotonic(), self._instant)
            self._note(f"died {self._instant}")
            self.dead.set()
            waiting = list(self._waiting.values())
        for future in waiting:
            if not future.done():
                future.set_exception(EngineDied())

    def _receive(self, message: Any) -> None:
        match message:
            case ("ready",):
                self._note("is ready")
                self.ready.set()
            case ("killed", instant):
                self._instant = instant
            case ("takeover",):
                self._note("took a traversal over")
                self.takeovers += 1
            case ("hint", engine_id, stack_id):
                self._hint(engine_id, stack_id)
            case ("reply", number, result):
                self._waiting.pop(number).set_result(result)
            case ("error", number, wire):
                self._waiting.pop(number).set_exception(errors.HearthError.from_wire(wire))


class Fleet:
    """Two engines that are started again when they die, a little later."""

    def __init__(self, orders: Orders, size: int = 2, restart_seconds: float = 0.3) -> None:
        self._orders = orders
        self._restart_seconds = restart_seconds
        self._closed = False
        self.deaths: list[Death] = []
        # What happened to the engines, and when (UTC without a zone, as the rows have it).
        self.notes: list[tuple[datetime, str]] = []
        self._fuses: list[int] = []
        self._earlier_takeovers = 0
        self._lock = threading.Lock()
        self._client = wire.Client(orders.rabbit) if orders.rabbit else None
        self._slots: list[EngineProcess] = [self._start(slot) for slot in range(size)]
        self._keepers = [
            threading.Thread(target=self._keep, args=(slot,), daemon=True) for slot in range(size)
        ]
        for process in self._slots:
            if not process.ready.wait(30.0):
                raise AssertionError("an engine did not start")
        for keeper in self._keepers:
            keeper.start()

    def _start(self, slot: int) -> EngineProcess:
        orders = replace(self._orders, engine_id=new_id(), slot=slot)
        return EngineProcess(orders, self._pass_on, self._note)

    def _note(self, what: str) -> None:
        self.notes.append((datetime.now(UTC).replace(tzinfo=None), what))

    def _pass_on(self, engine_id: str, stack_id: str) -> None:
        for process in list(self._slots):
            if process.orders.engine_id == engine_id:
                process.send(("wake", stack_id))

    def arm(self, fuses: list[int]) -> None:
        """The engines die after so many instants; later ones are for those started again."""
        with self._lock:
            self._fuses = list(fuses)
            for process in self._slots:
                self._give_fuse(process)

    def disarm(self) -> None:
        with self._lock:
            self._fuses = []
            for process in self._slots:
                process.send(("arm", 0))

    def _give_fuse(self, process: EngineProcess) -> None:
        if self._fuses:
            process.send(("arm", self._fuses.pop(0)))

    def _keep(self, slot: int) -> None:
        while not self._closed:
            process = self._slots[slot]
            process.dead.wait()
            if self._closed:
                return
            if process.death is not None:
                self.deaths.append(process.death)
            time.sleep(self._restart_seconds)
            with self._lock:
                if self._closed:
                    return
                fresh = self._start(slot)
                self._earlier_takeovers += process.takeovers
                self._slots[slot] = fresh
                self._give_fuse(fresh)

    def call(self, method: str, *, prefer: int = 0, **arguments: Any) -> Any:
        """Ask one engine. Raises ``EngineDied`` when it dies over it."""
        if self._client is not None:
            return self._client.call(method, **arguments)
        process = self._slots[prefer % len(self._slots)]
        if process.dead.is_set() or not process.ready.is_set():
            process = self._slots[(prefer + 1) % len(self._slots)]
        return process.call(method, **arguments)

    def insist(self, method: str, *, prefer: int = 0, **arguments: Any) -> Any:
        """Ask as a patient client does: again, elsewhere, when nobody answered."""
        deadline = time.monotonic() + ANSWER_SECONDS
        for turn in itertools.count(prefer):
            try:
                return self.call(method, prefer=turn, **arguments)
            except (EngineDied, errors.ServiceUnavailable):
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)
        raise AssertionError

    @property
    def takeovers(self) -> int:
        return self._earlier_takeovers + sum(process.takeovers for process in self._slots)

    def close(self) -> None:
        with self._lock:
            self._closed = True
        for process in self._slots:
            process.kill()
        for keeper in self._keepers:
            keeper.join(10.0)
        if self._client is not None:
            self._client.close()
