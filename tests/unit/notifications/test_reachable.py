"""Which IP addresses an agency's URL may lead to."""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from services.notifications.domain.webhooks.reachable import is_reachable

PRIVATE = (
    "127.0.0.1", "127.8.9.1", "0.0.0.0", "10.0.0.1", "172.16.3.4", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "224.0.0.1", "255.255.255.255", "198.18.0.1", "192.0.2.1", "::1", "::", "fe80::1",
    "fe80::1%eth0", "fc00::1", "fd12::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
    "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2002:c0a8:101::1", "fec0::1", "feff::1",
    "3fff::1", "3fff:fff::1", "5f00::1", "64:ff9b:1::1", "168.63.129.16", "192.0.0.192", "192.88.99.1",
    "::ffff:168.63.129.16", "::ffff:100.64.0.1", "64:ff9b::a83f:8110", "2002:a83f:8110::1",
    "100.127.255.254", "::7f00:1",
)  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_that_is_not_public_is_not_reachable(address: str) -> None:
    assert not is_reachable(address, ())


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "103.10.66.1", "168.63.129.17", "2001:4860:4860::8888", "::ffff:8.8.8.8", "64:ff9b::808:808"],
)
def test_public_addresses_are_reachable(address: str) -> None:
    assert is_reachable(address, ())


def test_an_allowed_network_is_reachable_and_its_neighbour_is_not() -> None:
    allowed = (ip_network("10.1.0.0/16"), ip_network("fd12::/64"))

    assert is_reachable("10.1.2.3", allowed)
    assert is_reachable("::ffff:10.1.2.3", allowed)
    assert is_reachable("fd12::1", allowed)
    assert not is_reachable("10.2.0.1", allowed)
