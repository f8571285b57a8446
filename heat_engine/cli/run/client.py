"""The native API as `make run` uses it: a client like any other."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import requests
import yaml

Document = dict[str, Any]


class Refused(Exception):
    """The API's error, in its own words."""


class Client:
    """Calls on one project. Raises ``Refused``."""

    def __init__(self, endpoint: str, user: str, password: str) -> None:
        self._endpoint = endpoint
        self._session = requests.Session()
        self._session.auth = (user, password)
        self._session.trust_env = False  # no proxy, no .netrc: this goes to the same machine

    def stack(self, name: str) -> Document | None:
        """The stack of that name, None when there is none."""
        return self._get(f"/stacks/{name}", "stack")

    def resources(self, stack: Document) -> list[Document]:
        """The resources as the list shows them."""
        path = f"/stacks/{stack['stack_name']}/{stack['id']}/resources"
        return self._get(path, "resources") or []

    def watch(self, stack: Document, changed: threading.Event) -> None:
        """Set ``changed`` at each event of the stack, for as long as its stream lasts."""
        url = f"{self._endpoint}/stacks/{stack['stack_name']}/{stack['id']}/events"
        headers = {"Accept": "text/event-stream"}
        with contextlib.suppress(requests.RequestException):
            with requests.Session() as session:
                session.auth, session.trust_env = self._session.auth, False
                with session.get(url, headers=headers, stream=True, timeout=60) as answer:
                    for line in answer.iter_lines(chunk_size=1):
                        if line.startswith(b"data:"):
                            changed.set()

    def template(self, stack: Document) -> Any:
        """The stack's template as data."""
        return self._get(f"/stacks/{stack['stack_name']}/{stack['id']}/template", None)

    def create(self, name: str, template: str, files: Mapping[str, str]) -> None:
        """Begin to create a stack."""
        body = {"stack_name": name, "template": template, "files": dict(files)}
        self._check(self._session.post(f"{self._endpoint}/stacks", json=body, timeout=60))

    def _get(self, path: str, key: str | None) -> Any:
        answer = self._session.get(self._endpoint + path, timeout=60)
        if answer.status_code == requests.codes.not_found:
            return None
        self._check(answer)
        return answer.json()[key] if key else answer.json()

    @staticmethod
    def _check(answer: requests.Response) -> None:
        if answer.ok:
            return
        try:
            document = answer.json()
            message = document.get("error", {}).get("message") or document["explanation"]
        except (ValueError, KeyError, AttributeError):
            message = f"{answer.status_code} {answer.reason}"
        raise Refused(message)


def read_template(path: Path) -> tuple[str, dict[str, str]]:
    """The text of a template and of the files that it names, which lie beside it.

    Raises ``SystemExit`` in plain words when one of them cannot be read.
    """
    text = _read(path)
    try:
        document = yaml.load(text, _Loader)  # noqa: S506 a safe loader that keeps dates as text
    except yaml.YAMLError:
        return text, {}  # the engine says what is wrong with it, and where
    return text, {name: _read(path.parent / name) for name in _file_names(document)}


class _Loader(yaml.SafeLoader):
    """YAML's plain data."""


def _as_text(_loader: yaml.SafeLoader, node: Any) -> str:
    return str(node.value)


_Loader.add_constructor("tag:yaml.org,2002:timestamp", _as_text)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeError) as cause:
        raise SystemExit(f"{path} cannot be read: {getattr(cause, 'strerror', cause)}") from cause


def _file_names(document: Any) -> set[str]:
    names: set[str] = set()
    seen: set[int] = set()
    waiting: list[Any] = [document]
    while waiting:
        value = waiting.pop()
        if id(value) in seen:
            continue  # an alias: its anchor was seen
        if isinstance(value, dict):
            seen.add(id(value))
            names.update(_named(value))
            waiting.extend(value.values())
        elif isinstance(value, list):
            seen.add(id(value))
            waiting.extend(value)
    return {name for name in names if "://" not in name}


def _named(value: Mapping[str, Any]) -> list[str]:
    """The files that a mapping names by itself: ``get_file``, or a template as a type."""
    kind = value.get("type")
    found = [value.get("get_file"), kind if str(kind).endswith((".yaml", ".template")) else None]
    return [name for name in found if isinstance(name, str)]


def same_template(stored: Any, text: str) -> bool:
    """Whether the stored template says the same as the text."""
    try:
        return bool(stored == yaml.load(text, _Loader))  # noqa: S506 see read_template
    except yaml.YAMLError:
        return False
