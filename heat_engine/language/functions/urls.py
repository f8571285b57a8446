"""Building of URLs (section 3.3)."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode, urlunsplit

from heat_engine.language.functions.base import Expression, Function, Resolution, entries_of, fault

_TEXT_KEYS = ("scheme", "username", "password", "host", "path", "fragment")
_KEYS = ("scheme", "username", "password", "host", "port", "path", "query", "fragment")


class MakeUrl(Function):
    """A map of a URL's parts, all of them optional, to the URL."""

    __slots__ = ()

    def construct(self) -> None:
        entries = entries_of(self.arguments)
        if entries is None:
            raise fault(f'The arguments to "{self.name}" must be a map')
        for key in entries:
            if key not in _KEYS:
                raise fault(f'Invalid arguments to "{self.name}": {key}')
        self._check_types(
            {key: value for key, value in entries.items() if not isinstance(value, Expression)}
        )

    def _check_types(self, parts: dict[str, Any]) -> None:
        for key, value in parts.items():
            if key == "query" and not isinstance(value, dict | None):
                raise fault(f'The "{key}" argument to "{self.name}" must be a map')
            if key in _TEXT_KEYS and not isinstance(value, str | None):
                raise fault(f'The "{key}" argument to "{self.name}" must be a string')
        self._port(parts)

    def _port(self, parts: dict[str, Any]) -> str:
        port = parts.get("port")
        if not port:
            return ""
        try:
            number = int(port)
        except (TypeError, ValueError, OverflowError):
            raise fault(f'Invalid URL port "{port}" for {self.name} called with {parts}') from None
        if not 1 <= number <= 65535:
            raise fault(f"Invalid URL port {number}, must be in range 1-65535")
        return f":{number}"

    def compute(self, arguments: Any, resolution: Resolution) -> Any:
        self._check_types(arguments)
        scheme = arguments.get("scheme") or ""
        if ":" in scheme:
            raise fault("URL \"scheme\" should not contain ':'")
        netloc = self._credentials(arguments) + self._host(arguments) + self._port(arguments)
        path = quote(arguments.get("path") or "", safe="/")
        if netloc and path and not path.startswith("/"):
            path = "/" + path
        query = urlencode(arguments.get("query") or {}).replace("%2F", "/")
        fragment = quote(arguments.get("fragment") or "", safe="/")
        url = urlunsplit((scheme, netloc, path, query, fragment))
        return resolution.charged(url)

    def _credentials(self, arguments: dict[str, Any]) -> str:
        user = quote(arguments.get("username") or "", safe="")
        password = quote(arguments.get("password") or "", safe="")
        if not user and not password:
            return ""
        return f"{user}:{password}@" if password else f"{user}@"

    def _host(self, arguments: dict[str, Any]) -> str:
        host = (arguments.get("host") or "").strip("[]")
        quoted = quote(host, safe=":")
        return f"[{quoted}]" if ":" in quoted else quoted
