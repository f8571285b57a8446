"""Who asks in the campaign."""

from __future__ import annotations

from common.context import RequestContext

CONTEXT = RequestContext(user_id="u", user_name="me", project_id="p", roles=["member"])
