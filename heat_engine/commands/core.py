"""What every command works with."""

from __future__ import annotations

from dataclasses import dataclass, field

from common.policy import Policy
from heat_engine.clouds.identity import Identity
from heat_engine.clouds.interface import Clouds
from heat_engine.commands.template_cache import TemplateCache
from heat_engine.resources.registry import Registry
from heat_engine.settings import EngineSettings
from heat_engine.store.database import Database


@dataclass(frozen=True, slots=True)
class Core:
    """The engine's parts below the commands; shared by all threads, holds no tenant's state.

    policy: None allows every resource type.
    """

    settings: EngineSettings
    database: Database
    registry: Registry
    clouds: Clouds
    identity: Identity = field(default_factory=Identity)
    policy: Policy | None = None
    templates: TemplateCache = field(default_factory=TemplateCache)
