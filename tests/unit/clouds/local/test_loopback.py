"""Ranges and addresses of 127.0.0.0/8."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv4Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heat_engine.clouds.interface import CloudError
from heat_engine.clouds.local import loopback


def test_a_loopback_range_is_used_as_it_is() -> None:
    wanted = IPv4Network("127.9.0.0/24")
    assert loopback.choose(wanted, [wanted], "seed").real == wanted


@pytest.mark.parametrize(
    ("cidr", "reason"),
    [
        ("127.0.0.0/16", "where the APIs listen"),
        ("127.0.0.128/25", "where the APIs listen"),
        ("0.0.0.0/0", "where the APIs listen"),
        ("10.0.0.0/31", "leaves no address"),
        ("fd00::/64", "IPv4 addresses only"),
        ("house", "does not appear to be"),
    ],
)
def test_a_bad_range_is_refused_with_the_reason(cidr: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        loopback.parse(cidr)


@given(
    st.lists(st.tuples(st.integers(0, 2**32 - 1), st.integers(8, 30)), min_size=1, max_size=8),
    st.text(max_size=5),
)
def test_ranges_never_overlap_and_keep_the_host_part(
    cidrs: list[tuple[int, int]], seed: str
) -> None:
    taken: list[IPv4Network] = []
    for number, prefix in cidrs:
        wanted = IPv4Network((number, prefix), strict=False)
        if wanted.overlaps(loopback.LOOPBACK):
            continue
        span = loopback.choose(wanted, taken, seed)
        assert span.real.subnet_of(loopback.LOOPBACK)
        assert not span.real.overlaps(IPv4Network("127.0.0.0/16"))
        assert not any(span.real.overlaps(other) for other in taken)
        host = wanted[2]
        assert int(span.to_real(str(host))) & 0xFF == int(host) & 0xFF or prefix > 24
        assert span.to_real(str(host)) in span.real
        taken.append(span.real)


def test_an_address_of_neither_range_is_refused() -> None:
    span = loopback.Range(IPv4Network("10.0.0.0/24"), IPv4Network("127.5.5.0/24"))
    assert span.to_real("10.0.0.7") == IPv4Address("127.5.5.7")
    assert span.to_real("127.5.5.7") == IPv4Address("127.5.5.7")
    with pytest.raises(ValueError, match="is not in"):
        span.to_real("10.0.1.7")


def test_no_range_left_is_over_limit() -> None:
    with pytest.raises(CloudError) as raised:
        loopback.choose(IPv4Network("10.0.0.0/16"), [loopback.LOOPBACK], "seed")
    assert raised.value.kind == "over_limit"


def test_taken_addresses_and_those_of_other_clouds_are_passed_over() -> None:
    first, last = IPv4Address("127.77.0.2"), IPv4Address("127.77.0.5")
    with socket.socket() as other:
        other.bind(("127.77.0.3", loopback.METADATA_PORT))
        found = list(loopback.candidates([(first, last)], [int(first)]))
    assert found == [IPv4Address("127.77.0.4"), last]
