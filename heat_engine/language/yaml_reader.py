"""Safe YAML to data, with aliases counted at their written-out size.

Works on the parser's event stream with a stack of its own: an alias bomb is refused by its weight
before anything is built of it, and deep nesting costs no recursion.
"""

from __future__ import annotations

import base64
import binascii
import math
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import yaml
from yaml.constructor import ConstructorError, SafeConstructor

from common import errors
from heat_engine.language.limits import Limits
from heat_engine.language.short_tags import LONG_FORMS, MARKER, admitted

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_CORE = "tag:yaml.org,2002:"
_ENTRY_WEIGHT = 4
_LONGEST_NUMBER = 1000
_MERGE = object()
_NO_KEY = object()
_CONSTRUCTOR = SafeConstructor()
_CONSTRUCT = {
    f"{_CORE}int": _CONSTRUCTOR.construct_yaml_int,
    f"{_CORE}float": _CONSTRUCTOR.construct_yaml_float,
    f"{_CORE}bool": _CONSTRUCTOR.construct_yaml_bool,
}
_TEXT_TAGS = frozenset({"!", f"{_CORE}str", f"{_CORE}timestamp", f"{_CORE}value"})


def compose(text: str) -> yaml.Node | None:
    """The node tree, for positions; None for text that is not YAML (some JSON is not)."""
    loader = _Loader(text)
    try:
        node: yaml.Node | None = loader.get_single_node()
        return node
    except (yaml.YAMLError, RecursionError):
        return None
    finally:
        loader.dispose()


def read(text: str, limits: Limits) -> Any:
    """Data of the one document in ``text``; None when there is none.

    Raises yaml.YAMLError, ValueError (text that cannot be encoded), RequestLimitExceeded.
    """
    loader = _Loader(text)
    try:
        return _Reader(loader, limits).read()
    finally:
        loader.dispose()


