"""Templates of groups and what they are made from."""

from __future__ import annotations

from typing import Any

from heat_engine.language.template import parse
from heat_engine.resources.heat.group_members import (
    Member,
    by_number,
    present,
    replaced,
    template,
)


class Made:
    """A nested stack as far as ``present`` looks at it."""

    def __init__(self, document: dict[str, Any], parameters: dict[str, Any]) -> None:
        self.template, self.parameters = document, parameters


MEMBERS = {
    "0": Member("A", {"p": 1}, {"m": [1]}),
    "1": Member("B", depends_on=("0",)),
}


def test_what_goes_in_comes_out() -> None:
    made: Any = Made(*template(MEMBERS))
    assert present(made) == MEMBERS


def test_the_template_is_sound_and_holds_no_value() -> None:
    document, parameters = template({"0": Member("A", {"password": "sesame"})})
    assert parse(document).parameters.keys() == {"properties", "metadata"}
    assert "sesame" not in str(document)
    assert parameters["properties"] == {"0": {"password": "sesame"}}


def test_a_word_is_replaced_in_texts_only() -> None:
    value = {"%i%": ["a-%i%", 1, {"x": "%i%%i%"}], "n": None}
    assert replaced(value, "%i%", "7") == {"%i%": ["a-7", 1, {"x": "77"}], "n": None}


def test_numbers_are_ordered_as_numbers() -> None:
    assert by_number(["10", "b", "9", "a"]) == ["9", "10", "a", "b"]
