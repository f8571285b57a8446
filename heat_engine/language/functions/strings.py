"""Functions that make text (section 3.3)."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from heat_engine.language.functions.base import ENTRY_COST, Function, Resolution, fault, items_of


def to_json(value: Any) -> str:
    """JSON with sorted keys. Raises StackValidationFailed for keys that cannot be sorted."""
    try:
        return json.dumps(value, sort_keys=True)
    except (TypeError, ValueError, RecursionError) as error:
        raise fault(f"The value cannot be written as JSON: {error}") from None


class Join(Function):
    """``[delimiter, [texts]]``; None joins as ''."""

    __slots__ = ()

    def construct(self) -> None:
        items = items_of(self.arguments)
        if items is None or len(items) != 2:
            raise fault(self.usage())

    def usage(self) -> str:
        example = f'"{self.name}" : [ " ", [ "str1", "str2"]]'
        return f'Incorrect arguments to "{self.name}" should be: {example}'

    def compute(self, arguments: Any, resolution: Resolution) -> Any:
        delimiter, texts = arguments
        if texts is None:
            texts = []
        if not isinstance(texts, list):
            raise fault(f'"{self.name}" must operate on a list')
        if not isinstance(delimiter, str):
            raise fault(f'"{self.name}" delimiter must be a string')
        return self.join(delimiter, [self.text(item) for item in texts], resolution)

    def join(self, delimiter: str, texts: list[str], resolution: Resolution) -> str:
        resolution.charge(sum(map(len, texts)) + len(delimiter) * len(texts))
        return delimiter.join(texts)

    def text(self, item: Any) -> str:
        if item is None:
            return ""
        if not isinstance(item, str):
            raise fault(f"Items to join must be strings not {item!r}"[:200])
        return item


class JoinLists(Join):
    """``[delimiter, list, list...]``; maps and lists in them join as JSON."""

    __slots__ = ()

    def construct(self) -> None:
        items = items_of(self.arguments)
        if items is None or len(items) < 2:
            raise fault(self.usage())

    def usage(self) -> str:
        example = f'"{self.name}" : [ " ", [ "str1", "str2"] ...]'
        return f'Incorrect arguments to "{self.name}" should be: {example}'

    def compute(self, arguments: Any, resolution: Resolution) -> Any:
        delimiter, *lists = arguments
        if not isinstance(delimiter, str):
            raise fault(f'"{self.name}" delimiter must be a string')
        texts: list[str] = []
        for items in lists:
            if items is None:
                continue
            if not isinstance(items, list):
                raise fault(f'"{self.name}" must operate on a list')
            texts.extend(self.text(item) for item in items)
        return self.join(delimiter, texts, resolution)

    def text(self, item: Any) -> str:
        if item is None:
            return ""
        if isinstance(item, str):
            return item
        if isinstance(item, (dict, list)):
            return to_json(item)
        raise fault(f"Items to join must be string, map or list not {item!r}"[:200])


class SplitText(Function):
    """``str_split: [delimiter, text]``, with a third argument one part of it."""

    __slots__ = ()

    def construct(self) -> None:
        items = items_of(self.arguments)
        if items is None or len(items) < 2:
            raise fault(
                f'Incorrect arguments to "{self.name}" should be: '
                f'"{self.name}" : [ ",", "apples,pears", <index>]'
            )

    def compute(self, arguments: Any, resolution: Resolution) -> Any:
        delimiter, text, *rest = arguments
        if text is None:
            return None
        if not isinstance(delimiter, str) or not isinstance(text, str) or len(rest) > 1:
            raise fault(
                f'Incorrect arguments to "{self.name}" should be: '
                f'"{self.name}" : [ ",", "apples,pears", <index>]'
            )
        parts = _split(text, delimiter, resolution)
        return self._part(parts, rest[0]) if rest else parts

    def _part(self, parts: list[str], index: Any) -> str:
        try:
            return parts[int(index)]
        except (TypeError, ValueError):
            raise fault(
                f'Incorrect index to "{self.name}" should be: '
                f'"{self.name}" : [ ",", "apples,pears", <index>]'
            ) from None
        except IndexError:
            raise fault(
                f'Incorrect index to "{self.name}" should be between 0 and {len(parts) - 1}'
            ) from None


def _split(text: str, delimiter: str, resolution: Resolution) -> list[str]:
    if not delimiter:
        raise fault("The delimiter must not be empty")
    resolution.charge(len(text) + ENTRY_COST * (text.count(delimiter) + 1))
    return text.split(delimiter)


class Split(Function):
    """``Fn::Split: [delimiter, text]``; the delimiter is written out, not computed."""

    __slots__ = ()

    def construct(self) -> None:
        items = items_of(self.arguments)
        if items is None or len(items) != 2:
            raise fault(
                f'Incorrect arguments to "{self.name}" should be: '
                f'"{self.name}" : [ ",", "str1,str2"]'
            )
        if not isinstance(items[0], str):
            raise fault(f"Delimiter for {self.name} must be string")

    def compute(self, arguments: Any, resolution: Resolution) -> Any:
        delimiter, text = arguments
        if not isinstance(text, str):
            raise fault(f"String to split must be string; got {type(text)}")
        return _split(text, delimiter, resolution)


class Base64(Function):
    """``Fn::Base64`` gives its text as it is; the cloud's client encodes user data."""

    __slots__ = ()

    def compute(self, arguments: Any, resolution: Resolution) -> Any:
        if not isinstance(arguments, str):
            raise fault(f'"{self.name}" argument must be a string')
        return arguments


class Digest(Function):
    """``[algorithm, text]`` to hexadecimal digits."""

    __slots__ = ()

    def compute(self, arguments: Any, resolution: Resolution) -> Any:
        if not isinstance(arguments, list) or not all(isinstance(a, str) for a in arguments):
            raise fault(f'Argument to function "{self.name}" must be a list of strings')
        if len(arguments) != 2:
            raise fault(f'Function "{self.name}" usage: ["<algorithm>", "<value>"]')
        algorithm, text = arguments
        known = {name.lower() for name in hashlib.algorithms_available}
        if algorithm.lower() not in known:
            choices = ", ".join(repr(name) for name in sorted(known))
            raise fault(f"Algorithm must be one of {{{choices}}}")
        digest = hashlib.new(algorithm.lower(), text.encode("latin-1"), usedforsecurity=False)
        if digest.digest_size == 0:
            raise fault(f"Algorithm {algorithm} has no digest of fixed size")
        return digest.hexdigest()
