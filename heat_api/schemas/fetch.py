"""Templates that a request names by URL."""

from __future__ import annotations

from urllib.parse import urlsplit

import webob.exc

from common import errors, fetch


def text(url: str, *, timeout: float, limit: int) -> str:
    """What is at ``url``: http and https only, at most ``limit`` bytes, in ``timeout`` seconds.

    Any failure is the caller's: HTTPBadRequest, or RequestLimitExceeded for the size.
    """
    try:
        if urlsplit(url).scheme.lower() not in ("http", "https"):
            raise webob.exc.HTTPBadRequest(f"Invalid URL scheme in template_url {url}")
        return fetch.read(url, seconds=timeout, most_bytes=limit).decode()
    except fetch.TooLargeError:
        raise errors.RequestLimitExceeded(
            limit=f"Template exceeds maximum allowed size ({limit} bytes)"
        ) from None
    except (fetch.FetchError, ValueError):
        # Why exactly would tell a caller about the network that this service stands in.
        raise webob.exc.HTTPBadRequest(f"Failed to retrieve template from {url}") from None
