"""The feed: bounds, what is late, what is slow, and an engine that does not answer."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from common import errors
from common.context import RequestContext
from heat_api.watching.feed import Feed, Limits
from heat_api.watching.place import Place, parse
from heat_api.watching.stream import Stream
from tests.unit.heat_api.watching.test_stream import BASE, Collector, raw, scope

LIMITS = {
    "max_streams": 3,
    "max_streams_per_project": 2,
    "max_unread": 1000,
    "heartbeat_interval": 60.0,
    "max_age": 60.0,
    "poll_interval": 0.02,
}


class Numbers:
    """An engine over a list of committed numbers, which may become seen in any order."""

    def __init__(self) -> None:
        self.seen: set[int] = set()
        self.lock = threading.Lock()
        self.calls = 0
        self.down = False

    def commit(self, *numbers: int) -> None:
        with self.lock:
            self.seen.update(numbers)

    def call(self, context: RequestContext, method: str, **arguments: Any) -> Any:
        with self.lock:
            self.calls += 1
            if self.down:
                raise errors.ServiceUnavailable
            answer: dict[str, Any] = getattr(self, method)(**arguments)
            return answer

    def _beyond(self, after: int, again: list[int]) -> list[int]:
        return sorted(n for n in self.seen if n > after or n in again)

    def follow_events(
        self, after: int | None, again: list[int], project_ids: list[str]
    ) -> dict[str, Any]:
        found = [] if after is None else self._beyond(after, again)
        newest = max(found if after is not None else self.seen, default=after or 0)
        newest = max(newest, after or 0)
        first = newest - 20 if after is None else after
        return {
            "events": [raw(number) for number in found],
            "seen": [number for number in found if number <= (after or 0)],
            "after": newest,
            "missing": [n for n in range(max(first, 0) + 1, newest) if n not in self.seen],
            "more": False,
            "patience": 30.0,
        }

    def replay_events(self, scope: Any, after: int, again: list[int], until: int) -> dict[str, Any]:
        page = [number for number in self._beyond(after, again) if number <= until][:3]
        return {"events": [raw(number) for number in page], "more": len(page) == 3}


def until(look: Callable[[], Any]) -> None:
    deadline = time.monotonic() + 10
    while not look():
        assert time.monotonic() < deadline
        time.sleep(0.002)


class Client:
    """Somebody who watches, and may come back."""

    def __init__(self, feed: Feed) -> None:
        self.feed = feed
        self.ids: list[str] = []
        self.outlet = Collector()

    def come(self, place: Place | None = None, project: str = "p") -> Stream:
        self.outlet = Collector()
        stream = Stream(scope(project_id=project), {}, BASE, place, self.feed.leave)
        self.feed.admit(stream)
        stream.opened(self.outlet)
        return stream

    def numbers(self) -> list[int]:
        links = self.outlet.data.decode().split("/events/e")[1:]
        return [int(text.partition('"')[0]) for text in links]

    def last_id(self) -> Place:
        return parse(self.outlet.data.decode().split("id: ")[-1].partition("\n")[0])


@pytest.fixture
def numbers() -> Numbers:
    return Numbers()


def feed_of(numbers: Numbers, **limits: Any) -> Feed:
    return Feed(numbers, Limits(**{**LIMITS, **limits}))


def test_what_happens_is_sent_once_and_in_order(numbers: Numbers) -> None:
    numbers.commit(1, 2)
    client = Client(feed_of(numbers))
    client.come()
    numbers.commit(3)
    numbers.commit(4, 5)
    until(lambda: len(client.numbers()) == 3)
    assert client.numbers() == [3, 4, 5]


def test_what_becomes_seen_late_is_sent_too(numbers: Numbers) -> None:
    client = Client(feed_of(numbers))
    client.come()
    numbers.commit(2, 4)
    until(lambda: client.numbers() == [2, 4])
    assert str(client.last_id()) == "4-1.3"
    numbers.commit(3)
    until(lambda: client.numbers() == [2, 4, 3])
    assert str(client.last_id()) == "4-1"


def test_who_comes_back_gets_what_was_late_meanwhile(numbers: Numbers) -> None:
    feed = feed_of(numbers)
    client = Client(feed)
    first = client.come()
    numbers.commit(1, 3, 6)
    until(lambda: client.numbers() == [1, 3, 6])
    place = client.last_id()
    first.closed()
    numbers.commit(2, 7, 8, 9, 10)
    client.come(place)
    until(lambda: len(client.numbers()) == 5)
    numbers.commit(4, 5, 11)
    until(lambda: len(client.numbers()) == 8)
    assert sorted(client.numbers()) == [2, 4, 5, 7, 8, 9, 10, 11]


def test_who_comes_from_a_quicker_feed_waits_for_this_one(numbers: Numbers) -> None:
    feed = feed_of(numbers, poll_interval=60.0)
    first = Client(feed)
    first.come()
    numbers.commit(1, 2, 5)
    client = Client(feed)
    client.come(Place(5, (2, 3)))
    until(lambda: client.numbers() == [2])
    assert client.last_id() == Place(5, (3,))
    numbers.commit(3, 4)
    feed.tell()
    until(lambda: client.numbers() == [2, 3])
    assert client.last_id() == Place(5)


def test_an_id_from_the_future_begins_with_now(numbers: Numbers) -> None:
    numbers.commit(1)
    client = Client(feed_of(numbers))
    client.come(Place(10**17))
    until(lambda: numbers.calls > 3)
    numbers.commit(2)
    until(lambda: client.numbers() == [2])


def test_who_begins_with_now_costs_no_look_of_its_own(numbers: Numbers) -> None:
    numbers.commit(*range(1, 20), 21)
    feed = feed_of(numbers, poll_interval=60.0)
    streams = [Client(feed).come() for _ in range(2)]
    until(lambda: all(stream.place is None for stream in streams))
    assert numbers.calls == 2  # where to begin, and what is new since


def test_without_anybody_nothing_is_asked(numbers: Numbers) -> None:
    feed = feed_of(numbers)
    client = Client(feed)
    client.come().closed()
    until(lambda: _calls_stay(numbers))
    numbers.commit(1)
    client.come()
    numbers.commit(2)
    until(lambda: client.numbers() == [2])


def _calls_stay(numbers: Numbers) -> bool:
    before = numbers.calls
    time.sleep(0.1)
    return numbers.calls == before


def test_bounds(numbers: Numbers) -> None:
    feed = feed_of(numbers)
    first = Client(feed).come()
    Client(feed).come()
    with pytest.raises(errors.TooManyStreams, match="project has at most 2"):
        Client(feed).come()
    Client(feed).come(project="q")
    with pytest.raises(errors.TooManyStreams, match="server has at most 3"):
        Client(feed).come(project="r")
    first.closed()
    first.closed()
    Client(feed).come()


def test_an_engine_that_does_not_answer_refuses_new_streams_and_keeps_old_ones(
    numbers: Numbers,
) -> None:
    feed = feed_of(numbers)
    numbers.down = True
    with pytest.raises(errors.ServiceUnavailable):
        Client(feed).come()
    numbers.down = False
    client = Client(feed)
    client.come()
    numbers.down = True
    numbers.commit(1)
    numbers.down = False
    until(lambda: client.numbers() == [1])


def test_who_does_not_read_is_let_go(numbers: Numbers) -> None:
    client = Client(feed_of(numbers))
    stream = client.come()
    client.outlet.waiting = 1001
    until(lambda: client.outlet.dropped)
    assert stream.ended


def test_one_that_breaks_is_let_go_and_the_others_go_on(
    numbers: Numbers, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed = feed_of(numbers)
    broken, client = Client(feed), Client(feed)
    broken.come()
    client.come()
    until(lambda: _calls_go_on(numbers))

    def fail(data: bytes) -> None:
        raise ValueError

    monkeypatch.setattr(broken.outlet, "send", fail)
    numbers.commit(1)
    until(lambda: client.numbers() == [1])
    until(lambda: broken.outlet.dropped)


def _calls_go_on(numbers: Numbers) -> bool:
    return numbers.calls > 4


def test_a_replay_waits_for_its_reader(numbers: Numbers) -> None:
    numbers.commit(*range(1, 20))
    client = Client(feed_of(numbers))
    client.come(Place(0))
    until(lambda: len(client.numbers()) >= 3)
    client.outlet.waiting = 900
    until(lambda: _stays(client))
    client.outlet.waiting = 0
    until(lambda: len(client.numbers()) == 19)
    assert client.numbers() == list(range(1, 20))


def _stays(client: Client) -> bool:
    before = len(client.numbers())
    time.sleep(0.15)
    return len(client.numbers()) == before


def test_age_and_signs_of_life(numbers: Numbers) -> None:
    client = Client(feed_of(numbers, heartbeat_interval=0.05, max_age=0.5))
    client.come()
    until(lambda: client.outlet.data.count(b":\n\n") > 2)
    until(lambda: client.outlet.ended)
