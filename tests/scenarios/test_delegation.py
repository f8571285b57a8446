"""Stacks in a real cloud go on when their makers' tokens are no good any more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from keystoneauth1.identity import v3

from common import errors
from common.context import RequestContext
from heat_engine.clouds.openstack.cloud import OpenStackClouds
from heat_engine.clouds.openstack.identity import KeystoneIdentity
from heat_engine.clouds.openstack.sessions import Sessions
from heat_engine.clouds.openstack.settings import KeystoneSettings
from heat_engine.language.schema import Attribute, Kind, Property
from heat_engine.resources.openstack.rest import Field, RestType
from heat_engine.resources.registry import BUILT_IN, Registry
from heat_engine.store import revocations, stacks
from tests.keystone.cast import PASSWORD, SERVICE
from tests.keystone.service import Keystone
from tests.scenarios.nests import child
from tests.scenarios.world import Stack, World, template, thing, until, waiting


class Team(RestType):
    """A group of Keystone's users, which an administrator may make."""

    name = "Test::Identity::Team"
    service = "identity"
    collection = "groups"
    noun = "group"
    properties = {
        "name": Property(Kind.STRING, "Its name.", updatable=True),
        "description": Property(Kind.STRING, "What it is for.", updatable=True),
    }
    attributes = {"description": Attribute("What it is for.")}
    fields = {"description": Field()}


def team(description: str = "for tests", **rest: Any) -> dict[str, Any]:
    return {"type": Team.name, "properties": {"description": description}, **rest}


def late_team() -> dict[str, Any]:
    """A team that is made when a signal has come."""
    return {**waiting(), "team": team(depends_on="wait")}


Worlds = Callable[..., World]


@pytest.fixture(scope="module")
def plot(keystone: Keystone) -> str:
    """A project where ada is administrator, and alice and carol are members."""
    return keystone.settle(ada="admin", alice="member heat_stack_owner", carol="member")


@pytest.fixture
def real_world(new_world: Worlds, keystone: Keystone) -> Worlds:
    """Worlds whose cloud is that of the Keystone: ``real_world(deferred=...)``."""
    user, project = SERVICE

    def service_auth(**scope: Any) -> Any:
        at = {"project_name": project, "project_domain_id": "default", **scope}
        return v3.Password(
            keystone.v3, username=user, password=PASSWORD, user_domain_id="default", **at
        )

    def make(deferred: str = "trusts", roles: tuple[str, ...] = (), **settings: Any) -> World:
        sessions = Sessions(
            KeystoneSettings(keystone.url, service_auth, deferred, delegated_roles=roles)
        )
        return new_world(
            cloud=OpenStackClouds(sessions),
            identity=KeystoneIdentity(sessions),
            registry=Registry([*BUILT_IN, Team]),
            **settings,
        )

    return make


@pytest.fixture
def world(real_world: Worlds, keystone: Keystone, plot: str) -> World:
    world = real_world()
    world.caller = someone(keystone, plot, "ada")
    return world


def someone(keystone: Keystone, plot: str, name: str, **fields: Any) -> RequestContext:
    """A request of somebody in the project, with a token of its own."""
    opened = keystone.session(f"{name}-{plot}", plot)
    access = opened.auth.get_access(opened)
    return RequestContext(
        user_id=access.user_id,
        user_name=f"{name}-{plot}",
        project_id=access.project_id,
        roles=access.role_names,
        auth_token=access.auth_token,
        overwrite=False,
        **fields,
    )


def trusts_of(keystone: Keystone, context: RequestContext) -> list[str]:
    found = keystone.list("OS-TRUST/trusts", trustor_user_id=str(context.user_id))
    return [item["id"] for item in found]


@pytest.fixture(autouse=True)
def no_trusts_left(keystone: Keystone, plot: str) -> Iterator[None]:
    """All that a test has delegated is given back."""
    yield
    project_id = keystone.project_id(plot)
    left = [item for item in keystone.list("OS-TRUST/trusts") if item["project_id"] == project_id]
    assert left == []


def remove(stack: Stack) -> None:
    """Delete a stack, and see that what it was given is given back."""
    stack.delete()
    stack.reach("DELETE_COMPLETE")
    database = stack.world.database
    until(lambda: not database.query(revocations.due, 1), "the trust to be given back")


def groups(keystone: Keystone) -> list[str]:
    return [item["id"] for item in keystone.list("groups")]


