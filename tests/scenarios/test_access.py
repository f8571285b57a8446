"""Users of stacks: which resources their keys open, and which not."""

from __future__ import annotations

from typing import Any

import pytest

from common import errors
from common.context import RequestContext
from tests.scenarios.world import MINE, World, thing


def user(*policies: str, **properties: Any) -> dict[str, Any]:
    return {"type": "AWS::IAM::User", "properties": {"Policies": list(policies), **properties}}


def key(of: str = "user") -> dict[str, Any]:
    return {"type": "AWS::IAM::AccessKey", "properties": {"UserName": {"get_resource": of}}}


def policy(*names: str) -> dict[str, Any]:
    return {"type": "OS::Heat::AccessPolicy", "properties": {"AllowedResources": list(names)}}


def resources(**more: Any) -> dict[str, Any]:
    return {
        "open": thing("o"),
        "closed": thing("c"),
        "handle": {"type": "OS::Heat::WaitConditionHandle"},
        "policy": policy("open", "handle"),
        "user": {**user("policy"), "depends_on": ["policy"]},
        "key": key(),
        **more,
    }


OUTPUTS = {
    "access": {"get_resource": "key"},
    "secret": {"get_attr": ["key", "SecretAccessKey"]},
    "name": {"get_attr": ["key", "UserName"]},
    "user": {"get_resource": "user"},
}


def who(world: World, name: str, password: str) -> RequestContext | None:
    """The context that a front end makes of a name and a password."""
    found = world.engine.service.authenticated_to_backend(
        RequestContext(), {"username": name, "password": password}
    )
    if found is None:
        return None
    return RequestContext(
        user_id=found["user_id"],
        project_id=found["project_id"],
        roles=found["roles"],
        guest_stack_id=found["guest_stack_id"],
        guest_resource=found["guest_resource"],
    )


def test_a_key_opens_what_its_users_policy_allows(any_world: World) -> None:
    stack = any_world.create(resources(), outputs=OUTPUTS)
    stack.reach("CREATE_COMPLETE")
    access, secret = stack.output("access"), stack.output("secret")
    assert stack.output("name") == stack.output("user")
    assert stack.output("user").startswith("s-user-")
    assert access == stack.physical("key")
    holder = who(any_world, access, secret)
    assert holder is not None
    assert who(any_world, access, "another") is None
    shown = stack.via().describe_stack_resource(holder, stack.identity, "open", with_attr=False)
    assert shown["resource_name"] == "open"
    stack.via().resource_signal(holder, stack.identity, "handle", {})
    for closed in ("closed", "policy", "user", "key"):
        with pytest.raises(errors.Forbidden):
            stack.via().describe_stack_resource(holder, stack.identity, closed, with_attr=False)
    other = any_world.create({"open": thing()}, name="other")
    with pytest.raises(errors.EntityNotFound):
        stack.via().describe_stack_resource(holder, other.identity, "open", with_attr=False)
    stack.delete()
    stack.reach("DELETE_COMPLETE")
    assert who(any_world, access, secret) is None


def test_all_policies_must_allow_and_none_is_no_limit(world: World) -> None:
    narrow = {"narrow": policy("open", "closed"), "both": user("policy", "narrow"), "free": user()}
    given = resources(**narrow, both_key=key("both"), free_key=key("free"))
    given["both"]["depends_on"] = ["policy", "narrow"]
    outputs = {
        f"{name}_{what}": value
        for name in ("both", "free")
        for what, value in (
            ("access", {"get_resource": f"{name}_key"}),
            ("secret", {"get_attr": [f"{name}_key", "SecretAccessKey"]}),
        )
    }
    stack = world.create(given, outputs=outputs)
    stack.reach("CREATE_COMPLETE")
    reached = {}
    for name in ("both", "free"):
        holder = who(world, stack.output(f"{name}_access"), stack.output(f"{name}_secret"))
        reached[name] = []
        for resource in ("open", "closed", "handle"):
            try:
                stack.via().describe_stack_resource(
                    holder, stack.identity, resource, with_attr=False
                )
            except errors.Forbidden:
                continue
            reached[name].append(resource)
    assert reached == {"both": ["open"], "free": ["open", "closed", "handle"]}


def test_a_user_logs_in_with_the_password_and_not_while_suspended(world: World) -> None:
    password = "correct horse"
    given = resources()
    given["user"]["properties"]["LoginProfile"] = {"Password": password}
    stack = world.create(given)
    stack.reach("CREATE_COMPLETE")
    holder = who(world, stack.physical("user"), password)
    assert holder is not None
    look = stack.via().describe_stack_resource
    assert look(holder, stack.identity, "open", with_attr=False)["resource_name"] == "open"
    stack.via().stack_suspend(MINE, stack.identity)
    stack.reach("SUSPEND_COMPLETE")
    with pytest.raises(errors.Forbidden):
        look(holder, stack.identity, "open", with_attr=False)
    stack.via().stack_resume(MINE, stack.identity)
    stack.reach("RESUME_COMPLETE")
    look(holder, stack.identity, "open", with_attr=False)


# What a policy allows may be known only when the stack is there.
LATE = {"AllowedResources": [{"get_attr": ["open", "output"]}]}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (
            {"policy": {"type": "OS::Heat::AccessPolicy", "properties": LATE}},
            "The Resource (o) could not be found in Stack s.",
        ),
        ({"user": user("open")}, "The Referenced Attribute (user Policies) is incorrect."),
        ({"user": user("nobody")}, "The Referenced Attribute (user Policies) is incorrect."),
        (
            {"key": {"type": "AWS::IAM::AccessKey", "properties": {"UserName": "nobody"}}},
            "could not find user nobody",
        ),
    ],
)
def test_what_is_not_there_cannot_be_named(
    world: World, change: dict[str, Any], reason: str
) -> None:
    stack = world.create(resources(**change))
    stack.reach("CREATE_FAILED")
    assert reason in stack.reason


@pytest.mark.parametrize("name", ["nowhere", {"a": 1}])
def test_a_policy_for_nothing_is_refused_at_once(world: World, name: Any) -> None:
    with pytest.raises(errors.StackValidationFailed) as refused:
        world.create(resources(policy=policy("open", name)))
    assert refused.value.message == f"resources.policy: AccessPolicy resource {name} not in stack"
