"""Text columns that take whatever text a user sends, on every database."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Dialect, String, Text
from sqlalchemy.dialects import mysql
from sqlalchemy.types import TypeDecorator, TypeEngine

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def storable(value: str) -> str:
    """``value`` with a replacement character for what PostgreSQL or UTF-8 has no place for.

    That is NUL, and halves of surrogate pairs, which JSON can spell.
    """
    if "\x00" in value:
        value = value.replace("\x00", REPLACEMENT)
    if value.isascii():
        return value
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


class _Storable(TypeDecorator[str]):
    impl: TypeEngine[Any] | type[TypeEngine[Any]] = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else storable(value)


class Line(_Storable):
    """Text of at most so many characters."""

    cache_ok = True


class _Text(_Storable):
    impl = Text
    cache_ok = True


class _MariaText(_Storable):
    impl = mysql.LONGTEXT
    cache_ok = True


# Text of any length; MariaDB's TEXT ends at 64 KiB.
LongText = _Text().with_variant(_MariaText(), "mysql", "mariadb")