@dataclass(slots=True)
class _Frame:
    """A map or list under construction. ``wrapped``: the frame below is its short form's map."""

    value: dict[Any, Any] | list[Any]
    anchor: str | None
    wrapped: bool = False
    weight: int = _ENTRY_WEIGHT
    height: int = 1
    key: Any = _NO_KEY
    merges: list[dict[Any, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Anchored:
    value: Any
    weight: int
    height: int


class _Reader:
    def __init__(self, loader: Any, limits: Limits) -> None:
        self._loader = loader
        self._limits = limits
        self._frames: list[_Frame] = []
        self._anchors: dict[str, _Anchored | None] = {}
        self._weight = 0
        self._result: Any = None
        self._short: Any = None
        self._handlers = {
            yaml.ScalarEvent: self._scalar,
            yaml.MappingStartEvent: self._start_map,
            yaml.SequenceStartEvent: self._start_list,
            yaml.MappingEndEvent: self._end,
            yaml.SequenceEndEvent: self._end,
            yaml.AliasEvent: self._alias,
        }

    def read(self) -> Any:
        next_event = self._loader.get_event
        handlers = self._handlers
        documents = 0
        while True:
            event = next_event()
            handler = handlers.get(type(event))
            if handler is not None:
                handler(event)
            elif isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise _fault("expected a single document in the stream", event)
            elif isinstance(event, yaml.StreamEndEvent):
                self._check_short_forms()
                return self._result

    def _check_short_forms(self) -> None:
        """Whether they are allowed is known only when the whole document is read."""
        if self._short is not None and not admitted(self._result):
            raise _fault(
                f"could not determine a constructor for the tag {self._short.tag!r} "
                f"(short forms of functions are read in templates of {MARKER} only)",
                self._short,
            )

    def _add(self, value: Any, weight: int, height: int, event: Any) -> None:
        self._weight += weight
        if self._weight > self._limits.expanded:
            raise errors.RequestLimitExceeded(
                limit=f"The document expands to more than {self._limits.expanded} characters."
            )
        self._place(value, weight, height, event)

    def _place(self, value: Any, weight: int, height: int, event: Any) -> None:
        if not self._frames:
            self._result = value
            return
        frame = self._frames[-1]
        frame.weight += weight
        if height >= frame.height:
            frame.height = height + 1
            if height + len(self._frames) > self._limits.depth:
                raise errors.RequestLimitExceeded(
                    limit=f"The document is nested more than {self._limits.depth} levels deep."
                )
        if isinstance(frame.value, list):
            frame.value.append(value)
        elif frame.key is _NO_KEY:
            if isinstance(value, dict | list):
                raise _fault("found unhashable key", event)
            frame.key = value
        elif frame.key is _MERGE:
            frame.key = _NO_KEY
            frame.merges.extend(_mergeable(value, event))
        else:
            frame.value[frame.key] = value
            frame.key = _NO_KEY

    def _scalar(self, event: Any) -> None:
        text = event.value
        tag = event.tag
        if tag is None:
            value = _plain(text) if event.implicit[0] else text
        elif tag in LONG_FORMS:
            self._short_scalar(event)
            return
        else:
            value = _tagged(tag, text, event)
        if value is _MERGE and not self._expects_key():
            value = text
        weight = len(text) + _ENTRY_WEIGHT
        if event.anchor is not None:
            self._anchors[event.anchor] = _Anchored(value, weight, 0)
        self._add(value, weight, 0, event)

    def _short_scalar(self, event: Any) -> None:
        """``!Ref name``; what follows the tag is always text."""
        self._short = self._short or event
        function = LONG_FORMS[event.tag]
        value = {function: event.value}
        weight = len(event.value) + len(function) + 2 * _ENTRY_WEIGHT
        if event.anchor is not None:
            self._anchors[event.anchor] = _Anchored(value, weight, 1)
        self._add(value, weight, 1, event)

    def _expects_key(self) -> bool:
        return (
            bool(self._frames)
            and isinstance(self._frames[-1].value, dict)
            and self._frames[-1].key is _NO_KEY
        )

    def _start_map(self, event: Any) -> None:
        self._start({}, event, f"{_CORE}map")

    def _start_list(self, event: Any) -> None:
        self._start([], event, f"{_CORE}seq")

    def _start(self, value: dict[Any, Any] | list[Any], event: Any, tag: str) -> None:
        function = None
        if event.tag in LONG_FORMS:
            self._short = self._short or event
            function = LONG_FORMS[event.tag]
        elif event.tag not in (None, "!", tag):
            raise _fault(f"could not determine a constructor for the tag {event.tag!r}", event)
        if len(self._frames) + (function is not None) >= self._limits.depth:
            raise errors.RequestLimitExceeded(
                limit=f"The document is nested more than {self._limits.depth} levels deep."
            )
        if event.anchor is not None:
            self._anchors[event.anchor] = None
        self._weight += _ENTRY_WEIGHT
        if function is None:
            self._frames.append(_Frame(value, event.anchor))
            return
        self._weight += len(function) + _ENTRY_WEIGHT
        self._frames.append(_Frame({}, event.anchor, key=function))
        self._frames.append(_Frame(value, None, wrapped=True))

    def _end(self, event: Any) -> None:
        frame = self._frames.pop()
        value: Any = frame.value
        if frame.merges and isinstance(value, dict):
            merged: dict[Any, Any] = {}
            for source in reversed(frame.merges):
                merged.update(source)
            value = {**merged, **value}
        if frame.anchor is not None:
            self._anchors[frame.anchor] = _Anchored(value, frame.weight, frame.height)
        self._place(value, frame.weight, frame.height, event)
        if frame.wrapped:
            self._end(event)

    def _alias(self, event: Any) -> None:
        if event.anchor not in self._anchors:
            raise _fault(f"found undefined alias {event.anchor!r}", event)
        target = self._anchors[event.anchor]
        if target is None:
            raise _fault(f"found recursive alias {event.anchor!r}", event)
        self._add(target.value, target.weight, target.height, event)


def _fault(problem: str, event: Any) -> ConstructorError:
    return ConstructorError(None, None, problem, event.start_mark)


def _mergeable(value: Any, event: Any) -> list[dict[Any, Any]]:
    values = value if isinstance(value, list) else [value]
    for item in values:
        if not isinstance(item, dict):
            raise _fault("expected a mapping or list of mappings for merging", event)
    return values


def _tagged(tag: str, text: str, event: Any) -> Any:
    if tag in _TEXT_TAGS:
        return text
    if tag == f"{_CORE}null":
        return None
    if tag == f"{_CORE}merge":
        return _MERGE
    try:
        if tag == f"{_CORE}binary":
            return base64.b64decode(text, validate=False).decode()
        if tag in _CONSTRUCT and len(text) <= _LONGEST_NUMBER:
            return _CONSTRUCT[tag](yaml.ScalarNode(tag, text))
    except (KeyError, ValueError, IndexError, binascii.Error):
        raise _fault(f"the value is not of the type of its tag {tag!r}", event) from None
    raise _fault(f"could not determine a constructor for the tag {tag!r}", event)


@lru_cache(maxsize=4096)
def _plain(text: str) -> Any:
    """The value of a scalar without quotes or tag, by YAML 1.1.

    Times are left as text, and so is ``.inf`` and ``.nan``, which no JSON of a reply could hold.
    """
    if len(text) > _LONGEST_NUMBER:
        return text
    first = text[0] if text else ""
    resolvers = yaml.SafeLoader.yaml_implicit_resolvers
    for tag, expression in [*resolvers.get(first, ()), *resolvers.get(None, ())]:
        if tag in _TEXT_TAGS or not expression.match(text):
            continue
        if tag == f"{_CORE}null":
            return None
        if tag == f"{_CORE}merge":
            return _MERGE
        try:
            value = _CONSTRUCT[tag](yaml.ScalarNode(tag, text))
        except (KeyError, ValueError, IndexError):
            return text
        return text if isinstance(value, float) and not math.isfinite(value) else value
    return text
