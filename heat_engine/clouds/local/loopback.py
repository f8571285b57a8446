"""Addresses: which part of 127.0.0.0/8 a subnet has, and which address a port gets."""

from __future__ import annotations

import ipaddress
import socket
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

from heat_engine.clouds.interface import CloudError

LOOPBACK = IPv4Network("127.0.0.0/8")
# The APIs of this and other programs of the machine listen here.
_RESERVED = IPv4Network("127.0.0.0/24")
_WIDEST = 16
_PROBES = 64
METADATA_PORT = 1338


@dataclass(frozen=True, slots=True)
class Range:
    """``given``: the subnet's cidr as asked for; ``real``: the loopback range standing for it."""

    given: IPv4Network
    real: IPv4Network

    def to_real(self, address: str) -> IPv4Address:
        """An address of either range as one of the real range; ValueError for any other."""
        wanted = IPv4Address(address)
        if wanted in self.real:
            return wanted
        if wanted not in self.given:
            raise ValueError(f"{address} is not in {self.given}")
        return self.real[int(wanted) & int(self.real.hostmask)]


def parse(cidr: str) -> IPv4Network:
    """ValueError with a reason a user can read."""
    network = ipaddress.ip_network(cidr, strict=False)
    if not isinstance(network, IPv4Network):
        raise ValueError("the local cloud has IPv4 addresses only")
    if network.prefixlen > 30:
        raise ValueError(f"{cidr} leaves no address for a port; use a prefix of /30 or shorter")
    if network.overlaps(_RESERVED):
        raise ValueError(f"{cidr} overlaps {_RESERVED}, where the APIs listen")
    return network


def choose(given: IPv4Network, taken: Iterable[IPv4Network], seed: str) -> Range:
    """The range that stands for ``given``: itself inside 127.0.0.0/8, else a free range of at most
    a /16. ``seed`` spreads different state directories over the whole of 127.0.0.0/8."""
    if given.subnet_of(LOOPBACK):
        return Range(given, given)
    prefix = max(given.prefixlen, _WIDEST)
    used = list(taken)
    size = 1 << (32 - prefix)
    # 127.0.0.0/16 stays free: distributions use 127.0.1.1 and 127.0.0.53.
    first = int(LOOPBACK.network_address) + (1 << 16)
    count = (int(LOOPBACK.broadcast_address) + 1 - first) // size
    start = zlib.crc32(seed.encode()) % count
    step = 0
    while step < count:
        real = IPv4Network((first + ((start + step) % count) * size, prefix))
        blocker = next((other for other in used if real.overlaps(other)), None)
        if blocker is None:
            return Range(given, real)
        past = int(blocker.broadcast_address) - int(real.network_address)
        step += past // size + 1
    raise CloudError("over_limit", f"No loopback range is left for {given}")


def free_for_servers(address: IPv4Address) -> bool:
    """Whether no server of another state directory is at that address: each holds a port of it."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        try:
            probe.bind((str(address), METADATA_PORT))
        except OSError:
            return False
    return True


def candidates(
    pools: Iterable[tuple[IPv4Address, IPv4Address]], taken: Iterable[int]
) -> Iterator[IPv4Address]:
    """Free addresses of the pools, lowest first. An address in use by another state directory is
    passed over, but not for ever: a program on the wildcard address would make all look used."""
    used = set(taken)
    passed = 0
    for first, last in pools:
        for number in range(int(first), int(last) + 1):
            if number in used:
                continue
            address = IPv4Address(number)
            if passed < _PROBES and not free_for_servers(address):
                passed += 1
                continue
            yield address
