"""Calls over both transports: values, errors, threads, ends."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from oslo_config import cfg

from common import errors
from common.context import RequestContext
from common.rpc.client import EngineClient
from common.rpc.server import EngineServer
from common.rpc.transport import build
from tests.brokers import close_connections

Start = Callable[..., EngineServer]


class Endpoint:
    def __init__(self) -> None:
        self.casts: list[str] = []
        self.seen = threading.Event()
        self.entered = threading.Event()
        self.release = threading.Event()

    def echo(self, context: RequestContext, value: Any) -> Any:
        return {"value": value, "who": context.user_id, "request": context.request_id}

    def missing(self, context: RequestContext) -> None:
        raise errors.EntityNotFound(entity="Stack", name="web")

    def invalid(self, context: RequestContext) -> None:
        raise errors.StackValidationFailed(
            problems=[errors.Problem("wrong", ("resources", "a", 0), line=3)]
        )

    def broken(self, context: RequestContext) -> None:
        raise ValueError("password=hunter2")

    def note(self, context: RequestContext, text: str) -> None:
        self.casts.append(text)
        self.seen.set()

    def hold(self, context: RequestContext) -> str:
        self.entered.set()
        self.release.wait(20)
        return "held"

    def _secret(self, context: RequestContext) -> str:
        return "not for callers"


@pytest.fixture
def endpoint() -> Endpoint:
    return Endpoint()


@pytest.fixture(scope="module")
def conf() -> cfg.ConfigOpts:
    conf = cfg.ConfigOpts()
    conf([], project="hearth", default_config_files=[], default_config_dirs=[])
    return conf


@pytest.fixture
def server(conf: cfg.ConfigOpts, transport_url: str, endpoint: Endpoint) -> Iterator[EngineServer]:
    transport = build(conf, transport_url)
    server = EngineServer(transport, endpoint, server_id="one", threads=4)
    server.start()
    yield server
    endpoint.release.set()
    server.stop()
    transport.cleanup()


@pytest.fixture
def client(
    conf: cfg.ConfigOpts, server: EngineServer, transport_url: str
) -> Iterator[EngineClient]:
    transport = build(conf, transport_url)
    yield EngineClient(transport, timeout=20)
    transport.cleanup()


CONTEXT = RequestContext(user_id="u1", project_id="p1", roles=["member"], overwrite=False)


def test_a_value_comes_back(client: EngineClient) -> None:
    value = {"list": [1, 2.5, None, "é"], "empty": {}}
    reply = client.call(CONTEXT, "echo", value=value)
    assert reply == {"value": value, "who": "u1", "request": CONTEXT.request_id}


def test_an_error_of_the_catalogue_comes_back(client: EngineClient) -> None:
    with pytest.raises(errors.EntityNotFound, match=r"The Stack \(web\) could not be found"):
        client.call(CONTEXT, "missing")


def test_problems_keep_their_places(client: EngineClient) -> None:
    with pytest.raises(errors.StackValidationFailed) as caught:
        client.call(CONTEXT, "invalid")
    assert caught.value.problems == (errors.Problem("wrong", ("resources", "a", 0), line=3),)


def test_an_unexpected_error_tells_nothing(
    client: EngineClient, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(errors.InternalError) as caught:
        client.call(CONTEXT, "broken")
    assert "hunter2" not in str(caught.value)
    assert str(CONTEXT.request_id) in caplog.text


@pytest.mark.parametrize("method", ["_secret", "no_such_method"])
def test_only_public_methods_can_be_called(client: EngineClient, method: str) -> None:
    with pytest.raises(errors.InternalError):
        client.call(CONTEXT, method)


def test_a_wrong_argument_is_an_internal_error(client: EngineClient) -> None:
    with pytest.raises(errors.InternalError):
        client.call(CONTEXT, "echo", wrong=1)


def test_a_cast_arrives(client: EngineClient, endpoint: Endpoint) -> None:
    client.cast(CONTEXT, "note", text="hello")
    assert endpoint.seen.wait(10)
    assert endpoint.casts == ["hello"]


def test_a_slow_call_does_not_hold_up_others(client: EngineClient, endpoint: Endpoint) -> None:
    holder = threading.Thread(target=client.call, args=(CONTEXT, "hold"))
    holder.start()
    assert endpoint.entered.wait(10)
    assert client.call(CONTEXT, "echo", value=1)["value"] == 1
    endpoint.release.set()
    holder.join(10)
    assert not holder.is_alive()


def test_stop_answers_what_is_under_way(
    client: EngineClient, endpoint: Endpoint, server: EngineServer
) -> None:
    answers: list[str] = []
    holder = threading.Thread(target=lambda: answers.append(client.call(CONTEXT, "hold")))
    holder.start()
    assert endpoint.entered.wait(10)
    stopper = threading.Thread(target=server.stop)
    stopper.start()
    endpoint.release.set()
    stopper.join(15)
    holder.join(15)
    assert answers == ["held"]


def test_no_engine_in_time_is_service_unavailable(
    conf: cfg.ConfigOpts,
    transport_url: str,
) -> None:
    transport = build(conf, transport_url)
    client = EngineClient(transport, topic="nobody", timeout=1)
    begun = time.monotonic()
    with pytest.raises(errors.ServiceUnavailable):
        client.call(CONTEXT, "echo", value=1)
    assert time.monotonic() - begun < 5
    transport.cleanup()


def test_calls_survive_a_lost_connection(
    request: pytest.FixtureRequest,
    client: EngineClient,
    endpoint: Endpoint,
    transport_url: str,
) -> None:
    if transport_url.startswith("inprocess"):
        pytest.skip("there is no connection to lose")
    answers: list[str] = []
    holder = threading.Thread(target=lambda: answers.append(client.call(CONTEXT, "hold")))
    holder.start()
    assert endpoint.entered.wait(10)
    close_connections(transport_url)
    assert client.call(CONTEXT, "echo", value=2)["value"] == 2
    endpoint.release.set()
    holder.join(20)
    assert answers == ["held"]


def test_a_call_before_the_first_engine_is_told_so_at_once(
    conf: cfg.ConfigOpts, rabbit_url: str
) -> None:
    transport = build(conf, rabbit_url)
    client = EngineClient(transport, topic="not-there-yet", timeout=60)
    begun = time.monotonic()
    with pytest.raises(errors.ServiceUnavailable):
        client.call(CONTEXT, "echo", value=1)
    assert time.monotonic() - begun < 20
    transport.cleanup()
