"""How many resources a stack may have, those of the stacks nested in it too."""

from __future__ import annotations

from common import errors
from heat_engine.commands.core import Core
from heat_engine.store import resources
from heat_engine.store.session import Session


def check(session: Session, core: Core, root_id: str, stack_id: str | None, wanted: int) -> None:
    """Raises ``RequestLimitExceeded`` where so many resources of one stack are too many for all.

    stack_id: of the stack that there is already, if there is one. Sure while the root stack is
    locked.
    """
    limit = core.settings.max_resources_per_stack
    if limit < 0:
        return
    present = resources.count(session, stack_id) if stack_id else 0
    if resources.count_tree(session, root_id) - present + wanted > limit:
        raise errors.RequestLimitExceeded(limit="Maximum resources per stack exceeded.")
