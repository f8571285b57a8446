"""What happens to a stack while engines die: one story a seed, with the end it must come to."""

from __future__ import annotations

import random
from dataclasses import dataclass

from tests.crash import acts, contents
from tests.crash.acts import Act, create, made, reach, update
from tests.crash.contents import Content

BOTH_SIDES = ["pre-create", "post-create", "pre-update", "post-update"]
PAUSED = {"port": {"hooks": BOTH_SIDES}, "group": {"*": {"hooks": BOTH_SIDES}}}
UNMADE = {"port": {"hooks": "pre-delete"}, "group": {"1": {"hooks": ["pre-delete"]}}}
LOST = {"volume": ("volume", "volumes"), "key": ("compute", "keypairs")}


@dataclass(frozen=True)
class Story:
    """``acts`` end when the last request is made; the stack must then reach ``end``.

    goal: what it consists of then, where that is one thing whatever happened: content and version.
    interrupted: whether a deletion may come in between instead, after any act behind ``arm``.
    """

    acts: tuple[Act, ...]
    end: str
    goal: tuple[Content, int] | None = None
    interrupted: bool = True

    def told(self, random: random.Random) -> Story:
        """The story, or one in four times the first part of it and then a deletion."""
        if not self.interrupted or random.random() >= 1 / 4:
            return self
        armed = self.acts.index(acts.arm)
        # What makes the stack comes first, if it does not before anybody dies.
        first = max(armed + 1, 2)
        last = random.randint(min(first, len(self.acts)), len(self.acts))
        return Story((*self.acts[:last], acts.pause, acts.delete), "DELETE_COMPLETE")


def _shot() -> tuple[Act, ...]:
    """A stack, its snapshot, and what has become of it since."""
    return (
        create(contents.base),
        reach("CREATE_COMPLETE"),
        acts.snapshot,
        reach("SNAPSHOT_COMPLETE"),
    )


def _supersede() -> tuple[Act, ...]:
    return (acts.arm, create(contents.held), acts.pause, update(contents.base))


def _again() -> tuple[Act, ...]:
    """An update takes the place of another one, and that of a third one."""
    return (
        *made(contents.base),
        update(contents.held),
        acts.pause,
        update(contents.failing, 3),
        acts.pause,
        update(contents.base, 3),
    )


def _deployed() -> tuple[Act, ...]:
    reports = (acts.report("first"), acts.report("second"))
    return (
        acts.arm,
        create(contents.deployed),
        *reports,
        reach("CREATE_COMPLETE"),
        update(contents.deployed),
        *reports,
    )


