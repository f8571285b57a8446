"""AWS signature version 2, as signal URLs carry it (contract/aws-apis.md sections 2.5 and 5.3).

Hosts are ``name[:port]``, paths are percent-decoded, parameters are all query parameters without
``Signature``. The body is not covered by this signature.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator, Mapping
from urllib.parse import quote, urlsplit

METHOD = "HmacSHA256"
VERSION = "2"
UNRESERVED = "-_.~"


def canonical_query(params: Mapping[str, str]) -> str:
    """The parameters sorted by the bytes of their names and escaped as RFC 3986 says."""
    ordered = sorted(params, key=str.encode)
    return "&".join(f"{quote(key, UNRESERVED)}={quote(params[key], UNRESERVED)}" for key in ordered)


def sign_v2(secret: str, verb: str, host: str, path: str, params: Mapping[str, str]) -> str:
    """The base64 HMAC-SHA256 of one request; the method is forced to be HMAC-SHA256."""
    signed = {key: value for key, value in params.items() if key != "Signature"}
    signed["SignatureMethod"] = METHOD
    text = "\n".join((verb.upper(), host.lower(), path, canonical_query(signed)))
    digest = hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def verify_v2(
    secret: str, verb: str, host: str, path: str, params: Mapping[str, str], signature: str
) -> bool:
    """Whether ``signature`` was made with ``secret`` over this request.

    Clients differ in two ways that are allowed for: some sign the host without its port, and some
    decode the path of the URL once before they send it.
    """
    if params.get("SignatureVersion", VERSION) != VERSION:
        return False
    given = signature.encode()
    # No early end: the time taken says nothing about which form matched.
    matches = [
        hmac.compare_digest(sign_v2(secret, verb, name, form, params).encode(), given)
        for name in _hosts(host)
        for form in (path, quote(path, "/:" + UNRESERVED))
    ]
    return any(matches)


def presign(
    verb: str, base_url: str, arn: str, access: str, secret: str, timestamp: str | None = None
) -> str:
    """A URL that lets whoever holds it send ``verb`` to ``base_url/arn``, and nothing else.

    base_url: for example ``http://10.0.0.5:8000/v1/waitcondition``; it is lower-cased.
    timestamp: ``YYYY-MM-DDTHH:MM:SSZ``, or None for a URL that lives as long as its key pair.
    """
    base = base_url.rstrip("/").lower()
    parts = urlsplit(base)
    params = {"SignatureMethod": METHOD, "SignatureVersion": VERSION, "AWSAccessKeyId": access}
    if timestamp is not None:
        params["Timestamp"] = timestamp
    signature = sign_v2(secret, verb, parts.netloc, f"{parts.path}/{arn}", params)
    query = canonical_query({**params, "Signature": signature})
    return f"{base}/{quote(arn, '/' + UNRESERVED)}?{query}"


def _hosts(host: str) -> Iterator[str]:
    yield host
    name, colon, port = host.rpartition(":")
    if colon and port.isdigit():
        yield name
