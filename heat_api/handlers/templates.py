"""Validation, template versions and functions (contract/native-api.md section 13)."""

from __future__ import annotations

from typing import Any

import webob.exc

from common import errors
from heat_api.call import Call
from heat_api.schemas.stacks import StackSchema

_IGNORABLE = {"99001": "HEAT-E99001"}


def validate(call: Call) -> Any:
    query = call.query
    codes = [code for code in query.words("ignore_errors") or () if code]
    unknown = [code for code in codes if code not in _IGNORABLE]
    if unknown:
        raise webob.exc.HTTPBadRequest(f"Invalid codes in ignore_errors: {', '.join(unknown)}")
    arguments = StackSchema(call.required_body, call.conf).to_engine()
    del arguments["args"]
    try:
        result = call.ask(
            "validate_template",
            **arguments,
            show_nested=query.boolean("show_nested", default=False),
            ignorable_errors=codes or None,
        )
    except errors.StackValidationFailed as error:
        raise webob.exc.HTTPBadRequest(error.message) from error
    return result


def versions(call: Call) -> dict[str, Any]:
    return {"template_versions": call.ask("list_template_versions")}


def functions(call: Call) -> dict[str, Any]:
    found = call.ask(
        "list_template_functions",
        template_version=call.path["template_version"],
        with_condition=call.query.boolean("with_condition_func", default=False),
    )
    return {"template_functions": found}
