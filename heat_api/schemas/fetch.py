"""Templates that a request names by URL."""

from __future__ import annotations

import time
from urllib.parse import urlsplit

import requests
import webob.exc

from common import errors

CHUNK = 65536
MAX_REDIRECTS = 3


def text(url: str, *, timeout: float, limit: int) -> str:
    """What is at ``url``: http and https only, at most ``limit`` bytes, in ``timeout`` seconds.

    Any failure is the caller's: HTTPBadRequest, or RequestLimitExceeded for the size.
    """
    try:
        if urlsplit(url).scheme.lower() not in ("http", "https"):
            raise webob.exc.HTTPBadRequest(f"Invalid URL scheme in template_url {url}")
        with requests.Session() as session:
            session.max_redirects = MAX_REDIRECTS
            with session.get(url, stream=True, timeout=timeout) as answer:
                answer.raise_for_status()
                return _read(answer, time.monotonic() + timeout, limit).decode()
    except (requests.RequestException, UnicodeDecodeError, ValueError):
        # Why exactly would tell a caller about the network that this service stands in.
        raise webob.exc.HTTPBadRequest(f"Failed to retrieve template from {url}") from None


def _read(answer: requests.Response, deadline: float, limit: int) -> bytes:
    content = b""
    for chunk in answer.iter_content(CHUNK):
        content += chunk
        if len(content) > limit:
            raise errors.RequestLimitExceeded(
                limit=f"Template exceeds maximum allowed size ({limit} bytes)"
            )
        if time.monotonic() > deadline:
            raise requests.Timeout
    return content
