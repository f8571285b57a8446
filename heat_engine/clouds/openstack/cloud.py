"""A project's session with an OpenStack cloud (see ``clouds.interface.Cloud``)."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Mapping
from typing import Any

from keystoneauth1 import adapter, session

from heat_engine.clouds.interface import CloudError, Document
from heat_engine.clouds.openstack.refusals import told
from heat_engine.clouds.openstack.services import SERVICES, Collection, Mark, Service
from heat_engine.clouds.openstack.sessions import Sessions

MARK = "hearth_token"
RETRIES = 2
PAGES = 1000


class OpenStackClouds:
    """Sessions by what stacks have stored."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def session(self, project_id: str, credentials: Mapping[str, Any]) -> OpenStackCloud:
        """Nothing is asked of the cloud before the first call."""
        settings = self._sessions.settings
        region = credentials.get("region_name") or settings.region
        opened = lambda: self._sessions.of(project_id, credentials)  # noqa: E731
        return OpenStackCloud(opened, region, settings.interface)


class OpenStackCloud:
    """The verbs over the services' REST APIs.

    A token is looked for before anything is made. What a service cannot find by it (see
    ``services.Mark``) is made without. ``forget`` deletes what the token has made; that a create
    with it is not still under way is the engine's fence to see to.
    """

    def __init__(
        self, opened: Callable[[], session.Session], region: str | None, interface: str
    ) -> None:
        self._opened = opened
        self._region = region
        self._interface = interface
        self._adapters: dict[str, adapter.Adapter] = {}

    def create(
        self, service: str, collection: str, body: Mapping[str, Any], *, token: str
    ) -> Document:
        api, things = self._known(service, collection)
        with told():
            made = self._find(service, api, things, token, name=body.get("name"))
            if made is None:
                marked = _marked(body, things.mark, token)
                answer = self._ask(service, "POST", things.path, _wrapped(things, marked))
                made = _opened(things, answer)
            return self._settle_mark(service, things, made, body, token)

    def find(self, service: str, collection: str, token: str) -> Document | None:
        """Who may not even look has made nothing either: ``create`` looks first."""
        api, things = self._known(service, collection)
        try:
            with told():
                return self._find(service, api, things, token)
        except CloudError as error:
            if error.kind != "forbidden":
                raise
            return None

    def get(self, service: str, collection: str, id: str) -> Document:
        _, things = self._known(service, collection)
        with told():
            return _opened(things, self._ask(service, "GET", f"{things.path}/{id}"))

    def list(self, service: str, collection: str, **query: str) -> builtins.list[Document]:
        api, things = self._known(service, collection)
        with told():
            found = self._list(service, api, things, query)
        return [item for item in found if all(_equal(item.get(k), v) for k, v in query.items())]

    def update(self, service: str, collection: str, id: str, body: Mapping[str, Any]) -> Document:
        api, things = self._known(service, collection)
        with told():
            return self._change(service, api, things, id, body)

    def delete(self, service: str, collection: str, id: str) -> None:
        _, things = self._known(service, collection)
        with told():
            self._ask(service, "DELETE", f"{things.path}/{id}")

    def forget(self, service: str, collection: str, token: str) -> None:
        _, things = self._known(service, collection)
        made = self.find(service, collection, token)
        if made is None:
            return
        try:
            self.delete(service, collection, str(made[things.identifier]))
        except CloudError as error:
            if error.kind != "not_found":
                raise

    def act(
        self, service: str, collection: str, id: str, action: str, body: Mapping[str, Any]
    ) -> Document | None:
        _, things = self._known(service, collection)
        place = f"{things.path}/{id}"
        with told():
            if action == "attach_interface":
                wrapped = {"interfaceAttachment": dict(body)}
                return self._ask(service, "POST", f"{place}/os-interface", wrapped)
            if action == "detach_interface":
                return self._ask(service, "DELETE", f"{place}/os-interface/{body['port_id']}")
            if service == "network":
                return self._ask(service, "PUT", f"{place}/{action}", dict(body))
            if service == "image":
                return self._ask(service, "POST", f"{place}/actions/{action}")
            return self._ask(service, "POST", f"{place}/action", {action: dict(body) or None})

    @staticmethod
    def _known(service: str, collection: str) -> tuple[Service, Collection]:
        api = SERVICES.get(service)
        if api is None:
            raise CloudError("invalid", f"Hearth does not know the service {service}.")
        return api, api.collection(collection)

    def _adapter(self, service: str) -> adapter.Adapter:
        if service not in self._adapters:
            api = SERVICES[service]
            self._adapters[service] = adapter.Adapter(
                self._opened(),
                service_type=api.type,
                interface=self._interface,
                region_name=self._region,
                min_version=api.version,
                max_version=f"{api.version.partition('.')[0]}.latest",
                default_microversion=api.microversion,
                connect_retries=RETRIES,
            )
        return self._adapters[service]

    def _ask(
        self, service: str, method: str, path: str, body: Any = None, **options: Any
    ) -> Document:
        """An answer's document, empty when it has none. Only what may be repeated is."""
        if body is not None:
            options["json"] = body
        repeats = 0 if method == "POST" else RETRIES
        answer = self._adapter(service).request(
            f"/{path}", method, status_code_retries=repeats, **options
        )
        document: Document = answer.json() if answer.content else {}
        return document

    def _list(
        self, service: str, api: Service, things: Collection, query: Mapping[str, str]
    ) -> builtins.list[Document]:
        """All pages; the service may or may not heed the query."""
        key = things.path.rpartition("/")[2].replace("-", "_").removeprefix("os_")
        found: builtins.list[Document] = []
        params = dict(query)
        for _ in range(PAGES):
            answer = self._ask(service, "GET", f"{things.path}{things.detail}", params=params)
            page = answer.get(key) or next(
                (value for value in answer.values() if isinstance(value, list)), []
            )
            page = [_opened(things, item) for item in page]
            found += page
            if not page or not _next(answer, key):
                break
            params = {**query, "marker": str(page[-1][things.identifier])}
        return found

    def _change(
        self, service: str, api: Service, things: Collection, id: str, body: Mapping[str, Any]
    ) -> Document:
        place = f"{things.path}/{id}"
        if api.enveloped:
            return _opened(things, self._ask(service, api.change, place, _wrapped(things, body)))
        patch = [{"op": "replace", "path": f"/{key}", "value": body[key]} for key in body]
        kind = {"Content-Type": "application/openstack-images-v2.1-json-patch"}
        return _opened(things, self._ask(service, api.change, place, patch, headers=kind))

    def _find(
        self, service: str, api: Service, things: Collection, token: str, *, name: Any = None
    ) -> Document | None:
        """What a token has made. ``name``: what it is called, which may shorten the search."""
        match things.mark:
            case Mark.NONE:
                return None
            case Mark.NAME_THEN_TAG:
                queries = [{"tags": token}, {"name": token}]
            case Mark.DESCRIPTION:
                queries = [{"description": token}]
            case Mark.FIELD if service == "image":
                queries = [{MARK: token}]
            case _:
                queries = [{"name": str(name)}] if name else [{}]
        for query in queries:
            for thing in self._list(service, api, things, query):
                if _is_marked(thing, token):
                    return thing
        return None

    def _settle_mark(
        self,
        service: str,
        things: Collection,
        made: Document,
        body: Mapping[str, Any],
        token: str,
    ) -> Document:
        """A thing whose name is still the token gets it as a tag, then the name it shall have."""
        if things.mark is not Mark.NAME_THEN_TAG or made.get("name") != token:
            return made
        place = f"{things.path}/{made['id']}"
        self._ask(service, "PUT", f"{place}/tags/{token}")
        named = _wrapped(things, {"name": body.get("name") or ""})
        return _opened(things, self._ask(service, "PUT", place, named))


