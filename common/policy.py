"""Who may do what: the rules of contract/native-api.md section 6 and their enforcement."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from importlib.metadata import EntryPoint
from typing import Any

from cachetools import TTLCache
from oslo_config import cfg
from oslo_policy import _checks, policy
from stevedore import NamedExtensionManager

from common import errors
from common.context import RequestContext

READER = "role:reader and project_id:%(project_id)s"
MEMBER = "role:member and project_id:%(project_id)s"
ADMIN = "role:admin and project_id:%(project_id)s"
GUEST = "role:heat_stack_user and project_id:%(project_id)s"
READER_OR_GUEST = f"({READER}) or ({GUEST})"
NOBODY = "!"
EVERYBODY = ""
PEOPLE = "not role:heat_stack_user"

# How long a changed policy file may go unnoticed. oslo.policy looks for the files, and asks every
# check for its signature, at each question: that cost more than all the rest of a request.
DECISION_SECONDS = 5.0
MAX_DECISIONS = 4096

TYPES = "resource_types"
_ADMIN_TYPES = """OS::Blazar::Host OS::Cinder::EncryptedVolumeType OS::Cinder::QoSAssociation
    OS::Cinder::QoSSpecs OS::Cinder::Quota OS::Cinder::VolumeType OS::Keystone::*
    OS::Manila::ShareType OS::Neutron::ProviderNet OS::Neutron::QoSBandwidthLimitRule
    OS::Neutron::QoSDscpMarkingRule OS::Neutron::QoSMinimumBandwidthRule
    OS::Neutron::QoSMinimumPacketRateRule OS::Neutron::QoSPolicy OS::Neutron::Quota
    OS::Neutron::Segment OS::Nova::Flavor OS::Nova::HostAggregate OS::Nova::Quota
    OS::Octavia::AvailabilityZone OS::Octavia::AvailabilityZoneProfile OS::Octavia::Flavor
    OS::Octavia::FlavorProfile OS::Octavia::Quota"""

_SINCE = "1.0"
_WHY = "Rules name the reader and member roles; enforce_new_defaults = false brings these back."

# scope, actions, check, the older check that an operator can switch back to
_TABLE = (
    (
        "actions",
        "action snapshot suspend resume cancel_update cancel_without_rollback",
        MEMBER,
        PEOPLE,
    ),
    ("actions", "check", READER, PEOPLE),
    ("build_info", "build_info", READER, PEOPLE),
    ("events", "index show", READER, PEOPLE),
    ("resource", "index show", READER, PEOPLE),
    ("resource", "metadata signal", READER_OR_GUEST, EVERYBODY),
    ("resource", "mark_unhealthy", MEMBER, PEOPLE),
    ("service", "index", ADMIN, "role:admin and is_admin_project:True"),
    ("software_configs", "global_index", NOBODY, None),
    ("software_configs", "index show", READER, PEOPLE),
    ("software_configs", "create delete", MEMBER, PEOPLE),
    ("software_deployments", "index show", READER, PEOPLE),
    ("software_deployments", "create update delete", MEMBER, PEOPLE),
    ("software_deployments", "metadata", READER_OR_GUEST, None),
    ("stacks", "global_index", NOBODY, None),
    ("stacks", "lookup", READER_OR_GUEST, EVERYBODY),
    (
        "stacks",
        """index detail show template environment files preview list_outputs show_output
        list_snapshots show_snapshot list_resource_types list_template_versions
        list_template_functions resource_schema""",
        READER,
        PEOPLE,
    ),
    (
        "stacks",
        """create update update_patch preview_update preview_update_patch delete abandon export
        validate_template generate_template snapshot delete_snapshot restore_snapshot""",
        MEMBER,
        PEOPLE,
    ),
)


def list_rules() -> Iterator[policy.RuleDefault]:
    """All rules with their defaults; also what the policy sample is made of."""
    yield policy.RuleDefault(
        "context_is_admin",
        "role:admin and is_admin_project:True",
        description="Who may name any project in a path.",
    )
    for scope, actions, check, older in _TABLE:
        for action in actions.split():
            yield _rule(f"{scope}:{action}", check, older)
    yield policy.RuleDefault(
        "project_admin",
        "role:admin",
        description="Who may use types of the cloud's own things.",
    )
    yield from _type_rules()
    yield policy.RuleDefault(
        "stacks:update_no_change",
        "rule:stacks:update_patch",
        description="stacks: a PATCH that changes nothing",
        scope_types=["project"],
    )


def _type_rules() -> Iterator[policy.RuleDefault]:
    """Types that only an administrator may use; what is not named here, or in a policy file, is
    everybody's. ``NS::Service::*`` is a whole family."""
    for name in _ADMIN_TYPES.split():
        yield policy.RuleDefault(
            f"{TYPES}:{name}",
            "rule:project_admin",
            description=f"resource types: use {name}",
            scope_types=["project"],
        )


