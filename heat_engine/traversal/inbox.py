"""Messages to one traversal: applied one after another, whichever thread they come from."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

Message = Callable[[], None]


class Inbox:
    """Asks for a turn when the first message arrives; ``close`` makes it ask no more."""

    def __init__(self, ready: Callable[[], None]) -> None:
        self._ready = ready
        self._messages: deque[Message] = deque()
        self._lock = threading.Lock()
        self._scheduled = False
        self._closed = False

    def post(self, message: Message) -> None:
        """Hand a message to the next turn. May be called from any thread."""
        with self._lock:
            if self._closed:
                return
            self._messages.append(message)
            if self._scheduled:
                return
            self._scheduled = True
        self._ready()

    def receive(self) -> None:
        """Apply all messages that have arrived; part of a turn, of which there is one at a time."""
        while self._messages:
            self._messages.popleft()()

    def rest(self) -> None:
        """End a turn; the next one follows at once when messages have arrived meanwhile."""
        with self._lock:
            self._scheduled = bool(self._messages)
        if self._scheduled:
            self._ready()

    def close(self) -> None:
        with self._lock:
            self._closed = True
            self._messages.clear()
