"""Templates as parsed, by the hashes of their content."""

from __future__ import annotations

import threading
from collections import OrderedDict

from heat_engine.language import template
from heat_engine.language.template import Template
from heat_engine.store import documents
from heat_engine.store.session import Session

MOST = 32


class TemplateCache:
    """Bounded. What is stored by its hash never changes, so an entry is never stale.

    No value of a parameter is in a parsed template: whoever has the same content may share it.
    """

    def __init__(self) -> None:
        self._parsed: OrderedDict[tuple[str, str], Template] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, session: Session, template_hash: str, files_hash: str) -> Template:
        """A stored template with its files, parsed."""
        key = (template_hash, files_hash)
        with self._lock:
            if key in self._parsed:
                self._parsed.move_to_end(key)
                return self._parsed[key]
        parsed = template.parse(
            documents.get(session, template_hash), documents.get(session, files_hash)
        )
        with self._lock:
            self._parsed[key] = parsed
            if len(self._parsed) > MOST:
                self._parsed.popitem(last=False)
        return parsed
