"""What guests get back (contract/aws-apis.md section 5.1)."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import webob

from common import wsgi


def wait_condition(resource_name: str, metadata: Any, *, as_json: bool) -> webob.Response:
    """The handle's name; its metadata too in JSON, which XML has no room for."""
    if as_json:
        return wsgi.json_response({"resource": resource_name, "metadata": metadata})
    element = ElementTree.Element("resource")
    element.text = resource_name
    return webob.Response(
        body=ElementTree.tostring(element, encoding="utf-8"),
        content_type="application/xml",
        charset="UTF-8",
    )
