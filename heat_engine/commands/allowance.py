"""How far a request is looked into before anything is made of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

MOST = 4_000_000
"""Characters of nested templates, each counted as often as a stack would be made of it."""
_LEAST = 1000  # what any template counts for


class Allowance:
    """What looking into nested templates may still cost.

    A few lines can nest a template thousands of times, at several depths. What is beyond the
    allowance is checked like all else when its stack is made.
    """

    def __init__(self, characters: int = MOST) -> None:
        self._left = characters

    def covers(self, template: Mapping[str, Any]) -> bool:
        """Whether one more template may be looked into, which then is charged."""
        if self._left <= 0:
            return False
        self._left -= max(_LEAST, len(json.dumps(template, default=str)))
        return True
