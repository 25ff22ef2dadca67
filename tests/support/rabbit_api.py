"""What tests ask of RabbitMQ's management interface: virtual hosts, users, policies, queues."""

from __future__ import annotations

from typing import Any, Self
from urllib.parse import quote, urlsplit

import httpx


class RabbitApi:
    """A client of one broker's management interface; synchronous, for fixtures."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.user = parts.username or "guest"
        self._http = httpx.Client(
            base_url=f"{parts.scheme}://{parts.hostname}:{parts.port}/api/",
            auth=(self.user, parts.password or "guest"),
            timeout=30,
            trust_env=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def create_vhost(self, name: str) -> None:
        """A virtual host that our user may do everything in."""
        self.put(f"vhosts/{name}", {})
        self.put(f"permissions/{name}/{quote(self.user)}", {"configure": ".*", "write": ".*", "read": ".*"})

    def delete_vhost(self, name: str) -> None:
        """Remove it with all its queues; harmless when it is gone."""
        response = self._http.delete(f"vhosts/{name}")
        if response.status_code != httpx.codes.NOT_FOUND:
            response.raise_for_status()

    def put(self, path: str, body: dict[str, Any]) -> None:
        """Create or replace what `path` (below /api/) names."""
        self._http.put(path, json=body).raise_for_status()

    def delete(self, path: str) -> None:
        """Remove what `path` (below /api/) names."""
        self._http.delete(path).raise_for_status()

    def get(self, path: str) -> Any:
        """What the interface says about `path` (below /api/)."""
        return self._http.get(path).raise_for_status().json()
