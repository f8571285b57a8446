"""Give back to the identity service what stacks do not need any more: trusts, guests, their places.

Each is a row since the transaction after which nobody needs it, so that none is forgotten; to give
the same back twice, as two engines may, does no harm.
"""

from __future__ import annotations

import logging

from heat_engine.clouds.identity import Identity
from heat_engine.clouds.interface import CloudError
from heat_engine.commands.core import Core
from heat_engine.store import revocations
from heat_engine.store.revocations import Revocation

LOG = logging.getLogger(__name__)

AT_ONCE = 50
MOST_ATTEMPTS = 20
LONGEST_PAUSE = 3600.0


def run(core: Core) -> None:
    """Give back what is due. What cannot be given back now is tried later, a bounded time."""
    for item in core.database.query(revocations.due, AT_ONCE):
        try:
            _give_back(core.identity, item)
        except CloudError as error:
            if item.attempts < MOST_ATTEMPTS:
                pause = min(LONGEST_PAUSE, 2.0**item.attempts)
                core.database.transact(revocations.postpone, item, pause)
                continue
            LOG.warning("a %s is left in the identity service: %s", item.kind, error)
        core.database.transact(revocations.remove, item.id)


def _give_back(identity: Identity, item: Revocation) -> None:
    match item.kind:
        case revocations.DELEGATION:
            identity.revoke(item.body)
        case revocations.GUEST:
            identity.dismiss(item.body["name"])
        case revocations.PLACE:
            identity.dissolve(item.body["name"])
