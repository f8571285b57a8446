from __future__ import annotations

from common.context import RequestContext


def test_a_context_goes_over_the_wire() -> None:
    context = RequestContext(
        user_id="u",
        project_id="p",
        roles=["member"],
        auth_token="t",
        username="me",
        password="secret",
        guest_project_id="g",
        overwrite=False,
    )
    arrived = RequestContext.from_wire(context.to_wire())
    assert arrived.to_wire() == context.to_wire()
    assert "secret" not in repr(context)


def test_older_and_newer_senders_are_understood() -> None:
    wire = {"user_id": "u", "tenant_id": "p", "tenant": "demo", "roles": [], "novelty": 1}
    context = RequestContext.from_wire(wire)
    assert (context.project_id, context.project_name) == ("p", "demo")
