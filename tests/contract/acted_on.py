"""Which names a resource type's code works with, read from its source.

A name counts where a text of just that name stands outside a table that only declares it: an index,
a ``get``, a row of a ``Field`` table, a constant. Looked at are the modules of the type and its
bases, and those modules of resource types that they import.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from heat_engine.resources.protocol import ResourceType

PACKAGE = "heat_engine.resources."
# These hold what all types have in common, and act on no type's properties by name.
COMMON = {"heat_engine.resources.protocol", "heat_engine.resources.registry"}
DECLARES = {"Property", "Attribute"}
ACTS = {"Field"}


def names_acted_on(kind: type[ResourceType]) -> frozenset[str]:
    """All such names for one type."""
    own = {cls.__module__ for cls in kind.__mro__ if cls.__module__.startswith(PACKAGE)}
    basis = getattr(kind, "basis", None)
    if basis is not None:
        own |= {cls.__module__ for cls in type(basis).__mro__ if cls.__module__.startswith(PACKAGE)}
    looked_at = own | {other for module in own for other in _imports(module)}
    found = {name for module in looked_at - COMMON for name in _names(module)}
    return frozenset(found)


@cache
def _tree(module: str) -> ast.Module:
    path = sys.modules[module].__file__
    assert path is not None, module
    return ast.parse(Path(path).read_text(encoding="utf-8"))


@cache
def _imports(module: str) -> frozenset[str]:
    found = set()
    for node in ast.walk(_tree(module)):
        if isinstance(node, ast.ImportFrom) and node.module:
            whole = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name for name in {node.module, *whole} if name in sys.modules}
    return frozenset(name for name in found if name.startswith(PACKAGE))


@cache
def _names(module: str) -> frozenset[str]:
    return frozenset(_texts(_tree(module)))


def _texts(node: ast.AST) -> Iterator[str]:
    """Texts below a node, without those that only declare and those that only explain."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
        return
    if isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if key is not None and _called(value) in ACTS:
                yield from _texts(key)
            yield from _texts(value)
        return
    if _called(node) in DECLARES:
        return
    for child in ast.iter_child_nodes(node):
        yield from _texts(child)


def _called(node: ast.AST) -> str:
    return node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
