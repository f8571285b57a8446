from __future__ import annotations

import pytest
import yaml

from heat_engine.language import yaml_reader
from heat_engine.language.limits import Limits

DOCUMENTS = [
    "a: 1\nb: [x, 'y', \"z\", null, ~, true, No, 0x1F, 0b11, -5, +3, .5, 1.5e+3]",
    "- |\n  block\n  text\n- >\n  folded\n  text\n- plain\n  over lines",
    "a: &x {k: v}\nb: {<<: *x, j: 1}\nc: [*x, *x]",
    "? a\n: b\n? c",
    "{}",
    "[]",
    "'text'",
    "a:\nb: ''\nc: \"\"",
    "a: 190:20:30\nb: 1__0\nc: 0_7\nd: 685.230_15e+03\ne: =",
]


@pytest.mark.parametrize("text", DOCUMENTS)
def test_reads_what_the_library_reads(text: str) -> None:
    expected = yaml.safe_load(text.replace("e: =", "e: '='"))
    assert yaml_reader.read(text, Limits()) == expected


def test_many_entries_are_read_in_linear_time() -> None:
    text = "\n".join(f"k{n}: {{a: [1, 2], b: text}}" for n in range(3000))
    assert len(yaml_reader.read(text, Limits())) == 3000


def test_what_is_not_yaml_has_no_nodes() -> None:
    assert yaml_reader.compose("{") is None
    assert yaml_reader.compose("a: 1") is not None
