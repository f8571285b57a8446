"""What happens to a stack while engines die: one story a seed, with the end it must come to."""

from __future__ import annotations

import contextlib
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from common import errors

Resources = dict[str, Any]
NAME = "crash"


class Teller(Protocol):
    """What a story does to its stack; ``arm`` lights the fuses of the engines."""

    random: random.Random

    def create(self, resources: Resources) -> None: ...
    def update(self, resources: Resources) -> None: ...
    def delete(self) -> None: ...
    def cancel(self) -> None: ...
    def snapshot(self) -> None: ...
    def delete_snapshots(self) -> None: ...
    def restore(self) -> None: ...
    def hand_over(self) -> None: ...
    def signal(self, resource: str, id: str) -> None: ...
    def reach(self, state: str) -> None: ...
    def arm(self) -> None: ...
    def pause(self) -> None: ...


@dataclass(frozen=True)
class Story:
    """``tell`` ends when the last request is made; the stack must then reach ``end``."""

    tell: Callable[[Teller], None]
    end: str


def base(random: random.Random, version: int = 1) -> Resources:
    """Things that depend on one another, some of them in a nested stack; a later version changes
    some and replaces some."""
    make = random.choice
    resources: Resources = {
        "net": _of("OS::Neutron::Net", name=f"net-{version}"),
        "subnet": _of("OS::Neutron::Subnet", network=_ref("net"), cidr="10.20.0.0/24"),
        "port": {
            **_of("OS::Neutron::Port", network=_ref("net"), name=f"port-{version}"),
            "depends_on": "subnet",
        },
        "key": _of("OS::Nova::KeyPair", name=f"key-{version}"),
        "volume": _of(
            "OS::Cinder::Volume", size=1, name=f"volume-{version}", availability_zone=f"z{version}"
        ),
        "text": _of("OS::Heat::RandomString", salt=str(version)),
        "told": _of("OS::Heat::TestResource", value={"get_resource": "port"}),
        "group": {
            **_of(
                "OS::Heat::ResourceGroup",
                count=version + 1,
                resource_def=_of("OS::Neutron::Net", name=f"member-%index%-{version}"),
            ),
            "update_policy": {"rolling_update": {"max_batch_size": 2}},
        },
    }
    if make((False, False, True)):
        resources["server"] = {
            **_of(
                "OS::Nova::Server",
                name="server",
                image="debian",
                flavor="m1.tiny",
                networks=[{"network": _ref("net")}],
                user_data=f"#!/bin/sh\necho {version}\n",
                user_data_format="RAW",
            ),
            "depends_on": "subnet",
        }
    return resources


def waiting(count: int) -> Resources:
    return {
        "handle": _of("OS::Heat::WaitConditionHandle"),
        "wait": _of("OS::Heat::WaitCondition", handle=_ref("handle"), timeout=120, count=count),
    }


def _of(type_name: str, **properties: Any) -> Resources:
    return {"type": type_name, "properties": properties}


def _ref(name: str) -> Resources:
    return {"get_resource": name}


def _next(resources: Resources) -> Resources:
    """The next version of the same resources."""
    fresh = base(random.Random(0), version=2)
    changed = {name: fresh.get(name, item) for name, item in resources.items() if name != "text"}
    if "server" in resources:
        properties = {**resources["server"]["properties"], "user_data": "#!/bin/sh\necho 2\n"}
        changed["server"] = {**resources["server"], "properties": properties}
    return changed


def create(teller: Teller) -> None:
    teller.arm()
    teller.create(base(teller.random))


def signals(teller: Teller) -> None:
    teller.arm()
    teller.create({**base(teller.random), **waiting(3)})
    senders = [
        threading.Thread(target=teller.signal, args=("handle", str(number))) for number in range(3)
    ]
    for sender in senders:
        sender.start()
        teller.pause()
    for sender in senders:
        sender.join()


def update(teller: Teller) -> None:
    resources = base(teller.random)
    teller.create(resources)
    teller.reach("CREATE_COMPLETE")
    teller.arm()
    teller.update(_next(resources))


def failing_update(teller: Teller) -> None:
    resources = base(teller.random)
    teller.create(resources)
    teller.reach("CREATE_COMPLETE")
    teller.arm()
    changed = _next(resources)
    failing = {**_of("OS::Heat::TestResource", fail=True), "depends_on": list(changed)}
    teller.update({**changed, "failing": failing})


def supersede(teller: Teller) -> None:
    resources = base(teller.random)
    teller.arm()
    teller.create({**resources, **waiting(1)})
    teller.pause()
    teller.update(_next(resources))


def cancel(teller: Teller) -> None:
    resources = base(teller.random)
    teller.create(resources)
    teller.reach("CREATE_COMPLETE")
    teller.arm()
    teller.update({**_next(resources), **waiting(1)})
    teller.pause()
    teller.cancel()


def delete(teller: Teller) -> None:
    teller.create(base(teller.random))
    teller.reach("CREATE_COMPLETE")
    teller.arm()
    teller.delete()


def delete_during_create(teller: Teller) -> None:
    teller.arm()
    teller.create({**base(teller.random), **waiting(1)})
    teller.pause()
    teller.delete()


def _shot(teller: Teller) -> Resources:
    """A stack and its snapshot."""
    resources = base(teller.random)
    teller.create(resources)
    teller.reach("CREATE_COMPLETE")
    teller.snapshot()
    teller.reach("SNAPSHOT_COMPLETE")
    return resources


def snapshot(teller: Teller) -> None:
    teller.create(base(teller.random))
    teller.reach("CREATE_COMPLETE")
    teller.arm()
    teller.snapshot()


def delete_snapshot(teller: Teller) -> None:
    _shot(teller)
    teller.arm()
    teller.delete_snapshots()


def delete_during_snapshot(teller: Teller) -> None:
    teller.create(base(teller.random))
    teller.reach("CREATE_COMPLETE")
    teller.arm()
    teller.snapshot()
    teller.pause()
    teller.delete()


def restore(teller: Teller) -> None:
    resources = _shot(teller)
    teller.update(_next(resources))
    teller.reach("UPDATE_COMPLETE")
    teller.arm()
    teller.restore()


def hand_over(teller: Teller) -> None:
    """Abandoned and adopted; what was adopted is then deleted."""
    teller.create(base(teller.random))
    teller.reach("CREATE_COMPLETE")
    teller.arm()
    teller.hand_over()


STORIES: dict[str, Story] = {
    "create": Story(create, "CREATE_COMPLETE"),
    "signals": Story(signals, "CREATE_COMPLETE"),
    "update": Story(update, "UPDATE_COMPLETE"),
    "failing update": Story(failing_update, "ROLLBACK_COMPLETE"),
    "supersede": Story(supersede, "UPDATE_COMPLETE"),
    "cancel": Story(cancel, "ROLLBACK_COMPLETE"),
    "delete": Story(delete, "DELETE_COMPLETE"),
    "delete during create": Story(delete_during_create, "DELETE_COMPLETE"),
    "snapshot": Story(snapshot, "SNAPSHOT_COMPLETE"),
    "delete snapshot": Story(delete_snapshot, "SNAPSHOT_COMPLETE"),
    "delete during snapshot": Story(delete_during_snapshot, "DELETE_COMPLETE"),
    "restore": Story(restore, "RESTORE_COMPLETE"),
    "hand over": Story(hand_over, "ADOPT_COMPLETE"),
}


def forgiving(call: Callable[[], Any], *expected: type[errors.HearthError]) -> None:
    """Make a call that may find its work done already by an earlier try."""
    with contextlib.suppress(*expected):
        call()