STORIES: dict[str, Story] = {
    "create": Story((acts.arm, create(contents.base)), "CREATE_COMPLETE", (contents.base, 1)),
    "signals": Story(
        (acts.arm, create(contents.signalled), acts.signal(3)),
        "CREATE_COMPLETE",
        (contents.signalled, 1),
    ),
    "update": Story(
        (*made(contents.base), update(contents.base)), "UPDATE_COMPLETE", (contents.base, 2)
    ),
    "failing create": Story((acts.arm, create(contents.failing)), "ROLLBACK_COMPLETE"),
    "failing update": Story(
        (*made(contents.base), update(contents.failing)), "ROLLBACK_COMPLETE", (contents.base, 1)
    ),
    "mended": Story(
        (
            create(contents.failing, keep=True),
            reach("CREATE_FAILED"),
            acts.arm,
            update(contents.base),
        ),
        "UPDATE_COMPLETE",
        (contents.base, 2),
    ),
    "supersede": Story(_supersede(), "UPDATE_COMPLETE", (contents.base, 2)),
    "supersede an update": Story(_again(), "UPDATE_COMPLETE", (contents.base, 3)),
    "cancel": Story(
        (*made(contents.base), update(contents.held), acts.pause, acts.cancel),
        "ROLLBACK_COMPLETE",
        (contents.base, 1),
    ),
    "cancel without rollback": Story(
        (*made(contents.base), update(contents.held), acts.pause, acts.stop),
        "UPDATE_FAILED",
    ),
    "delete": Story((*made(contents.base), acts.delete), "DELETE_COMPLETE", interrupted=False),
    "delete during create": Story(
        (acts.arm, create(contents.held), acts.pause, acts.delete),
        "DELETE_COMPLETE",
        interrupted=False,
    ),
    "snapshot": Story(
        (*made(contents.base), acts.snapshot), "SNAPSHOT_COMPLETE", (contents.base, 1)
    ),
    "delete snapshot": Story(
        (*_shot(), acts.arm, acts.delete_snapshots), "SNAPSHOT_COMPLETE", (contents.base, 1)
    ),
    "restore": Story(
        (
            *_shot(),
            update(contents.base),
            reach("UPDATE_COMPLETE"),
            acts.arm,
            acts.restore,
        ),
        "RESTORE_COMPLETE",
        (contents.base, 1),
    ),
    # Until all of it is adopted, a deletion leaves what was there before.
    "hand over": Story(
        (*made(contents.base), acts.hand_over),
        "ADOPT_COMPLETE",
        (contents.base, 1),
        interrupted=False,
    ),
    "rolling create": Story(
        (acts.arm, create(contents.rolling)), "CREATE_COMPLETE", (contents.rolling, 1)
    ),
    "rolling update": Story(
        (*made(contents.rolling), update(contents.rolling)),
        "UPDATE_COMPLETE",
        (contents.rolling, 2),
    ),
    "rolling back": Story(
        (*made(contents.rolling), update(contents.rolling_into_failure, 3)),
        "ROLLBACK_COMPLETE",
        (contents.rolling, 1),
    ),
    "hooks of a create": Story(
        (acts.arm, create(contents.base, rules=PAUSED), acts.clear_hooks),
        "CREATE_COMPLETE",
        (contents.base, 1),
    ),
    "hooks of an update": Story(
        (*made(contents.base), update(contents.base, rules=PAUSED), acts.clear_hooks),
        "UPDATE_COMPLETE",
        (contents.base, 2),
    ),
    "hooks of a delete": Story(
        (*made(contents.base, rules=UNMADE), acts.delete, acts.clear_hooks),
        "DELETE_COMPLETE",
        interrupted=False,
    ),
    "retries": Story((acts.arm, create(contents.flaky)), "CREATE_COMPLETE", (contents.flaky, 1)),
    "deep create": Story((acts.arm, create(contents.deep)), "CREATE_COMPLETE", (contents.deep, 1)),
    "deep update": Story(
        (*made(contents.deep), update(contents.deep)), "UPDATE_COMPLETE", (contents.deep, 2)
    ),
    "deployments": Story(_deployed(), "UPDATE_COMPLETE", (contents.deployed, 2)),
    "objects": Story(
        (acts.arm, create(contents.objects), acts.put(2)), "CREATE_COMPLETE", (contents.objects, 1)
    ),
    "instances": Story(
        (acts.arm, create(contents.instances)), "CREATE_COMPLETE", (contents.instances, 1)
    ),
    "instances changed": Story(
        (*made(contents.instances), update(contents.instances)),
        "UPDATE_COMPLETE",
        (contents.instances, 2),
    ),
    "converge": Story(
        (
            create(contents.base),
            reach("CREATE_COMPLETE"),
            acts.damage(LOST),
            acts.arm,
            update(contents.base, 1, converge=True),
        ),
        "UPDATE_COMPLETE",
        (contents.base, 1),
    ),
    "unhealthy": Story(
        (
            *made(contents.base),
            acts.mark_unhealthy("volume", "port"),
            update(contents.base, 1),
        ),
        "UPDATE_COMPLETE",
        (contents.base, 1),
    ),
    "suspend": Story((*made(contents.base), acts.suspend), "SUSPEND_COMPLETE"),
    "resume": Story(
        (
            create(contents.base),
            reach("CREATE_COMPLETE"),
            acts.suspend,
            reach("SUSPEND_COMPLETE"),
            acts.arm,
            acts.resume,
        ),
        "RESUME_COMPLETE",
        (contents.base, 1),
    ),
    "check": Story((*made(contents.base), acts.check), "CHECK_COMPLETE", (contents.base, 1)),
}
