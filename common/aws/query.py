"""Requests of the AWS query protocol (contract/aws-apis.md sections 1.1 and 1.2)."""

from __future__ import annotations

from collections.abc import Collection

import webob

from common import wsgi
from common.aws.faults import FORM, AwsFault


def parameters(request: webob.Request) -> dict[str, str]:
    """The query's parameters, the last of equal names; raises ``AwsFault`` for broken text."""
    try:
        return dict(request.GET.items())
    except UnicodeDecodeError:
        raise AwsFault("MalformedQueryString", "The query is not valid UTF-8.") from None


def action_of(request: webob.Request, limit: int) -> str:
    """``Action`` from the query, else from the form, else ``""``."""
    action = parameters(request).get("Action", "")
    if action or request.content_type != FORM:
        return action
    wsgi.text_of(request, limit)
    try:
        return str(request.POST.get("Action", ""))
    except UnicodeDecodeError:
        raise AwsFault("MalformedQueryString", "The form is not valid UTF-8.") from None


class KnownActions(wsgi.Middleware):
    """Refuses actions that do not exist before anybody is asked who they are."""

    def __init__(self, application: wsgi.Application, actions: Collection[str], limit: int) -> None:
        super().__init__(application)
        self.actions = actions
        self.limit = limit

    def process(self, request: webob.Request) -> None:
        if request.path_info.strip("/"):
            return
        action = action_of(request, self.limit)
        if not action:
            raise AwsFault("InvalidAction", "The request names no action.")
        if action not in self.actions:
            raise AwsFault("InvalidAction", f"The action {action} is not valid here.")
