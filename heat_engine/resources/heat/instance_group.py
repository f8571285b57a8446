"""OS::Heat::InstanceGroup (contract/engine-semantics.md section 10.5)."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from common import errors
from heat_engine.language.schema import Attribute, Constraint, Kind, Property, between
from heat_engine.language.scope import follow
from heat_engine.resources.aws import tags
from heat_engine.resources.aws.instance import ScaledResource
from heat_engine.resources.aws.launch_configuration import LaunchConfiguration, instance_properties
from heat_engine.resources.child import Child, ChildStack
from heat_engine.resources.heat import group_members
from heat_engine.resources.heat.batched_group import BatchedGroup, Policy, Wanted
from heat_engine.resources.heat.batches import Batch
from heat_engine.resources.heat.group_members import Member, resting
from heat_engine.resources.protocol import Peer, Request

ROLLING = "RollingUpdate"
CONFIGURATION = "LaunchConfigurationName"
METERING = "metering."
GROUP_NAME = "metering.groupname"
NO_DURATION = "Only ISO 8601 duration format of the form PT#H#M#S is supported."
LONGEST_PAUSE = 3600
NAME_LENGTH = 12
ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
_DURATION = r"^PT(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?$"


def seconds(duration: str) -> float:
    """Seconds of ``PT#H#M#S``. Raises Invalid for another form, and for more than an hour."""
    match = re.match(_DURATION, duration)
    if match is None:
        raise errors.Invalid(NO_DURATION)
    hours, minutes, rest = (int(part or 0) for part in match.groups())
    total = hours * 3600 + minutes * 60 + rest
    if total > LONGEST_PAUSE:
        raise errors.Invalid("Maximum PauseTime is 1 hour.")
    return float(total)


def rolling_policy() -> Property:
    """The schema of an update policy of the AWS kind."""
    return Property(
        Kind.MAP,
        "Change the instances in batches.",
        schema={
            "MinInstancesInService": Property(
                Kind.INTEGER,
                "How many instances to leave alone at any time.",
                default=0,
                constraints=(between(0),),
            ),
            "MaxBatchSize": Property(
                Kind.INTEGER,
                "How many instances to change at once.",
                default=1,
                constraints=(between(1),),
            ),
            "PauseTime": Property(
                Kind.STRING,
                "Time between batches, as PT#H#M#S.",
                default="PT0S",
                constraints=(Constraint("allowed_pattern", _DURATION, NO_DURATION),),
            ),
        },
    )


