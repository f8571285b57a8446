from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import webob
from oslo_config import cfg

from common import config, pipeline, wsgi

PASTE = """
[composite:main]
paste.composite_factory = common.pipeline:by_path
/ = filtered
/health = small

[pipeline:filtered]
pipeline = cors request_id http_proxy_to_wsgi small

[app:small]
paste.app_factory = tests.unit.common.test_pipeline:small

[filter:cors]
paste.filter_factory = common.pipeline:cors_filter

[filter:request_id]
paste.filter_factory = common.pipeline:request_id_filter

[filter:http_proxy_to_wsgi]
paste.filter_factory = common.pipeline:proxy_filter
"""


class Nothing:
    def call(self, context: Any, method: str, **arguments: Any) -> Any:
        raise AssertionError


def small(global_conf: dict[str, str], **_local: str) -> wsgi.Application:
    services = pipeline.services(global_conf)

    def application(environ: dict[str, Any], start_response: Any) -> Any:
        url = webob.Request(environ).application_url
        answer = webob.Response(json=[url, type(services.engine).__name__])
        return answer(environ, start_response)

    return application


def made(*files: str) -> cfg.ConfigOpts:
    conf = cfg.ConfigOpts()
    config.register(conf)
    conf([], default_config_files=list(files), default_config_dirs=[])
    return conf


@pytest.fixture
def conf() -> cfg.ConfigOpts:
    return made()


@pytest.fixture
def paste(tmp_path: Path) -> str:
    path = tmp_path / "paste.ini"
    path.write_text(PASTE)
    return str(path)


def ask(application: Any, path: str, **headers: str) -> webob.Response:
    request = webob.Request.blank(path, method=headers.pop("method", "GET"))
    request.headers.update({name.replace("_", "-"): value for name, value in headers.items()})
    return request.get_response(application)


def test_factories_get_the_services_of_their_own_load(paste: str, conf: cfg.ConfigOpts) -> None:
    application = pipeline.load(paste, "main", flavor=None, conf=conf, engine=Nothing())
    assert ask(application, "/").json == ["http://localhost", "Nothing"]


@pytest.mark.parametrize(
    ("path", "filtered"),
    [("/", True), ("/x", True), ("/health", False), ("/health/x", False), ("/healthy", True)],
)
def test_the_longest_prefix_wins(
    paste: str, conf: cfg.ConfigOpts, path: str, filtered: bool
) -> None:
    application = pipeline.load(paste, "main", flavor=None, conf=conf, engine=Nothing())
    assert ("x-openstack-request-id" in ask(application, path).headers) is filtered


def test_an_unknown_flavor(paste: str, conf: cfg.ConfigOpts) -> None:
    with pytest.raises(LookupError):
        pipeline.load(paste, "main", flavor="lemon", conf=conf, engine=Nothing())


@pytest.mark.parametrize("where", ["file", "environment"])
def test_proxies_are_believed_only_when_told_to(
    paste: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    given = {"X_Forwarded_Proto": "https", "X_Forwarded_Host": "heat.example"}
    application = pipeline.load(paste, "main", flavor=None, conf=made(), engine=Nothing())
    assert ask(application, "/", **given).json[0] == "http://localhost"
    heat_conf = tmp_path / "heat.conf"
    if where == "file":
        heat_conf.write_text("[oslo_middleware]\nenable_proxy_headers_parsing = true\n")
    else:
        heat_conf.touch()
        monkeypatch.setenv("OS_OSLO_MIDDLEWARE__ENABLE_PROXY_HEADERS_PARSING", "true")
    conf = made(str(heat_conf))
    application = pipeline.load(paste, "main", flavor=None, conf=conf, engine=Nothing())
    assert ask(application, "/", **given).json[0] == "https://heat.example"


def test_cross_origin_requests_when_configured(paste: str, tmp_path: Path) -> None:
    heat_conf = tmp_path / "heat.conf"
    heat_conf.write_text("[cors]\nallowed_origin = https://ui.example\n")
    conf = made(str(heat_conf))
    application = pipeline.load(paste, "main", flavor=None, conf=conf, engine=Nothing())
    answer = ask(
        application,
        "/",
        method="OPTIONS",
        Origin="https://ui.example",
        Access_Control_Request_Method="PATCH",
        Access_Control_Request_Headers="X-Auth-Token",
    )
    assert answer.headers["Access-Control-Allow-Origin"] == "https://ui.example"
    assert answer.headers["Access-Control-Allow-Methods"] == "PATCH"
    other = ask(application, "/", Origin="https://evil.example")
    assert "Access-Control-Allow-Origin" not in other.headers