def test_a_stack_outlives_its_makers_token(world: World, keystone: Keystone, plot: str) -> None:
    """The engine that began it dies, too; the other one has what the database has."""
    stack = world.create(late_team())
    until(lambda: stack.states().get("handle") == "CREATE_COMPLETE", "the handle")
    keystone.revoke(str(world.caller.auth_token))
    world.caller = someone(keystone, plot, "ada")
    world.kill(world.engine)
    world.add_engine()
    stack.signal_when_possible(status="SUCCESS", id="1", reason="", data="")
    stack.reach("CREATE_COMPLETE", seconds=30)
    assert stack.physical("team") in groups(keystone)
    remove(stack)
    assert groups(keystone) == []


def test_update_check_and_delete_with_tokens_that_are_gone(
    world: World, keystone: Keystone, plot: str
) -> None:
    stack = world.create({"team": team()})
    stack.reach("CREATE_COMPLETE")
    [trust] = trusts_of(keystone, world.caller)
    keystone.revoke(str(world.caller.auth_token))
    stack.update({"team": team("something else")})
    stack.reach("UPDATE_COMPLETE")
    assert keystone.list("groups")[0]["description"] == "something else"
    stack.via().stack_check(world.caller, stack.identity)
    stack.reach("CHECK_COMPLETE")
    assert trusts_of(keystone, world.caller) == [trust]
    remove(stack)
    assert trusts_of(keystone, world.caller) == []


def test_a_thing_is_made_once(world: World, keystone: Keystone, plot: str) -> None:
    """A second create with a token finds what the first has made, and forget takes it away."""
    stack = world.create({"one": thing()})
    stack.reach("CREATE_COMPLETE")
    record = world.database.query(stacks.get, stack.id)
    assert record is not None
    cloud = world.cloud.session(record.project_id, record.credentials)
    body = {"name": "crew", "description": "d"}
    first = cloud.create("identity", "groups", body, token="token-1")
    assert cloud.create("identity", "groups", body, token="token-1")["id"] == first["id"]
    assert cloud.find("identity", "groups", "token-1")["id"] == first["id"]
    assert cloud.find("identity", "groups", "token-2") is None
    cloud.forget("identity", "groups", "token-1")
    cloud.forget("identity", "groups", "token-1")
    assert groups(keystone) == []
    remove(stack)


def test_nested_stacks_share_a_trust(world: World, keystone: Keystone, plot: str) -> None:
    inner = template({"team": team()})
    group = {
        "type": "OS::Heat::ResourceGroup",
        "properties": {
            "count": 2,
            "resource_def": {"type": "inner.yaml"},
        },
    }
    identity = world.engine.service.create_stack(
        world.caller, "nest", template=template({"group": group}), files={"inner.yaml": str(inner)}
    )
    stack = Stack(world, identity)
    stack.reach("CREATE_COMPLETE", seconds=30)
    assert len(trusts_of(keystone, world.caller)) == 1
    assert len(groups(keystone)) == 2
    remove(stack)
    assert groups(keystone) == []


def test_what_is_retained_goes_on_with_the_trust(
    world: World, keystone: Keystone, plot: str
) -> None:
    kept = {"type": "inner.yaml", "deletion_policy": "Retain"}
    identity = world.engine.service.create_stack(
        world.caller,
        "nest",
        template=template({"kept": kept}),
        files={"inner.yaml": str(template(late_team()))},
    )
    stack = Stack(world, identity)
    until(lambda: stack.states().get("kept") == "CREATE_IN_PROGRESS", "the nested stack")
    inner = child(stack, "kept")
    until(lambda: inner.states().get("handle") == "CREATE_COMPLETE", "the handle")
    remove(stack)
    assert len(trusts_of(keystone, world.caller)) == 1
    inner.signal_when_possible(status="SUCCESS", id="1", reason="", data="")
    inner.reach("CREATE_COMPLETE", seconds=30)
    assert inner.physical("team") in groups(keystone)
    remove(inner)
    assert groups(keystone) == []


def test_who_updates_takes_over(world: World, keystone: Keystone, plot: str) -> None:
    alice, carol = someone(keystone, plot, "alice"), someone(keystone, plot, "carol")
    world.caller = alice
    stack = world.create({"one": thing()})
    stack.reach("CREATE_COMPLETE")
    assert len(trusts_of(keystone, alice)) == 1
    world.caller = carol
    stack.update({"one": thing("other")})
    stack.reach("UPDATE_COMPLETE")
    assert len(trusts_of(keystone, carol)) == 1
    until(lambda: trusts_of(keystone, alice) == [], "the first trust to be given back")
    remove(stack)


