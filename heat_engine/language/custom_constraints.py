"""Named constraints that need no service (templates.md section 2.3).

A service-backed name is known here and passes: ``lookups`` tells what its service is to be asked.
"""

from __future__ import annotations

import ipaddress
import json
import re
import zoneinfo
from collections.abc import Callable
from datetime import datetime

_LABEL = re.compile(r"(?!-)[a-zA-Z0-9-]{1,63}(?<!-)\Z")
_MAC = re.compile(
    r"[0-9a-f]{2}([:-])(?:[0-9a-f]{2}\1){4}[0-9a-f]{2}\Z"
    r"|[0-9a-f]{4}([.:-])[0-9a-f]{4}\2[0-9a-f]{4}\Z|[0-9a-f]{12}\Z",
    re.IGNORECASE,
)
_MONTHS = frozenset(
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
)
_DAYS = frozenset(["sun", "mon", "tue", "wed", "thu", "fri", "sat"])
_NO_WORDS: frozenset[str] = frozenset()
_CRON_FIELDS = (
    (0, 59, _NO_WORDS),
    (0, 23, _NO_WORDS),
    (1, 31, frozenset({"l", "w", "lw"})),
    (1, 12, _MONTHS),
    (0, 7, _DAYS | {"l"}),
    (0, 59, _NO_WORDS),
)
"""Least and greatest number, and the words, of minute, hour, day, month, weekday and second."""
_CRON_PART = re.compile(r"(?:\*|\?|[0-9a-z]+(?:-[0-9a-z]+)?)(?:/0*[1-9][0-9]{0,3}|#[1-5])?\Z")
_CRON_TERM = re.compile(r"(?<![/#0-9])[0-9]+|[a-z]+")
_FAMILIES = {
    "barbican": "container secret",
    "blazar": "reservation",
    "cinder": "backup qos_specs snapshot volume vtype",
    "designate": "zone",
    "glance": "image",
    "ironic": "node portgroup",
    "keystone": "domain group project region role service user",
    "magnum": "cluster_template",
    "manila": "share_network share_snapshot share_type",
    "mistral": "workflow",
    "neutron": "address_scope flow_classifier network port port_pair port_pair_group qos_policy "
    "router security_group segment subnet subnetpool",
    "neutron.lbaas": "listener loadbalancer pool provider",
    "neutron.taas": "tap_service tap_flow",
    "nova": "flavor host keypair network server",
    "octavia": "availabilityzone availabilityzoneprofile flavor flavorprofile l7policy listener "
    "loadbalancer pool",
    "trove": "flavor",
    "zaqar": "queue",
}
SERVICE_BACKED = frozenset(
    f"{family}.{name}" for family, names in _FAMILIES.items() for name in names.split()
)


def check(name: str, value: object) -> str | None:
    """Why a value breaks the constraint; None when it holds. Raises KeyError: unknown name."""
    if name in SERVICE_BACKED:
        return None
    function = _BUILT_IN[name]
    if not isinstance(value, str):
        value = str(value)
    return function(value)


def _ip_address(value: str) -> str | None:
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return "Invalid IP address"
    return None


def _mac_address(value: str) -> str | None:
    return None if _MAC.match(value) else "Invalid MAC address."


def _net_cidr(value: str) -> str | None:
    reason = ""
    if "/" not in value:
        reason = f"invalid IPNetwork {value}"
    else:
        try:
            ipaddress.ip_network(value, strict=False)
        except ValueError as error:
            reason = str(error)
    return f"Invalid net cidr {reason} " if reason else None


def _ip_or_cidr(value: str) -> str | None:
    return _net_cidr(value) if "/" in value else _ip_address(value)


def _iso_8601(value: str) -> str | None:
    try:
        datetime.fromisoformat(value)
    except ValueError as error:
        return str(error)
    return None


def _expiration(value: str) -> str | None:
    reason = _iso_8601(value) if value else None
    return f"Expiration {value} is invalid: {reason}" if reason else None


def _cron(value: str) -> str | None:
    if not value:
        return None
    fields = value.split()
    if len(fields) not in (5, 6):
        return f"Invalid CRON expression: {value} must have 5 or 6 fields"
    for field, known in zip(fields, _CRON_FIELDS, strict=False):
        if not all(_is_cron_part(part, *known) for part in field.lower().split(",")):
            return f"Invalid CRON expression: [{value}] is not acceptable, see {field}"
    return None


def _is_cron_part(part: str, low: int, high: int, words: frozenset[str]) -> bool:
    """Whether a part of a field is of the right form, and its numbers and words are known."""
    if not _CRON_PART.match(part):
        return False
    terms = _CRON_TERM.findall(part)
    return all(
        term in words or (term.isdecimal() and len(term) <= 2 and low <= int(term) <= high)
        for term in terms
    )


def _timezone(value: str) -> str | None:
    if not value:
        return None
    try:
        zoneinfo.ZoneInfo(value)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return f"Invalid timezone: '{value}'"
    return None


def _json_string(value: str) -> str | None:
    if not value:
        return None
    try:
        json.loads(value)
    except (ValueError, RecursionError) as error:
        return f"JSON string {value} is invalid: {error}"
    return None


def _dns_name(value: str) -> str | None:
    name = value.removesuffix(".")
    if not name:
        return None
    reason = ""
    if len(name) > 255:
        reason = f"'{value}' exceeds the 255 character FQDN limit"
    elif not all(_LABEL.match(label) for label in name.split(".")):
        reason = "Label must start and end with a letter or digit and have at most 63 characters"
    return f"'{value}' not in valid format. Reason: {reason}" if reason else None


def _relative_dns_name(value: str) -> str | None:
    if value.endswith("."):
        return f"'{value}' is a FQDN. It should be a relative domain name."
    return _dns_name(value) if value else None


def _dns_domain(value: str) -> str | None:
    if value and not value.endswith("."):
        return f"'{value}' must end with '.'."
    return _dns_name(value)


def _seconds(value: str) -> str | None:
    try:
        float(value)
    except ValueError as error:
        return str(error)
    return None


_BUILT_IN: dict[str, Callable[[str], str | None]] = {
    "cron_expression": _cron,
    "dns_domain": _dns_domain,
    "dns_name": _dns_name,
    "expiration": _expiration,
    "ip_addr": _ip_address,
    "ip_or_cidr": _ip_or_cidr,
    "iso_8601": _iso_8601,
    "json_string": _json_string,
    "mac_addr": _mac_address,
    "net_cidr": _net_cidr,
    "rel_dns_name": _relative_dns_name,
    "test_constr": _seconds,
    "timezone": _timezone,
}
