"""The secrets that sign webhooks: at most two for each agency, so that one can follow the other."""

from __future__ import annotations

import base64
import secrets
from datetime import datetime

from services.notifications.adapters.keys.vault import MongoVault
from services.runtime.storage.database import Collection, Database, raising_database_away

PREFIX = "whsec_"
SECRET_BYTES = 32
KEPT = 2


class WebhookSecrets:
    """Stored sealed, under a key of the agency's own."""

    def __init__(self, store: Database, vault: MongoVault) -> None:
        self._secrets: Collection = store["webhook_secrets"]
        self._vault = vault

    async def of(self, agency_id: str) -> list[bytes]:
        """The secrets of an agency, the newest first; empty until one is made. Raises `DatabaseAway`."""
        with raising_database_away("webhook secrets"):
            known = await self._secrets.find_one({"_id": {"$eq": agency_id}})
        if known is None:
            return []
        opened = []
        for row in known["secrets"]:
            key = await self._vault.key(_about(agency_id), row["life"])
            if key is not None:
                opened.append(key.open(bytes(row["sealed"]), _about(agency_id)))
        return opened

    async def make(self, agency_id: str, now: datetime, *, alone: bool) -> str:
        """Make a secret and return it as the agency enters it.

        The previous one stays valid unless `alone`. Raises `DatabaseAway`.
        """
        raw = secrets.token_bytes(SECRET_BYTES)
        key = await self._vault.for_ever(_about(agency_id), now)
        fresh = {"sealed": key.seal(raw, _about(agency_id)), "life": key.life, "at": now}
        with raising_database_away("webhook secret"):
            if alone:
                update: dict[str, object] = {"$set": {"secrets": [fresh]}}
            else:
                update = {"$push": {"secrets": {"$each": [fresh], "$position": 0, "$slice": KEPT}}}
            await self._secrets.update_one({"_id": agency_id}, update, upsert=True)
        return PREFIX + base64.b64encode(raw).decode()


def _about(agency_id: str) -> str:
    return f"webhook-secret:{agency_id}"
