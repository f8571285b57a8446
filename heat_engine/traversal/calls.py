"""Calls of verbs: prepared in a turn, made by the pool once what precedes them is written."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial

from common import errors
from heat_engine.clouds.interface import CloudError
from heat_engine.resources.protocol import Progress, failed, wait
from heat_engine.traversal.pool import Pool
from heat_engine.traversal.work import Call

LOG = logging.getLogger(__name__)

# Seconds until a service that did not answer is asked again.
PATIENCE = 2.0


def invoke(call: Call) -> Progress:
    """Call a verb; whatever it raises becomes a failure that names the error's class."""
    try:
        if call.first is not None:
            return _introduce(call)
        progress: Progress = getattr(call.kind, call.verb)(call.request)
    except CloudError as error:
        return failed(str(error), "CloudError")
    except errors.HearthError as error:
        return failed(error.message, type(error).__name__)
    except Exception as error:
        LOG.exception("%s of %s (%s) raised", call.verb, call.request.name, call.request.type)
        return failed(str(error), type(error).__name__)
    return progress


def _introduce(call: Call) -> Progress:
    """Make the guest known; the verb is called with the next call."""
    saved = call.request.saved
    try:
        told = call.first() if call.first is not None else None
    except (CloudError, errors.ServiceUnavailable) as error:
        if isinstance(error, CloudError) and not error.retryable:
            raise
        return wait(f"the identity service to take a guest: {error}", PATIENCE, saved=saved)
    return wait("its turn", 0.0, saved=saved, guest=told)


class Calls:
    """The calls of one traversal. ``returned`` is told each step's progress, from a thread."""

    def __init__(self, pool: Pool, returned: Callable[[int, Progress], None]) -> None:
        self._pool = pool
        self._returned = returned
        self._prepared: list[Call] = []
        self._running: set[int] = set()

    def __bool__(self) -> bool:
        return bool(self._prepared or self._running)

    @property
    def prepared(self) -> bool:
        """Whether there are calls to make."""
        return bool(self._prepared)

    def prepare(self, call: Call) -> None:
        self._prepared.append(call)

    def make(self) -> None:
        """Make the prepared calls."""
        calls, self._prepared = self._prepared, []
        for call in calls:
            self._running.add(call.number)
            self._pool.submit(partial(self._call, call))

    def ended(self, number: int) -> None:
        """Note that a step's call has returned; its progress is being applied."""
        self._running.discard(number)

    def _call(self, call: Call) -> None:
        self._returned(call.number, invoke(call))
