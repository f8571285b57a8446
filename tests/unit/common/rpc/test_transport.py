"""A RabbitMQ that goes away and comes back, and what queues are made of."""

from __future__ import annotations

import subprocess
import threading
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from oslo_config import cfg
from oslo_messaging import Target

from common import errors
from common.context import RequestContext
from common.rpc import transport
from common.rpc.client import EngineClient
from common.rpc.server import EngineServer
from common.rpc.transport import build, build_peers
from tests.brokers import ADDRESS
from tests.proxy import Proxy

CONTEXT = RequestContext(user_id="u1", overwrite=False)


class Endpoint:
    def __init__(self) -> None:
        self.entered = threading.Event()
        self.release = threading.Event()

    def echo(self, context: RequestContext, value: Any) -> Any:
        return value

    def hold(self, context: RequestContext) -> str:
        self.entered.set()
        self.release.wait(30)
        return "held"


@pytest.fixture(scope="module")
def conf() -> cfg.ConfigOpts:
    conf = cfg.ConfigOpts()
    conf([], project="hearth", default_config_files=[], default_config_dirs=[])
    return conf


@pytest.fixture
def door(rabbit_url: str) -> Iterator[Proxy]:
    host, _, port = ADDRESS.rpartition("@")[2].partition(":")
    with Proxy(host, int(port)) as proxy:
        yield proxy


def through(door: Proxy, url: str) -> str:
    """The URL of the same virtual host behind the door."""
    return f"rabbit://{ADDRESS.rpartition('@')[0]}@127.0.0.1:{door.port}/{url.rpartition('/')[2]}"


def test_calls_survive_a_broker_that_is_gone_for_a_while(
    conf: cfg.ConfigOpts, rabbit_url: str, door: Proxy
) -> None:
    endpoint, topic = Endpoint(), f"t-{uuid.uuid4().hex}"
    transports = [build(conf, through(door, rabbit_url)) for _ in range(2)]
    server = EngineServer(transports[0], endpoint, topic, "one", threads=4)
    server.start()
    client = EngineClient(transports[1], topic=topic, timeout=40)
    assert client.call(CONTEXT, "echo", value=1) == 1
    answers: list[Any] = []
    calls = [
        threading.Thread(target=lambda: answers.append(client.call(CONTEXT, "hold"))),
        threading.Thread(target=lambda: answers.append(client.call(CONTEXT, "echo", value=2))),
    ]
    calls[0].start()  # under way when the broker goes
    assert endpoint.entered.wait(10)
    door.close()
    calls[1].start()  # made while it is gone
    endpoint.release.set()  # answered while it is gone
    door.open()
    for call in calls:
        call.join(50)
    assert sorted(answers, key=str) == [2, "held"]
    server.stop()
    for each in transports:
        each.cleanup()


def test_a_reply_finds_its_way_after_the_broker_has_lost_its_queue(
    conf: cfg.ConfigOpts, rabbit_url: str
) -> None:
    """What a restarted broker has of queues that are not durable: nothing."""
    endpoint, topic = Endpoint(), f"t-{uuid.uuid4().hex}"
    transports = [build(conf, rabbit_url) for _ in range(2)]
    server = EngineServer(transports[0], endpoint, topic, "one", threads=4)
    server.start()
    client = EngineClient(transports[1], topic=topic, timeout=40)
    answers: list[Any] = []
    call = threading.Thread(target=lambda: answers.append(client.call(CONTEXT, "hold")))
    call.start()
    assert endpoint.entered.wait(10)
    replies = transports[1]._driver._reply_q
    assert queues(rabbit_url)[replies] == "classic"
    delete_queue(rabbit_url, replies)
    endpoint.release.set()
    call.join(50)
    assert answers == ["held"]
    assert client.call(CONTEXT, "echo", value=1) == 1
    server.stop()
    for used in transports:
        used.cleanup()


def test_calls_wait_in_quorum_queues_and_hints_leave_nothing_behind(
    conf: cfg.ConfigOpts, rabbit_url: str
) -> None:
    topic = f"t-{uuid.uuid4().hex}"
    calls, hints = build(conf, rabbit_url), build_peers(conf, rabbit_url)
    servers = [
        EngineServer(calls, Endpoint(), topic, "one", threads=1),
        EngineServer(hints, Endpoint(), f"hint-{topic}", "two", exchange="hints", threads=1),
    ]
    for server in servers:
        server.start()
    assert queues(rabbit_url)[topic] == "quorum"
    assert queues(rabbit_url)[f"hint-{topic}.two"] == "classic"
    for server in servers:
        server.stop()
    calls.cleanup()
    hints.cleanup()
    assert f"hint-{topic}.two" not in queues(rabbit_url)
    assert topic in queues(rabbit_url)


def test_who_waits_for_calls_does_not_look_up_every_few_milliseconds(
    conf: cfg.ConfigOpts, rabbit_url: str
) -> None:
    calls = build(conf, rabbit_url)
    target = Target(exchange="heat", topic=f"t-{uuid.uuid4().hex}", server="one")
    waiter = calls._driver.listen(target, 1, None)._poll_style_listener
    assert waiter._current_timeout == transport.LOOK_UP_SECONDS
    waiter.cleanup()
    calls.cleanup()


def queues(url: str) -> dict[str, str]:
    """Name to type of the queues of the URL's virtual host."""
    vhost = url.rpartition("/")[2]
    listed = subprocess.run(
        ["rabbitmqctl", "-q", "-p", vhost, "list_queues", "--no-table-headers", "name", "type"],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return dict(line.split("\t") for line in listed.stdout.splitlines() if line)


def delete_queue(url: str, name: str) -> None:
    vhost = url.rpartition("/")[2]
    command = ["rabbitmqctl", "-q", "-p", vhost, "delete_queue", name]
    subprocess.run(command, check=True, capture_output=True, timeout=60)


def test_a_broker_that_was_never_there_is_not_waited_for_for_ever(
    conf: cfg.ConfigOpts, rabbit_url: str, door: Proxy
) -> None:
    door.close()
    topic = f"t-{uuid.uuid4().hex}"
    transports = [build(conf, rabbit_url), build(conf, through(door, rabbit_url))]
    server = EngineServer(transports[0], Endpoint(), topic, "one", threads=1)
    server.start()
    client = EngineClient(transports[1], topic=topic, timeout=1)
    for _ in range(2):
        with pytest.raises(errors.ServiceUnavailable):
            client.call(CONTEXT, "echo", value=1)
    door.open()
    patient = EngineClient(transports[1], topic=topic, timeout=40)
    assert patient.call(CONTEXT, "echo", value=1) == 1
    server.stop()
    for each in transports:
        each.cleanup()
