"""OS::Heat::MultipartMime."""

from __future__ import annotations

from typing import Any

from heat_engine.resources import mime
from heat_engine.resources.heat.multipart_mime import MultipartMime
from tests.unit.resources.cloud_double import CloudDouble
from tests.unit.resources.driver import request

CONFIG_ID = "5d3c2b1a-0000-4000-8000-000000000001"


def texts(*parts: dict[str, Any]) -> list[tuple[str, str]]:
    """Kinds and texts of the parts that are made."""
    cloud = CloudDouble()
    inner = mime.multipart([mime.part("one"), mime.part("two")])
    cloud.add("software_configs", id=CONFIG_ID, config=inner)
    made = MultipartMime().content(request(MultipartMime(), {"parts": list(parts)}, cloud))
    found = mime.parts(made)
    assert found is not None
    return [(part.get_content_type(), str(part.get_payload())) for part in found]


def test_texts_and_configs() -> None:
    unknown = "5d3c2b1a-0000-4000-8000-00000000000f"
    assert texts(
        {"config": "echo", "subtype": "x-shellscript"},
        {"config": CONFIG_ID, "type": "multipart"},
        {"config": "no message", "type": "multipart"},
        {"config": unknown, "filename": "cloud-config.yaml"},
    ) == [
        ("text/x-shellscript", "echo"),
        ("text/plain", "one"),
        ("text/plain", "two"),
        ("text/plain", "no message"),
        ("text/cloud-config", unknown),
    ]
