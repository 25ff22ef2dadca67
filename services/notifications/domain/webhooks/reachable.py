"""Which IP addresses a webhook may be posted to: public ones, and networks that the settings allow."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
NAT64 = ip_network("64:ff9b::/96")
NOT_PUBLIC = tuple(
    ip_network(network)
    for network in (
        "168.63.129.16/32",  # a cloud's own service, reachable from inside each of its virtual machines
        "192.0.0.0/24",  # reserved by RFC 6890; holds another cloud's metadata service
        "192.88.99.0/24",  # 6to4 relays, deprecated by RFC 7526
        "64:ff9b:1::/48",  # NAT64 inside a network, RFC 8215
        "3fff::/20",  # documentation, RFC 9637
        "5f00::/16",  # segment routing inside a provider's network, RFC 9602
        "fec0::/10",  # site-local, deprecated by RFC 3879 and still routed in places
    )
)
"""Networks that are not public although some version of `ipaddress` says so."""


def is_reachable(text: str, allowed: Sequence[Network]) -> bool:
    """Whether we may connect to this address. An IPv4 address inside an IPv6 address is judged as IPv4."""
    address = _inner(ip_address(text.partition("%")[0]))
    if any(address in network for network in allowed if network.version == address.version):
        return True
    if any(address in network for network in NOT_PUBLIC if network.version == address.version):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def _inner(address: Address) -> Address:
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address
