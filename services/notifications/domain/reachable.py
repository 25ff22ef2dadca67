"""Which addresses a request of ours may go to: the public ones, and networks that somebody has allowed."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
NAT64 = ip_network("64:ff9b::/96")


def is_reachable(text: str, allowed: Sequence[Network]) -> bool:
    """Whether we may connect to it; an IPv4 address inside an IPv6 one is judged as what it is."""
    address = _inner(ip_address(text.partition("%")[0]))
    if any(address in network for network in allowed if network.version == address.version):
        return True
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
