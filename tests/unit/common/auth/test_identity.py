from __future__ import annotations

import pytest
import webob

from common.auth import identity


@pytest.mark.parametrize(
    ("roles", "all_of_them"),
    [
        ([], []),
        (["reader"], ["reader"]),
        (["member"], ["member", "reader"]),
        (["admin", "x"], ["admin", "x", "member", "reader"]),
        (["heat_stack_user"], ["heat_stack_user"]),
    ],
)
def test_implied_roles(roles: list[str], all_of_them: list[str]) -> None:
    assert identity.with_implied(roles) == all_of_them


def test_claims_of_an_identity_are_removed_and_nothing_else() -> None:
    request = webob.Request.blank("/")
    request.headers.update({"X-Roles": "admin", "x-project-id": "p", "X-Auth-Key": "k"})
    identity.strip(request)
    assert {"X-Roles", "X-Project-Id"}.isdisjoint(request.headers)
    assert request.headers["X-Auth-Key"] == "k"


def test_a_context_from_verified_headers() -> None:
    request = webob.Request.blank("/")
    request.headers.update(
        {
            "X-User-Id": "u1",
            "X-Project-Id": "p1",
            "X-Roles": "member, reader,,",
            "X-Is-Admin-Project": "False",
        }
    )
    context = identity.context_of_headers(request)
    assert (context.user_id, context.project_id) == ("u1", "p1")
    assert context.roles == ["member", "reader"]
    assert context.is_admin_project is False
