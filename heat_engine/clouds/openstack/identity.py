"""What Keystone does for stacks: trusts of their makers, and users for their guests."""

from __future__ import annotations

import threading
from typing import Any

from keystoneauth1 import exceptions, session

from common import errors
from heat_engine.clouds.identity import AUTH, CLIENT_TOKEN, Caller, Credentials, GuestUser, Identity
from heat_engine.clouds.interface import CloudError, Document
from heat_engine.clouds.openstack.refusals import told
from heat_engine.clouds.openstack.sessions import PASSWORD, TOKEN, TRUST, Sessions

_DEAD = (exceptions.Unauthorized, exceptions.Forbidden, exceptions.NotFound)


class KeystoneIdentity(Identity):
    """See ``clouds.identity.Identity``."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._settings = sessions.settings
        self._lock = threading.Lock()
        self._keeper: session.Session | None = None
        self._domain_id = self._settings.guests.id if self._settings.guests else None
        self.delegates = bool(self._settings.deferred)
        self.keeps_guests = self._settings.guests is not None
        self.guest_auth_url = self._settings.url

    def promised(self, caller: Caller, token: str) -> dict[str, Any]:
        if self._settings.deferred != "trusts":
            return {}
        return {AUTH: {"method": TRUST, CLIENT_TOKEN: token, "user_id": caller.user_id}}

    def delegate(self, caller: Caller, token: str) -> dict[str, Any]:
        match self._settings.deferred:
            case "trusts":
                return {AUTH: self._trust(caller, token)}
            case "password":
                return {AUTH: self._password(caller)}
        return {}

    def borrow(self, caller: Caller) -> dict[str, Any]:
        if not self.delegates or not caller.token:
            return {}
        return {AUTH: {"method": TOKEN, "token": caller.token, "user_id": caller.user_id}}

    def good(self, credentials: Credentials) -> bool:
        held = credentials.get(AUTH)
        if not held:
            return not self.delegates
        opened = self._sessions.forget(str(credentials.get("project_id")), credentials)
        try:
            opened.get_token()
        except _DEAD:
            return False
        except exceptions.ClientException:
            return True  # what cannot be asked is not known to be bad
        return True

    def revoke(self, credentials: Credentials) -> None:
        held = credentials.get(AUTH) or {}
        if held.get("method") != TRUST:
            return
        with told():
            trust_id = held.get("trust_id") or _made_with(held[CLIENT_TOKEN], self._sessions)
        if trust_id is None:
            return
        whole = {**credentials, AUTH: {**held, "trust_id": trust_id}}
        opened = self._sessions.forget(str(credentials.get("project_id")), whole)
        with told():
            try:
                opened.delete(f"{self._settings.url}/OS-TRUST/trusts/{trust_id}")
            except _DEAD:
                return  # it went with its maker, or an earlier call had taken it away

    def _trust(self, caller: Caller, token: str) -> dict[str, Any]:
        if not caller.token:
            raise errors.MissingCredentialError(required="X-Auth-Token")
        roles = self._settings.delegated_roles or caller.roles
        trust = {
            "trustor_user_id": caller.user_id,
            "project_id": caller.project_id,
            "impersonation": True,
            "allow_redelegation": False,
            "roles": [{"name": role} for role in roles],
            CLIENT_TOKEN: token,
        }
        service = self._sessions.service
        try:
            trust["trustee_user_id"] = service.get_user_id()
            answer = service.post(
                f"{self._settings.url}/OS-TRUST/trusts",
                json={"trust": trust},
                headers={"X-Auth-Token": caller.token},
                authenticated=False,
            )
        except _DEAD as error:
            raise errors.MissingCredentialError(
                required=f"a token that Keystone lets delegate the roles {', '.join(roles)} "
                f"({error.message})"
            ) from error
        except exceptions.ClientException as error:
            raise errors.ServiceUnavailable(f"Keystone made no trust: {error}") from error
        made = answer.json()["trust"]
        return {**self.promised(caller, token)[AUTH], "trust_id": made["id"]}

    def _password(self, caller: Caller) -> dict[str, Any]:
        for name, value in (("X-Auth-User", caller.username), ("X-Auth-Key", caller.password)):
            if not value:
                raise errors.MissingCredentialError(required=name)
        held = {"method": PASSWORD, "user_id": caller.user_id, "password": caller.password}
        if not self.good({AUTH: held, "project_id": caller.project_id}):
            raise errors.MissingCredentialError(
                required="X-Auth-Key, as Keystone refuses the one that is given"
            )
        return held

    @property
    def guest_domain_id(self) -> str | None:
        try:
            return self._domain()
        except CloudError as error:
            raise errors.ServiceUnavailable(f"Keystone does not tell a domain: {error}") from error

    def _domain(self) -> str | None:
        """Of a domain that is configured by its name, the id is asked for once."""
        if self._settings.guests is not None and self._domain_id is None:
            with told():
                token = self._keeping().get_token()
            known = self._ask("GET", "auth/tokens", headers={"X-Subject-Token": str(token)})
            self._domain_id = known["token"]["domain"]["id"]
        return self._domain_id

    def invite(self, guest: GuestUser) -> dict[str, str]:
        domain = self._domain()
        project = self._ensure("project", name=guest.place, domain_id=domain)
        user = self._ensure(
            "user",
            name=guest.name,
            domain_id=domain,
            password=guest.secret,
            default_project_id=project["id"],
            options={"ignore_password_expiry": True},
        )
        role = self._only("roles", name=self._role)
        if role is None:
            raise CloudError("invalid", f"Keystone has no role {self._role}.")
        self._ask("PUT", f"projects/{project['id']}/users/{user['id']}/roles/{role['id']}")
        pair = f'{{"access": "{guest.access}", "secret": "{guest.secret}"}}'
        self._ensure_key_pair(user["id"], project["id"], pair)
        return {"user_id": user["id"], "project_id": project["id"]}

    def dismiss(self, name: str) -> None:
        self._remove("users", name)

    def dissolve(self, place: str) -> None:
        self._remove("projects", place)

    @property
    def _role(self) -> str:
        return self._settings.guests.role if self._settings.guests else ""

    def _keeping(self) -> session.Session:
        with self._lock:
            if self._keeper is None:
                self._keeper = self._sessions.guests()
            return self._keeper

    def _ask(self, method: str, path: str, **options: Any) -> Document:
        with told():
            answer = self._keeping().request(f"{self._settings.url}/{path}", method, **options)
        document: Document = answer.json() if answer.content else {}
        return document

    def _ensure(self, noun: str, **fields: Any) -> Document:
        """Make a thing of that name, or take the one that an earlier call has made."""
        known = {key: fields[key] for key in ("name", "domain_id")}
        found = self._only(f"{noun}s", **known)
        if found is None:
            try:
                made: Document = self._ask("POST", f"{noun}s", json={noun: fields})[noun]
                return made
            except CloudError as error:
                if error.kind != "conflict":
                    raise
            found = self._only(f"{noun}s", **known)
        if found is None:
            raise CloudError("unavailable", f"Keystone hides the {noun} {fields['name']}.")
        return found

    def _ensure_key_pair(self, user_id: str, project_id: str, pair: str) -> None:
        body = {"type": "ec2", "blob": pair, "user_id": user_id, "project_id": project_id}
        try:
            self._ask("POST", "credentials", json={"credential": body})
        except CloudError as error:
            if error.kind != "conflict":
                raise

    def _only(self, collection: str, **query: Any) -> Document | None:
        found = self._ask("GET", collection, params=query)[collection]
        return found[0] if found else None

    def _remove(self, collection: str, name: str) -> None:
        found = self._only(collection, name=name, domain_id=self._domain())
        if found is None:
            return
        try:
            self._ask("DELETE", f"{collection}/{found['id']}")
        except CloudError as error:
            if error.kind != "not_found":
                raise


def _made_with(client_token: str, sessions: Sessions) -> str | None:
    """The id of the trust that was made with this token."""
    answer = sessions.service.get(
        f"{sessions.settings.url}/OS-TRUST/trusts",
        params={"trustee_user_id": sessions.service.get_user_id()},
    )
    made = [item for item in answer.json()["trusts"] if item.get(CLIENT_TOKEN) == client_token]
    return made[0]["id"] if made else None