def _marked(body: Mapping[str, Any], mark: Mark, token: str) -> Document:
    match mark:
        case Mark.FIELD:
            return {**body, MARK: token}
        case Mark.METADATA:
            return {**body, "metadata": {**(body.get("metadata") or {}), MARK: token}}
        case Mark.NAME_THEN_TAG:
            return {**body, "name": token}
        case Mark.DESCRIPTION:
            return {"description": token, **body}
    return dict(body)


def _is_marked(thing: Mapping[str, Any], token: str) -> bool:
    return (
        token in (thing.get(MARK), thing.get("name"), thing.get("description"))
        or (thing.get("metadata") or {}).get(MARK) == token
        or token in (thing.get("tags") or ())
    )


def _wrapped(things: Collection, body: Mapping[str, Any]) -> Document:
    return {things.singular: dict(body)} if things.singular else dict(body)


def _opened(things: Collection, answer: Document) -> Document:
    inner = answer.get(things.singular) if things.singular else None
    return inner if isinstance(inner, dict) else answer


def _next(answer: Mapping[str, Any], key: str) -> bool:
    links = answer.get(f"{key}_links") or ()
    return bool(answer.get("next")) or any(link.get("rel") == "next" for link in links)


def _equal(value: Any, wanted: str) -> bool:
    if isinstance(value, bool):
        return str(value).lower() == str(wanted).lower()
    return str(value) == str(wanted)
