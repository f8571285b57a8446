"""An in-memory cloud with the real interface's semantics, faults and slow changes."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from heat_engine.clouds.interface import TOKEN, Cloud, CloudError, Document

Call = tuple[Any, ...]
Done = list[Call]


class Crash(BaseException):
    """The engine dies after the cloud did what it was asked."""


@dataclass
class Fault:
    """What happens at the next call of ``verb`` on ``collection``, before or after it."""

    verb: str
    collection: str
    error: BaseException
    after: bool = False


@dataclass
class CloudDouble:
    """``slow``: collection to the states a new thing goes through, one a look; ``dying``: looks
    until a deleted thing is gone."""

    slow: dict[str, list[str]] = field(default_factory=dict)
    dying: int = 0
    things: dict[str, dict[str, Document]] = field(default_factory=dict)
    tokens: dict[tuple[str, str], str] = field(default_factory=dict)
    buried: set[tuple[str, str]] = field(default_factory=set)
    faults: list[Fault] = field(default_factory=list)
    calls: list[tuple[Any, ...]] = field(default_factory=list)
    _numbers: Any = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        self.add("networks", id="net-1", name="private", status="ACTIVE")
        self.add("subnets", id="subnet-1", name="private-subnet", network_id="net-1")
        self.add("images", id="image-1", name="debian")
        self.add("images", id="image-2", name="fedora")
        self.add("flavors", id="1", name="m1.tiny")
        self.add("flavors", id="2", name="m1.small")

    def add(self, collection: str, **document: Any) -> None:
        self.things.setdefault(collection, {})[document["id"]] = document

    def made(self, collection: str) -> list[Document]:
        """What tokens have made and is still there."""
        ids = {made for (name, _), made in self.tokens.items() if name == collection}
        return [thing for key, thing in self.things.get(collection, {}).items() if key in ids]

    def fail(self, verb: str, collection: str, kind: str, times: int = 1) -> None:
        error = CloudError(kind, f"{collection} {kind}")
        self.faults += [Fault(verb, collection, error) for _ in range(times)]

    def crash_after(self, verb: str, collection: str) -> None:
        self.faults.append(Fault(verb, collection, Crash(), after=True))

    def _strike(self, verb: str, collection: str, *, after: bool) -> None:
        for fault in self.faults:
            if (fault.verb, fault.collection, fault.after) == (verb, collection, after):
                self.faults.remove(fault)
                raise fault.error

    def _of(self, collection: str, id: str) -> Document:
        thing = self.things.get(collection, {}).get(id)
        if thing is None:
            raise CloudError("not_found", f"{collection} {id} could not be found.")
        return thing

    def create(
        self, service: str, collection: str, body: Mapping[str, Any], *, token: str
    ) -> Document:
        self.calls.append(("create", collection, dict(body), token))
        self._strike("create", collection, after=False)
        if (collection, token) in self.buried:
            raise CloudError("conflict", "This request was withdrawn.")
        made = self.tokens.get((collection, token))
        if made is None or made not in self.things.get(collection, {}):
            made = f"{collection}-{next(self._numbers)}"
            if collection == "keypairs":
                made = body["name"]
            states = [*self.slow.get(collection, ["ACTIVE"])]
            thing = {**body, "id": made, "status": states[0], "states": states[1:]}
            self.add(collection, **thing)
            self.tokens[collection, token] = made
            getattr(self, f"_make_{collection}", lambda thing: None)(self._of(collection, made))
        self._strike("create", collection, after=True)
        return self._shown(collection, made)

    def _make_servers(self, server: Document) -> None:
        server["flavor"] = {"id": server.pop("flavorRef")}
        for item in server.get("networks") or [{"uuid": "net-1"}]:
            port_id = item.get("port")
            if port_id is None:
                port_id = f"ports-{next(self._numbers)}"
                self.add("ports", id=port_id, network_id=item["uuid"], name="", with_server=True)
            self._join(server, port_id)

    def _join(self, server: Document, port_id: str) -> None:
        port = self._of("ports", port_id)
        for fixed in port.setdefault("fixed_ips", [{"subnet_id": "subnet-1"}]):
            fixed.setdefault("ip_address", f"10.0.0.{next(self._numbers)}")
        port["device_id"] = server["id"]
        shown = server.setdefault("addresses", {}).setdefault("private", [])
        shown += [{"addr": fixed["ip_address"], "version": 4} for fixed in port["fixed_ips"]]

    def _make_volume_attachments(self, attachment: Document) -> None:
        self._of("volumes", attachment["volume_id"])["status"] = "in-use"

    def _make_volumes(self, volume: Document) -> None:
        if volume["status"] == "ACTIVE":
            volume["status"] = "available"

    def _make_backups(self, backup: Document) -> None:
        if backup["volume_id"] not in self.things.get("volumes", {}):
            del self.things["backups"][backup["id"]]
        self._of("volumes", backup["volume_id"])
        if backup["status"] == "ACTIVE":
            backup["status"] = "available"

    def _make_security_groups(self, group: Document) -> None:
        for ethertype in ("IPv4", "IPv6"):
            number = f"rule-{next(self._numbers)}"
            rule = {"direction": "egress", "ethertype": ethertype}
            self.add("security_group_rules", id=number, security_group_id=group["id"], **rule)

    def _shown(self, collection: str, id: str) -> Document:
        thing = self._of(collection, id)
        return {key: value for key, value in thing.items() if key not in ("states", "dying")}

    def find(self, service: str, collection: str, token: str) -> Document | None:
        self.calls.append(("find", collection, token))
        made = self.tokens.get((collection, token), "")
        return self._shown(collection, made) if made in self.things.get(collection, {}) else None

    def get(self, service: str, collection: str, id: str) -> Document:
        self.calls.append(("get", collection, id))
        self._strike("get", collection, after=False)
        thing = self._of(collection, id)
        if thing.get("states"):
            thing["status"] = thing["states"].pop(0)
        if "dying" in thing:
            thing["dying"] -= 1
            if thing["dying"] <= 0:
                self._vanish(collection, id)
                self._of(collection, id)
        return self._shown(collection, id)

    def _vanish(self, collection: str, id: str) -> None:
        thing = self.things[collection].pop(id)
        if collection == "volume_attachments":
            self._of("volumes", thing["volume_id"])["status"] = "available"
        if collection == "servers":
            for port in [*self.things.get("ports", {}).values()]:
                if port.get("device_id") == id:
                    port["device_id"] = ""
                    if port.get("with_server"):
                        del self.things["ports"][port["id"]]

    def list(self, service: str, collection: str, **query: str) -> list[Document]:
        self.calls.append(("list", collection, query))
        shown = [self._shown(collection, key) for key in self.things.get(collection, {})]
        return [item for item in shown if all(item.get(k) == v for k, v in query.items())]

    def update(self, service: str, collection: str, id: str, body: Mapping[str, Any]) -> Document:
        self.calls.append(("update", collection, id, dict(body)))
        self._strike("update", collection, after=False)
        self._of(collection, id).update(body)
        self._strike("update", collection, after=True)
        return self._shown(collection, id)

    def delete(self, service: str, collection: str, id: str) -> None:
        self.calls.append(("delete", collection, id))
        self._strike("delete", collection, after=False)
        thing = self._of(collection, id)
        if self.dying:
            thing.setdefault("dying", self.dying)
        else:
            self._vanish(collection, id)
        self._strike("delete", collection, after=True)

    def forget(self, service: str, collection: str, token: str) -> None:
        self.calls.append(("forget", collection, token))
        self._strike("forget", collection, after=False)
        self.buried.add((collection, token))
        made = self.tokens.get((collection, token))
        if made in self.things.get(collection, {}):
            self._vanish(collection, str(made))

    def act(
        self, service: str, collection: str, id: str, action: str, body: Mapping[str, Any]
    ) -> Document | None:
        self.calls.append(("act", collection, id, action, dict(body)))
        self._strike("act", collection, after=False)
        thing = self._of(collection, id)
        if action == "createImage":
            token = body["metadata"][TOKEN]
            self.create("image", "images", {"name": body["name"]}, token=token)
        elif action.endswith("_interface"):
            self._interface(thing, action, str(body["port_id"]))
        else:
            thing.update(_effect(action, body))
        self._strike("act", collection, after=True)
        return None

    def _interface(self, server: Document, action: str, port_id: str) -> None:
        if action == "attach_interface":
            self._join(server, port_id)
            return
        port = self._of("ports", port_id)
        port["device_id"] = ""
        if port.get("with_server"):
            del self.things["ports"][port_id]

    def done(self, verb: str, collection: str) -> Done:
        return [call for call in self.calls if call[:2] == (verb, collection)]


def _effect(action: str, body: Mapping[str, Any]) -> Document:
    match action:
        case "suspend":
            return {"states": ["SUSPENDED"]}
        case "resume":
            return {"states": ["ACTIVE"]}
        case "rebuild":
            return {**body, "status": "REBUILD", "states": ["ACTIVE"]}
        case "resize":
            flavor = {"id": body["flavorRef"]}
            return {"status": "RESIZE", "states": ["VERIFY_RESIZE"], "flavor": flavor}
        case "confirmResize":
            return {"status": "ACTIVE"}
        case "os-extend":
            return {"status": "extending", "states": ["available"], "size": body["new_size"]}
        case "os-retype":
            new_type = body["new_type"]
            return {"status": "retyping", "states": ["available"], "volume_type": new_type}
    return {}


def as_cloud(double: CloudDouble) -> Cloud:
    """The double keeps to the protocol: the type checker says so here."""
    return double