class InstanceGroup(BatchedGroup):
    """Instances of one launch configuration, under names made up for them.

    Without an update policy those that there are stay as they were made, but for failed ones.
    """

    name = "OS::Heat::InstanceGroup"
    description = "A number of instances that are made alike."
    peers = (LaunchConfiguration.name,)
    # An example instance of the launch configuration may have to be looked at.
    instant = False
    properties = {
        "AvailabilityZones": Property(
            Kind.LIST, "Not used: the cloud chooses where instances are made.", required=True
        ),
        CONFIGURATION: Property(
            Kind.STRING,
            "Reference of the launch configuration.",
            required=True,
            updatable=True,
        ),
        "Size": Property(Kind.INTEGER, "How many instances.", required=True, updatable=True),
        "LoadBalancerNames": Property(
            Kind.LIST, "Load balancers that are told of the instances; none are offered yet."
        ),
        "Tags": tags.TAGS,
    }
    attributes = {
        "InstanceList": Attribute("Addresses of the instances, with commas between.", live=True)
    }
    update_policy = {ROLLING: rolling_policy()}

    def validate(self, properties: Mapping[str, Any], stack_timeout: float) -> Sequence[str]:
        balancers, size = properties.get("LoadBalancerNames"), properties.get("Size")
        problems = [
            f"Unsupported resource '{name}' in LoadBalancerNames"
            for name in (balancers if isinstance(balancers, list) else ())
        ]
        if isinstance(size, int) and size < 0:
            problems.append("The size of InstanceGroup can not be less than zero")
        return problems

    def target(self, request: Request) -> int:
        return int(request.properties["Size"])

    def present(self, request: Request) -> int:
        return len(request.child.members()) if request.child is not None else 0

    def chosen_policy(self, request: Request) -> Policy | None:
        found = request.update_policy.get(ROLLING)
        renews = request.verb == "update" and CONFIGURATION in request.changed
        if not renews or not isinstance(found, Mapping):
            return None
        return Policy(
            batch_size=int(found.get("MaxBatchSize") or 1),
            in_service=int(found.get("MinInstancesInService") or 0),
            pause=seconds(str(found.get("PauseTime") or "PT0S")),
            bridging=True,
        )

    def next_stack(self, request: Request, batch: Batch, *, first: bool) -> Wanted:
        """Instances that have failed go first, then the oldest; the oldest are renewed first.

        During a renewal those go that are still to be renewed. Those that have failed are made
        anew in any case, and then from what is wanted now.
        """
        member = self._member_of(request)
        child = request.child
        old = group_members.present(child) if child is not None else {}
        rolling = self.chosen_policy(request) is not None
        kept = _by_age(child, old, member if rolling else None)
        kept = kept[len(kept) - min(batch.size, len(kept)) :]
        fresh = [_new_name(old) for _ in range(batch.size - len(kept))]
        left = batch.renewed - len(fresh) if rolling else 0
        members = {}
        sound = group_members.sound(child) if child is not None else {}
        for name in kept:
            renew = old[name] != member and (left > 0 or name not in sound)
            left -= renew
            members[name] = member if renew else old[name]
        members.update(dict.fromkeys(fresh, member))
        document, parameters = group_members.template(members)
        return Wanted(ChildStack("CREATE", document, parameters))

    def own(self, request: Request, attribute: str, path: Sequence[Any]) -> Any:
        child = request.child
        if attribute == "show" or child is None:
            return None
        if attribute != "InstanceList":
            return super().own(request, attribute, path)
        addresses = [
            str(child.attribute(name, "PublicIp", ())) for name in resting(child, child.members())
        ]
        return follow(",".join(addresses) or None, path)

    def attribute_names(self, request: Request) -> Sequence[str]:
        return tuple(self.attributes)

    def tags_of(self, request: Request) -> list[dict[str, str]]:
        """The tags of the instances: the group's own name is among them unless metering has one."""
        given = [dict(tag) for tag in request.properties.get("Tags") or ()]
        if any(str(tag["Key"]).startswith(METERING) for tag in given):
            return given
        return [*given, {"Key": GROUP_NAME, "Value": request.physical_name}]

    def _member_of(self, request: Request) -> Member:
        """What an instance is made from now."""
        configuration = self._configuration(request)
        made = instance_properties(request.cloud, configuration.properties)
        made["Tags"] = self.tags_of(request)
        return Member(ScaledResource.name, made, dict(configuration.metadata) or None)

    def _configuration(self, request: Request) -> Peer:
        wanted = request.properties[CONFIGURATION]
        for peer in request.peers:
            if peer.reference_id == wanted:
                return peer
        if any(peer.name == wanted for peer in request.peers):
            raise errors.Invalid(
                f"{CONFIGURATION} ({wanted}) requires a reference to the configuration not just "
                "the name of the resource."
            )
        raise errors.Invalid(f"{CONFIGURATION} ({wanted}) reference can not be found.")


def _by_age(child: Child | None, old: Mapping[str, Member], renewed: Member | None) -> list[str]:
    """Names of members: those that have failed, those that are not renewed, the oldest."""
    states = child.members() if child is not None else {}
    names = [name for name in states if name in old]
    names += [name for name in old if name not in states]
    return sorted(
        names,
        key=lambda name: (
            not states.get(name, "").endswith("_FAILED"),
            renewed is not None and old[name] == renewed,
        ),
    )


def _new_name(taken: Mapping[str, Any]) -> str:
    while True:
        name = "".join(secrets.choice(ALPHABET) for _ in range(NAME_LENGTH))
        if name not in taken:
            return name
