from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import webob
from oslo_config import cfg

from common import config, pipeline
from tests.api.double import PASSWORD, ScriptedEngine

PASTE_FILE = Path(__file__).parents[2] / "etc" / "api-paste.ini"


def new_conf() -> cfg.ConfigOpts:
    conf = cfg.ConfigOpts()
    config.register(conf)
    conf([], project="heat", default_config_files=[], default_config_dirs=[])
    return conf


class Client:
    """Sends requests through a whole paste pipeline, in this process."""

    def __init__(self, application: Any, headers: dict[str, str]) -> None:
        self.application = application
        self.headers = headers

    def __call__(
        self, method: str, path: str, json: Any = None, *, headers: Any = None, **fields: Any
    ) -> webob.Response:
        if json is not None:
            fields["json"] = json
        request = webob.Request.blank(path, method=method, **fields)
        request.headers.update({**self.headers, **(headers or {})})
        return request.get_response(self.application)


@pytest.fixture
def engine() -> ScriptedEngine:
    return ScriptedEngine()


@pytest.fixture
def conf() -> cfg.ConfigOpts:
    return new_conf()


@pytest.fixture
def load(conf: cfg.ConfigOpts, engine: ScriptedEngine) -> Callable[[str, str | None], Any]:
    def loaded(name: str, flavor: str | None) -> Any:
        return pipeline.load(str(PASTE_FILE), name, flavor=flavor, conf=conf, engine=engine)

    return loaded


@pytest.fixture
def api(load: Callable[[str, str | None], Any]) -> Client:
    """The native API with the engine's own users, asked by a member of project p1."""
    application = load("heat-api", "custombackend")
    return Client(application, {"X-Auth-User": "demo", "X-Auth-Key": PASSWORD})
