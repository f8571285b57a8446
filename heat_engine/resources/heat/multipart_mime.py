"""OS::Heat::MultipartMime (contract/engine-semantics.md section 10.7)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from email.message import Message
from typing import Any

from heat_engine.language.schema import Kind, Property, one_of
from heat_engine.resources import mime
from heat_engine.resources.heat.software_config import BaseConfig
from heat_engine.resources.heat.software_inputs import GROUP
from heat_engine.resources.heat.software_service import config_text
from heat_engine.resources.protocol import Request

PART = Property(
    Kind.MAP,
    schema={
        "config": Property(
            Kind.STRING, "Text of the part, or the id of a software config.", required=True
        ),
        "filename": Property(Kind.STRING, "Name of the part's file."),
        "type": Property(
            Kind.STRING,
            "Whether the part is a text or a multipart message itself.",
            default="text",
            constraints=(one_of("text", "multipart"),),
        ),
        "subtype": Property(Kind.STRING, "MIME subtype of a text."),
    },
)


class MultipartMime(BaseConfig):
    name = "OS::Heat::MultipartMime"
    description = "User data for a server, put together from several parts."
    support_status = {"status": "SUPPORTED", "version": "2014.1"}
    properties = {
        "parts": Property(Kind.LIST, "The parts, in order.", default=[], schema=PART),
        "group": GROUP,
    }

    def content(self, request: Request) -> Any:
        given = request.properties.get("parts") or ()
        return mime.multipart(part for item in given for part in self._parts(request, item))

    @staticmethod
    def _parts(request: Request, item: Mapping[str, Any]) -> Iterator[Message]:
        text = config_text(request.cloud, item["config"])
        text = text if isinstance(text, str) else str(text or "")
        inner = mime.parts(text) if item["type"] == "multipart" else None
        if inner is not None:
            yield from inner
        else:
            yield mime.part(text, item.get("filename") or "", item.get("subtype") or "")
