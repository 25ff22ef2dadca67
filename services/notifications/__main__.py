"""`python -m services.notifications`: run the service."""

from __future__ import annotations

from services.notifications.app import build
from services.runtime.process.lifecycle import main

if __name__ == "__main__":
    main("notifications", build)
