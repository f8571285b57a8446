from __future__ import annotations

import pytest

from common import errors
from common.errors import Problem
from heat_engine.language.problems import CycleProblem, SectionProblem, failure, in_file, raise_any


def test_a_single_problem_keeps_the_class_clients_know() -> None:
    error = failure([SectionProblem("The template section is invalid: x")])
    assert type(error) is errors.InvalidTemplateSection
    assert error.message == "The template section is invalid: x"


def test_several_problems_are_reported_together() -> None:
    error = failure([CycleProblem("round"), Problem("wrong", ("resources", "a", 0), "Error")])
    assert type(error) is errors.StackValidationFailed
    assert error.message == "round\nError: resources.a[0]: wrong"
    again = errors.HearthError.from_wire(error.to_wire())
    assert isinstance(again, errors.StackValidationFailed)
    assert again.problems[1] == error.problems[1]


def test_a_problem_of_a_file_tells_its_place_in_words() -> None:
    problem = Problem("wrong", ("resources", "a"), "Error", 3, 5)
    assert str(in_file(problem, "a.yaml", "a:\n  b\n")) == (
        "Error: resources.a: wrong (line 3, column 5 of a.yaml)"
    )
    for written in ('{"a": {"b": 1}}\n', {"a": {}}):
        assert in_file(problem, "a.yaml", written) is problem
    nowhere = Problem("wrong")
    named = Problem("a.yaml is wrong", line=3, column=5)
    for unchanged in (nowhere, named):
        assert in_file(unchanged, "a.yaml", "a:\n  b\n") is unchanged


def test_no_problem_raises_nothing() -> None:
    raise_any([])
    with pytest.raises(errors.StackValidationFailed):
        raise_any([Problem("wrong")])


def test_an_error_names_a_bounded_number_of_problems() -> None:
    error = failure([Problem(f"number {n}") for n in range(2000)])
    lines = error.message.splitlines()
    assert len(lines) == 501
    assert lines[-1] == "... and 1500 more problems"
