"""Documents that users name by URL, of bounded size and in bounded time.

The standard library's client: a larger one would be 3 MiB of every process, and a fifth of the
time that an API takes to start.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import time
import urllib.error
import urllib.request

_SCHEMES = ("http://", "https://")
_PIECE = 65536
_HANDLERS = (
    urllib.request.ProxyHandler,
    urllib.request.HTTPHandler,
    urllib.request.HTTPSHandler,
    urllib.request.HTTPDefaultErrorHandler,
    urllib.request.HTTPErrorProcessor,
    # What none of the others has opened: the library's own opener knows files and FTP, to which
    # an answer may redirect.
    urllib.request.UnknownHandler,
)


# Certificates first: their errors are connections' errors too.
_CAUSES: dict[type[Exception], str] = {
    ssl.SSLError: "the host's certificate does not do, or it speaks no TLS",
    socket.gaierror: "there is no host of that name",
    ConnectionRefusedError: "the host refuses the connection",
    TimeoutError: "no answer in time",
    OSError: "the host cannot be reached",
}


class FetchError(Exception):
    """Why a document could not be had, in words for its user."""


class TooLargeError(FetchError):
    """The document has more bytes than it may."""


class _FewRedirects(urllib.request.HTTPRedirectHandler):
    max_redirections = 3


def read(url: str, *, seconds: float, most_bytes: int) -> bytes:
    """What is behind an http or https URL. Raises ``FetchError``."""
    if not url.lower().startswith(_SCHEMES):
        raise FetchError("only http and https are fetched")
    deadline = time.monotonic() + seconds
    content = b""
    try:
        with _opener().open(url, timeout=seconds) as answer:
            while piece := answer.read1(_PIECE):
                content += piece
                if len(content) > most_bytes:
                    raise TooLargeError(f"it is larger than {most_bytes} bytes")
                if time.monotonic() > deadline:
                    raise TimeoutError
    except urllib.error.HTTPError as error:
        error.close()
        raise FetchError(f"status {error.code}") from error
    except urllib.error.URLError as error:
        cause = error.reason if isinstance(error.reason, Exception) else error
        raise FetchError(_words(cause)) from error
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise FetchError(_words(error)) from error
    return content


def _words(cause: Exception) -> str:
    for kind, words in _CAUSES.items():
        if isinstance(cause, kind):
            return words
    return type(cause).__name__


def _opener() -> urllib.request.OpenerDirector:
    opener = urllib.request.OpenerDirector()
    for kind in (*_HANDLERS, _FewRedirects):
        opener.add_handler(kind())
    return opener
