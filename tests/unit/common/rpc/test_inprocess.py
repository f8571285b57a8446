"""The driver for one process: bounded, woken at once, JSON only."""

from __future__ import annotations

import queue
import threading
import time
import uuid
from typing import Any

import oslo_messaging
import pytest
from oslo_config import cfg

from common.rpc.inprocess import Broker, InProcessDriver
from common.rpc.transport import build


@pytest.fixture
def conf() -> cfg.ConfigOpts:
    conf = cfg.ConfigOpts()
    conf([], project="hearth", default_config_files=[], default_config_dirs=[])
    return conf


@pytest.fixture
def url() -> str:
    return f"inprocess://{uuid.uuid4().hex}/"


def target(**fields: Any) -> oslo_messaging.Target:
    return oslo_messaging.Target(**{"exchange": "e", "topic": "t", **fields})


def driver(conf: cfg.ConfigOpts, url: str) -> InProcessDriver:
    found = build(conf, url)._driver
    assert isinstance(found, InProcessDriver)
    return found


def test_a_message_waits_for_its_listener(conf: cfg.ConfigOpts, url: str) -> None:
    sender = driver(conf, url)
    sender.send(target(), {"who": "me"}, {"method": "m"})
    received: list[Any] = []
    listener = sender.listen(target(server="s"), 1, None)
    listener.start(received.extend)
    assert [(item.ctxt, item.message) for item in received] == [({"who": "me"}, {"method": "m"})]


def test_a_fanout_reaches_every_listener_and_others_take_turns(
    conf: cfg.ConfigOpts, url: str
) -> None:
    sender = driver(conf, url)
    received: dict[str, list[Any]] = {"a": [], "b": []}
    for name, got in received.items():
        sender.listen(target(server=name), 1, None).start(got.extend)
    sender.send(target(fanout=True), {}, {"n": 0})
    assert [len(got) for got in received.values()] == [1, 1]
    for number in range(4):
        sender.send(target(), {}, {"n": number})
    assert [len(got) for got in received.values()] == [3, 3]
    sender.send(target(server="b"), {}, {"n": 9})
    assert received["b"][-1].message == {"n": 9}


def test_a_reply_goes_back_and_a_failure_is_raised(conf: cfg.ConfigOpts, url: str) -> None:
    sender = driver(conf, url)

    def answer(messages: list[Any]) -> None:
        (message,) = messages
        if message.message["fail"]:
            error = ValueError("no")
            message.reply(failure=(ValueError, error, error.__traceback__))
        else:
            message.reply({"n": 1})

    sender.listen(target(server="s"), 1, None).start(answer)
    assert sender.send(target(), {}, {"fail": False}, wait_for_reply=True, timeout=5) == {"n": 1}
    with pytest.raises(oslo_messaging.RemoteError, match="ValueError no"):
        sender.send(target(), {}, {"fail": True}, wait_for_reply=True, timeout=5)


def test_what_is_not_json_does_not_travel(conf: cfg.ConfigOpts, url: str) -> None:
    with pytest.raises(TypeError):
        driver(conf, url).send(target(), {}, {"value": object()})


def test_a_call_without_reply_ends_with_its_timeout(conf: cfg.ConfigOpts, url: str) -> None:
    sender = driver(conf, url)
    sender.listen(target(server="s"), 1, None).start(lambda messages: None)
    begun = time.monotonic()
    with pytest.raises(oslo_messaging.MessagingTimeout):
        sender.send(target(), {}, {}, wait_for_reply=True, timeout=0.05)
    assert 0.04 < time.monotonic() - begun < 2


def test_a_full_address_refuses_and_takes_again_when_one_has_begun() -> None:
    broker = Broker(limit=2)
    address = ("e", "t", None)
    for _ in range(2):
        broker.deliver(address, "[{}, {}]", None, 0)
    with pytest.raises(queue.Full):
        broker.deliver(address, "[{}, {}]", None, 0.01)


def test_a_sender_waits_for_a_place(conf: cfg.ConfigOpts, url: str) -> None:
    sender = driver(conf, url)
    sender._broker = Broker(limit=1)
    received: list[Any] = []
    sender.listen(target(server="s"), 1, None).start(received.extend)
    sender.send(target(), {}, {"n": 1})
    late = threading.Thread(target=sender.send, args=(target(), {}, {"n": 2}))
    late.start()
    assert len(received) == 1
    received[0].acknowledge()
    late.join(5)
    assert [item.message["n"] for item in received] == [1, 2]


def test_a_message_for_a_closed_pool_goes_to_the_next(conf: cfg.ConfigOpts, url: str) -> None:
    sender = driver(conf, url)

    def closed(messages: list[Any]) -> None:
        raise RuntimeError("cannot schedule new futures after shutdown")

    received: list[Any] = []
    sender.listen(target(server="a"), 1, None).start(closed)
    sender.listen(target(server="b"), 1, None).start(received.extend)
    for number in range(3):
        sender.send(target(), {}, {"n": number})
    assert [item.message["n"] for item in received] == [0, 1, 2]


def test_notifications_reach_their_listener(conf: cfg.ConfigOpts, url: str) -> None:
    sender = driver(conf, url)
    received: list[Any] = []
    sender.listen_for_notifications([(target(), "info")], None, 1, None).start(received.extend)
    sender.send_notification(target(topic="t.info"), {}, {"n": 1}, 2.0)
    assert [item.message for item in received] == [{"n": 1}]
