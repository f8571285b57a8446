"""The one protocol of a resource (design section 4).

A resource type is a class with a property schema, attributes and a few verbs. The engine calls a
verb with a ``Request`` and gets a ``Progress``. ``WAIT`` means: call the same verb again, with
``Progress.saved`` as the next ``Request.saved``. A verb never sees a stack, graph, row or another
resource, but for what ``ResourceType.peers`` declares. Verbs are idempotent by ``Request.token``:
after a crash the same call comes again, and the verb first looks for what that token has made and
adopts it.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

from heat_engine.clouds.interface import Cloud
from heat_engine.language.schema import SHOW, Attribute, Property, TypeInterface
from heat_engine.language.scope import follow
from heat_engine.resources.child import Child, ChildStack

# Where ``Request.saved`` has what the document of a stack says of a resource that is adopted.
ADOPTED = "adopted"


class Outcome(enum.Enum):
    DONE = "done"
    WAIT = "wait"
    FAILED = "failed"
    REPLACE = "replace"


@dataclass(frozen=True, slots=True)
class Progress:
    """What a verb has reached. Fields left None keep the stored value.

    after: seconds until the next call when nothing wakes the resource earlier; None: only a signal
    or the deadline does. saved: handed back as ``Request.saved``. waiting_for: what for, in words a
    user reads. reason: why it failed. error: the exception's short class name shown before the
    reason (contract/engine-semantics.md section 9.3). reference_id: what get_resource gives,
    where it is not the physical id. data: kept encrypted, as metadata and attributes are.
    guest: what was found out about the resource's credential.
    child: the nested stack that is wanted, with a wait; the verb is called again when it has
    ended. place: where in a nested stack the failure is. transient: a failed creation may go right
    when what it has made is deleted and it is begun anew. observed: properties that the thing has
    otherwise than the resource was made with, as the thing has them. snapshot: what ``snapshot``
    has made, for ``Request.snapshot``; kept encrypted.
    """

    outcome: Outcome
    after: float | None = None
    saved: Mapping[str, Any] = field(default_factory=dict)
    waiting_for: str = ""
    reason: str = ""
    error: str = ""
    physical_id: str | None = None
    reference_id: str | None = None
    attributes: Mapping[str, Any] | None = None
    metadata: Mapping[str, Any] | None = None
    data: Mapping[str, Any] | None = None
    guest: Mapping[str, Any] | None = None
    child: ChildStack | None = None
    place: str = ""
    transient: bool = False
    observed: Mapping[str, Any] = field(default_factory=dict)
    snapshot: Mapping[str, Any] | None = None


def done(**fields: Any) -> Progress:
    """Finished. ``fields``: physical_id, reference_id, attributes, metadata, data, observed,
    snapshot."""
    return Progress(Outcome.DONE, **fields)


class Unique(enum.Enum):
    UNIQUE = "unique"


UNIQUE: Final = Unique.UNIQUE
"""An attribute that no other thing has, nor an earlier one of the same resource."""


def wait(waiting_for: str, after: float | None = None, **fields: Any) -> Progress:
    """Not finished: call again after that many seconds, or as soon as a signal arrives."""
    return Progress(Outcome.WAIT, waiting_for=waiting_for, after=after, **fields)


def failed(reason: str, error: str = "ResourceFailure", **fields: Any) -> Progress:
    return Progress(Outcome.FAILED, reason=reason, error=error, **fields)


def replace(reason: str = "") -> Progress:
    """An update that can only be had by making the resource anew."""
    return Progress(Outcome.REPLACE, reason=reason)


@dataclass(frozen=True, slots=True)
class Guest:
    """The credential made for a type with ``needs_guest``: reaches this resource, nothing else.

    ``signal_url`` and ``waitcondition_url`` are signed (contract/aws-apis.md section 5.3);
    ``endpoint`` is the native API's signal URL and ``metadata_url`` the one that the resource's
    metadata is read from, both to be used with ``token`` as X-Auth-Token. ``cfn_url``: root of the
    CloudFormation API, where ``access`` and ``secret`` sign. A guest that is a user of Keystone has
    ``secret`` as its password there, at ``auth_url``, in ``project_id``; else both are empty.
    """

    user_id: str
    access: str
    secret: str
    token: str
    endpoint: str
    signal_url: str
    waitcondition_url: str
    metadata_url: str = ""
    cfn_url: str = ""
    auth_url: str = ""
    project_id: str = ""


@dataclass(frozen=True, slots=True)
class Signal:
    """One stored signal of a wait-condition handle."""

    id: str
    status: str
    reason: str
    data: Any


@dataclass(frozen=True, slots=True)
class Peer:
    """A resource of the same stack, for types that refer to one by name or reference.

    type: what it is made as, also where the template calls it something else. properties: as it
    was made with; empty until it is. state: ``ACTION_STATUS``.
    """

    name: str
    type: str
    reference_id: Any
    properties: Mapping[str, Any]
    metadata: Mapping[str, Any]
    state: str


@dataclass(frozen=True, slots=True)
class Request:
    """One call of a verb. Times are seconds; ``elapsed`` counts since the step began, ``watched``
    since it began or was taken over from an engine that is gone.

    properties: resolved, coerced, defaults filled in. previous: the same of the last success
    (empty on create). changed: the keys whose value differs. signals: those of the handle that
    property ``ResourceType.listens_to`` refers to, or the resource's own for a handle; None when
    there is no such handle. handle_properties: the properties of that handle. child: the nested
    stack, if there is one. state: the resource's own, ``ACTION_STATUS``. verb: the one that is
    called, empty when an attribute is read. files: those that came with the stack's template.
    region: where the stack is. peers: the stack's resources, see ``ResourceType.peers``.
    snapshot: what the type's ``snapshot`` has made, for ``create`` and ``update`` of a resource
    that is to be restored from it, and for ``drop_snapshot``; None otherwise.
    """

    name: str
    type: str
    token: str
    physical_name: str
    stack_id: str
    stack_name: str
    project_id: str
    cloud: Cloud
    properties: Mapping[str, Any] = field(default_factory=dict)
    previous: Mapping[str, Any] = field(default_factory=dict)
    changed: frozenset[str] = frozenset()
    template_metadata: Mapping[str, Any] = field(default_factory=dict)
    metadata: Mapping[str, Any] = field(default_factory=dict)
    saved: Mapping[str, Any] = field(default_factory=dict)
    data: Mapping[str, Any] = field(default_factory=dict)
    attributes: Mapping[str, Any] = field(default_factory=dict)
    physical_id: str | None = None
    elapsed: float = 0.0
    watched: float = math.inf
    stack_timeout: float = 3600.0
    signals: Sequence[Signal] | None = None
    handle_properties: Mapping[str, Any] = field(default_factory=dict)
    guest: Guest | None = None
    child: Child | None = None
    update_policy: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, Any] = field(default_factory=dict)
    region: str = ""
    peers: Sequence[Peer] = ()
    state: str = ""
    verb: str = ""
    snapshot: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class SignalResult:
    """What a signal handler decided: the signal to store (handles) and the event's text.

    ``reason`` None: no event at all; empty: an event that says what ``details`` say by themselves.
    ``store`` with id None: the engine gives the next number.
    """

    reason: str | None
    status: str = "SUCCESS"
    id: str | None = None
    data: Any = None
    store: bool = False
    detail: str | None = None


OUTSIDE = "outside"
"""A verb that saves something under this name touches what is outside when it is called again."""


def runs_inline(kind: ResourceType, request: Request) -> bool:
    """Whether a verb called with this request touches nothing outside."""
    if request.saved.get(OUTSIDE):
        return False
    return kind.instant and not any(
        value in (request.properties.get(name), request.handle_properties.get(name))
        for name, value in kind.outside.items()
    )


class KeptType:
    """Verbs on what is there before a stack, or stays after it."""

    def adopt(self, request: Request) -> Progress:
        """Take over the thing that ``physical_id`` names; ``data`` and ``attributes`` are those
        that another stack had of it. Nothing of it is deleted when that fails."""
        return done()

    def snapshot(self, request: Request) -> Progress:
        """Save what the thing holds; ``token`` is the snapshot's own. Ends with ``snapshot``."""
        return done()

    def drop_snapshot(self, request: Request) -> Progress:
        """Delete whatever ``snapshot`` has made with ``token``. Absent is done."""
        return done()


