"""MIME messages as servers read them."""

from __future__ import annotations

import pytest

from heat_engine.resources import mime


@pytest.mark.parametrize(
    ("filename", "subtype", "kind"),
    [
        ("", "", "text/plain"),
        ("x-cfninitdata.txt", "", "text/x-cfninitdata"),
        ("a.sh", "x-shellscript", "text/x-shellscript"),
    ],
)
def test_the_kind_of_a_part(filename: str, subtype: str, kind: str) -> None:
    made = mime.part("text", filename, subtype)
    assert made.get_content_type() == kind
    assert made.get_filename() == (filename or None)


@pytest.mark.parametrize(("text", "charset"), [("plain", "us-ascii"), ("größer", "utf-8")])
def test_letters_survive(text: str, charset: str) -> None:
    whole = mime.multipart([mime.part(text), mime.part("second")])
    found = mime.parts(whole)
    assert found is not None
    assert found[0].get_content_charset() == charset
    payload = found[0].get_payload(decode=True)
    assert isinstance(payload, bytes)
    assert payload.decode() == text
    assert len(found) == 2


@pytest.mark.parametrize("text", ["", "#!/bin/sh\n", "#cloud-config\na: b\n"])
def test_other_texts_have_no_parts(text: str) -> None:
    assert mime.parts(text) is None
