"""Whatever text a user sends can be stored and looked for."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heat_engine.store import documents, stacks
from heat_engine.store.database import Database
from heat_engine.store.text import REPLACEMENT, storable
from tests.unit.store.rows import add_stack

ODD = ["a\x00b", "half \ud83d", "\udc00", "\x00", "\ud800\x00é"]


@given(st.text(alphabet=st.characters(codec=None)))
def test_what_is_fine_stays_and_the_rest_can_be_encoded(text: str) -> None:
    kept = storable(text)
    assert "\x00" not in kept
    kept.encode()
    if "\x00" not in text and not any(0xD800 <= ord(letter) <= 0xDFFF for letter in text):
        assert kept == text


def test_two_halves_make_a_whole() -> None:
    assert storable(json.loads('"\\ud83d\\ude00"')) == "😀"
    assert storable("\ud83d" + "\ude00") == "😀"
    assert storable("a\ud83db") == f"a{REPLACEMENT}b"


@pytest.mark.parametrize("text", ODD)
def test_odd_text_is_stored_everywhere(database: Database, text: str) -> None:
    stack_id = add_stack(
        database, "odd", status_reason=text, environment={text: text}, description=f"😀{text}"
    )
    database.transact(stacks.set_tags, stack_id, [text])
    found = database.query(stacks.get, stack_id)
    assert found is not None
    assert found.status_reason == storable(text)
    assert found.environment == {text: text}
    assert found.tags == (storable(text),)
    assert database.query(documents.get, database.transact(documents.put, text)) == text


@pytest.mark.parametrize("text", ODD)
def test_odd_text_can_be_looked_for(database: Database, text: str) -> None:
    assert database.query(stacks.find_live, "project", text) is None
    assert database.query(stacks.get, text) is None
    for arguments in ({"filters": {"name": text}}, {"tags": [text]}):
        assert database.query(stacks.list, project_id="project", **arguments) == []
