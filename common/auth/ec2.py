"""Requests signed with an EC2 key pair (contract/aws-apis.md section 2), checked by the engine."""

from __future__ import annotations

from typing import Any

import webob

from common import pipeline, wsgi
from common.auth import custombackend, identity
from common.aws import query
from common.aws.faults import AwsFault
from common.context import RequestContext


def signed_request(request: webob.Request) -> dict[str, Any]:
    """``{access, signature, verb, host, path, params}`` of a request; the path is decoded text.

    Raises ``AwsFault`` when there is no signature or no access key.
    """
    params = query.parameters(request)
    authorization = request.headers.get("Authorization", "")
    signature = (
        params.pop("Signature", "")
        or params.get("X-Amz-Signature", "")
        or _field(authorization, "Signature=")
    )
    if not signature:
        raise AwsFault("IncompleteSignature", "The request has no signature.")
    access = (
        params.get("AWSAccessKeyId", "")
        or params.get("X-Amz-Credential", "").partition("/")[0]
        or _field(authorization, "Credential=").partition("/")[0]
    )
    if not access:
        raise AwsFault("MissingAuthenticationToken", "The request has no access key.", 403)
    return {
        "access": access,
        "signature": signature,
        "verb": request.method,
        "host": request.host,
        "path": f"{request.script_name}{request.path_info}",
        "params": params,
    }


class Ec2Backend(wsgi.Middleware):
    """The engine, which knows the secrets, checks the signature."""

    def __init__(self, application: wsgi.Application, engine: wsgi.Engine) -> None:
        super().__init__(application)
        self.engine = engine

    def process(self, request: webob.Request) -> None:
        identity.strip(request)
        signed = signed_request(request)
        context = RequestContext(request_id=wsgi.request_id_of(request.environ))
        user = self.engine.call(context, "authenticated_to_backend", credentials={"ec2": signed})
        if not user:
            raise unknown_key()
        custombackend.context_of(request, user)


def backend_filter(global_conf: dict[str, str], **_local: str) -> pipeline.Filter:
    """Paste filter ``ec2backend``."""
    engine = pipeline.services(global_conf).engine
    return lambda application: Ec2Backend(application, engine)


def unknown_key() -> AwsFault:
    """Nobody has this access key."""
    return AwsFault("InvalidClientTokenId", "The access key is not known.", 403)


def _field(text: str, name: str) -> str:
    _, found, rest = text.partition(name)
    return rest.partition(",")[0].strip() if found else ""
