"""What an HTTP answer or its absence means, in the terms of ``clouds.interface``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from keystoneauth1 import exceptions

from heat_engine.clouds.interface import CloudError

_KINDS = {401: "forbidden", 403: "forbidden", 404: "not_found", 409: "conflict"}
_LIMITS = (413, 429)


@contextmanager
def told() -> Iterator[None]:
    """Raise what keystoneauth raises inside as ``CloudError``."""
    try:
        yield
    except exceptions.HttpError as error:
        raise refusal(error.http_status, error.message or str(error)) from error
    except (exceptions.EndpointNotFound, exceptions.EmptyCatalog) as error:
        raise CloudError("invalid", f"The cloud does not offer this service: {error}") from error
    except (
        exceptions.MissingRequiredOptions,
        exceptions.MissingAuthPlugin,
        exceptions.AuthorizationFailure,
    ) as error:
        raise CloudError("forbidden", str(error)) from error
    except exceptions.ClientException as error:
        raise CloudError("unavailable", f"The cloud does not answer: {error}") from error


def refusal(status: int, message: str) -> CloudError:
    """The error for an HTTP status of 400 or more."""
    if status in _LIMITS or (status in (403, 409) and "uota" in message):
        kind = "over_limit"
    elif status >= 500:
        kind = "unavailable"
    else:
        kind = _KINDS.get(status, "invalid")
    return CloudError(kind, message)
