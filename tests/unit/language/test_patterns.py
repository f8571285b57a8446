from __future__ import annotations

from time import perf_counter

import pytest

from heat_engine.language.patterns import LONGEST, Patience, PatternError, matches


@pytest.mark.parametrize(
    ("expression", "text", "answer"),
    [
        ("[a-z]+", "abc", True),
        ("[a-z]+", "abc1", False),
        ("b", "abc", False),
        (r"(?=.*\d)(?=.*[a-z]).{4,}", "abc1", True),
        (r"(.)\1", "aa", True),
        ("", "", True),
    ],
)
def test_the_whole_text_must_match(expression: str, text: str, answer: bool) -> None:
    assert matches(expression, text) is answer
    assert matches(expression, text, Patience()) is answer


@pytest.mark.parametrize(
    ("expression", "answer"), [("ab", True), ("b", False), ("(?i)AB", True), ("", True)]
)
def test_or_its_beginning(expression: str, answer: bool) -> None:
    assert matches(expression, "abc", whole=False) is answer
    assert matches(expression, "abc", Patience(), whole=False) is answer


@pytest.mark.parametrize("expression", ["(", "a" * (LONGEST + 1), "(" * 4000 + ")" * 4000])
def test_what_is_no_expression_is_said_to_be_none(expression: str) -> None:
    with pytest.raises(PatternError):
        matches(expression, "a", Patience())


def test_exponential_expressions_are_given_up() -> None:
    began = perf_counter()
    with pytest.raises(PatternError, match="too long"):
        matches("(?:a{1,100}){1,100}x", "a" * 400, Patience())
    assert perf_counter() - began < 2


def test_the_expressions_of_one_document_are_bounded_together() -> None:
    patience = Patience(0.3)
    began = perf_counter()
    for _ in range(50):
        with pytest.raises(PatternError):
            matches("(?:a{1,100}){1,100}x", "a" * 400, patience)
    assert perf_counter() - began < 2
