from __future__ import annotations

import string
import time
from collections import Counter
from typing import Any

import pytest

from heat_engine.language.unknown import UNKNOWN
from heat_engine.resources.heat.random_string import CLASSES, TOO_SHORT, RandomString, draw
from heat_engine.resources.protocol import Outcome
from tests.unit.resources.driver import request, run

KIND = RandomString()


def made(**properties: Any) -> str:
    _, call = run(KIND.create, request(KIND, properties))
    return str(KIND.read(call, "value"))


def test_default_is_32_letters_and_digits_and_is_the_reference() -> None:
    progress, call = run(KIND.create, request(KIND))
    value = KIND.read(call, "value")
    assert progress.reference_id == value
    assert progress.physical_id == "stack-thing-abc"
    assert len(value) == 32
    assert set(value) <= set(string.ascii_letters + string.digits)


def test_each_creation_is_different() -> None:
    assert len({made() for _ in range(50)}) == 50


def test_minimums_hold_exactly_at_the_limit() -> None:
    classes = [{"class": "digits", "min": 3}, {"class": "lowercase", "min": 2}]
    sequences = [{"sequence": "#%", "min": 4}]
    for _ in range(50):
        value = made(length=9, character_classes=classes, character_sequences=sequences)
        counts = Counter(
            "d" if c in string.digits else "l" if c in string.ascii_lowercase else "s"
            for c in value
        )
        assert counts == {"d": 3, "l": 2, "s": 4}


def test_wanted_characters_are_at_every_place() -> None:
    classes = [{"class": "digits", "min": 1}, {"class": "lowercase", "min": 3}]
    seen = set()
    for _ in range(400):
        value = made(length=4, character_classes=classes)
        seen |= {place for place, character in enumerate(value) if character.isdigit()}
    assert seen == {0, 1, 2, 3}


def test_default_class_stays_beside_sequences_unless_emptied() -> None:
    mixed = "".join(made(length=512, character_sequences=[{"sequence": "$"}]) for _ in range(3))
    assert set(mixed) - {"$"}
    assert "$" in mixed
    only = made(character_classes=[], character_sequences=[{"sequence": "$!"}])
    assert set(only) <= {"$", "!"}


def test_old_name_of_one_class() -> None:
    assert set(made(sequence="octdigits", length=200)) <= set("01234567")


def test_hexdigits_are_upper_case() -> None:
    value = made(character_classes=[{"class": "hexdigits"}], length=512)
    assert set(value) <= set("0123456789ABCDEF")
    assert CLASSES["hexdigits"] == "0123456789ABCDEF"


def test_draw_is_even() -> None:
    counts = Counter(draw("abc", 30_000))
    assert set(counts) == {"a", "b", "c"}
    assert all(9_400 < count < 10_600 for count in counts.values())


def test_draw_from_more_than_256_characters() -> None:
    alphabet = "".join(chr(0x4E00 + place) for place in range(300))
    assert set(draw(alphabet, 500)) <= set(alphabet)


@pytest.mark.parametrize(
    ("properties", "problem"),
    [
        ({"length": 1, "character_classes": [{"class": "digits", "min": 2}]}, TOO_SHORT),
        ({"character_classes": []}, "At least one of"),
        ({"character_sequences": [{"sequence": ""}]}, "must not be empty"),
    ],
)
def test_faults(properties: dict[str, Any], problem: str) -> None:
    (text,) = KIND.validate(request(KIND, properties).properties, 60)
    assert problem in text


def test_unknown_values_are_not_judged() -> None:
    assert KIND.validate(request(KIND, {"length": UNKNOWN}).properties, 60) == ()


def test_a_value_known_late_is_judged_by_create() -> None:
    progress = KIND.create(request(KIND, {"length": 1, "character_classes": [{"min": 2}]}))
    assert (progress.outcome, progress.reason) == (Outcome.FAILED, TOO_SHORT)


def test_nothing_is_updatable() -> None:
    assert not any(prop.updatable for prop in KIND.properties.values())


def test_a_thousand_creations_cost_little() -> None:
    call = request(KIND)
    best = float("inf")
    for _ in range(5):
        began = time.perf_counter()
        for _ in range(1000):
            assert KIND.create(call).outcome is Outcome.DONE
        best = min(best, time.perf_counter() - began)
    assert best < 0.05
