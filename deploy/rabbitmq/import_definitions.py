#!/usr/bin/env python3
"""Give every user of definitions.json the password of the environment, and import all of it into the broker.

    GANCANG_RABBITMQ_API_URL=http://admin:…@broker:15672 RABBITMQ_PASSWORD_ORDERS=… import_definitions.py

Standard library only. A second run changes nothing but the salts. A user that the file no longer names stays.
"""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import os
import secrets
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

DEFINITIONS = Path(__file__).with_name("definitions.json")
URL, PREFIX = "GANCANG_RABBITMQ_API_URL", "RABBITMQ_PASSWORD_"
WITHIN_S, PAUSE_S, TIMEOUT_S = 120.0, 1.0, 10.0


def main() -> int:
    """Exit code 2 for what the environment lacks, 1 when the broker refuses."""
    url = urlsplit(os.environ.get(URL, ""))
    document = json.loads(DEFINITIONS.read_text(encoding="utf-8"))
    missing = [name for name in map(variable, document["users"]) if not os.environ.get(name)]
    if not url.hostname or not url.username or missing:
        sys.stderr.write(f"missing in the environment: {', '.join(missing) or f'{URL} with a login'}\n")
        return 2
    for user in document["users"]:
        user["password_hash"] = salted(os.environ[variable(user)], secrets.token_bytes(4))
        user["hashing_algorithm"] = "rabbit_password_hashing_sha256"
    status, answer = until_there(url, json.dumps(document).encode())
    if status >= http.client.BAD_REQUEST:
        sys.stderr.write(f"the broker refuses ({status}): {answer[:300]}\n")
        return 1
    sys.stdout.write(f"{len(document['users'])} users, {len(document['queues'])} queues\n")
    return 0


def variable(user: dict[str, Any]) -> str:
    """The environment variable that holds a user's password."""
    return PREFIX + str(user["name"]).upper().replace("-", "_")


def salted(password: str, salt: bytes) -> str:
    """The form in which RabbitMQ keeps a password: 4 bytes of salt, then SHA-256 over salt and password."""
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()


def until_there(url: SplitResult, body: bytes) -> tuple[int, str]:
    """Status and text of the answer; waits while the broker is still starting."""
    deadline = time.monotonic() + WITHIN_S
    while True:
        try:
            return post(url, body)
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(PAUSE_S)


def post(url: SplitResult, body: bytes) -> tuple[int, str]:
    """Try once. Raises OSError while the broker does not answer."""
    kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
    connection = kind(url.hostname or "", url.port, timeout=TIMEOUT_S)
    login = base64.b64encode(f"{unquote(url.username or '')}:{unquote(url.password or '')}".encode()).decode()
    headers = {"Authorization": f"Basic {login}", "Content-Type": "application/json"}
    try:
        connection.request("POST", f"{url.path.rstrip('/')}/api/definitions", body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode(errors="replace")
    except http.client.HTTPException as error:
        raise ConnectionError(type(error).__name__) from error
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(main())
