"""The services of an OpenStack cloud as a table: where a collection is, and how to find again what
a token has made.

Services have no common way to hand a token along, so each collection says which of these it has.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field


class Mark(enum.Enum):
    """Where the token stands in a thing.

    NONE: nowhere; what was made cannot be found by it. FIELD: in a field of its own. METADATA: in
    its metadata. NAME_THEN_TAG: it is the name until it is a tag, then the thing gets its own name.
    DESCRIPTION: in a description that nobody else wants.
    """

    NONE = "none"
    FIELD = "field"
    METADATA = "metadata"
    NAME_THEN_TAG = "name_then_tag"
    DESCRIPTION = "description"


@dataclass(frozen=True, slots=True)
class Collection:
    """singular: the envelope of one thing, empty where there is none. path: behind the service's
    root. detail: where lists with all fields are. identifier: the field that things are known by.
    """

    singular: str
    path: str
    mark: Mark = Mark.NONE
    detail: str = ""
    identifier: str = "id"


@dataclass(frozen=True, slots=True)
class Service:
    """type: in the catalog. version: of its API, the lowest that will do. change: the verb that
    changes a thing. hyphens: whether paths have them where names of collections have underscores.
    enveloped: whether bodies are wrapped in the thing's noun."""

    type: str
    version: str
    change: str = "PUT"
    mark: Mark = Mark.NONE
    microversion: str | None = None
    hyphens: bool = False
    enveloped: bool = True
    collections: Mapping[str, Collection] = field(default_factory=dict)

    def collection(self, name: str) -> Collection:
        """What is known of a collection, or follows from its name."""
        name = name.replace("-", "_")
        if name in self.collections:
            return self.collections[name]
        singular = f"{name[:-3]}y" if name.endswith("ies") else name.removesuffix("s")
        path = name.replace("_", "-") if self.hyphens else name
        return Collection(singular if self.enveloped else "", path, self.mark)


SERVICES: Mapping[str, Service] = {
    "identity": Service("identity", "3", change="PATCH", mark=Mark.FIELD),
    "compute": Service(
        "compute",
        "2.1",
        microversion="2.79",
        collections={
            "servers": Collection("server", "servers", Mark.METADATA, detail="/detail"),
            "keypairs": Collection("keypair", "os-keypairs", identifier="name"),
            "server_groups": Collection("server_group", "os-server-groups"),
            "flavors": Collection("flavor", "flavors", detail="/detail"),
        },
    ),
    "network": Service(
        "network",
        "2.0",
        hyphens=True,
        mark=Mark.NAME_THEN_TAG,
        collections={
            "floatingips": Collection("floatingip", "floatingips", Mark.DESCRIPTION),
            "security_group_rules": Collection(
                "security_group_rule", "security-group-rules", Mark.DESCRIPTION
            ),
        },
    ),
    "volume": Service(
        "block-storage",
        "3",
        microversion="3.59",
        collections={
            name: Collection(name[:-1], name, Mark.METADATA, detail="/detail")
            for name in ("volumes", "snapshots")
        }
        | {
            "backups": Collection("backup", "backups", Mark.METADATA, detail="/detail"),
            "volume_types": Collection("volume_type", "types"),
        },
    ),
    "image": Service("image", "2", change="PATCH", mark=Mark.FIELD, enveloped=False),
}
