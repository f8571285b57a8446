"""Objects over HTTP: what a temporary URL opens, and what it does not."""

from __future__ import annotations

import contextlib
import http.client
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from heat_engine.clouds.local.cloud import LocalCloud, LocalClouds

SERVICE = "object-store"
SECONDS = 10


def container(cloud: LocalCloud, **body: Any) -> None:
    cloud.create(SERVICE, "containers", {"name": "box", **body}, token="t")


def url(cloud: LocalCloud, method: str, name: str = "a", **body: Any) -> str:
    given = {"method": method, "object": name, **body}
    made = cloud.act(SERVICE, "containers", "box", "temp_url", given)
    assert made is not None
    return str(made["url"])


def ask(method: str, where: str, data: Any = None, **headers: str) -> requests.Response:
    return requests.request(method, where, data=data, headers=headers, timeout=SECONDS)


@pytest.fixture
def cloud(clouds: LocalClouds) -> LocalCloud:
    return clouds.session("p", {})


def test_written_read_described_and_deleted_by_url(cloud: LocalCloud) -> None:
    container(cloud)
    body = bytes(range(256)) * 1024
    headers = {"Content-Type": "image/x", "X-Object-Meta-Colour": "red"}
    made = ask("PUT", url(cloud, "PUT", "dir/a b?"), body, **headers)
    assert made.status_code == 201
    got = ask("GET", url(cloud, "GET", "dir/a b?"))
    assert (got.status_code, got.content) == (200, body)
    assert (got.headers["Content-Type"], got.headers["X-Object-Meta-Colour"]) == ("image/x", "red")
    assert got.headers["ETag"] == made.headers["ETag"]
    seen = ask("HEAD", url(cloud, "GET", "dir/a b?"))
    assert (seen.headers["Content-Length"], seen.content) == (str(len(body)), b"")
    described = ask("POST", url(cloud, "POST", "dir/a b?"), **{"X-Object-Meta-Colour": "blue"})
    assert described.status_code == 202
    assert ask("HEAD", url(cloud, "GET", "dir/a b?")).headers["X-Object-Meta-Colour"] == "blue"
    assert ask("DELETE", url(cloud, "DELETE", "dir/a b?")).status_code == 204
    assert ask("GET", url(cloud, "GET", "dir/a b?")).status_code == 404


def test_a_url_is_good_for_its_method_and_object_and_time(cloud: LocalCloud) -> None:
    container(cloud)
    signed = url(cloud, "PUT")
    changed = [
        ("GET", signed),
        ("PUT", signed.replace("/box/a", "/box/b")),
        ("PUT", signed.replace("/box/a", "/bin/a")),
        ("PUT", signed.replace("AUTH_p", "AUTH_q")),
        ("PUT", signed.replace("temp_url_expires=2147483647", "temp_url_expires=2147483646")),
        ("PUT", signed.partition("?")[0]),
        ("PUT", signed.replace("temp_url_expires=", "temp_url_expires=x")),
        ("PUT", url(cloud, "PUT", seconds=-1)),
    ]
    assert [ask(method, where, b"x").status_code for method, where in changed] == [401] * 8
    assert ask("PATCH", signed).status_code == 405
    assert cloud.list(SERVICE, "objects", container="box") == []


def test_a_container_may_be_open_to_all(cloud: LocalCloud) -> None:
    container(cloud, read_acl=".r:*", metadata={"web-index": "index.html", "web-error": ".html"})
    for name in ("index.html", "404.html"):
        assert ask("PUT", url(cloud, "PUT", name), name.encode()).status_code == 201
    root = cloud.get(SERVICE, "containers", "box")["url"]
    assert ask("GET", f"{root}/").text == "index.html"
    missing = ask("GET", f"{root}/nothing")
    assert (missing.status_code, missing.text) == (404, "404.html")
    assert ask("PUT", f"{root}/index.html", b"x").status_code == 401


def test_an_open_container_without_an_index_lists_its_objects(cloud: LocalCloud) -> None:
    container(cloud, read_acl=".r:*", write_acl=".r:*")
    root = cloud.get(SERVICE, "containers", "box")["url"]
    assert ask("PUT", f"{root}/b", b"x").status_code == 201
    assert ask("PUT", f"{root}/a", b"x").status_code == 201
    assert ask("GET", root).text == "a\nb\n"


def test_engines_of_one_machine_share_the_port(clouds: LocalClouds, state: Path) -> None:
    cloud = clouds.session("p", {})
    container(cloud)
    other = LocalClouds(state, sandbox="none")
    other.serve()
    theirs = url(other.session("p", {}), "PUT")
    assert theirs == url(cloud, "PUT")
    for _ in range(8):
        assert ask("PUT", theirs, str(time.time()).encode()).status_code == 201
    assert len(cloud.list(SERVICE, "objects", container="box")) == 1


def test_an_object_too_large_is_refused(cloud: LocalCloud) -> None:
    container(cloud)
    where = urlsplit(url(cloud, "PUT"))
    connection = http.client.HTTPConnection(where.netloc, timeout=SECONDS)
    with contextlib.closing(connection):
        connection.putrequest("PUT", f"{where.path}?{where.query}")
        connection.putheader("Content-Length", str(10**12))
        connection.endheaders()
        assert connection.getresponse().status == 413


@pytest.mark.parametrize("kind", ["nonsense", "text/", "/", "a/b; c", "text/plain; charset=x"])
def test_whatever_an_object_is_said_to_be_it_can_be_read(cloud: LocalCloud, kind: str) -> None:
    container(cloud)
    made = ask("PUT", url(cloud, "PUT"), b"x", **{"Content-Type": kind})
    assert made.status_code == 201
    got = ask("GET", url(cloud, "GET"))
    assert (got.status_code, got.content) == (200, b"x")


@pytest.mark.parametrize("path", ["/v1/AUTH_p/box/%ff", "/v1/AUTH_p/box/a?temp_url_sig=%ff", "/"])
def test_what_is_no_text_is_no_name(cloud: LocalCloud, path: str) -> None:
    container(cloud)
    root = cloud.get(SERVICE, "containers", "box")["url"].partition("/v1/")[0]
    assert ask("GET", root + path).status_code in (400, 401, 404)
