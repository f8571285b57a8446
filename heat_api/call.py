"""One call of the API as a handler sees it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import webob
import webob.exc
from oslo_config import cfg

from common import errors, wsgi
from common.context import RequestContext
from common.identifiers import StackIdentity
from common.policy import Policy
from heat_api.schemas.values import Query
from heat_api.watching.feed import Feed


@dataclass(frozen=True, slots=True)
class Call:
    """A routed, authenticated and authorized request.

    path: the variables of the route. Values are decoded text. told: the query parameters that the
    operation has.
    """

    request: webob.Request
    context: RequestContext
    engine: wsgi.Engine
    conf: cfg.ConfigOpts
    policy: Policy
    path: Mapping[str, str]
    feed: Feed
    told: Collection[str] | None = None

    def ask(self, method: str, **arguments: Any) -> Any:
        """Call the engine for this user."""
        return self.engine.call(self.context, method, **arguments)

    @property
    def query(self) -> Query:
        """Raises HTTPBadRequest when it is no text."""
        return Query(self.request, self.told)

    def authorize(self, rule: str) -> None:
        self.policy.enforce(self.context, rule)

    @property
    def identity(self) -> StackIdentity:
        """The stack that the canonical path names."""
        return StackIdentity(
            self.path["project_id"], self.path["stack_name"], self.path["stack_id"]
        )

    @property
    def body(self) -> dict[str, Any] | None:
        """The JSON object sent, None when there is none. Raises HTTPBadRequest."""
        return wsgi.json_body(self.request, self.conf.max_json_body_size)

    @property
    def required_body(self) -> dict[str, Any]:
        body = self.body
        if body is None:
            raise webob.exc.HTTPBadRequest()
        return body

    @property
    def base_url(self) -> str:
        """``http://host:port/v1``: what all links begin with."""
        url: str = self.request.application_url
        return url.rstrip("/")

    def refuse_other_guests(self, stack_id: str) -> None:
        """A guest reaches its own stack; which resources of it, the engine says."""
        if self.context.is_guest and stack_id != self.context.guest_stack_id:
            raise errors.Forbidden(action=stack_id)
