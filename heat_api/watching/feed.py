"""Fills all streams of this process from one place: one call for what is new, whoever watches.

An engine's hint, or else a slow clock, makes the feed ask for what happened since the last time.
A stream that begins further back is first sent what it has missed, a page at a time, as fast as
its client takes it; the feed's thread never waits for a client.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from common import errors, wsgi
from common.context import RequestContext
from heat_api.watching.place import Place, Walk
from heat_api.watching.stream import Raw, Stream

LOG = logging.getLogger(__name__)
# Replays go on at the latest so many seconds after a client has taken what it was sent.
_LOOK_SECONDS = 0.05
# Numbers that are waited for at a time.
MISSING = 5000
# Streams that are sent a page between two looks at what is new.
_PAGES = 8
_PAUSE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds and bytes; as the options of section ``event_stream``."""

    max_streams: int
    max_streams_per_project: int
    max_unread: int
    heartbeat_interval: float
    max_age: float
    poll_interval: float


class Feed:
    """Its thread lives from the first stream on."""

    def __init__(self, engine: wsgi.Engine, limits: Limits) -> None:
        self._engine = engine
        self._limits = limits
        self._changed = threading.Condition()
        self._opening = threading.Lock()
        self._streams: dict[Stream, None] = {}
        self._counts: Counter[str] = Counter()
        self._told = False
        self._next_poll = 0.0
        self._after: int | None = None
        self._missing: dict[int, float] = {}  # number to the time until which it may come
        self._more = False
        self._thread: threading.Thread | None = None

    def tell(self) -> None:
        """There may be new events. Returns at once."""
        with self._changed:
            self._told = True
            self._changed.notify()

    def admit(self, stream: Stream) -> None:
        """From now on the stream misses nothing. Raises ``TooManyStreams``, and what the engine
        raises."""
        project, limits = stream.scope.project_id, self._limits
        with self._changed:
            if len(self._streams) >= limits.max_streams:
                raise errors.TooManyStreams(limit=limits.max_streams, of="this server")
            if self._counts[project] >= limits.max_streams_per_project:
                raise errors.TooManyStreams(limit=limits.max_streams_per_project, of="a project")
            self._streams[stream] = None
            self._counts[project] += 1
            self._changed.notify()
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="feed", daemon=True)
                self._thread.start()
        try:
            begun = self._begin()
        except BaseException:
            self.leave(stream)
            raise
        if stream.place is None:
            stream.begin(begun)

    def leave(self, stream: Stream) -> None:
        """Forget a stream; again is no error."""
        with self._changed:
            if self._streams.pop(stream, stream) is None:
                self._counts[stream.scope.project_id] -= 1
                self._counts += Counter()  # only what is above nought is kept

    def _begin(self) -> Place:
        """A place to go on from, known before a client is told that it is watching."""
        with self._opening:
            if self._after is None:
                self._follow([])
            return Place(self._after or 0, tuple(sorted(self._missing)))

    def _run(self) -> None:
        while True:
            try:
                self._wait()
                self._turn()
            except errors.ServiceUnavailable as error:
                LOG.warning("Streams of events wait: %s", error.message)
                time.sleep(_PAUSE_SECONDS)
            except Exception:
                LOG.exception("A turn of the feed failed; it is tried again")
                time.sleep(_PAUSE_SECONDS)

    def _wait(self) -> None:
        """Until there is something to do, or it is time to look."""
        with self._changed:
            if not self._streams:
                self._after = None
                self._missing.clear()
                self._changed.wait_for(lambda: self._streams)
            behind = any(stream.place is not None for stream in self._streams)
            seconds = _LOOK_SECONDS if behind else min(self._limits.poll_interval, 1.0)
            self._changed.wait_for(lambda: self._told or self._more or self._ready(), seconds)

    def _ready(self) -> list[Stream]:
        """Streams that can be sent a page of what they have missed."""
        most = self._limits.max_unread / 2
        behind = [item for item in self._streams if item.place is not None]
        return [item for item in behind if item.outlet is not None and item.waiting < most]

    def _turn(self) -> None:
        now = time.monotonic()
        with self._changed:
            streams, ready = [*self._streams], self._ready()
        if self._after is None:
            return  # the first stream is just being admitted
        if self._told or self._more or now >= self._next_poll:
            self._told = False
            self._follow(streams)
            self._next_poll = now + self._limits.poll_interval
        for stream in ready[:_PAGES]:
            self._replay(stream)
        self._look_after(streams, now)

    def _follow(self, streams: Collection[Stream]) -> None:
        """Ask for what is new, and hand it out."""
        answer = self._ask(
            "follow_events",
            after=self._after,
            again=sorted(self._missing),
            project_ids=sorted({stream.scope.project_id for stream in streams}),
        )
        now = time.monotonic()
        walk = Walk(Place(self._after or 0, tuple(self._missing)), answer["missing"])
        written: dict[Any, str] = {}
        for raw in answer["events"]:
            place = walk.past(raw["sequence"])
            for stream in streams:
                self._hand(stream, raw, place, written)
        for number in answer["seen"]:
            self._missing.pop(number, None)
        until = now + answer["patience"]
        self._missing.update(dict.fromkeys(answer["missing"], until))
        self._missing = {number: late for number, late in self._missing.items() if late > now}
        for number in sorted(self._missing)[:-MISSING]:
            LOG.warning("Event number %s is not waited for: too many are missing", number)
            del self._missing[number]
        self._after = answer["after"]
        self._more = bool(answer["more"])

    @staticmethod
    def _hand(stream: Stream, raw: Raw, place: Place, written: dict[Any, str]) -> None:
        number = raw["sequence"]
        if stream.has_seen(number):
            stream.sent.discard(number)
        elif stream.place is None:
            _offer(stream, raw, place, written)
        elif number <= stream.place.after:  # else the replay comes to it
            stream.place = stream.place.without(number)

    def _replay(self, stream: Stream) -> None:
        """Send a page of what a stream has missed; after the last one it is where the feed is."""
        place = stream.place
        if place is None or not self._reached(stream, place):
            return
        if place.after == self._after and self._missing.keys() >= set(place.missing):
            stream.place = None  # it has missed nothing; most streams begin so
            return
        answer = self._ask(
            "replay_events",
            scope=stream.scope.wire,
            after=place.after,
            again=[*place.missing],
            until=self._after,
        )
        walk = Walk(place, [item for item in self._missing if not stream.has_seen(item)])
        for raw in answer["events"]:
            number = raw["sequence"]
            if number in self._missing:
                stream.sent.add(number)
            place = walk.past(number)
            _offer(stream, raw, place, {})
        stream.place = place if answer["more"] else None
        if not answer["more"] and stream.scope.deleted:
            stream.end()

    def _reached(self, stream: Stream, place: Place) -> bool:
        """Whether the feed is as far as the stream, which may come from a quicker process."""
        if place.after <= (self._after or 0):
            return True
        if not stream.ahead or self._more:
            stream.ahead = self._told = True
        else:  # there never was such an event
            stream.begin(Place(self._after or 0, tuple(sorted(self._missing))))
        return False

    def _look_after(self, streams: Collection[Stream], now: float) -> None:
        limits = self._limits
        for stream in streams:
            if stream.ended:
                self.leave(stream)
            elif stream.waiting > limits.max_unread:
                LOG.info("A client that does not read its stream of events is let go")
                stream.drop()
            elif now - stream.since > limits.max_age:
                stream.drop() if stream.waiting else stream.end()
            elif now - stream.spoke > limits.heartbeat_interval:
                stream.beat()

    def _ask(self, method: str, **arguments: Any) -> dict[str, Any]:
        answer: dict[str, Any] = self._engine.call(
            RequestContext(overwrite=False), method, **arguments
        )
        return answer


def _offer(stream: Stream, raw: Raw, place: Place, written: dict[Any, str]) -> None:
    """Send an event; what is wrong with one stream is not the others' trouble."""
    try:
        stream.offer(raw, place, written)
    except Exception:
        LOG.exception("A stream of events failed and is let go; its client comes back")
        stream.drop()
