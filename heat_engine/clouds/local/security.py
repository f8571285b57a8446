"""Security groups and their rules. Documents: the loopback interface has no packet filter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from heat_engine.clouds.interface import CloudError, Document
from heat_engine.clouds.local.collection import Collection
from heat_engine.clouds.local.documents import Documents, Transaction
from heat_engine.clouds.local.fields import integer, invalid, required, text

_IDENTITY = (
    "security_group_id",
    "direction",
    "ethertype",
    "protocol",
    "port_range_min",
    "port_range_max",
    "remote_ip_prefix",
    "remote_group_id",
)


class SecurityGroups(Collection):
    name = "security_groups"
    singular = "Security group"

    def __init__(self, documents: Documents, rules: SecurityGroupRules) -> None:
        super().__init__(documents)
        self._rules = rules

    def build(
        self, transaction: Transaction, project_id: str, body: Mapping[str, Any], token: str | None
    ) -> Document:
        required(body, "security_groups", "name")
        group = super().build(transaction, project_id, body, token)
        for ethertype in ("IPv4", "IPv6"):
            self._rules.build(
                transaction,
                project_id,
                {
                    "security_group_id": group["id"],
                    "direction": "egress",
                    "ethertype": ethertype,
                },
                None,
            )
        return group

    def fields(
        self, transaction: Transaction, project_id: str, body: Mapping[str, Any]
    ) -> Document:
        return {"description": text(body, "security_groups", "description"), "stateful": True}

    def show(self, transaction: Transaction, document: Document) -> Document:
        rules = transaction.query("security_group_rules", security_group_id=document["id"])
        return {**document, "security_group_rules": rules}

    def unbuild(self, transaction: Transaction, document: Document) -> None:
        users = [
            port["id"]
            for port in transaction.query("ports", document["project_id"])
            if document["id"] in port["security_groups"]
        ]
        if users:
            raise CloudError(
                "conflict", f"Security Group {document['id']} in use by port {users[0]}."
            )
        for rule in transaction.query("security_group_rules", security_group_id=document["id"]):
            transaction.remove("security_group_rules", rule["id"])
        super().unbuild(transaction, document)


class SecurityGroupRules(Collection):
    name = "security_group_rules"
    singular = "Security group rule"

    def fields(
        self, transaction: Transaction, project_id: str, body: Mapping[str, Any]
    ) -> Document:
        where = "security_group_rules"
        group_id = required(body, where, "security_group_id")
        group = transaction.visible("security_groups", project_id, group_id)
        if group is None:
            raise CloudError("not_found", f"Security group {group_id} does not exist")
        direction = required(body, where, "direction")
        if direction not in ("ingress", "egress"):
            raise invalid(f"{where}.direction", f"{direction!r} is neither ingress nor egress")
        ports = [
            None if body.get(name) is None else integer(body, where, name, least=-1)
            for name in ("port_range_min", "port_range_max")
        ]
        if ports[0] is not None and ports[1] is not None and ports[0] > ports[1]:
            raise invalid(f"{where}.port_range_min", "is greater than port_range_max")
        remote = body.get("remote_group_id")
        rule: Document = {
            "security_group_id": group["id"],
            "direction": direction,
            "ethertype": body.get("ethertype") or "IPv4",
            "protocol": None if body.get("protocol") is None else str(body["protocol"]).lower(),
            "port_range_min": ports[0],
            "port_range_max": ports[1],
            "remote_ip_prefix": body.get("remote_ip_prefix"),
            "remote_group_id": find_groups(transaction, project_id, [remote])[0]
            if remote
            else None,
        }
        for other in transaction.query(where, security_group_id=group["id"]):
            if all(other[name] == rule[name] for name in _IDENTITY):
                raise CloudError(
                    "conflict", f"Security group rule already exists. Rule id is {other['id']}."
                )
        return rule


def find_groups(
    transaction: Transaction, project_id: str, names: Iterable[str] | None
) -> list[str]:
    """The ids of those groups, given by id or name; without any, that of ``default``."""
    ids = []
    for name in ["default"] if names is None else names:
        group = transaction.visible("security_groups", project_id, str(name))
        if group is None:
            raise CloudError("not_found", f"Security group {name} does not exist")
        ids.append(group["id"])
    return ids
