"""Compares what a cloud holds with what the engine's rows say it should hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select

from heat_engine.clouds.local import process
from heat_engine.clouds.local.cloud import LocalClouds
from heat_engine.store import resources, snapshots, tables
from heat_engine.store.database import Database
from heat_engine.store.resources import ResourceRecord

COLLECTIONS = {
    "OS::Neutron::Net": "networks",
    "OS::Neutron::Subnet": "subnets",
    "OS::Neutron::Port": "ports",
    "OS::Nova::KeyPair": "keypairs",
    "OS::Nova::Server": "servers",
    "OS::Cinder::Volume": "volumes",
    "OS::Swift::Container": "containers",
    "AWS::EC2::VPC": "networks",
    "AWS::EC2::Subnet": "subnets",
    "AWS::EC2::NetworkInterface": "ports",
    "AWS::EC2::SecurityGroup": "security_groups",
    "AWS::EC2::Volume": "volumes",
    "AWS::EC2::EIP": "floatingips",
    "AWS::EC2::Instance": "servers",
}
# Tokens begin with that of a creation, and say more where a resource makes several things.
TOKEN = 36
# Of the container that a stack's signals are put to; its users put the objects there.
SIGNALS = "signals-"
# What needs no token of its own: its service, where it says whose it is, and of which collection.
MADE_ALONG = {
    "ports": ("network", "device_id", ("servers", "routers")),
    "security_group_rules": ("network", "security_group_id", ("security_groups",)),
}
COPIED = {"images", "backups"}
UNFINISHED = ("ACTIVE", "PENDING", "CANCELLED", "SUPERSEDED")


def faults(
    database: Database,
    cloud: LocalClouds,
    stack_id: str,
    *,
    end: str,
    former: Mapping[str, str],
) -> list[str]:
    """Duplicates, orphans and leftovers, in words; the stack has come to rest at ``end``.

    former: by the token that a thing of an adopted resource was made with, its physical id.
    """
    with database.read() as session:
        family = session.execute(
            select(tables.stack.c.id).where(tables.stack.c.root_id == stack_id)
        ).scalars()
        rows = [row for member in list(family) for row in resources.load(session, member)]
        nested = session.execute(
            select(tables.stack.c.id).where(
                tables.stack.c.owner_id.is_not(None), tables.stack.c.deleted_at.is_(None)
            )
        ).scalars()
        lost = {*nested} ^ {row.child_id for row in rows if row.child_id}
        steps = session.execute(select(func.count()).select_from(tables.step)).scalar_one()
        open_traversals = session.execute(
            select(func.count())
            .select_from(tables.traversal)
            .where(tables.traversal.c.status.in_(UNFINISHED))
        ).scalar_one()
    found = [f"nested stack {lost_id} is not one of a resource's" for lost_id in sorted(lost)]
    if steps or open_traversals:
        found.append(f"{steps} steps and {open_traversals} unfinished traversals are left")
    held = cloud.audit()
    if end == "DELETE_COMPLETE":
        found += [f"row of {row.name} is left" for row in rows]
        found += [f"{what} are left: {held[what]}" for what in _not_empty(held)]
        return found + _software(database)
    found += _copy_faults(database, held)
    adopted = {row.physical_id: row for row in rows if row.action == "ADOPT"}
    known = {row.token: row for row in rows}
    known |= {token: adopted[thing] for token, thing in former.items() if thing in adopted}
    found += _thing_faults(cloud, held, rows, known)
    found += [
        f"a replaced {row.name} is left"
        for row in rows
        if row.obsolete and not end.endswith("FAILED")
    ]
    servers = {item["id"] for item in held["documents"].get("servers", ())}
    strays = set(held["processes"]) - servers
    return found + [f"processes without a server: {stray}" for stray in strays]


def _thing_faults(
    cloud: LocalClouds,
    held: dict[str, Any],
    rows: list[ResourceRecord],
    known: dict[str, ResourceRecord],
) -> list[str]:
    """What is there without a row, more than once, or not at all. known: rows by token."""
    found = []
    made: Counter[tuple[str, str]] = Counter()
    for collection, documents in held["documents"].items():
        for document in documents:
            if collection == "objects" or str(document["token"]).startswith(SIGNALS):
                continue
            token = document["token"] or _owner(cloud, collection, document, held)
            row = known.get(token[:TOKEN])
            if row is None:
                found.append(f"orphan in {collection}: {document}")
            elif COLLECTIONS.get(row.type) == collection:
                made[row.id, collection] += 1
    found += [f"{count} {key[1]} for one resource" for key, count in made.items() if count > 1]
    for row in rows:
        wanted = COLLECTIONS.get(row.type)
        finished = row.status == "COMPLETE" and row.action != "INIT"
        if wanted is not None and finished and not made[row.id, wanted]:
            found.append(f"{row.name} is {row.action}_COMPLETE and does not exist")
    return found


def _copy_faults(database: Database, held: dict[str, Any]) -> list[str]:
    """The same for what snapshots have made, which is then taken out of what is held."""
    copies = _copies(database)
    found = [
        f"orphan in {collection}: {document}"
        for collection in COPIED & held["documents"].keys()
        for document in held["documents"].pop(collection)
        if copies.pop(document["token"], None) is None
    ]
    return found + [
        f"the copy of {name} does not exist" for name, whole in copies.values() if whole
    ]


def _copies(database: Database) -> dict[str, tuple[str, bool]]:
    """By the token of a copy that a snapshot may have: of what, and whether it must be there."""
    with database.read() as session:
        ids = session.execute(select(tables.snapshot.c.id)).scalars().all()
        records = [snapshots.get(session, snapshot_id) for snapshot_id in ids]
    return {
        snapshots.part(record.id, entry["id"]): (name, bool(entry.get("saved")))
        for record in records
        if record is not None and record.action == "CREATE"
        for name, entry in record.data["resources"].items()
    }


def _owner(
    cloud: LocalClouds, collection: str, document: dict[str, Any], held: dict[str, Any]
) -> str:
    """The token of what a thing was made along with, such as a server's port; "" for none."""
    if collection not in MADE_ALONG:
        return ""
    service, field, owners = MADE_ALONG[collection]
    owner_id = cloud.session("p", {}).get(service, collection, document["id"])[field]
    tokens = {
        item["id"]: item["token"] for owner in owners for item in held["documents"].get(owner, ())
    }
    return tokens.get(owner_id) or ""


def _software(database: Database) -> list[str]:
    """What is left of the deployments of a stack that is gone."""
    with database.read() as session:
        counts = {
            table.name: session.execute(
                select(func.count()).select_from(table).where(table.c.withdrawn_at.is_(None))
            ).scalar_one()
            for table in (tables.software_config, tables.software_deployment)
        }
    return [f"{count} rows of {name} are left" for name, count in counts.items() if count]


def _not_empty(held: dict[str, Any]) -> list[str]:
    whats = [what for what in ("documents", "processes", "addresses") if held[what]]
    return whats + ["directories" for kept in held["directories"].values() if kept][:1]


def sweep(cloud: LocalClouds) -> None:
    """End whatever a failed run has left running."""
    held = cloud.audit()
    for server_id in {*held["processes"], *held["directories"]["servers"]}:
        process.kill_server(server_id, 5.0)
