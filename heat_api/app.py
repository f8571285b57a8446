"""The application behind the filters: finds the handler, checks who may, shapes the answer."""

from __future__ import annotations

import webob
import webob.exc

from common import faults, pipeline, wsgi
from common.context import RequestContext
from common.policy import Policy
from heat_api.call import Call
from heat_api.openapi.operations import OPERATIONS
from heat_api.routes import Match, Table
from heat_api.watching.feed import Feed, Limits


class Application:
    """The native API, version 1."""

    def __init__(self, services: pipeline.Services) -> None:
        self.services = services
        self.debug = bool(services.conf.debug)
        self.policy = Policy(services.conf)
        self.table = Table()
        self.feed = Feed(services.engine, Limits(**services.conf.event_stream))
        if services.news is not None:
            services.news.listen(self.feed.tell)

    def __call__(
        self, environ: wsgi.Environ, start_response: wsgi.StartResponse
    ) -> wsgi.AnswerBody:
        request = webob.Request(environ)
        try:
            answer = self.answer(request)
        except webob.exc.HTTPException as error:
            # Not left to the fault filter: filters of other projects would answer in their way.
            answer = faults.response(error, debug=self.debug)
        return answer(environ, start_response)

    def answer(self, request: webob.Request) -> wsgi.Application:
        """Raises errors of the catalogue and of webob."""
        path: str = request.path_info
        match = None if "\0" in path else self.table.match(path, request.method)
        if match is None:
            unrouted: wsgi.Application = webob.exc.HTTPNotFound()
            return unrouted
        if match.route is None:
            return _other_verb(request, match)
        context = wsgi.context_of(request)
        context.is_admin = self.policy.is_admin(context)
        _check_project(context, match)
        if match.route.rule is not None:
            self.policy.enforce(context, match.route.rule)
        services = self.services
        operation = OPERATIONS.get(match.route.handler)
        call = Call(
            request,
            context,
            services.engine,
            services.conf,
            self.policy,
            match.path,
            self.feed,
            {parameter.name for parameter in operation.query} if operation else None,
        )
        value = match.route.handler(call)
        return value if isinstance(value, webob.Response) else wsgi.json_response(value)


def app_factory(global_conf: dict[str, str], **_local: str) -> Application:
    """Paste application ``heat_api``."""
    return Application(pipeline.services(global_conf))


def _check_project(context: RequestContext, match: Match) -> None:
    """A caller stays in its own project; an administrator may name any (section 4)."""
    if context.is_admin and context.project_id:
        return
    own = (context.project_id, context.guest_project_id)
    if not context.project_id or match.path["project_id"] not in own:
        raise webob.exc.HTTPForbidden()


def _other_verb(request: webob.Request, match: Match) -> wsgi.Application:
    allow = ",".join(match.allowed)
    if request.method == "OPTIONS":
        return webob.exc.HTTPNoContent(headers={"Allow": allow})
    raise webob.exc.HTTPMethodNotAllowed(headers={"Allow": allow})
