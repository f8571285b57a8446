"""Which way calls go: reads by a quick one, while an engine listens there."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from oslo_config import cfg

from common.context import RequestContext
from common.rpc.client import READS, EngineClient
from common.rpc.server import EngineServer
from common.rpc.transport import READ_EXCHANGE, READ_TOPIC, build, build_reads
from heat_engine.service.endpoint import EngineService
from tests.brokers import fresh_virtual_host

CONTEXT = RequestContext(user_id="u1", overwrite=False)


@dataclass
class Endpoint:
    asked: list[str] = field(default_factory=list)

    def show_stack(self, context: RequestContext) -> str:
        self.asked.append("show_stack")
        return "shown"

    def create_stack(self, context: RequestContext) -> str:
        self.asked.append("create_stack")
        return "created"


@dataclass
class Engine:
    """``calls`` and ``reads``: what has come by each of the two ways."""

    conf: cfg.ConfigOpts
    url: str
    listens: bool
    calls: Endpoint = field(default_factory=Endpoint)
    reads: Endpoint = field(default_factory=Endpoint)
    topic: str = field(default_factory=lambda: f"t-{uuid.uuid4().hex}")

    def __post_init__(self) -> None:
        self.transports = [build(self.conf, self.url), build_reads(self.conf, self.url)]
        self.servers = [
            EngineServer(self.transports[0], self.calls, self.topic, "one", threads=1),
            EngineServer(
                self.transports[1],
                self.reads,
                READ_TOPIC,
                "one",
                exchange=READ_EXCHANGE,
                threads=1,
            ),
        ][: 1 + self.listens]
        for server in self.servers:
            server.start()


@pytest.fixture
def listens() -> bool:
    """Whether the engine listens to reads by themselves."""
    return True


@pytest.fixture
def engine(listens: bool) -> Iterator[Engine]:
    """In a virtual host where no other has listened before."""
    conf = cfg.ConfigOpts()
    conf([], project="hearth", default_config_files=[], default_config_dirs=[])
    with fresh_virtual_host() as url:
        engine = Engine(conf, url, listens)
        yield engine
        for server in engine.servers:
            server.stop()
        for transport in engine.transports:
            transport.cleanup()


@pytest.fixture
def client(engine: Engine) -> Iterator[EngineClient]:
    calls, reads = build(engine.conf, engine.url), build_reads(engine.conf, engine.url)
    yield EngineClient(calls, topic=engine.topic, timeout=30, reads=reads)
    calls.cleanup()
    reads.cleanup()


def test_reads_go_by_themselves(engine: Engine, client: EngineClient) -> None:
    assert client.call(CONTEXT, "show_stack") == "shown"
    assert client.call(CONTEXT, "create_stack") == "created"
    assert (engine.reads.asked, engine.calls.asked) == (["show_stack"], ["create_stack"])


@pytest.mark.parametrize("listens", [False])
def test_reads_go_with_other_calls_where_no_engine_listens_to_reads(
    engine: Engine, client: EngineClient
) -> None:
    """Those of an older version do not, and nobody does when a broker has just restarted."""
    assert client.call(CONTEXT, "show_stack") == "shown"
    assert engine.calls.asked == ["show_stack"]


def test_reads_are_calls_that_the_engine_answers() -> None:
    known: Any = {name for name in dir(EngineService) if not name.startswith("_")}
    assert known >= READS
    assert not [name for name in READS if name.startswith(("create", "update", "delete"))]
