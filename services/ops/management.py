"""RabbitMQ's management interface: what AMQP cannot ask or set, that is policies and bindings."""

from __future__ import annotations

from collections.abc import Iterator
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote, urlsplit

import httpx

from services.ops.errors import CommandError
from services.runtime.topology import PolicySpec, topology

TIMEOUT_S = 10
NOT_FOUND = httpx.codes.NOT_FOUND


class ManagementError(CommandError):
    """The management interface does not answer, or refuses."""

    def __init__(self, why: str) -> None:
        """Say what it said."""
        super().__init__(f"RabbitMQ's management interface: {why}")


class Management:
    """One broker's interface for one virtual host; used as a context manager."""

    def __init__(self, url: str, virtual_host: str) -> None:
        parts = urlsplit(url)
        self._vhost = quote(virtual_host, safe="")
        self._http = httpx.Client(
            base_url=f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path.rstrip('/')}/api/",
            auth=(parts.username or "", parts.password or ""),
            timeout=TIMEOUT_S,
            trust_env=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, error_type: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        self._http.close()

    def put_policy(self, policy: PolicySpec) -> None:
        """Set it; an equal one stays as it is."""
        self._ask("PUT", f"policies/{self._vhost}/{quote(policy.name)}", _policy(policy))

    def drift(self) -> Iterator[str]:
        """One sentence for each policy or binding that is missing or different, and each binding that is too many."""
        whole = topology()
        for policy in whole.policies:
            there = self._ask("GET", f"policies/{self._vhost}/{quote(policy.name)}")
            if there is None:
                yield f"policy {policy.name}: is missing"
            elif any(there.get(name) != value for name, value in _policy(policy).items()):
                yield f"policy {policy.name}: differs"
        wanted = {(exchange, queue.name, key) for queue in whole.queues for exchange, key in queue.bindings}
        ours = {queue.name for queue in whole.queues}
        bound = {
            (row["source"], row["destination"], row["routing_key"])
            for row in self._ask("GET", f"bindings/{self._vhost}") or []
            if row["source"] and row["destination_type"] == "queue" and row["destination"] in ours
        }
        for exchange, queue_name, key in sorted(wanted - bound):
            yield f"binding {exchange} → {queue_name} ({key}): is missing"
        for exchange, queue_name, key in sorted(bound - wanted):
            yield f"binding {exchange} → {queue_name} ({key}): is not ours"

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        try:
            response = self._http.request(method, path, json=body)
        except httpx.HTTPError as error:
            raise ManagementError(str(error) or type(error).__name__) from None
        if response.status_code == NOT_FOUND:
            return None
        if response.is_error:
            raise ManagementError(f"{method} {path}: {response.status_code} {response.reason_phrase}")
        return response.json() if response.content else None


def _policy(policy: PolicySpec) -> dict[str, Any]:
    return {
        "pattern": policy.pattern,
        "apply-to": policy.apply_to,
        "priority": 0,
        "definition": policy.definition,
    }
