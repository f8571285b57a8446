"""Functions of the template language: small classes in a registry by version."""

from __future__ import annotations

from typing import Any

from heat_engine.language.functions.base import Resolution
from heat_engine.language.scope import Scope
from heat_engine.language.unknown import ABSENT

__all__ = ["resolve"]


def resolve(snippet: Any, scope: Scope) -> Any:
    """Plain data of a bound snippet. Parts without functions are shared, so do not change them.

    Raises errors of the catalogue: StackValidationFailed, InvalidTemplateReference,
    InvalidTemplateAttribute, UserParameterMissing, RequestLimitExceeded.
    """
    value = Resolution(scope).resolve(snippet)
    return None if value is ABSENT else value
