"""Keeps secrets out of what people read: reasons, events, error messages."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from heat_engine.language.parameter_schema import ParameterSchema
from heat_engine.language.parameters import Parameters
from heat_engine.resources.heat.group_members import LABEL
from heat_engine.store.resources import ResourceRecord

STARS = "******"
# A shorter text stands in too many places by chance to be told from a secret.
SHORTEST = 4
# Where an environment has values.
SECTIONS = ("parameters", "parameter_defaults")
# Where a resource's data keeps the credential that was made for it.
GUEST = "guest"


def masked(text: str, secrets: Iterable[str]) -> str:
    """The text with stars in place of each secret."""
    for secret in sorted(set(secrets), key=len, reverse=True):
        if len(secret) >= SHORTEST:
            text = text.replace(secret, STARS)
    return text


def masked_within(value: Any, secrets: Collection[str]) -> Any:
    """Plain data with stars in place of each secret, wherever a text holds it."""
    if isinstance(value, str):
        return masked(value, secrets)
    if isinstance(value, dict):
        return {masked(key, secrets): masked_within(item, secrets) for key, item in value.items()}
    if isinstance(value, list):
        return [masked_within(item, secrets) for item in value]
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return STARS if number and str(value) in secrets else value


def hide_parameters(
    environment: Mapping[str, Any], schemas: Mapping[str, ParameterSchema]
) -> dict[str, Any]:
    """An environment with stars in place of hidden parameters' values."""
    shown = dict(environment)
    for section in SECTIONS:
        shown[section] = {
            name: STARS if name in schemas and schemas[name].hidden else value
            for name, value in (shown.get(section) or {}).items()
        }
    return shown


def of_parameters(parameters: Parameters) -> set[str]:
    """The hidden parameters' values, those inside their lists and maps too: a template can take
    them out one by one."""
    secret = [item for item in parameters.schemas.values() if _is_secret(item)]
    whole = {text for item in secret if (text := item.text(parameters.value(item.name)))}
    return whole | _texts([parameters.value(item.name) for item in secret])


def of_environment(
    environment: Mapping[str, Any], schemas: Mapping[str, ParameterSchema]
) -> set[str]:
    """What an environment gives to those parameters that are hidden."""
    given = [environment.get(section) or {} for section in SECTIONS]
    return _texts(
        [
            part[name]
            for part in given
            for name in part
            if name in schemas and _is_secret(schemas[name])
        ]
    )


def of_values(environment: Mapping[str, Any]) -> set[str]:
    """All that an environment gives, hidden or not."""
    return _texts([environment.get(section) or {} for section in SECTIONS])


def _is_secret(schema: ParameterSchema) -> bool:
    """What a group hands to its members is not shown, but it is not secret as such."""
    return schema.hidden and schema.label != LABEL


def _texts(pending: list[Any]) -> set[str]:
    """The texts and numbers in plain data."""
    secrets: set[str] = set()
    while pending:
        value = pending.pop()
        if isinstance(value, dict):
            pending.extend(value.values())
        elif isinstance(value, list):
            pending.extend(value)
        elif isinstance(value, (str, int, float)) and not isinstance(value, bool):
            secrets.add(str(value))
    return secrets


def of_guests(rows: Iterable[ResourceRecord]) -> set[str]:
    """The tokens, secret keys and signed URLs of a stack's guests."""
    secrets: set[str] = set()
    for row in rows:
        guest = row.data.get(GUEST)
        if guest:
            secrets.update((guest["token"], guest["secret"]))
            reference = str((row.outcome or {}).get("reference_id") or "")
            if "Signature=" in reference:
                secrets.add(reference)
    return secrets
