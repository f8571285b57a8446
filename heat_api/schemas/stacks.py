"""What a request to make or change a stack says (contract/native-api.md sections 8.1 and 8.5)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import webob.exc
from oslo_config import cfg

from common import errors
from heat_api.schemas import environment, fetch
from heat_api.schemas.values import integer

MAX_TAG_LENGTH = 80

# What has an argument of its own in the engine's methods; the rest of a body goes as `args`.
_OWN_ARGUMENTS = {
    "stack_name",
    "template",
    "template_url",
    "parameters",
    "environment",
    "files",
    "environment_files",
    "files_container",
}


class StackSchema:
    """The body of one request, piece by piece; each piece raises HTTPBadRequest when wrong."""

    def __init__(self, body: Mapping[str, Any], conf: cfg.ConfigOpts, *, patch: bool = False):
        self.body = body
        self.conf = conf
        self.patch = patch

    def stack_name(self) -> str:
        if "stack_name" not in self.body:
            raise webob.exc.HTTPBadRequest("No stack name specified")
        name = self.body["stack_name"]
        if not isinstance(name, str):
            raise webob.exc.HTTPBadRequest("The stack name must be text")
        return name

    def template(self) -> Any:
        """Mapping or text; None only for a PATCH that keeps the current template."""
        if "adopt_stack_data" in self.body:
            template = self._adopted_template()
        elif "template" in self.body:
            template = self.body["template"]
        elif "template_url" in self.body:
            template = self._fetched()
        else:
            template = None
        if template is None or template == "":
            if self.patch:
                return None
            raise webob.exc.HTTPBadRequest("No template specified")
        if not isinstance(template, str | dict):
            raise webob.exc.HTTPBadRequest("The template is not a JSON object or YAML mapping.")
        self._check_size(template)
        return template

    def environment(self) -> dict[str, Any]:
        """All sections filled; explicit ``parameters`` win over those of the environment."""
        # With files named, the engine merges them and the client's own merge is not looked at.
        given = {} if self.environment_files() else self.body.get("environment")
        merged = environment.complete(given)
        parameters = self.body.get("parameters", {})
        if not isinstance(parameters, dict):
            raise webob.exc.HTTPBadRequest("The parameters must be a mapping of names to values.")
        return {**merged, "parameters": {**merged["parameters"], **parameters}}

    def files(self) -> dict[str, str]:
        files = self.body.get("files")
        if files is None:
            return {}
        if not isinstance(files, dict) or not all(isinstance(v, str) for v in files.values()):
            raise webob.exc.HTTPBadRequest("The files must be a mapping of names to text.")
        return files

    def environment_files(self) -> list[str] | None:
        names = self.body.get("environment_files")
        if names is None:
            return None
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise webob.exc.HTTPBadRequest("environment_files must be a list of file names.")
        files = self.files()
        missing = [name for name in names if name not in files]
        if missing and not self.body.get("files_container"):
            raise webob.exc.HTTPBadRequest(
                f"environment_files names what is not in files: {', '.join(missing)}"
            )
        return names

    def arguments(self) -> dict[str, Any]:
        """``args`` of the engine's methods: all other keys, checked where the API must."""
        args = {key: value for key, value in self.body.items() if key not in _OWN_ARGUMENTS}
        if "timeout_mins" in args:
            timeout = args["timeout_mins"]
            args["timeout_mins"] = None if timeout is None else integer("timeout_mins", timeout)
        if "tags" in args:
            args["tags"] = tags(args["tags"])
            if args["tags"] is None:
                del args["tags"]
        if self.patch:
            args["existing"] = True
        return args

    def to_engine(self) -> dict[str, Any]:
        """The arguments that create, update and preview share."""
        return {
            "template": self.template(),
            "params": self.environment(),
            "files": self.files(),
            "environment_files": self.environment_files(),
            "files_container": self.body.get("files_container"),
            "args": self.arguments(),
        }

    def changes_nothing(self) -> bool:
        """Whether a PATCH leaves the stack as it is (contract/native-api.md section 6)."""
        if not self.patch or self.body.get("template_url") or self.template() is not None:
            return False
        empty = not any(self.environment().values()) and not self.files()
        others = self.body.keys() - _OWN_ARGUMENTS
        named = self.body.get("environment_files") or self.body.get("files_container")
        return empty and not others and not named

    def _adopted_template(self) -> Any:
        """The template that the document of a stack has in it."""
        data = self.body["adopt_stack_data"]
        if not isinstance(data, str):
            raise webob.exc.HTTPBadRequest("The adopt_stack_data must be text.")
        document = environment.parse(data, "adopt_stack_data")
        if not isinstance(document, Mapping) or not document.get("template"):
            raise webob.exc.HTTPBadRequest("The adopt_stack_data has no template.")
        return document["template"]

    def _fetched(self) -> str | None:
        url = self.body["template_url"]
        if not url:
            return None
        if not isinstance(url, str):
            raise webob.exc.HTTPBadRequest("The template_url must be text.")
        return fetch.text(
            url, timeout=self.conf.template_fetch_timeout, limit=self.conf.max_template_size
        )

    def _check_size(self, template: str | dict[str, Any]) -> None:
        text = template if isinstance(template, str) else json.dumps(template)
        size = len(text.encode())
        if size > self.conf.max_template_size:
            raise errors.RequestLimitExceeded(
                limit=f"Template size ({size} bytes) exceeds maximum allowed size "
                f"({self.conf.max_template_size} bytes)."
            )


def tags(value: Any) -> list[str] | None:
    """Tags from comma text or a list of text; None for null."""
    if value is None:
        return None
    words = value.split(",") if isinstance(value, str) else value
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise webob.exc.HTTPBadRequest("Invalid tags, not a comma-delimited string or list of text")
    for word in words:
        if len(word) > MAX_TAG_LENGTH:
            raise webob.exc.HTTPBadRequest(
                f'Invalid tag, "{word}" is longer than {MAX_TAG_LENGTH} characters'
            )
    return words
