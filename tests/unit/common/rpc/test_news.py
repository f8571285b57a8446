"""Hints of new events: they reach every API, and never hold up who gives them."""

from __future__ import annotations

import threading
import time

from oslo_config import cfg

from common.rpc.news import Announcer, News
from common.rpc.transport import build_peers


def test_every_api_hears_and_bursts_are_few(transport_url: str) -> None:
    conf = cfg.ConfigOpts()
    conf([], project="hearth", default_config_files=[], default_config_dirs=[])
    transport = build_peers(conf, transport_url)
    heard: list[list[float]] = [[], []]
    changed = threading.Condition()

    def ear(number: int) -> None:
        with changed:
            heard[number].append(time.monotonic())
            changed.notify_all()

    apis = [News(transport), News(transport)]
    apis[0].listen(lambda: ear(0))
    apis[1].listen(lambda: ear(1))
    for api in apis:
        api.start()
    announcer = Announcer(transport)
    deadline = time.monotonic() + 20
    with changed:
        while not all(heard):  # until both of them listen
            announcer.tell()
            changed.wait(0.1)
            assert time.monotonic() < deadline
    before = len(heard[0])
    begun = time.monotonic()
    for _ in range(1000):
        announcer.tell()
    assert time.monotonic() - begun < 1
    with changed:
        assert changed.wait_for(lambda: len(heard[0]) > before, 10)
    announcer.stop()
    for api in apis:
        api.stop()
    assert len(heard[0]) - before < 100
    transport.cleanup()


def test_an_api_that_never_began_stops(transport_url: str) -> None:
    conf = cfg.ConfigOpts()
    conf([], project="hearth", default_config_files=[], default_config_dirs=[])
    News(build_peers(conf, transport_url)).stop()