class ResourceType(KeptType):
    """Base of all resource types. A subclass states its table and the verbs that do more.

    instant: the verbs touch nothing outside, so the engine runs them inline; see ``outside``.
    outside: values of a property of its own, or of its handle, with which they do all the same.
    needs_guest: the engine makes a ``Guest`` before create and revokes it after delete.
    listens_to: name of the property that refers to a wait-condition handle, or "" for none.
    is_handle: signals are stored for it.
    signals_itself: what its own verb waits for is a signal to itself, welcome in any action.
    polls_software: it is a server whose agents read in its metadata what is deployed to it.
    vigil: while a traversal is still running, the engine calls ``watch`` on the finished resource
    every second, so that a server that dies fails its stack at once.
    old_names: a required property and the hidden one that may be given instead of it.
    observes: it has one more verb, ``observe``: done with what is ``observed`` of the real thing,
    replace when that is gone or broken.
    releases: ``release`` is called on a resource before its replacement is made.
    always_replaced: every update of the stack replaces it, though nothing about it changes.
    error_wait: after another resource failed, the engine lets a waiting verb go on for a while;
    False: it is aborted at once.
    nested: its thing is a nested stack; an update always goes down to it.
    peers: types of resources of its stack that it has to look at; ``*`` for all. An empty tuple,
    as of most types, means that it never sees another resource.
    deletion_snapshot: the deletion policy Snapshot makes a ``snapshot`` before it deletes.
    update_policy: the keys of an update policy and their schemas.
    """

    name: str
    properties: Mapping[str, Property] = {}
    attributes: Mapping[str, Attribute] = {}
    description: str = ""
    support_status: ClassVar[Mapping[str, str]] = {"status": "SUPPORTED"}
    open_properties: bool = False
    open_attributes: ClassVar[bool] = False
    deletion_snapshot: ClassVar[bool] = False
    instant: ClassVar[bool] = False
    outside: ClassVar[Mapping[str, str]] = {}
    needs_guest: ClassVar[bool] = False
    listens_to: ClassVar[str] = ""
    is_handle: ClassVar[bool] = False
    signals_itself: ClassVar[bool] = False
    polls_software: ClassVar[bool] = False
    vigil: ClassVar[bool] = False
    old_names: ClassVar[Mapping[str, str]] = {}
    error_wait: ClassVar[bool] = True
    observes: ClassVar[bool] = False
    releases: ClassVar[bool] = False
    always_replaced: ClassVar[bool] = False
    physical_name_limit: ClassVar[int] = 255
    supports_check: ClassVar[bool] = False
    supports_signal: ClassVar[bool] = False
    nested: ClassVar[bool] = False
    peers: ClassVar[tuple[str, ...]] = ()
    update_policy: ClassVar[Mapping[str, Property]] = {}

    def interface(self) -> TypeInterface:
        return TypeInterface(
            name=self.name,
            properties=self.properties,
            attributes={**SHOW, **self.attributes},
            open_properties=self.open_properties,
            open_attributes=self.open_attributes,
            deletion_snapshot=self.deletion_snapshot,
            update_policy=self.update_policy,
        )

    def wants_guest(self, properties: Mapping[str, Any]) -> bool:
        """Whether a resource with these properties, as given, needs a ``Guest``."""
        return self.needs_guest

    def validate(self, properties: Mapping[str, Any], stack_timeout: float) -> Sequence[str]:
        """Faults that the schema cannot express; ``properties`` may hold UNKNOWN values."""
        return ()

    def create(self, request: Request) -> Progress:
        raise NotImplementedError

    def update(self, request: Request) -> Progress:
        """Called only when all of ``changed`` is updatable (or it is empty)."""
        return done()

    def delete(self, request: Request) -> Progress:
        """``physical_id`` may be None: then whatever ``token`` made is deleted. Absent is done."""
        return done()

    def release(self, request: Request) -> Progress:
        """Give up what only one can have, before the replacement is made; see ``releases``."""
        return done()

    def check(self, request: Request) -> Progress:
        return done()

    def suspend(self, request: Request) -> Progress:
        return done()

    def resume(self, request: Request) -> Progress:
        return done()

    def cancel(self, request: Request) -> Progress:
        """Nobody waits any more for a signal to itself; only for types with ``signals_itself``."""
        return done()

    def watch(self, request: Request) -> Progress | None:
        """None while all is well; ``failed`` when the thing has broken since it was made."""
        return None

    def must_replace(self, request: Request) -> bool:
        """Whether an update to ``request.properties`` always needs a new resource."""
        return False

    def replace_failed(self, request: Request) -> bool:
        """Whether the next update replaces a FAILED resource (default) or updates it in place."""
        return True

    def read(self, request: Request, attribute: str) -> Any:
        """The current value of an attribute; the default is the stored one, None when absent."""
        return request.attributes.get(attribute)

    def select(self, request: Request, attribute: str, path: Sequence[Any]) -> Any:
        """An attribute of a nested type, with what get_attr gives behind its name."""
        return follow(self.read(request, attribute), path)

    def sample(
        self, properties: Mapping[str, Any], files: Mapping[str, Any], *, whole: bool = False
    ) -> ChildStack | None:
        """The nested stack, to check it before anything exists; values may be UNKNOWN.

        files: those that came with the template. whole: all members of a group, not only one.
        """
        return None

    def attribute_names(self, request: Request) -> Sequence[str]:
        """The attributes that a resource is shown with."""
        return tuple(self.interface().attributes)

    def signal_metadata(self, signals: Sequence[Signal]) -> dict[str, Any]:
        """A handle's metadata: its signals by id."""
        return {
            item.id: {"status": item.status, "reason": item.reason, "data": item.data}
            for item in signals
        }

    def signal(self, request: Request, details: Any) -> SignalResult:
        raise NotImplementedError


class Foreseeable(ResourceType):
    """A type whose attributes are known before its verbs run."""

    def foreseen(self, request: Request, attribute: str) -> Any:
        """An attribute as the request's verb, create or update, will leave it if it succeeds.

        UNKNOWN where that is not known before; UNIQUE where nothing was like it before.
        """
        raise NotImplementedError
