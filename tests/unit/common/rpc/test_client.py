"""Which way calls go: reads by a quick one, while an engine listens there."""

from __future__ import annotations

import inspect
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from oslo_config import cfg

from common.context import RequestContext
from common.rpc.client import EngineClient
from common.rpc.reads import READS
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


CHANGES = {
    "abandon_stack",
    "create_software_config",
    "create_software_deployment",
    "create_stack",
    "delete_snapshot",
    "delete_software_config",
    "delete_software_deployment",
    "delete_stack",
    "resource_mark_unhealthy",
    "resource_signal",
    "signal_software_deployment",
    "stack_cancel_update",
    "stack_check",
    "stack_restore",
    "stack_resume",
    "stack_snapshot",
    "stack_suspend",
    "update_software_deployment",
    "update_stack",
    "wake",
}
ASK_CLOUDS = {"preview_stack", "preview_update_stack"}
# A stream would stand still for as long as one of these is waited for in vain.
OF_STREAMS = {"follow_events", "replay_events", "watch_scope"}


def test_every_call_is_known_to_read_or_to_do_more() -> None:
    """That those that read do nothing else is looked at in every scenario (``only_reading``)."""
    calls = {name for name, _ in inspect.getmembers(EngineService, inspect.isfunction)}
    calls = {name for name in calls if not name.startswith("_")}
    assert READS.isdisjoint(CHANGES | ASK_CLOUDS | OF_STREAMS)
    assert calls == READS | CHANGES | ASK_CLOUDS | OF_STREAMS
