"""OS::Heat::RandomString (contract/engine-semantics.md section 10.2)."""

from __future__ import annotations

import functools
import os
import secrets
import string
from collections.abc import Mapping, Sequence
from typing import Any

from heat_engine.language.schema import Attribute, Kind, Property, between, one_of
from heat_engine.language.unknown import UNKNOWN, contains_unknown
from heat_engine.resources.protocol import UNIQUE, Foreseeable, Progress, Request, done, failed

LONGEST = 512
CLASSES: Mapping[str, str] = {
    "lettersdigits": string.ascii_letters + string.digits,
    "letters": string.ascii_letters,
    "lowercase": string.ascii_lowercase,
    "uppercase": string.ascii_uppercase,
    "digits": string.digits,
    "hexdigits": string.digits + "ABCDEF",
    "octdigits": string.octdigits,
}
DEFAULT_CLASSES = [{"class": "lettersdigits", "min": 1}]
NOTHING_TO_DRAW = (
    "At least one of the following properties must be specified: "
    "character_classes, character_sequences."
)
TOO_SHORT = (
    "Length property cannot be smaller than combined character class and "
    "character sequence minimums"
)
_SYSTEM = secrets.SystemRandom()


@functools.lru_cache(maxsize=256)
def _table(alphabet: str) -> tuple[bytes, bytes]:
    """What a random byte becomes (Latin-1), and the bytes that would make some more likely."""
    fair = 256 - 256 % len(alphabet)
    codes = alphabet.encode("latin-1")
    return bytes(codes[byte % len(codes)] for byte in range(256)), bytes(range(fair, 256))


def draw(alphabet: str, count: int) -> str:
    """``count`` characters of the alphabet, each equally likely, from the system's generator.

    Random bytes are drawn in bulk: one call of the system for a whole string instead of one
    for each character.
    """
    if len(alphabet) > 256 or max(alphabet) > "\xff":
        return "".join([secrets.choice(alphabet) for _ in range(count)])
    table, unfair = _table(alphabet)
    drawn = b""
    while len(drawn) < count:
        drawn += os.urandom(2 * (count - len(drawn))).translate(table, unfair)
    return drawn[:count].decode("latin-1")


@functools.lru_cache(maxsize=16)
def _union(alphabets: tuple[tuple[str, int], ...]) -> str:
    return "".join(dict.fromkeys("".join(alphabet for alphabet, _ in alphabets)))


def groups(properties: Mapping[str, Any]) -> list[tuple[str, int]]:
    """The alphabets to draw from, each with how many characters it gives at least."""
    classes = list(properties.get("character_classes") or ())
    old_name = properties.get("sequence")
    if old_name:
        classes = [*([] if classes == DEFAULT_CLASSES else classes), {"class": old_name, "min": 1}]
    sequences = properties.get("character_sequences") or ()
    return [
        *((CLASSES[item["class"]], item["min"]) for item in classes),
        *((item["sequence"], item["min"]) for item in sequences),
    ]


def fault(length: int, alphabets: Sequence[tuple[str, int]]) -> str:
    """Why no such string can be made, or nothing."""
    if not any(alphabet for alphabet, _ in alphabets):
        return NOTHING_TO_DRAW
    if not all(alphabet for alphabet, _ in alphabets):
        return "A character sequence must not be empty."
    if sum(minimum for _, minimum in alphabets) > length:
        return TOO_SHORT
    return ""


def generate(length: int, alphabets: Sequence[tuple[str, int]]) -> str:
    """A string with at least the wanted number of characters of each alphabet.

    Shuffling all characters is the same as putting the wanted ones at places drawn without
    repetition, as the others are independent of each other.
    """
    wanted = "".join([draw(alphabet, minimum) for alphabet, minimum in alphabets])
    characters = list(draw(_union(tuple(alphabets)), length))
    places = _SYSTEM.sample(range(length), len(wanted))
    for place, character in zip(places, wanted, strict=True):
        characters[place] = character
    return "".join(characters)


def _minimum(what: str) -> Property:
    return Property(
        Kind.INTEGER,
        f"The least number of characters from this {what}.",
        default=1,
        constraints=(between(1, LONGEST),),
    )


class RandomString(Foreseeable):
    """Makes a random string, for passwords and secrets."""

    name = "OS::Heat::RandomString"
    description = "A resource which generates a random string, usable as password or secret."
    support_status = {"status": "SUPPORTED", "version": "2014.1"}
    instant = True
    properties = {
        "length": Property(
            Kind.INTEGER, "Length of the string.", default=32, constraints=(between(1, LONGEST),)
        ),
        "character_classes": Property(
            Kind.LIST,
            "Classes of characters to draw from, each with a least count.",
            default=DEFAULT_CLASSES,
            schema=Property(
                Kind.MAP,
                schema={
                    "class": Property(
                        Kind.STRING,
                        "The class of characters.",
                        default="lettersdigits",
                        constraints=(one_of(*CLASSES),),
                    ),
                    "min": _minimum("class"),
                },
            ),
        ),
        "character_sequences": Property(
            Kind.LIST,
            "Characters to draw from in addition, each sequence with a least count.",
            schema=Property(
                Kind.MAP,
                schema={
                    "sequence": Property(Kind.STRING, "The characters.", required=True),
                    "min": _minimum("sequence"),
                },
            ),
        ),
        "salt": Property(Kind.STRING, "Any value; changing it makes a new string."),
        "sequence": Property(
            Kind.STRING,
            "Old name of one character class.",
            hidden=True,
            constraints=(one_of(*CLASSES),),
        ),
    }
    attributes = {"value": Attribute("The random string.", live=True)}

    def validate(self, properties: Mapping[str, Any], stack_timeout: float) -> Sequence[str]:
        if contains_unknown(dict(properties)):
            return ()
        problem = fault(properties["length"], groups(properties))
        return (problem,) if problem else ()

    def adopt(self, request: Request) -> Progress:
        """The string stays; without one in the document a new one is made."""
        value = request.data.get("value") or request.attributes.get("value")
        if value is None:
            return self.create(request)
        return done(reference_id=value, attributes={"value": value})

    def foreseen(self, request: Request, attribute: str) -> Any:
        if attribute != "value":
            return UNKNOWN
        return UNIQUE if request.verb == "create" else request.attributes.get("value")

    def create(self, request: Request) -> Progress:
        length, alphabets = request.properties["length"], groups(request.properties)
        # A length may have been unknown when the template was checked.
        problem = fault(length, alphabets)
        if problem:
            return failed(problem, "StackValidationFailed")
        value = generate(length, alphabets)
        return done(
            physical_id=request.physical_name, reference_id=value, attributes={"value": value}
        )
