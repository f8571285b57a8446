"""Up to where a client has seen the events: the ids of Server-Sent Events."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import webob.exc

# Numbers that an id names at most. An id stays short; with more of them the client is sent again
# what it may have seen.
NAMED = 40
# Beyond every number.
LAST = 2**63 - 1
_TEXT = re.compile(r"(\d{1,18})(?:-(\d{1,18}(?:\.\d{1,18})*))?\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Place:
    """All events up to number ``after`` were seen, but the ``missing`` ones.

    Numbers are taken in the order of writing and seen in the order of committing: one that is
    missing may come later, or never. As text ``1042``, or ``1042-1037.1039`` with missing ones.
    """

    after: int
    missing: tuple[int, ...] = ()

    def __str__(self) -> str:
        if not self.missing:
            return str(self.after)
        if len(self.missing) > NAMED:
            return str(self.missing[0] - 1)
        return f"{self.after}-{'.'.join(map(str, self.missing))}"

    def without(self, number: int) -> Place:
        """The place of somebody who has not seen that number either."""
        return Place(self.after, tuple(sorted({*self.missing, number})))


START = Place(0)


def parse(text: str) -> Place:
    """The place that an id names. Raises HTTPBadRequest."""
    match = _TEXT.match(text.strip())
    missing = tuple(int(word) for word in match[2].split(".")) if match and match[2] else ()
    if match is None or len(missing) > NAMED:
        raise webob.exc.HTTPBadRequest(
            "Last-Event-ID is not an id of this stream. Leave it out, or send 0 for the "
            "oldest event that is kept."
        )
    return Place(int(match[1]), missing)


class Walk:
    """The place after each event of a page that is sent in the order of its numbers."""

    def __init__(self, place: Place, missing: Iterable[int] = ()) -> None:
        """``missing``: further numbers known to be missing, now or below what the page brings."""
        self._after = place.after
        self._missing = sorted({*place.missing, *missing})

    def past(self, number: int) -> Place:
        """The place once the event of this number has been sent too."""
        self._after = max(self._after, number)
        if number in self._missing:
            self._missing.remove(number)
        return Place(self._after, tuple(item for item in self._missing if item < self._after))
