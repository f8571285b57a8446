"""Builds what a resource's verb gets to see, from the resource's row and its stack's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, overload

from common import errors
from common.aws import signature
from common.identifiers import StackIdentity, physical_name
from heat_engine.clouds.interface import Cloud
from heat_engine.commands import child_reader, kinds
from heat_engine.commands.core import Core
from heat_engine.commands.goal import timeout_seconds
from heat_engine.commands.mask import GUEST
from heat_engine.commands.orchestration import EngineCloud
from heat_engine.language import properties as language_properties
from heat_engine.resources.protocol import Guest, Peer, Request, ResourceType, Signal
from heat_engine.store import exports, resources, signals
from heat_engine.store.records import SignalRecord, StackRecord
from heat_engine.store.resources import ResourceRecord
from heat_engine.store.session import Session

DEFAULT_REGION = "RegionOne"
# Characters of a name that a message repeats.
_SHOWN = 255


def signals_of(stored: Iterable[SignalRecord]) -> list[Signal]:
    """Stored signals as a verb sees them."""
    return [Signal(item.id, item.status, item.reason, item.data) for item in stored]


class StoredSignals(Sequence[Signal]):
    """A resource's signals, read when they are looked at; their number costs little to know.

    Good as long as the session's transaction.
    """

    def __init__(self, session: Session, resource_id: str) -> None:
        self._session = session
        self._resource_id = resource_id

    def __len__(self) -> int:
        return signals.count(self._session, self._resource_id)

    @overload
    def __getitem__(self, index: int) -> Signal: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Signal]: ...

    def __getitem__(self, index: int | slice) -> Signal | Sequence[Signal]:
        return signals_of(signals.list(self._session, self._resource_id))[index]

    def __iter__(self) -> Iterator[Signal]:
        return iter(self[:])


class Requests:
    """Requests for the resources of one stack. The cloud session is made when first needed."""

    def __init__(
        self,
        core: Core,
        stack: StackRecord,
        session: Session | None = None,
        hidden: Iterable[str] = (),
    ) -> None:
        """session: the transaction that reading signals and the engine's own service are part of;
        None: each time one of its own. hidden: what readers of software configs that verbs make
        are not told."""
        self._core = core
        self._stack = stack
        self._session = session
        self._hidden = hidden
        self._cloud: Cloud | None = None

    @property
    def cloud(self) -> Cloud:
        if self._cloud is None:
            stack = self._stack
            outside = self._core.clouds.session(stack.project_id, stack.credentials)
            self._cloud = EngineCloud(
                self._core, stack.project_id, outside, self._session, self._hidden
            )
        return self._cloud

    def build(
        self,
        record: ResourceRecord,
        *,
        others: Iterable[ResourceRecord] = (),
        given: Mapping[str, Any] | None = None,
        template_metadata: Mapping[str, Any] | None = None,
        stored: Sequence[Signal] | None = None,
        kind: ResourceType | None = None,
        token: str = "",
        **call: Any,
    ) -> Request:
        """``call``: fields of the request that are known only to who calls a verb.
        ``given``: the wanted properties as resolved; None: those of the row.
        ``stored``: the signals that the resource is about; None: look for them.
        ``others``: the stack's resources, among which are handles and peers.
        ``kind``: the type that the resource shall be of; None: the one it was made as.
        """
        stack = self._stack
        kind = kind or kinds.made(self._core.registry, record)
        present, wanted = self._values(record, kind, given)
        handle = self.handle_of(kind, record, wanted, others)
        return Request(
            name=record.name,
            type=record.type,
            token=token or record.token,
            physical_name=physical_name(
                stack.name, record.name, record.id, kind.physical_name_limit
            ),
            stack_id=stack.id,
            stack_name=stack.name,
            project_id=stack.project_id,
            cloud=self.cloud,
            properties=wanted,
            previous=present,
            template_metadata=_metadata(record) if template_metadata is None else template_metadata,
            metadata=record.metadata or {},
            data={key: value for key, value in record.data.items() if key != GUEST},
            attributes=record.attributes,
            physical_id=record.physical_id,
            stack_timeout=float(timeout_seconds(self._core, stack.timeout_mins)),
            signals=self._signals(handle) if stored is None else stored,
            handle_properties=self._properties(handle),
            guest=self.guest(record),
            child=self._child(record) if kind.nested else None,
            peers=tuple(self._peers(kind, others)),
            region=str(stack.credentials.get("region_name") or DEFAULT_REGION),
            state=f"{record.action}_{record.status}",
            **call,
        )

    def _values(
        self, record: ResourceRecord, kind: ResourceType, given: Mapping[str, Any] | None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """The properties that a resource was made with, and those that are wanted."""
        made_kind = kinds.made(self._core.registry, record)
        present = self.complete(made_kind, record.properties) if record.definition else {}
        if given is None and kind is made_kind:
            return present, present
        return present, self.complete(kind, record.properties if given is None else given)

    def facade(self, key: str) -> Any:
        """See ``scope.Builder``."""
        stack = self._stack
        if stack.owner_id is None or stack.parent_resource is None:
            raise errors.Invalid(reason=f"resource_facade ({key}) is used outside a nested stack")
        parent = child_reader.ask(
            self._core, self._session, resources.find, stack.owner_id, stack.parent_resource
        )
        if parent is None:
            return None
        if key == "deletion_policy":
            return parent.deletion_policy
        if key == "metadata":
            return parent.metadata or {}
        return (parent.definition or {}).get("update_policy") or {}

    def _peers(self, kind: ResourceType, others: Iterable[ResourceRecord]) -> Iterator[Peer]:
        for other in others if kind.peers else ():
            made_as = kinds.implementation(other)
            if other.obsolete or not {made_as, "*"} & set(kind.peers):
                continue
            yield Peer(
                name=other.name,
                type=made_as,
                reference_id=other.reference_id,
                properties=self._properties(other),
                metadata=_metadata(other),
                state=f"{other.action}_{other.status}",
            )

    def import_value(self, name: str) -> Any:
        """See ``scope.Builder``."""
        project_id = self._stack.project_id
        found, value = child_reader.ask(self._core, self._session, exports.value, project_id, name)
        if not found:
            raise errors.ExportNotFound(name=name[:_SHOWN])
        return value

    def _child(self, record: ResourceRecord) -> child_reader.ChildReader | None:
        return child_reader.find(self._core, self._session, record.child_id, Requests)

    @staticmethod
    def complete(kind: ResourceType, given: Mapping[str, Any]) -> dict[str, Any]:
        return language_properties.complete(kind.properties, given, open=kind.open_properties)

    def _properties(self, handle: ResourceRecord | None) -> dict[str, Any]:
        if handle is None or handle.definition is None:
            return {}
        return self.complete(kinds.made(self._core.registry, handle), handle.properties)

    def guest(self, record: ResourceRecord) -> Guest | None:
        """The resource's credential, with the addresses where it is good."""
        held = record.data.get(GUEST)
        if not held:
            return None
        stack = self._stack
        identity = StackIdentity(stack.project_id, stack.name, stack.id).resource(record.name)
        settings = self._core.settings
        place = f"{settings.heat_url}/{stack.project_id}/{identity.stack_path()}"
        abroad = held.get("abroad") or {}
        return Guest(
            user_id=abroad.get("user_id") or held["user_id"],
            auth_url=self._core.identity.guest_auth_url if abroad else "",
            project_id=abroad.get("project_id") or "",
            access=held["access"],
            secret=held["secret"],
            token=held["token"],
            endpoint=f"{place}/signal",
            metadata_url=f"{place}/metadata",
            cfn_url=settings.cfn_url,
            signal_url=signature.presign(
                "POST",
                f"{settings.cfn_url}/signal",
                identity.arn(),
                held["access"],
                held["secret"],
            ),
            waitcondition_url=signature.presign(
                "PUT",
                f"{settings.cfn_url}/waitcondition",
                identity.arn(),
                held["access"],
                held["secret"],
            ),
        )

    def handle_of(
        self,
        kind: ResourceType,
        record: ResourceRecord,
        wanted: Mapping[str, Any],
        others: Iterable[ResourceRecord],
    ) -> ResourceRecord | None:
        """The handle whose signals the resource is about: its own, or the one it refers to."""
        if kind.is_handle:
            return record
        if not kind.listens_to:
            return None
        reference = wanted.get(kind.listens_to)
        for other in others:
            if (
                not other.obsolete
                and other.reference_id == reference
                and kinds.made(self._core.registry, other).is_handle
            ):
                return other
        return None

    def _signals(self, handle: ResourceRecord | None) -> list[Signal] | None:
        if handle is None:
            return None
        if self._session is not None:
            return signals_of(signals.list(self._session, handle.id))
        return signals_of(self._core.database.query(signals.list, handle.id))


def _metadata(record: ResourceRecord) -> Mapping[str, Any]:
    """What the template that a resource was made from says of its metadata."""
    return (record.definition or {}).get("metadata") or {}
