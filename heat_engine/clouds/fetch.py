"""Fetch a document from where a user says it is."""

from __future__ import annotations

import requests

SCHEMES = ("http://", "https://")
SECONDS = 10.0
PIECE = 65536


class FetchError(Exception):
    """Why a document could not be had, in words for its user."""


def text(url: str, most_bytes: int) -> str:
    """The text behind an http or https URL, of bounded size. Raises FetchError."""
    if not url.startswith(SCHEMES):
        raise FetchError("only http and https are fetched")
    try:
        with requests.get(url, stream=True, timeout=SECONDS) as reply:
            reply.raise_for_status()
            body = b""
            for piece in reply.iter_content(PIECE):
                body += piece
                if len(body) > most_bytes:
                    raise FetchError(f"it is larger than {most_bytes} bytes")
    except requests.RequestException as error:
        status = error.response.status_code if error.response is not None else None
        raise FetchError(f"status {status}" if status else type(error).__name__) from error
    return body.decode(errors="replace")
