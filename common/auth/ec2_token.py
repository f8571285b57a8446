"""Requests signed with an EC2 key pair, checked by Keystone (contract/aws-apis.md section 2.3)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import webob
from keystoneauth1 import exceptions, loading, session

from common import errors, pipeline, wsgi
from common.auth import guests, identity
from common.auth.ec2 import signed_request, unknown_key
from common.auth.token import keystone_url
from common.aws import query
from common.aws.faults import AwsFault

TIMEOUT_SECONDS = 30
GROUP = "ec2authtoken"


class Ec2Token(wsgi.Middleware):
    """Keystone checks the signature and gives a token for it; the engine checks its guests'."""

    def __init__(
        self,
        application: wsgi.Application,
        urls: list[str],
        keystone: session.Session,
        engine: wsgi.Engine,
    ) -> None:
        super().__init__(application)
        self.urls = urls
        self.keystone = keystone
        self.engine = engine

    def process(self, request: webob.Request) -> None:
        identity.strip(request)
        request.headers.pop("X-Auth-Url", None)
        if request.headers.get("X-Auth-User") and "Signature" not in query.parameters(request):
            return
        signed = signed_request(request)
        if guests.is_key(signed["access"]):
            if not guests.authenticate(request, self.engine, {"ec2": signed}):
                raise unknown_key()
            return
        signed["headers"] = {name.title(): value for name, value in request.headers.items()}
        signed["body_hash"] = hashlib.sha256(request.body).hexdigest()
        refusal = AwsFault("AccessDenied", "No Keystone accepts this signature.", 403)
        for url in self.urls:
            try:
                answer = self._ask(url, signed)
            except AwsFault as fault:
                refusal = fault
                continue
            _set_identity(request, url, answer)
            return
        raise refusal

    def _ask(self, url: str, signed: dict[str, Any]) -> tuple[str, Mapping[str, Any]]:
        """The token and what Keystone says about it."""
        base = url.rstrip("/")
        if not base.endswith("/v3"):
            base = f"{base}/v3"
        try:
            answer = self.keystone.post(
                f"{base}/ec2tokens",
                json={"ec2Credentials": signed},
                authenticated=self.keystone.auth is not None,
            )
        except exceptions.HttpError as error:
            raise _refused(error) from error
        except exceptions.ClientException as error:
            raise errors.ServiceUnavailable("Keystone does not answer.") from error
        return answer.headers["X-Subject-Token"], answer.json()["token"]


def token_filter(global_conf: dict[str, str], **local: str) -> pipeline.Filter:
    """Paste filter ``ec2authtoken``; ``auth_uri`` may stand in the paste section."""
    services = pipeline.services(global_conf)
    conf = services.conf
    loading.register_auth_conf_options(conf, GROUP)
    own = conf[GROUP]
    if own.multi_cloud:
        urls = list(own.allowed_auth_uris)
    else:
        urls = [local.get("auth_uri") or own.auth_uri or keystone_url(conf)]
    service = loading.load_auth_from_conf_options(conf, GROUP)
    keystone = session.Session(auth=service, timeout=TIMEOUT_SECONDS)
    return lambda application: Ec2Token(application, urls, keystone, services.engine)


def _refused(error: exceptions.HttpError) -> AwsFault:
    message = str(error.message)
    if "EC2 access key not found" in message:
        return unknown_key()
    if "EC2 signature not supplied" in message:
        return AwsFault("SignatureDoesNotMatch", "Keystone saw no signature.", 403)
    return AwsFault("AccessDenied", "Keystone refuses this signature.", 403)


def _set_identity(request: webob.Request, url: str, answer: tuple[str, Mapping[str, Any]]) -> None:
    token, details = answer
    project = details.get("project") or {}
    user = details.get("user") or {}
    values = {
        "X-Identity-Status": identity.CONFIRMED,
        "X-Auth-Token": token,
        "X-Auth-Url": url,
        "X-Project-Id": project.get("id"),
        "X-Project-Name": project.get("name"),
        "X-User-Id": user.get("id"),
        "X-User-Name": user.get("name"),
        "X-User-Domain-Id": (user.get("domain") or {}).get("id"),
        "X-Roles": ",".join(role["name"] for role in details.get("roles", ())),
    }
    for name, value in values.items():
        if value:
            request.headers[name] = value
    # The signature was for Keystone; nobody below needs it.
    request.headers.pop("Authorization", None)
