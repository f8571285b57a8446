"""What validation says of properties that do not go together."""

from __future__ import annotations


def both(first: str, second: str) -> str:
    return f"Cannot define the following properties at the same time: {first}, {second}."


def one_needed(*names: str) -> str:
    return f"At least one of the following properties must be specified: {', '.join(names)}."
