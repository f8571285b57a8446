from __future__ import annotations

import pytest
import webob

from common import errors
from common.aws import query
from common.aws.faults import AwsFault


def test_the_query_comes_before_the_form() -> None:
    form = {"Action": "Form"}
    assert query.action_of(webob.Request.blank("/", POST=form), 100) == "Form"
    assert query.action_of(webob.Request.blank("/?Action=Query", POST=form), 100) == "Query"
    assert query.action_of(webob.Request.blank("/"), 100) == ""


def test_the_last_of_equal_names_counts() -> None:
    assert query.parameters(webob.Request.blank("/?a=1&a=2&b=")) == {"a": "2", "b": ""}


def test_a_query_that_is_no_text() -> None:
    with pytest.raises(AwsFault, match="UTF-8"):
        query.parameters(webob.Request.blank("/?a=%ff"))


def test_a_form_has_a_limit() -> None:
    request = webob.Request.blank("/", POST={"Action": "x" * 100})
    with pytest.raises(errors.RequestLimitExceeded):
        query.action_of(request, 50)
