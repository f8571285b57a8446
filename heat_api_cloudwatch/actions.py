"""The actions of the CloudWatch API that this service knows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from common import pipeline
from common.aws.query import KnownActions

ACTIONS: Mapping[str, Callable[..., Any]] = {}


def filter_factory(global_conf: dict[str, str], **_local: str) -> pipeline.Filter:
    """Paste filter ``cloudwatchactions``."""
    limit = pipeline.services(global_conf).conf.max_json_body_size
    return lambda application: KnownActions(application, ACTIONS, limit)