class Policy:
    """The rules with the operator's policy file on top.

    What was decided is remembered for ``decision_seconds``: it follows from the rule and from what
    the context says of its user, and from nothing else.
    """

    def __init__(self, conf: cfg.ConfigOpts, *, decision_seconds: float = DECISION_SECONDS) -> None:
        _checks.extension_checks = _late_checks()
        self._lock = threading.Lock()
        self._decisions: TTLCache[tuple[str, str], bool] = TTLCache(MAX_DECISIONS, decision_seconds)
        self._enforcer = policy.Enforcer(conf)
        self._enforcer.suppress_deprecation_warnings = True
        self._enforcer.register_defaults(list(list_rules()))
        self._enforcer.load_rules()

    def enforce(self, context: RequestContext, rule: str) -> None:
        """Raises ``Forbidden`` naming the rule when the context may not."""
        if not self.allows(context, rule):
            raise errors.Forbidden(action=rule)

    def allows(self, context: RequestContext, rule: str) -> bool:
        """Without a project nobody may anything: no project is not a project to share."""
        return bool(context.project_id) and self._check(context, rule)

    def allows_type(self, context: RequestContext, name: str) -> bool:
        """Whether a stack of theirs may have resources of that type."""
        self._enforcer.load_rules()
        family = f"{name.rpartition('::')[0]}::*"
        rules = (f"{TYPES}:{wanted}" for wanted in (family, name))
        known: Mapping[str, Any] = self._enforcer.rules or {}
        return all(self._check(context, rule) for rule in rules if rule in known)

    def is_admin(self, context: RequestContext) -> bool:
        return self._check(context, "context_is_admin")

    def _check(self, context: RequestContext, rule: str) -> bool:
        question = (rule, repr([*context.to_policy_values().items()]))
        with self._lock:
            known = self._decisions.get(question)
        if known is None:
            known = self._decide(context, rule)
            with self._lock:
                self._decisions[question] = known
        return known

    def _decide(self, context: RequestContext, rule: str) -> bool:
        target: dict[str, Any] = {"project_id": context.project_id, "user_id": context.user_id}
        try:
            return bool(self._enforcer.enforce(rule, target, context))
        except policy.InvalidScope:
            return False


def _late_checks() -> dict[str, Callable[[str, str], Any]]:
    """The checks that others add to oslo.policy, each loaded by the first rule that asks for it.

    The library loads them all, and with them ``requests``: 3 MiB of each process, and a sixth of
    the time that heat-api takes to start.
    """
    known = NamedExtensionManager("oslo.policy.rule_checks", names=[]).list_entry_points()
    return {entry.name: partial(_late_check, entry) for entry in known}


def _late_check(entry: EntryPoint, kind: str, match: str) -> Any:
    return entry.load()(kind, match)


def enforcer() -> policy.Enforcer:
    """For the tools of oslo.policy, which look for an enforcer by entry point."""
    made = policy.Enforcer(cfg.CONF)
    made.register_defaults(list(list_rules()))
    return made


def _rule(name: str, check: str, older: str | None) -> policy.RuleDefault:
    deprecated = None
    if older is not None:
        deprecated = policy.DeprecatedRule(
            name, older, deprecated_reason=_WHY, deprecated_since=_SINCE
        )
    scope, _, action = name.partition(":")
    return policy.RuleDefault(
        name,
        check,
        description=f"{scope}: {action.replace('_', ' ')}",
        scope_types=["project"],
        deprecated_rule=deprecated,
    )
