"""Functions over addresses of networks (section 3.6)."""

from __future__ import annotations

from ipaddress import ip_network
from itertools import islice
from typing import Any

from heat_engine.language.functions.base import (
    ENTRY_COST,
    Function,
    Resolution,
    fault,
    items_of,
)

_MOST = 256
_IPV4_BITS = 8
_IPV6_BITS = 64


class Cidr(Function):
    """``Fn::Cidr: [block, count, bits]``: the first blocks with that many host bits in a block.

    Without ``bits``: 8 (a /24) for IPv4, 64 for IPv6.
    """

    __slots__ = ()

    def construct(self) -> None:
        items = items_of(self.arguments)
        if items is None or len(items) not in (2, 3):
            raise fault(
                f'Arguments to "{self.name}" must be of the form [ipBlock, count, cidrBits]'
            )

    def compute(self, arguments: Any, resolution: Resolution) -> Any:
        block, count, *rest = arguments
        if not isinstance(block, str):
            raise fault(f'The block of "{self.name}" must be a string')
        network = ip_network(block, strict=False)
        default = _IPV4_BITS if network.version == 4 else _IPV6_BITS
        wanted = self._number("count", count)
        bits = self._number("cidrBits", rest[0] if rest else default)
        if not 1 <= wanted <= _MOST:
            raise fault(f'The count of "{self.name}" must be between 1 and {_MOST}')
        prefix = network.max_prefixlen - bits
        if not network.prefixlen <= prefix <= network.max_prefixlen:
            raise fault(f'Blocks of {bits} bits do not lie in the block {network} of "{self.name}"')
        if wanted > 1 << (prefix - network.prefixlen):
            raise fault(f'The block {network} of "{self.name}" has no {wanted} blocks of that size')
        resolution.charge(3 * ENTRY_COST * wanted)
        return [str(subnet) for subnet in islice(network.subnets(new_prefix=prefix), wanted)]

    def _number(self, word: str, value: Any) -> int:
        """A whole number of at most three digits, also as text; bounds are the caller's."""
        if isinstance(value, str) and value.isdecimal() and len(value) <= 3:
            return int(value)
        if not isinstance(value, int) or isinstance(value, bool):
            raise fault(f'The {word} of "{self.name}" must be a whole number')
        return value
