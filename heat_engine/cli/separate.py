"""heat-all with ``separate_processes``: the four services, each in a process of its own.

They are forked from one that has loaded what they share, code, options and pipelines, and that has
opened the ports: memory that none of them writes to is there once, and one that died is soon back,
with its callers waiting at its port. The parent does nothing but watch.
"""

from __future__ import annotations

import gc
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from typing import Protocol

import kombu.transport
from oslo_config import cfg

from common import loading, logs
from common.launch import GROUPS, Api, reach
from common.rpc import transport
from common.signals import Signals

LOG = logging.getLogger(__name__)
_AGAIN_SECONDS = 1.0  # between two starts of a service that cannot live
_KILL_SECONDS = 5.0
_STOPPING = (signal.SIGTERM, signal.SIGINT)
_WATCHED = {*_STOPPING, signal.SIGHUP, signal.SIGCHLD}


class Service(Protocol):
    """Prepared before the processes part; ``start`` makes its threads and connections."""

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def forget(self) -> None:
        """In another service's process: let go of what this one has open."""


class Engine:
    """An engine. Nobody else has a use for its code, so it is loaded by its own process: a page
    that was loaded before and is written to after would be there twice."""

    def __init__(self, conf: cfg.ConfigOpts) -> None:
        self._conf = conf

    def start(self) -> None:
        self._process = loading.load("heat_engine.cli.assemble:build")(self._conf)
        self._process.start()

    def stop(self) -> None:
        self._process.stop(self._conf.drain_seconds)

    def forget(self) -> None:
        """Nothing is open."""


class Family:
    """The processes of these services, from ``run`` until it is told to stop."""

    def __init__(self, conf: cfg.ConfigOpts, services: dict[str, Service]) -> None:
        self._conf = conf
        self._services = services
        self._living: dict[int, str] = {}
        self._due: dict[str, float] = dict.fromkeys(services, 0.0)
        # Whoever reads from it learns when this process is gone, however it went.
        self._alive, self._life = os.pipe()

    def run(self) -> None:
        signal.pthread_sigmask(signal.SIG_BLOCK, _WATCHED)
        gc.collect()
        gc.freeze()  # the collector's marks would be written into every shared page
        while True:
            pause = self._start_due()
            got = signal.sigtimedwait(_WATCHED, max(pause, 0.0))
            if got is not None and got.si_signo in _STOPPING:
                break
            if got is not None and got.si_signo == signal.SIGHUP:
                logs.reload(self._conf)
                self._tell(signal.SIGHUP)
            self._reap()
        self._stop()

    def _start_due(self) -> float:
        """Start what does not live and may be tried; seconds until that has to be asked again."""
        now = time.monotonic()
        for name in self._missing():
            if self._due[name] <= now:
                self._due[name] = now + _AGAIN_SECONDS
                self._living[self._fork(name)] = name
        return min((self._due[name] - now for name in self._missing()), default=3600.0)

    def _missing(self) -> list[str]:
        return [name for name in self._services if name not in self._living.values()]

    def _fork(self, name: str) -> int:
        pid = os.fork()
        if pid:
            return pid
        status = 1
        try:
            os.close(self._life)
            self._live(name)
            status = 0
        except SystemExit as stop:
            print(f"{name}: {stop.code}", file=sys.stderr, flush=True)
        except BaseException:
            LOG.exception("%s ends", name)
        finally:
            os._exit(status)

    def _live(self, name: str) -> None:
        """What a service's own process does from its beginning to its end."""
        signals = Signals()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _WATCHED)
        for other, service in self._services.items():
            if other != name:
                service.forget()
        _when_gone(self._alive, lambda: os.kill(os.getpid(), signal.SIGTERM))
        self._services[name].start()
        LOG.info("%s is ready", name)
        signals.wait(reload=lambda: logs.reload(self._conf))
        LOG.info("%s stops", name)
        self._services[name].stop()

    def _reap(self) -> None:
        while self._living:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                return
            code = os.waitstatus_to_exitcode(status)
            LOG.error("%s has ended (%s) and is started again", self._living.pop(pid), code)

    def _tell(self, number: int) -> None:
        for pid in self._living:
            os.kill(pid, number)

    def _stop(self) -> None:
        self._tell(signal.SIGTERM)
        deadline = time.monotonic() + self._conf.drain_seconds + _KILL_SECONDS
        while self._living:
            pid, _ = os.waitpid(-1, os.WNOHANG)
            self._living.pop(pid, None)
            left = max(deadline - time.monotonic(), 0.0)
            if not pid and signal.sigtimedwait({signal.SIGCHLD}, left) is None:
                self._tell(signal.SIGKILL)


def _when_gone(alive: int, call: Callable[[], object]) -> None:
    def wait() -> None:
        os.read(alive, 1)
        call()

    threading.Thread(target=wait, name="parent", daemon=True).start()


def run(conf: cfg.ConfigOpts) -> None:
    """All services until told to stop. Raises ``SystemExit`` in plain words."""
    if conf.transport_url.startswith(transport.IN_PROCESS):
        raise SystemExit("separate_processes needs a RabbitMQ: set transport_url in heat.conf.")
    kombu.transport.get_transport_cls("amqp")  # loads what the first connection would
    apis = {name: Api(conf, name) for name in GROUPS}
    reach(conf, {name: api.port for name, api in apis.items()})
    # The engine first: it takes longest.
    Family(conf, {"heat-engine": Engine(conf), **apis}).run()
