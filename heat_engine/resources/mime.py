"""MIME messages as servers' first-boot programs read them."""

from __future__ import annotations

import email
from collections.abc import Iterable
from email.message import Message
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from pathlib import PurePosixPath


def part(content: str, filename: str = "", subtype: str = "") -> Message:
    """One text; without a subtype it is the file's name without its extension, or plain."""
    subtype = subtype or PurePosixPath(filename).stem or "plain"
    charset = "us-ascii" if content.isascii() else "utf-8"
    made = MIMEText(content, _subtype=subtype, _charset=charset)
    if filename:
        made.add_header("Content-Disposition", "attachment", filename=filename)
    return made


def parts(text: str) -> list[Message] | None:
    """The parts of a multipart message; None when the text is no such message."""
    message = email.message_from_string(text)
    if not message.is_multipart():
        return None
    payload = message.get_payload()
    return [item for item in payload if isinstance(item, Message)]


def multipart(items: Iterable[Message]) -> str:
    return MIMEMultipart(_subparts=list(items)).as_string()
