from __future__ import annotations

from typing import Any

import pytest

from common import errors
from tests.unit.language.helpers import cfn_value


def cidr(*arguments: Any) -> Any:
    return cfn_value({"Fn::Cidr": list(arguments)})


@pytest.mark.parametrize(
    ("arguments", "blocks"),
    [
        (("192.168.0.0/24", 2, 5), ["192.168.0.0/27", "192.168.0.32/27"]),
        (("192.168.0.0/24", "2", "5"), ["192.168.0.0/27", "192.168.0.32/27"]),
        (("192.168.0.77/24", 1, 8), ["192.168.0.0/24"]),
        (("10.0.0.0/16", 2), ["10.0.0.0/24", "10.0.1.0/24"]),
        (("10.0.0.0/30", 4, 0), [f"10.0.0.{n}/32" for n in range(4)]),
        (("2001:db8::/56", 2, 64), ["2001:db8::/64", "2001:db8:0:1::/64"]),
        (("2001:db8::/56", 1), ["2001:db8::/64"]),
    ],
)
def test_blocks(arguments: tuple[Any, ...], blocks: list[str]) -> None:
    assert cidr(*arguments) == blocks


def test_as_many_as_allowed() -> None:
    blocks = cidr("10.0.0.0/8", 256, 8)
    assert (len(blocks), blocks[-1]) == (256, "10.0.255.0/24")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("10.0.0.0/24",), "must be of the form"),
        (("10.0.0.0/24", 1, 2, 3), "must be of the form"),
        ((5, 1, 2), "block of .* must be a string"),
        (("x", 1, 2), "does not appear to be"),
        (("10.0.0.0/24", "1.5", 2), "count of .* must be a whole number"),
        (("10.0.0.0/24", True, 2), "count of .* must be a whole number"),
        (("10.0.0.0/24", 1, "9" * 5000), "cidrBits of .* must be a whole number"),
        (("10.0.0.0/24", 0, 2), "between 1 and 256"),
        (("10.0.0.0/8", 257, 2), "between 1 and 256"),
        (("10.0.0.0/24", 1, 9), "do not lie in the block 10.0.0.0/24"),
        (("10.0.0.0/24", 1, 33), "do not lie in"),
        (("10.0.0.0/24", 1, -1), "do not lie in"),
        (("10.0.0.0/24", 1, -(10**30)), "do not lie in"),
        (("10.0.0.0/24", 3, 7), "has no 3 blocks of that size"),
    ],
)
def test_faults(arguments: tuple[Any, ...], message: str) -> None:
    with pytest.raises(errors.StackValidationFailed, match=message):
        cidr(*arguments)


def test_arguments_may_be_functions() -> None:
    block = {"Fn::Select": [1, {"Fn::Cidr": [{"Ref": "p"}, 2, 8]}]}
    assert cfn_value({"Fn::Cidr": [block, 1, 4]}, parameters={"p": "10.0.0.0/16"}) == [
        "10.0.1.0/28"
    ]