def test_a_stack_whose_trust_is_gone_can_be_deleted(
    world: World, keystone: Keystone, plot: str
) -> None:
    stack = world.create({"team": team()})
    stack.reach("CREATE_COMPLETE")
    [trust] = trusts_of(keystone, world.caller)
    ada = keystone.session(f"ada-{plot}", plot)
    ada.delete(f"{keystone.v3}/OS-TRUST/trusts/{trust}")
    world.caller = someone(keystone, plot, "ada")
    remove(stack)
    assert groups(keystone) == []


def test_a_stack_whose_owner_is_gone_can_be_deleted(
    world: World, keystone: Keystone, plot: str
) -> None:
    name = f"eve-{plot}"
    eve = keystone.make("user", name=name, password=PASSWORD, domain_id="default")
    role, project = keystone.id_of("roles", "admin"), keystone.project_id(plot)
    keystone.ask("PUT", f"projects/{project}/users/{eve['id']}/roles/{role}").raise_for_status()
    world.caller = someone(keystone, plot, "eve")
    stack = world.create({"team": team()})
    stack.reach("CREATE_COMPLETE")
    keystone.ask("DELETE", f"users/{eve['id']}").raise_for_status()
    world.caller = someone(keystone, plot, "ada")
    remove(stack)
    assert groups(keystone) == []


def test_a_stack_that_is_not_made_leaves_no_trust(
    world: World, keystone: Keystone, plot: str
) -> None:
    stack = world.create({"one": thing()})
    with pytest.raises(errors.StackExists):
        world.create({"one": thing()})
    assert len(trusts_of(keystone, world.caller)) == 1
    stack.reach("CREATE_COMPLETE")
    remove(stack)


def test_what_was_delegated_in_vain_is_given_back(
    real_world: Worlds, keystone: Keystone, plot: str
) -> None:
    world = real_world(max_stacks_per_tenant=1)
    world.caller = someone(keystone, plot, "carol")
    stack = world.create({"one": thing()}, name="first")
    with pytest.raises(errors.RequestLimitExceeded):
        world.create({"one": thing()}, name="second")
    until(lambda: len(trusts_of(keystone, world.caller)) == 1, "the second trust to be given back")
    stack.reach("CREATE_COMPLETE")
    remove(stack)


def test_roles_that_are_handed_on(real_world: Worlds, keystone: Keystone, plot: str) -> None:
    world = real_world(roles=("heat_stack_owner",))
    world.caller = someone(keystone, plot, "carol")
    with pytest.raises(errors.MissingCredentialError, match="heat_stack_owner"):
        world.create({"one": thing()})
    world.caller = someone(keystone, plot, "alice")
    stack = world.create({"one": thing()})
    stack.reach("CREATE_COMPLETE")
    [trust] = trusts_of(keystone, world.caller)
    held = keystone.session(f"alice-{plot}", plot).get(f"{keystone.v3}/OS-TRUST/trusts/{trust}")
    assert [role["name"] for role in held.json()["trust"]["roles"]] == ["heat_stack_owner"]
    remove(stack)


def test_a_password_for_later(real_world: Worlds, keystone: Keystone, plot: str) -> None:
    world = real_world(deferred="password")
    world.caller = someone(keystone, plot, "ada")
    with pytest.raises(errors.MissingCredentialError, match="X-Auth-User"):
        world.create({"team": team()})
    world.caller = someone(keystone, plot, "ada", username=f"ada-{plot}", password="wrong")
    with pytest.raises(errors.MissingCredentialError, match="X-Auth-Key"):
        world.create({"team": team()})
    world.caller = someone(keystone, plot, "ada", username=f"ada-{plot}", password=PASSWORD)
    stack = world.create(late_team())
    until(lambda: stack.states().get("handle") == "CREATE_COMPLETE", "the handle")
    keystone.revoke(str(world.caller.auth_token))
    stack.signal_when_possible(status="SUCCESS", id="1", reason="", data="")
    stack.reach("CREATE_COMPLETE", seconds=30)
    assert len(groups(keystone)) == 1
    remove(stack)
    assert groups(keystone) == []


def test_what_the_cloud_refuses(world: World, keystone: Keystone, plot: str) -> None:
    """Who is no administrator may make no group: the stack says what Keystone said."""
    world.caller = someone(keystone, plot, "carol")
    stack = world.create({"team": team()})
    stack.reach("CREATE_FAILED")
    assert "Forbidden: resources.team: You are not authorized" in stack.reason
    remove(stack)
