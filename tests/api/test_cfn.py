"""heat-api-cfn: signals by signed URL, versions, actions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

import pytest
from oslo_config import cfg

from common import errors
from common.aws import signature
from tests.api.conftest import Client
from tests.api.double import GUEST, IDENTITY, MEMBER, STACK_ID, ScriptedEngine

SECRET = "fedcba9876543210"
OWNERS = {"AK": GUEST, "PEOPLE": MEMBER, "OTHERS": {**MEMBER, "project_id": "p2"}}
NAMESPACE = "http://cloudformation.amazonaws.com/doc/2010-05-15/"
Load = Callable[[str, str | None], Any]


def check(credentials: Mapping[str, Any]) -> dict[str, Any] | None:
    """As the engine does it."""
    signed = credentials["ec2"]
    if signed["access"] not in OWNERS:
        return None
    given = [signed[name] for name in ("verb", "host", "path", "params", "signature")]
    if not signature.verify_v2(SECRET, *given):
        raise errors.SignatureDoesNotMatch
    return OWNERS[signed["access"]]


def arn(resource: str = "handle", stack_id: str = STACK_ID) -> str:
    return f"arn:openstack:heat::p1:stacks/web/{stack_id}/resources/{resource}"


def path(verb: str, name: str, access: str = "AK") -> str:
    kind = "waitcondition" if verb == "PUT" else "signal"
    url = signature.presign(verb, f"http://localhost:80/v1/{kind}", name, access, SECRET)
    return url.removeprefix("http://localhost:80")


def fault(answer: Any) -> tuple[int, str, str]:
    """Status, code and message."""
    root = ElementTree.fromstring(answer.body)
    error = root.find(f"{{{NAMESPACE}}}Error")
    assert error is not None
    request_id = root.findtext(f"{{{NAMESPACE}}}RequestId")
    assert request_id == answer.headers["x-openstack-request-id"]
    assert request_id == answer.headers["x-amzn-RequestId"]
    assert error.findtext(f"{{{NAMESPACE}}}Type") == "Sender"
    code = error.findtext(f"{{{NAMESPACE}}}Code") or ""
    return answer.status_int, code, error.findtext(f"{{{NAMESPACE}}}Message") or ""


@pytest.fixture
def cfn(load: Load, engine: ScriptedEngine) -> Client:
    engine.answers["authenticated_to_backend"] = lambda credentials: check(credentials)
    engine.answers["resource_signal"] = {"1": {"Status": "SUCCESS"}}
    return Client(load("heat-api-cfn", "custombackend"), {})


BODY = b'{"Status": "SUCCESS", "Reason": "all good", "UniqueId": "uid1", "Data": "some data"}'
DETAILS = {"Status": "SUCCESS", "Reason": "all good", "UniqueId": "uid1", "Data": "some data"}


@pytest.mark.parametrize(
    "content_type", ["", "application/json", "application/x-www-form-urlencoded", "text/xml"]
)
def test_wait_condition(cfn: Client, engine: ScriptedEngine, content_type: str) -> None:
    headers = {"Content-Type": content_type}
    answer = cfn("PUT", path("PUT", arn()), body=BODY, headers=headers)
    assert (answer.status_int, answer.content_type) == (200, "application/xml")
    assert answer.body == b"<resource>handle</resource>"
    assert engine.asked("resource_signal") == [
        {
            "stack_identity": IDENTITY,
            "resource_name": "handle",
            "details": DETAILS,
            "sync_call": False,
        }
    ]
    assert engine.contexts[-1].guest_resource == "handle"


def test_an_unquoted_url_is_accepted(cfn: Client) -> None:
    base, _, query = path("PUT", arn()).partition("?")
    assert cfn("PUT", f"{unquote(base)}?{query}", body=BODY).status_int == 200


def test_metadata_in_json(cfn: Client, engine: ScriptedEngine) -> None:
    params = {
        "AWSAccessKeyId": "AK",
        "SignatureMethod": "HmacSHA256",
        "SignatureVersion": "2",
        "ContentType": "JSON",
    }
    where = f"/v1/waitcondition/{arn()}"
    signed = signature.sign_v2(SECRET, "PUT", "localhost:80", where, params)
    query = signature.canonical_query({**params, "Signature": signed})
    answer = cfn("PUT", f"{where}?{query}", body=BODY)
    assert answer.json == {"resource": "handle", "metadata": {"1": {"Status": "SUCCESS"}}}
    assert engine.asked("resource_signal")[0]["sync_call"] is True


@pytest.mark.parametrize(
    "body", [b"", b"text", b"[1]", b"{bad", b'{"a": NaN}', b'{"a": "\\ud800"}']
)
def test_wait_condition_data_that_is_no_object(
    cfn: Client, engine: ScriptedEngine, body: bytes
) -> None:
    answer = cfn("PUT", path("PUT", arn()), body=body)
    assert fault(answer)[:2] == (400, "InvalidParameterValue")
    assert not engine.asked("resource_signal")


@pytest.mark.parametrize(
    ("body", "details"), [(b"", None), (b"text", None), (b'{"state": "ALARM"}', {"state": "ALARM"})]
)
def test_signal(cfn: Client, engine: ScriptedEngine, body: bytes, details: Any) -> None:
    answer = cfn("POST", path("POST", arn()), body=body)
    assert (answer.status_int, answer.body) == (200, b"")
    assert engine.asked("resource_signal") == [
        {
            "stack_identity": IDENTITY,
            "resource_name": "handle",
            "details": details,
            "sync_call": False,
        }
    ]


def test_a_broken_signal(cfn: Client) -> None:
    status, code, message = fault(cfn("POST", path("POST", arn()), body=b"{bad"))
    assert (status, code) == (400, "InvalidParameterValue")
    assert "line 1" in message


def test_a_resource_name_with_blanks(cfn: Client, engine: ScriptedEngine) -> None:
    engine.answers["authenticated_to_backend"] = MEMBER
    cfn("POST", path("POST", arn("my%20handle")), body=b"")
    assert engine.asked("resource_signal")[0]["resource_name"] == "my handle"


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        (("Signature=", "Signature=x"), 403, "SignatureDoesNotMatch"),
        (("handle", "handlf"), 403, "SignatureDoesNotMatch"),
        (("SignatureVersion=2", "SignatureVersion=2&ContentType=x"), 403, "SignatureDoesNotMatch"),
        (("/web/", "/wob/"), 403, "SignatureDoesNotMatch"),
        (("AWSAccessKeyId=AK", "AWSAccessKeyId=AX"), 403, "InvalidClientTokenId"),
        (("AWSAccessKeyId=AK", "AWSAccessKeyId="), 403, "MissingAuthenticationToken"),
        (("Signature=", "Sig="), 400, "IncompleteSignature"),
        (("Signature=", "Signature=%ff"), 400, "MalformedQueryString"),
    ],
)
def test_changed_urls(
    cfn: Client, engine: ScriptedEngine, change: tuple[str, str], status: int, code: str
) -> None:
    url = path("PUT", arn())
    changed = url.replace(*change)
    assert changed != url
    assert fault(cfn("PUT", changed, body=BODY))[:2] == (status, code)
    assert not engine.asked("resource_signal")


def test_a_url_of_another_server_is_refused(cfn: Client) -> None:
    answer = cfn("PUT", path("PUT", arn()), body=BODY, headers={"Host": "elsewhere:80"})
    assert fault(answer)[:2] == (403, "SignatureDoesNotMatch")


@pytest.mark.parametrize(
    ("name", "access", "status", "code"),
    [
        (arn(stack_id="another"), "AK", 403, "AccessDenied"),
        (arn("other"), "OTHERS", 403, "AccessDenied"),
        (arn("other"), "PEOPLE", 200, None),
        ("arn:aws:s3:::bucket", "AK", 400, "InvalidParameterValue"),
        ("nonsense", "AK", 400, "InvalidParameterValue"),
        (f"arn:openstack:heat::p1:stacks/web/{STACK_ID}", "AK", 400, "InvalidParameterValue"),
    ],
)
def test_whose_stack_it_is(
    cfn: Client, name: str, access: str, status: int, code: str | None
) -> None:
    answer = cfn("POST", path("POST", name, access), body=b"")
    assert answer.status_int == status
    if code:
        assert fault(answer)[:2] == (status, code)


def test_the_engine_says_which_resource_a_guest_reaches(
    cfn: Client, engine: ScriptedEngine
) -> None:
    engine.answers["resource_signal"] = errors.Forbidden(action="resource other")
    answer = cfn("POST", path("POST", arn("other"), "AK"), body=b"")
    assert fault(answer)[:2] == (403, "AccessDenied")
    assert engine.contexts[-1].guest_resource == "handle"


@pytest.mark.parametrize(
    "error",
    [
        errors.EntityNotFound(entity="Stack", name="web"),
        errors.ResourceNotFound(resource_name="handle", stack_name="web"),
        errors.NotSupported(feature="Signal resource during DELETE"),
        errors.Invalid(reason="Malformed metadata"),
    ],
)
def test_what_the_engine_refuses(
    cfn: Client, engine: ScriptedEngine, error: errors.HearthError
) -> None:
    engine.answers["resource_signal"] = error
    answer = cfn("POST", path("POST", arn()), body=b"")
    assert fault(answer) == (400, "InvalidParameterValue", error.message)


def test_faults_of_ours(cfn: Client, engine: ScriptedEngine) -> None:
    engine.answers["resource_signal"] = RuntimeError("secret")
    answer = cfn("POST", path("POST", arn()), body=b"")
    assert answer.status == "500 InternalFailure"
    assert "secret" not in answer.text
    engine.answers["resource_signal"] = errors.ServiceUnavailable()
    assert cfn("POST", path("POST", arn()), body=b"").status == "503 ServiceUnavailable"


def test_a_large_body(cfn: Client, conf: cfg.ConfigOpts) -> None:
    conf.set_override("max_json_body_size", 10)
    answer = cfn("PUT", path("PUT", arn()), body=BODY)
    assert fault(answer)[:2] == (400, "LimitExceededException")


@pytest.mark.parametrize("verb", ["GET", "POST", "DELETE"])
def test_other_verbs_do_not_exist(cfn: Client, engine: ScriptedEngine, verb: str) -> None:
    engine.answers["authenticated_to_backend"] = GUEST
    url = urlsplit(path("PUT", arn()))
    assert cfn(verb, f"{url.path}?{url.query}").status_int == 404


@pytest.mark.parametrize("service", ["heat-api-cfn", "heat-api-cloudwatch"])
@pytest.mark.parametrize("flavor", [None, "standalone", "custombackend", "noauth"])
class TestBothServices:
    @pytest.mark.parametrize("where", ["/", "/versions", "/v2/", "/v3/x"])
    def test_versions(self, load: Load, service: str, flavor: str | None, where: str) -> None:
        answer = Client(load(service, flavor), {})("GET", where)
        assert answer.status_int == 300
        assert answer.json["versions"][0]["links"][0]["href"] == "http://localhost/v1/"

    @pytest.mark.parametrize(
        ("verb", "where", "form", "said"),
        [
            ("POST", "/", {"Action": "DescribeFish"}, "DescribeFish"),
            ("POST", "/v1", {"Action": "DescribeFish"}, "DescribeFish"),
            ("POST", "/v1/", {"Action": "DescribeFish"}, "DescribeFish"),
            ("GET", "/v1/?Action=DescribeFish", None, "DescribeFish"),
            ("GET", "/?Action=DescribeFish", None, "DescribeFish"),
            ("GET", "/v1/?Action=%3Cb%3E%01", None, "<b>\N{REPLACEMENT CHARACTER}"),
            ("GET", "/v1/", None, "no action"),
            ("POST", "/", None, "no action"),
        ],
    )
    def test_unknown_actions(
        self,
        load: Load,
        service: str,
        flavor: str | None,
        verb: str,
        where: str,
        form: dict[str, str] | None,
        said: str,
    ) -> None:
        fields: dict[str, Any] = {"POST": form} if form else {}
        answer = Client(load(service, flavor), {})(verb, where, **fields)
        assert answer.status == "400 InvalidAction"
        assert answer.content_type == "text/xml"
        document = ElementTree.fromstring(answer.body)
        texts = [element.text or "" for element in document.iter()]
        assert "InvalidAction" in texts
        assert any(said in text for text in texts)
        kind = "monitoring" if "cloudwatch" in service else "cloudformation"
        assert document.tag == (
            f"{{{NAMESPACE}}}ErrorResponse"
            if kind == "cloudformation"
            else "{http://monitoring.amazonaws.com/doc/2010-08-01/}ErrorResponse"
        )

    def test_json_when_asked_for(self, load: Load, service: str, flavor: str | None) -> None:
        client = Client(load(service, flavor), {})
        answer = client("GET", "/v1/?Action=DescribeFish&ContentType=JSON")
        form = {"Action": "DescribeFish", "ContentType": "JSON"}
        assert client("POST", "/v1/", POST=form).json["Error"] == answer.json["Error"]
        assert answer.status_int == 400
        assert answer.json["Error"]["Code"] == "InvalidAction"
        assert answer.json["ErrorResponse"]["Error"] == answer.json["Error"]
        assert answer.json["RequestId"] == answer.headers["x-openstack-request-id"]

    @pytest.mark.parametrize("where", ["/nothing", "/v1x/"])
    def test_unknown_paths(self, load: Load, service: str, flavor: str | None, where: str) -> None:
        assert Client(load(service, flavor), {})("GET", where).status_int == 404


def test_signals_without_authentication(load: Load, engine: ScriptedEngine) -> None:
    engine.answers["resource_signal"] = None
    client = Client(load("heat-api-cfn", "noauth"), {})
    assert client("POST", f"/v1/signal/{arn()}", body=b"").status_int == 200
