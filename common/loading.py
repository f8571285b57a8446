"""Code that is loaded when it is known to be needed, by its name."""

from __future__ import annotations

import gc
import pkgutil
from typing import Any


def load(target: str) -> Any:
    """What ``package.module:name`` names.

    Code stays. A collector of garbage that looks through it again and again while it is loaded
    takes a fifth of the time that an engine needs to start, and later, each time, a pause.
    """
    gc.disable()
    try:
        return pkgutil.resolve_name(target)
    finally:
        gc.freeze()
        gc.enable()
