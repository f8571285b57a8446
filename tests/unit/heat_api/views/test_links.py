from __future__ import annotations

import pytest
import webob

from common.identifiers import StackIdentity
from heat_api.views import links

BASE = "http://heat.example:8004/v1"


@pytest.mark.parametrize(
    ("identity", "url"),
    [
        (StackIdentity("p", "s", "i"), f"{BASE}/p/stacks/s/i"),
        (StackIdentity("p/q", "s t", "i"), f"{BASE}/p%2Fq/stacks/s%20t/i"),
        (
            StackIdentity("p", "s", "i", "/resources/ä b"),
            f"{BASE}/p/stacks/s/i/resources/%C3%A4%20b",
        ),
    ],
)
def test_every_part_is_quoted(identity: StackIdentity, url: str) -> None:
    assert links.link(BASE, identity) == {"href": url, "rel": "self"}


@pytest.mark.parametrize(
    ("limit", "count", "more"), [(None, 2, False), (0, 0, False), (3, 2, False), (2, 2, True)]
)
def test_the_next_page(limit: int | None, count: int, more: bool) -> None:
    request = webob.Request.blank("/v1/p/stacks?limit=2&marker=x&tags=a%26b")
    items = [{"id": f"i{n}"} for n in range(count)]
    found = links.next_page(request, limit, items)
    assert bool(found) is more
    if more:
        href = "http://localhost/v1/p/stacks?limit=2&tags=a%26b&marker=i1"
        assert found == [{"rel": "next", "href": href}]
