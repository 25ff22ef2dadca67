"""RabbitMQ's management interface, for what AMQP cannot read or set: policies and bindings."""

from __future__ import annotations

from collections.abc import Collection
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote, urlsplit

import httpx

from services.ops.errors import CommandError
from services.runtime.messaging.topology import ExchangeSpec, PolicySpec, QueueSpec, topology

TIMEOUT_S = 10
NOT_FOUND, REFUSED = httpx.codes.NOT_FOUND, {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}


class ManagementError(CommandError):
    """The management interface does not answer, or refuses."""

    def __init__(self, why: str) -> None:
        """Repeat its answer."""
        super().__init__(f"RabbitMQ's management interface: {why}")


class RefusedError(ManagementError):
    """The login may not see or do this."""


class Management:
    """One broker's interface for one virtual host; a context manager. Every call raises `ManagementError`."""

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

    def __exit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._http.close()

    def put_policy(self, policy: PolicySpec) -> None:
        """Set a policy; an equal one stays as it is. Raises `RefusedError`."""
        self._ask("PUT", f"policies/{self._vhost}/{quote(policy.name)}", _policy(policy))

    def policy_drift(self) -> list[str]:
        """One sentence for each policy that is missing or different. Raises `RefusedError`."""
        found = []
        for policy in topology().policies:
            there = self._ask("GET", f"policies/{self._vhost}/{quote(policy.name)}")
            if there is None:
                found.append(f"policy {policy.name}: is missing")
            elif any(there.get(name) != value for name, value in _policy(policy).items()):
                found.append(f"policy {policy.name}: differs")
        return found

    def binding_drift(self) -> list[str]:
        """One sentence for each missing and each unknown binding of our queues. Raises `RefusedError`."""
        queues = topology().queues
        expected = {(exchange, queue.name, key) for queue in queues for exchange, key in queue.bindings}
        ours = {queue.name for queue in queues}
        bound = {
            (row["source"], row["destination"], row["routing_key"])
            for row in self._ask("GET", f"bindings/{self._vhost}") or []
            if row["source"] and row["destination_type"] == "queue" and row["destination"] in ours
        }
        missing = [
            f"binding {exchange} → {queue} ({key}): is missing"
            for exchange, queue, key in sorted(expected - bound)
        ]
        return missing + [
            f"binding {exchange} → {queue} ({key}): is not ours"
            for exchange, queue, key in sorted(bound - expected)
        ]

    def argument_drift(self, names: Collection[str]) -> list[str]:
        """One sentence for each of these exchanges and queues with other arguments. Raises `RefusedError`."""
        whole = topology()
        found = []
        kinds: tuple[tuple[str, tuple[ExchangeSpec, ...] | tuple[QueueSpec, ...]], ...] = (
            ("exchange", whole.exchanges),
            ("queue", whole.queues),
        )
        for kind, specs in kinds:
            rows = {row["name"]: row["arguments"] for row in self._ask("GET", f"{kind}s/{self._vhost}") or []}
            different = [
                spec.name for spec in specs if spec.name in names and rows.get(spec.name) != spec.arguments
            ]
            found += [f"{kind} {name}: differs ({rows.get(name)})" for name in different]
        return found

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        try:
            response = self._http.request(method, path, json=body)
        except httpx.HTTPError as error:
            raise ManagementError(str(error) or type(error).__name__) from None
        if response.status_code == NOT_FOUND:
            return None
        if response.status_code in REFUSED:
            raise RefusedError(f"{method} {path}: {response.status_code} {response.reason_phrase}")
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
