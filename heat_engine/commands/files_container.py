"""Files that come from a container of the object store (contract/native-api.md section 8.1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from common import errors
from common.context import RequestContext
from heat_engine.clouds.interface import Cloud, CloudError
from heat_engine.commands import delegation
from heat_engine.commands.core import Core
from heat_engine.resources.openstack.object_store import CONTAINERS, OBJECTS, SERVICE, content

MOST_BYTES = 8 * 1024 * 1024
"""Of all files that one container gives."""


def together(
    core: Core, context: RequestContext, name: str, own: Mapping[str, str]
) -> Mapping[str, str]:
    """A request's own files, which win, with those of the container that it names, if it does.

    Reads as the caller, and calls clouds, so that it must not run within a transaction. Raises
    ``Invalid``.
    """
    if not name:
        return own
    cloud = core.clouds.session(context.project_id or "", delegation.borrowed(core, context))
    try:
        return {**dict(_files(cloud, name, own)), **own}
    except CloudError as error:
        raise errors.Invalid(reason=f'files_container "{name}" cannot be read: {error}') from error


def _files(cloud: Cloud, name: str, own: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    cloud.get(SERVICE, CONTAINERS, name)
    # Where a container keeps versions, the last one is the file.
    objects = {item["name"]: item for item in cloud.list(SERVICE, OBJECTS, container=name)}
    wanted = [item for key, item in objects.items() if key not in own]
    if sum(item["bytes"] for item in wanted) > MOST_BYTES:
        raise errors.Invalid(
            reason=f'the files of files_container "{name}" have more than {MOST_BYTES} bytes'
        )
    for item in wanted:
        yield item["name"], content(cloud, item, most=MOST_BYTES)
