"""Redirects from a stack's name to its canonical URL (contract/native-api.md section 7.1)."""

from __future__ import annotations

from urllib.parse import quote, urlencode

import webob
import webob.exc

from common.identifiers import StackIdentity
from heat_api.call import Call
from heat_api.views import links


def lookup(call: Call) -> webob.Response:
    """302 to the stack that a name, an id or an ARN means; the verb is the client's to repeat."""
    name = call.path["stack_name"]
    if name.startswith("arn:"):
        identity = StackIdentity.from_arn(name)
    else:
        identity = StackIdentity.from_dict(call.ask("identify_stack", stack_name=name))
    call.refuse_other_guests(identity.stack_id)
    location = links.url(call.base_url, identity)
    if call.path.get("subpath"):
        location += f"/{quote(call.path['subpath'])}"
    if call.request.GET:
        location += f"?{urlencode(list(call.request.GET.items()))}"
    return webob.exc.HTTPFound(location=location)
