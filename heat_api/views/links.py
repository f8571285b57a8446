"""URLs of stacks, resources and events."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

import webob

from common.identifiers import StackIdentity

Link = dict[str, str]


def url(base_url: str, identity: StackIdentity) -> str:
    """``{base}/{project}/stacks/{name}/{id}[/...]``, every part percent-encoded."""
    return f"{base_url}/{quote(identity.tenant, '')}/{identity.stack_path()}"


def link(base_url: str, identity: StackIdentity, rel: str = "self") -> Link:
    return {"href": url(base_url, identity), "rel": rel}


def stack_of(identity: StackIdentity) -> StackIdentity:
    """The stack that a resource or event belongs to."""
    return StackIdentity(identity.tenant, identity.stack_name, identity.stack_id)


def next_page(request: webob.Request, limit: int | None, items: list[dict[str, Any]]) -> list[Link]:
    """A link to the rest of a list, when this page is full (section 8.3)."""
    if not limit or len(items) != limit:
        return []
    pairs = [(name, value) for name, value in request.GET.items() if name != "marker"]
    query = urlencode([*pairs, ("marker", items[-1]["id"])])
    return [{"rel": "next", "href": f"{request.path_url}?{query}"}]
