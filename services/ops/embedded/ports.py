"""Free TCP ports on the loopback interface, outside the kernel's range for outgoing connections.

Any client could take a port of that range while its server is down, and a client that keeps reconnecting to
it can even end up connected to itself.
"""

from __future__ import annotations

import random
import socket
from pathlib import Path
from urllib.parse import urlsplit

LOOPBACK = "127.0.0.1"
LOWEST_PORT = 20_000
EPHEMERAL_RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")
EPHEMERAL_START = 32_768
DEFAULT_PORTS = {"amqp": 5672, "amqps": 5671, "mongodb": 27017}


def free_ports(count: int) -> list[int]:
    """Find `count` different ports on which no program listens at this moment."""
    candidates = list(range(LOWEST_PORT, max(_first_ephemeral_port(), LOWEST_PORT + 1_000)))
    random.SystemRandom().shuffle(candidates)
    found: list[int] = []
    while len(found) < count:
        port = candidates.pop()
        if _is_free(port):
            found.append(port)
    return found


def answers(port: int, host: str = LOOPBACK, timeout: float = 1.0) -> bool:
    """Whether a server accepts connections on this port."""
    try:
        with socket.create_connection((host, port), timeout=timeout):
            return True
    except OSError:
        return False


def answers_at(url: str) -> bool:
    """Whether a server accepts connections at this URL, at its first host if it names several."""
    parts = urlsplit(url)
    first = urlsplit("//" + parts.netloc.rpartition("@")[2].partition(",")[0])
    return answers(first.port or DEFAULT_PORTS.get(parts.scheme, 0), first.hostname or LOOPBACK)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def _first_ephemeral_port() -> int:
    try:
        return int(EPHEMERAL_RANGE.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return EPHEMERAL_START
