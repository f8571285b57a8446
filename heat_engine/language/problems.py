"""Problems that have an error class of their own when they are the only one found."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from common import errors
from common.errors import HearthError, Problem, dotted

MOST_SHOWN = 500
"""Problems that one error names; a template of half a megabyte can have tens of thousands."""


@dataclass(frozen=True, slots=True)
class ClassedProblem(Problem):
    """``raises``: the class that clients expect to see for this fault."""

    raises: ClassVar[type[HearthError]] = errors.StackValidationFailed


@dataclass(frozen=True, slots=True)
class SchemaProblem(ClassedProblem):
    raises: ClassVar[type[HearthError]] = errors.InvalidSchemaError


@dataclass(frozen=True, slots=True)
class VersionProblem(ClassedProblem):
    raises: ClassVar[type[HearthError]] = errors.InvalidTemplateVersion


@dataclass(frozen=True, slots=True)
class SectionProblem(ClassedProblem):
    raises: ClassVar[type[HearthError]] = errors.InvalidTemplateSection


@dataclass(frozen=True, slots=True)
class ReferenceProblem(ClassedProblem):
    raises: ClassVar[type[HearthError]] = errors.InvalidTemplateReference


@dataclass(frozen=True, slots=True)
class CycleProblem(ClassedProblem):
    raises: ClassVar[type[HearthError]] = errors.CircularDependencyException


@dataclass(frozen=True, slots=True)
class MissingParameterProblem(ClassedProblem):
    raises: ClassVar[type[HearthError]] = errors.UserParameterMissing


@dataclass(frozen=True, slots=True)
class UnknownParameterProblem(ClassedProblem):
    raises: ClassVar[type[HearthError]] = errors.UnknownUserParameter


@dataclass(frozen=True, slots=True)
class LimitProblem(ClassedProblem):
    raises: ClassVar[type[HearthError]] = errors.RequestLimitExceeded


@dataclass(frozen=True, slots=True)
class Unplaced(Problem):
    """A problem whose message begins with no path, as in public; what of the path it does not name
    is told behind it."""

    def __str__(self) -> str:
        known = all(_names(self.message, str(part)) for part in self.path[1:2] or self.path)
        return self.message if known else f"{self.message} (in {dotted(self.path[:2])})"

    def shown(self) -> Problem:
        """The same as it is reported: without the path."""
        return Problem(str(self), line=self.line, column=self.column)


def _names(message: str, word: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", message, re.IGNORECASE) is not None


def in_file(problem: Problem, name: str, text: Any) -> Problem:
    """The problem, telling in words where it stands in a file that came next to the template.

    Without a known line, or where the message has the file's name already, it stays as it is, and
    so it does where nobody has seen the lines of the file's ``text``.
    """
    if problem.line is None or name in problem.message:
        return problem
    if not isinstance(text, str) or is_of_a_program(text):
        return problem
    place = f"line {problem.line}, column {problem.column} of {name}"
    return replace(problem, message=f"{problem.message} ({place})")


def is_of_a_program(text: str) -> bool:
    """Whether a text is JSON on one line: clients make it of what their users have written."""
    return text.lstrip().startswith("{") and "\n" not in text.strip()


def failure(problems: Sequence[Problem]) -> HearthError:
    """The error that reports all ``problems``: a single one keeps its own class."""
    if len(problems) == 1 and isinstance(problems[0], ClassedProblem):
        return problems[0].raises(str(problems[0]), problems=problems)
    shown = [p.shown() if isinstance(p, Unplaced) else p for p in problems[:MOST_SHOWN]]
    if len(problems) > MOST_SHOWN:
        shown.append(Problem(f"... and {len(problems) - MOST_SHOWN} more problems"))
    return errors.StackValidationFailed(problems=shown)


def raise_any(problems: Sequence[Problem]) -> None:
    """Raise ``failure(problems)`` unless there are none."""
    if problems:
        raise failure(problems)
