"""What a stack's environment says of changes of its resources: hooks and restricted actions
(contract/engine-semantics.md sections 8.2 and 8.3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from common import errors
from heat_engine.graph.plan import Verb
from heat_engine.graph.states import Action
from heat_engine.language import registry_map
from heat_engine.store.resources import ResourceRecord

PRE, POST = "pre", "post"
UPDATING = frozenset({Verb.OBSERVE, Verb.UPDATE, Verb.REPLACE})


class Rules:
    """The rules for one traversal of a stack, by the registry of its environment."""

    def __init__(self, action: Action, registry: Mapping[str, Any]) -> None:
        self._action = action
        self._registry = registry

    def hook_before(self, verb: str, record: ResourceRecord) -> str | None:
        """The hook at which a step stops before it does anything."""
        if verb == Verb.CREATE and record.action != Action.INIT:
            return None
        if verb == Verb.DELETE and record.action == Action.INIT:
            return None
        return self._hook(PRE, verb, record)

    def hook_after(self, verb: str, record: ResourceRecord) -> str | None:
        """The hook at which a step stops that has done all that it had to do."""
        return self._hook(POST, verb, record)

    def restricted(self, record: ResourceRecord) -> frozenset[str]:
        """What an update may not do to a resource: ``update``, ``replace``."""
        return registry_map.restricted_actions(self._registry, record.name)

    def check(self, change: str, record: ResourceRecord) -> None:
        """Raise ResourceActionRestricted where that change is not allowed."""
        if change in self.restricted(record):
            raise errors.ResourceActionRestricted(action=change)

    def _hook(self, moment: str, verb: str, record: ResourceRecord) -> str | None:
        """Creation and deletion stop only where the whole stack is created or deleted."""
        word = "update" if verb in UPDATING else str(verb)
        if verb not in UPDATING and self._action != word.upper():
            return None
        hook = f"{moment}-{word}"
        return hook if hook in registry_map.hooks(self._registry, record.name) else None
