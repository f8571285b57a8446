from __future__ import annotations

from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.aws import signature

SECRET = "fedcba9876543210fedcba9876543210"
ACCESS = "0123456789abcdef0123456789abcdef"
ARN = (
    "arn:openstack:heat::aaaabbbbccccdddd0000111122223333:"
    "stacks/web/5d3c2b1a-0000-4000-8000-000000000001/resources/WaitHandle"
)
HOST = "10.0.0.5:8000"
PARAMS = {
    "AWSAccessKeyId": ACCESS,
    "SignatureMethod": "HmacSHA256",
    "SignatureVersion": "2",
}


def test_worked_example_of_a_wait_condition_url() -> None:
    params = {**PARAMS, "Timestamp": "2026-01-02T03:04:05Z"}
    made = signature.sign_v2(SECRET, "PUT", HOST, f"/v1/waitcondition/{ARN}", params)
    assert made == "ZT0QsndAzssNepjw1lbre+uIbmbu9CyPYQ2MCyza/TY="


def test_worked_example_of_a_signal_url() -> None:
    made = signature.sign_v2(SECRET, "POST", HOST, f"/v1/signal/{ARN}", PARAMS)
    assert made == "dVdJtDMNPUJ4DHeHLLuJDUwP7nFDwCEfsnhOK6gEyT4="


def test_presigned_url_is_escaped_as_the_example_shows() -> None:
    url = signature.presign(
        "PUT",
        "HTTP://10.0.0.5:8000/v1/waitcondition/",
        ARN,
        ACCESS,
        SECRET,
        timestamp="2026-01-02T03:04:05Z",
    )
    assert url.startswith("http://10.0.0.5:8000/v1/waitcondition/arn%3Aopenstack%3Aheat%3A%3A")
    assert "Signature=ZT0QsndAzssNepjw1lbre%2BuIbmbu9CyPYQ2MCyza%2FTY%3D" in url


@pytest.mark.parametrize("name", ["WaitHandle", "My Handle", "Händel", "a+b%20c"])
@pytest.mark.parametrize("timestamp", [None, "2026-01-02T03:04:05Z"])
def test_a_presigned_url_verifies_as_sent(name: str, timestamp: str | None) -> None:
    arn = f"arn:openstack:heat::p:stacks/s/i/resources/{name}"
    parts = urlsplit(
        signature.presign("POST", "http://host:1/v1/signal", arn, ACCESS, SECRET, timestamp)
    )
    params = dict(parse_qsl(parts.query, strict_parsing=True))
    given_signature = params.pop("Signature")
    path = unquote(parts.path)
    assert signature.verify_v2(SECRET, "POST", parts.netloc, path, params, given_signature)


def test_a_path_that_the_client_decoded_once_more_verifies() -> None:
    arn = "arn:openstack:heat::p:stacks/s/i/resources/My%20Handle"
    made = signature.sign_v2(SECRET, "PUT", HOST, f"/v1/waitcondition/{arn}", PARAMS)
    assert signature.verify_v2(
        SECRET, "PUT", HOST, f"/v1/waitcondition/{unquote(arn)}", PARAMS, made
    )


def test_a_signature_made_without_the_port_verifies() -> None:
    made = signature.sign_v2(SECRET, "PUT", "10.0.0.5", "/p", PARAMS)
    assert signature.verify_v2(SECRET, "PUT", HOST, "/p", PARAMS, made)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("secret", "another"),
        ("verb", "POST"),
        ("host", "10.0.0.6:8000"),
        ("path", "/v1/waitcondition/other"),
        ("params", {**PARAMS, "ContentType": "JSON"}),
        ("params", {**PARAMS, "SignatureVersion": "1"}),
        ("signature", "dVdJtDMNPUJ4DHeHLLuJDUwP7nFDwCEfsnhOK6gEyT4="),
        ("signature", "ä"),
        ("signature", ""),
    ],
)
def test_any_change_is_refused(field: str, value: object) -> None:
    made = signature.sign_v2(SECRET, "PUT", HOST, "/v1/waitcondition/x", PARAMS)
    request = {
        "secret": SECRET,
        "verb": "PUT",
        "host": HOST,
        "path": "/v1/waitcondition/x",
        "params": PARAMS,
        "signature": made,
    }
    assert signature.verify_v2(**request)  # type: ignore[arg-type]
    assert not signature.verify_v2(**{**request, field: value})  # type: ignore[arg-type]


@given(st.dictionaries(st.text(min_size=1, max_size=8), st.text(max_size=8), max_size=5))
def test_the_order_of_parameters_does_not_matter(params: dict[str, str]) -> None:
    backwards = dict(reversed(params.items()))
    assert signature.canonical_query(params) == signature.canonical_query(backwards)
