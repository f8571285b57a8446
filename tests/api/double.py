"""An engine that answers from a script, in place of the RPC client."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from typing import Any

from common import errors
from common.context import RequestContext

STACK_ID = "5d3c2b1a-0000-4000-8000-000000000001"
NAME = "web"
PROJECT = "p1"

IDENTITY = {"tenant": PROJECT, "stack_name": NAME, "stack_id": STACK_ID, "path": ""}
READER = {
    "user_id": "u2",
    "user_name": "reader",
    "project_id": PROJECT,
    "project_name": "demo",
    "roles": ["reader"],
    "guest_stack_id": None,
    "guest_resource": None,
}
MEMBER = {**READER, "user_id": "u1", "user_name": "demo", "roles": ["member"]}
ADMIN = {**READER, "user_id": "u3", "user_name": "boss", "roles": ["admin"]}
GUEST = {
    **READER,
    "user_id": "g1",
    "user_name": "guest",
    "roles": ["heat_stack_user"],
    "guest_stack_id": STACK_ID,
    "guest_resource": "handle",
}
USERS = {user["user_name"]: user for user in (READER, MEMBER, ADMIN)}
PASSWORD = "pässword"
GUEST_TOKEN = "guest-token"


def authenticate(credentials: Mapping[str, Any]) -> dict[str, Any] | None:
    if credentials.get("token") == GUEST_TOKEN:
        return GUEST
    if credentials.get("password") == PASSWORD:
        return USERS.get(credentials["username"])
    return None


class ScriptedEngine:
    """``answers``: method to a value, an exception, or a function of the arguments.

    ``calls``: what was asked, as ``(method, arguments)``; ``contexts`` beside it. Arguments and
    values go through JSON, as they do on the wire.
    """

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {
            "authenticated_to_backend": lambda credentials: authenticate(credentials),
            "identify_stack": IDENTITY,
            "get_revision": "r1",
            "list_services": [],
        }
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.contexts: list[RequestContext] = []
        self._lock = threading.Lock()

    def call(self, context: RequestContext, method: str, **arguments: Any) -> Any:
        sent = json.loads(json.dumps(arguments))
        with self._lock:
            self.calls.append((method, sent))
            self.contexts.append(context)
        if method not in self.answers:
            raise errors.InternalError
        answer: Any = self.answers[method]
        if isinstance(answer, BaseException):
            raise answer
        if isinstance(answer, Callable):  # type: ignore[arg-type]
            answer = answer(**sent)
        return json.loads(json.dumps(answer))

    def asked(self, method: str) -> list[dict[str, Any]]:
        """The arguments of every call of ``method``."""
        return [arguments for name, arguments in self.calls if name == method]
