"""Every action of the APIs, asked by everybody who might ask: the status is the right one.

Once with users of the engine's own, once with those of a real Keystone.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests

from heat_api_cfn import actions as cfn_actions
from heat_api_cloudwatch import actions as cloudwatch_actions
from tests.scenarios.clients import access, access_sites
from tests.scenarios.clients.access import CALLBACKS, Place, Who
from tests.scenarios.clients.access_sites import Asker, Embedded, Guarded, WithKeystone


@pytest.fixture(scope="module", params=["embedded", "keystone"])
def guarded(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Guarded]:
    directory = tmp_path_factory.mktemp("access")
    site: Embedded | WithKeystone
    if request.param == "keystone":
        site = WithKeystone(directory, request.getfixturevalue("keystone"))
    else:
        site = Embedded(directory)
    with site.deployment:
        site.settle()
        site.fill()
        yield site


@pytest.mark.parametrize("who", list(Who))
def test_native(guarded: Guarded, who: Who) -> None:
    owner, shared = guarded.owner, guarded.stack
    found: list[str] = []
    names = access_sites.completed(owner, shared, access.all_names())
    for number, asker in enumerate(guarded.askers[who]):
        for place in access.places():
            # A change must not meet the one before it still under way.
            alters = place.changes and not place.expected(who).isdisjoint(access.ALLOWED)
            mine = names
            if alters:
                text = place.text
                mine = access_sites.completed(owner, access_sites.made(owner), text)
            fresh = {"fresh": f"f-{who.name}-{number}"}
            found.extend(wrong(asker, place.with_names({**mine, **fresh}), who))
    assert found == []


def wrong(asker: Asker, place: Place, who: Who) -> list[str]:
    """What is wrong with the answer to one request."""
    answer = asker.ask(place.route.method, place.path, place.body, **place.headers)
    expected = place.expected(who)
    challenged = answer.status_code != 401 or "WWW-Authenticate" in answer.headers
    if answer.status_code in expected and challenged:
        answer.close()
        return []
    said = f"{place.route.method} {place.path} ({place.rule}): {answer.status_code}"
    return [f"{said} instead of {sorted(expected)}: {answer.text[:200]}"]


@pytest.mark.parametrize("who", list(Who))
def test_aws(guarded: Guarded, who: Who) -> None:
    arn = f"{guarded.stack.names['arn']}/resources/handle"
    found: list[str] = []
    for asker in guarded.askers[who]:
        if asker.pair is None and asker.headers.keys() == {"X-Auth-Token"}:
            continue  # which the AWS APIs do not look at
        for callback in CALLBACKS:
            url = f"http://127.0.0.1:{guarded.deployment.ports[callback.api]}"
            answer = asker.call(url, callback, arn)
            expected = callback.expected(who)
            if answer.status_code not in expected:
                said = f"{callback.api} {callback.method} {callback.path}: {answer.status_code}"
                found.append(f"{said} instead of {sorted(expected)}: {answer.text[:200]}")
    assert found == []


def test_no_action_is_forgotten() -> None:
    """An action that comes to an AWS API has to come to ``CALLBACKS`` too."""
    assert {*cfn_actions.ACTIONS, *cloudwatch_actions.ACTIONS} == set()


def test_a_wrong_password(guarded: Guarded) -> None:
    """In one place: a password's hash takes long, on purpose, and the filter knows no routes."""
    headers = {"X-Auth-User": "member", "X-Auth-Key": "guess"}
    answer = requests.get(f"{guarded.owner.root}/stacks", headers=headers, timeout=30)
    assert answer.status_code == 401
