from __future__ import annotations

import pytest
from keystoneauth1 import exceptions

from heat_engine.clouds.interface import CloudError
from heat_engine.clouds.openstack.refusals import refusal, told


@pytest.mark.parametrize(
    ("status", "message", "kind", "again"),
    [
        (400, "Invalid input", "invalid", False),
        (401, "", "forbidden", False),
        (403, "Policy does not allow it", "forbidden", False),
        (403, "Quota exceeded for cores", "over_limit", True),
        (404, "", "not_found", False),
        (409, "Port in use", "conflict", False),
        (409, "Quota exceeded for resources: port", "over_limit", True),
        (413, "", "over_limit", True),
        (429, "", "over_limit", True),
        (500, "", "unavailable", True),
        (503, "", "unavailable", True),
    ],
)
def test_what_a_status_means(status: int, message: str, kind: str, again: bool) -> None:
    error = refusal(status, message)
    assert (error.kind, error.retryable, str(error)) == (kind, again, message)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (exceptions.NotFound("gone"), "not_found"),
        (exceptions.ServiceUnavailable("later"), "unavailable"),
        (exceptions.ConnectFailure("no route"), "unavailable"),
        (exceptions.EndpointNotFound("no such service"), "invalid"),
        (exceptions.AuthorizationFailure("who"), "forbidden"),
    ],
)
def test_what_is_raised_is_told(error: Exception, kind: str) -> None:
    with pytest.raises(CloudError) as found, told():
        raise error
    assert found.value.kind == kind
