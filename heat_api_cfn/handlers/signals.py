"""Guests telling how it went, by signed URL (contract/aws-apis.md section 5)."""

from __future__ import annotations

from typing import Any

import webob
import webob.exc

from common import errors, wsgi
from common.aws.faults import AwsFault, wants_json
from common.context import RequestContext
from common.identifiers import StackIdentity
from heat_api_cfn import views


def wait_condition(
    request: webob.Request, engine: wsgi.Engine, arn: str, limit: int
) -> webob.Response:
    """PUT of wait-condition data; answers when the engine has stored it."""
    identity = _resource_of(wsgi.context_of(request), arn)
    details = _details(request, limit)
    if details is None:
        raise AwsFault("InvalidParameterValue", "The body must be a JSON object.")
    # Only JSON has room for the metadata, which grows with every signal that ever came.
    as_json = wants_json(request)
    metadata = _signal(request, engine, identity, details, sync_call=as_json)
    return views.wait_condition(str(identity.resource_name), metadata, as_json=as_json)


def signal(request: webob.Request, engine: wsgi.Engine, arn: str, limit: int) -> webob.Response:
    """POST of a signal, with or without details."""
    identity = _resource_of(wsgi.context_of(request), arn)
    _signal(request, engine, identity, _details(request, limit), sync_call=False)
    return webob.Response()


def _signal(
    request: webob.Request,
    engine: wsgi.Engine,
    identity: StackIdentity,
    details: dict[str, Any] | None,
    *,
    sync_call: bool,
) -> Any:
    stack = StackIdentity(identity.tenant, identity.stack_name, identity.stack_id)
    try:
        return engine.call(
            wsgi.context_of(request),
            "resource_signal",
            stack_identity=stack.to_dict(),
            resource_name=identity.resource_name,
            details=details,
            sync_call=sync_call,
        )
    except (errors.NotFound, errors.Invalid) as error:
        raise AwsFault("InvalidParameterValue", error.message) from error


def _details(request: webob.Request, limit: int) -> dict[str, Any] | None:
    """The JSON object in the body whatever its content type says, None when there is none."""
    body = wsgi.text_of(request, limit).lstrip()
    if not body.startswith(b"{"):
        return None
    try:
        return wsgi.parse_json(body)
    except webob.exc.HTTPBadRequest as error:
        raise AwsFault("InvalidParameterValue", f"The body is no JSON: {error.detail}") from error


def _resource_of(context: RequestContext, arn: str) -> StackIdentity:
    """The resource that the ARN names, if the caller may reach it."""
    try:
        identity = StackIdentity.from_arn(arn)
    except errors.Invalid as error:
        raise AwsFault("InvalidParameterValue", error.message) from error
    if identity.resource_name is None:
        raise AwsFault("InvalidParameterValue", f'"{arn}" names no resource.')
    if not _may_reach(context, identity):
        raise errors.Forbidden(action=f"{identity.resource_name} of another stack or project")
    return identity


def _may_reach(context: RequestContext, identity: StackIdentity) -> bool:
    """A guest reaches its own stack (which resources of it, the engine says), an administrator
    all, others what is in their project.

    Guests of Keystone live in a project of their own; whose they are only the engine knows.
    """
    if context.guest_stack_id is not None:
        return bool(context.guest_stack_id == identity.stack_id)
    if context.is_guest or "admin" in context.roles:
        return True
    return bool(context.project_id == identity.tenant)
