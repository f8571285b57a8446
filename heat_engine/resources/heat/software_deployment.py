"""OS::Heat::SoftwareDeployment, and what the structured form shares with it.

Source: contract/engine-semantics.md section 10.7.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from common import errors
from common.identifiers import new_id
from heat_engine.clouds.interface import CloudError, Document
from heat_engine.language.schema import Attribute, Kind, Property, one_of
from heat_engine.resources import software_object
from heat_engine.resources.heat import object_signals, software_inputs
from heat_engine.resources.heat.software_service import (
    DEPLOYMENTS,
    SERVICE,
    UNGROUPED,
    config_of,
    remove,
    transport_problems,
)
from heat_engine.resources.openstack.calls import pause
from heat_engine.resources.protocol import (
    OUTSIDE,
    Outcome,
    Progress,
    Request,
    ResourceType,
    SignalResult,
    done,
    failed,
    wait,
)

ACTIONS = ("CREATE", "UPDATE", "DELETE", "SUSPEND", "RESUME")
COMPONENT = "component"
WRITING = "the object that the server polls to be written"
NO_SIGNAL = "NO_SIGNAL"
OFFERED = "CFN_SIGNAL, HEAT_SIGNAL, TEMP_URL_SIGNAL or NO_SIGNAL"
PROPERTIES: Mapping[str, Property] = {
    "config": Property(Kind.STRING, "Id of the software config to run.", updatable=True),
    "server": Property(Kind.STRING, "Id of the server to run it on.", required=True),
    "input_values": Property(Kind.MAP, "Values of the config's inputs.", updatable=True),
    "actions": Property(
        Kind.LIST,
        "Actions of the stack at which the config is run.",
        default=["CREATE", "UPDATE"],
        updatable=True,
        constraints=(one_of(*ACTIONS),),
    ),
    "name": Property(Kind.STRING, "Name of the config that the server gets.", updatable=True),
    "signal_transport": Property(
        Kind.STRING,
        "How the server reports the outputs.",
        default="CFN_SIGNAL",
        constraints=(
            one_of("CFN_SIGNAL", "TEMP_URL_SIGNAL", "HEAT_SIGNAL", NO_SIGNAL, "ZAQAR_SIGNAL"),
        ),
    ),
}
ATTRIBUTES: Mapping[str, Attribute] = {
    "deploy_stdout": Attribute("What the config printed."),
    "deploy_stderr": Attribute("What the config complained of."),
    "deploy_status_code": Attribute("Exit code of the config."),
}


def problems(properties: Mapping[str, Any]) -> Sequence[str]:
    """What is wrong with a deployment, or with a group of them."""
    transport = properties.get("signal_transport")
    return transport_problems("signal_transport", transport, OFFERED)


class SoftwareDeployment(ResourceType):
    """Gives a server a config to run, and waits for what the server reports of it.

    The verbs begin by saving a fresh token and only then hand the config over: by then the
    credential that is part of it is stored too.
    """

    name = "OS::Heat::SoftwareDeployment"
    description = "A software config to be run on a server, and what came of it."
    support_status = {"status": "SUPPORTED", "version": "2014.1"}
    properties = PROPERTIES
    attributes = ATTRIBUTES
    open_attributes = True
    instant = True
    outside = {"signal_transport": object_signals.TRANSPORT}
    needs_guest = True
    supports_signal = True
    signals_itself = True

    def validate(self, properties: Mapping[str, Any], stack_timeout: float) -> Sequence[str]:
        return problems(properties)

    def create(self, request: Request) -> Progress:
        return self._deploy(request, "CREATE")

    def update(self, request: Request) -> Progress:
        return self._deploy(request, "UPDATE") if request.changed else done()

    def suspend(self, request: Request) -> Progress:
        return self._deploy(request, "SUSPEND")

    def resume(self, request: Request) -> Progress:
        return self._deploy(request, "RESUME")

    def delete(self, request: Request) -> Progress:
        """Runs the config once more where it is meant for that and the server is still there."""
        if request.saved.get("removed"):
            software_object.publish(request.cloud, request.properties["server"])
            return done()
        try:
            if request.saved or self._says_goodbye(request):
                progress = self._deploy(request, "DELETE")
                if progress.outcome is not Outcome.DONE:
                    return progress
        except CloudError as error:
            # The server, the config, or the deployment itself after an earlier call of this verb.
            if error.kind not in ("not_found", "conflict"):
                raise
        remove(request.cloud, DEPLOYMENTS, request.physical_id, request.token)
        if _by_object(request):
            object_signals.remove(request.cloud, request.physical_name)
        if software_object.serves(request.cloud, request.properties["server"]):
            return wait(WRITING, after=0.0, saved={"removed": True, OUTSIDE: True})
        return done()

    def cancel(self, request: Request) -> Progress:
        made = request.cloud.find(SERVICE, DEPLOYMENTS, request.token)
        if made is not None and made["status"] == "IN_PROGRESS":
            ended = {"status": "FAILED", "status_reason": "Deployment cancelled."}
            request.cloud.update(SERVICE, DEPLOYMENTS, made["id"], ended)
        return done()

    def must_replace(self, request: Request) -> bool:
        """Whether an input has another value that is declared to take a new deployment."""
        if request.physical_id is None or not {"config", "input_values"} & request.changed:
            return False
        try:
            deployment = request.cloud.get(SERVICE, DEPLOYMENTS, request.physical_id)
            before = software_inputs.values(
                config_of(request.cloud, deployment["config_id"])["inputs"]
            )
            source = config_of(request.cloud, request.properties.get("config"))
        except CloudError as error:
            if error.kind != "not_found":
                raise
            return False
        return any(
            item.get("replace_on_change")
            and before.get(item["name"]) != software_inputs.given_value(item)
            for item in self._inputs(request, source)
        )

    def read(self, request: Request, attribute: str) -> Any:
        """Any output that the config declares; null until it is reported."""
        if attribute in self.attributes or attribute in request.data.get("outputs", ()):
            return request.attributes.get(attribute)
        if attribute == "show":
            return super().read(request, attribute)
        raise errors.InvalidTemplateAttribute(resource=request.name, key=attribute)

    def signal(self, request: Request, details: Any) -> SignalResult:
        # A quick server reports before the resource's row tells which deployment it is.
        made = request.cloud.find(SERVICE, DEPLOYMENTS, request.token)
        if made is None:
            return SignalResult("")
        given = details if isinstance(details, Mapping) else {}
        answer = request.cloud.act(SERVICE, DEPLOYMENTS, made["id"], "signal", given)
        return SignalResult((answer or {}).get("said") or "")

    def content(self, request: Request, source: Document, inputs: list[Document]) -> Any:
        """What the server is to run."""
        return source["config"]

    def _deploy(self, request: Request, action: str) -> Progress:
        """Hand the config over, then wait until the server has reported."""
        if request.saved.get("sent"):
            if request.saved.get(OUTSIDE):
                software_object.publish(request.cloud, request.properties["server"])
            return self._look(request)
        source = config_of(request.cloud, request.properties.get("config"))
        if action not in self._actions(request, source):
            return done()
        token = request.saved.get("config_token")
        if token is None:
            return wait("its turn", after=0.0, saved={"config_token": new_id()})
        config = self._derived(request, source, action, token)
        quiet = request.properties["signal_transport"] == NO_SIGNAL
        body = {
            "config": config,
            "config_token": token,
            "server_id": request.properties["server"],
            "action": action,
            "status": "COMPLETE" if quiet else "IN_PROGRESS",
            "status_reason": "Not waiting for outputs signal" if quiet else "Deploy data available",
        }
        if request.physical_id is None:
            made = request.cloud.create(SERVICE, DEPLOYMENTS, body, token=request.token)
        else:
            made = request.cloud.update(SERVICE, DEPLOYMENTS, request.physical_id, body)
        names = [output["name"] for output in config["outputs"]]
        data = {"outputs": names, "object": token}
        if software_object.serves(request.cloud, request.properties["server"]):
            saved = {"sent": True, OUTSIDE: True}
            return wait(WRITING, after=0.0, saved=saved, physical_id=made["id"], data=data)
        return self._reached(request, made, data)

    def _look(self, request: Request) -> Progress:
        deployment = request.cloud.get(SERVICE, DEPLOYMENTS, str(request.physical_id))
        if _by_object(request) and deployment["status"] == "IN_PROGRESS":
            bodies = object_signals.received(
                request.cloud, request.physical_name, str(request.data.get("object"))
            )
            if bodies:
                given = object_signals.details(bodies[0])
                request.cloud.act(SERVICE, DEPLOYMENTS, deployment["id"], "signal", given)
                deployment = request.cloud.get(SERVICE, DEPLOYMENTS, deployment["id"])
        return self._reached(request, deployment, dict(request.data))

    @staticmethod
    def _reached(request: Request, deployment: Document, data: Document) -> Progress:
        kept: dict[str, Any] = {"physical_id": deployment["id"], "data": data}
        if deployment["status"] == "IN_PROGRESS":
            words = f"server {deployment['server_id']} to report deployment {deployment['id']}"
            after = pause(request) if _by_object(request) else None
            return wait(words, after=after, saved={"sent": True}, **kept)
        kept["attributes"] = deployment["output_values"] or {}
        if deployment["status"] == "FAILED":
            reason = f"Deployment to server failed: {deployment['status_reason']}"
            return failed(reason, "Error", **kept)
        return done(**kept)

    @staticmethod
    def _actions(request: Request, source: Document) -> set[str]:
        if source["group"] != COMPONENT:
            return set(request.properties["actions"])
        return {action for item in source["config"]["configs"] for action in item["actions"]}

    def _derived(self, request: Request, source: Document, action: str, token: str) -> Document:
        """The config that the server gets, with all values in it."""
        inputs = [*self._inputs(request, source), *_facts(request, action, token)]
        return {
            "name": request.properties.get("name") or source["name"] or request.physical_name,
            "group": source["group"] or UNGROUPED,
            "config": self.content(request, source, inputs),
            "inputs": inputs,
            "outputs": source["outputs"],
            "options": source.get("options") or {},
        }

    @staticmethod
    def _inputs(request: Request, source: Document) -> list[Document]:
        """Declared inputs with their values, then those of which only a value is given."""
        given = dict(request.properties.get("input_values") or {})
        made = []
        for item in source["inputs"]:
            value = given.pop(item["name"], item.get("default"))
            made.append({**item, "value": value})
        made += [{"name": name, "type": "String", "value": value} for name, value in given.items()]
        return made

    def _says_goodbye(self, request: Request) -> bool:
        """Whether there is a config to run at deletion; CloudError without a server to run it."""
        source = config_of(request.cloud, request.properties.get("config"))
        if "DELETE" not in self._actions(request, source):
            return False
        request.cloud.get("compute", "servers", request.properties["server"])
        return True


def _by_object(request: Request) -> bool:
    """Whether the server reports to an object, at which one has to look."""
    return bool(request.properties["signal_transport"] == object_signals.TRANSPORT)


def _facts(request: Request, action: str, token: str) -> list[Document]:
    """Inputs that tell the server what it works for and how to report.

    token: of this one report, which has an object of its own where objects are reported to.
    """
    transport = request.properties["signal_transport"]
    facts = {
        "deploy_server_id": ("Id of the server", request.properties["server"]),
        "deploy_action": ("Action of the stack", action),
        "deploy_stack_id": ("Name and id of the stack", f"{request.stack_name}/{request.stack_id}"),
        "deploy_resource_name": ("Name of the deployment's resource", request.name),
        "deploy_signal_transport": ("How to report", transport),
    }
    guest = request.guest
    if guest is not None and transport == "CFN_SIGNAL":
        facts["deploy_signal_id"] = ("URL to report to", guest.signal_url)
        facts["deploy_signal_verb"] = ("HTTP verb to report with", "POST")
    if _by_object(request):
        url = object_signals.url(request.cloud, request.physical_name, token)
        facts["deploy_signal_id"] = ("URL to report to", url)
        facts["deploy_signal_verb"] = ("HTTP verb to report with", "PUT")
    if guest is not None and transport == "HEAT_SIGNAL":
        facts["deploy_auth_url"] = ("URL to report to", guest.auth_url or guest.endpoint)
        facts["deploy_username"] = ("User who reports", guest.access)
        facts["deploy_user_id"] = ("Id of the user who reports", guest.user_id)
        facts["deploy_password"] = ("Password of the user who reports", guest.secret)
        facts["deploy_token"] = ("X-Auth-Token to report with", guest.token)
        project_id = guest.project_id or request.project_id
        facts["deploy_project_id"] = ("Project of the user who reports", project_id)
    return [
        {"name": name, "type": "String", "description": words, "value": value}
        for name, (words, value) in facts.items()
    ]
