"""What the clients of a test asked the native API, as the server saw it.

The server's part is a paste filter, the innermost one, that writes a line for each request that
was answered well; the tests' part reads those lines and names the routes.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from heat_api.routes import Table

PASTE_FILE = Path(__file__).parents[3] / "etc" / "api-paste.ini"
_FILTER = "tests.scenarios.clients.recorder:filter_factory"
_REFUSED = 400


def filter_factory(_global_conf: dict[str, str], *, path: str) -> Callable[[Any], Any]:
    """Paste filter: ``path`` is the file that is appended to."""
    # One write to a file opened for appending is whole, whichever thread does it.
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def around(application: Any) -> Any:
        def recording(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            def noted(status: str, *rest: Any) -> Any:
                if int(status.split()[0]) < _REFUSED:
                    asked = environ["PATH_INFO"].encode("latin-1")
                    os.write(file, f"{environ['REQUEST_METHOD']} {quote(asked)}\n".encode())
                return start_response(status, *rest)

            answer: Iterable[bytes] = application(environ, noted)
            return answer

        return recording

    return around


class Recorder:
    """The routes that a server's lines tell of, and whatever else a test says it has called."""

    def __init__(self, directory: Path) -> None:
        self.paste_file = directory / "api-paste.ini"
        self._lines = directory / "requests"
        self._lines.touch()
        self._table = Table()
        self._begin = 0
        self._calls: set[str] = set()
        text = PASTE_FILE.read_text().replace(" heat_api\n", " recorder heat_api\n")
        section = f"\n[filter:recorder]\npaste.filter_factory = {_FILTER}\npath = {self._lines}\n"
        self.paste_file.write_text(text + section)

    def begin(self) -> None:
        """Forget what was so far."""
        self._begin = self._lines.stat().st_size
        self._calls.clear()

    def note(self, call: str) -> None:
        """A client's own name of what was called."""
        self._calls.add(call)

    def found(self) -> set[str]:
        """Routes as ``GET /stacks/{stack_name}`` and noted calls, since ``begin``."""
        with self._lines.open("rb") as file:
            file.seek(self._begin)
            lines = set(file.read().decode().splitlines())
        return {route for line in lines if (route := self._route(line))} | self._calls

    def _route(self, line: str) -> str:
        method, _, path = line.partition(" ")
        match = self._table.match(unquote(path), method)
        return f"{match.route.method} {match.route.path}" if match and match.route else ""
