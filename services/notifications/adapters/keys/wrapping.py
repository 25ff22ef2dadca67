"""Wraps the data keys: each is stored sealed by a master key, in the document of its recipient."""

from __future__ import annotations

from services.runtime.change import Document
from services.runtime.sealing import Key, Sealer, new_raw_key

COLLECTION = "recipient_keys"


class LifeKey(Key):
    """The data key of one life of a recipient."""

    def __init__(self, raw: bytes, life: int) -> None:
        super().__init__(raw)
        self.life = life


def new_key(sealer: Sealer, contact_id: str, life: int) -> tuple[LifeKey, Document]:
    """A new data key, and the fields that hold it wrapped."""
    raw = new_raw_key()
    wrapped = sealer.seal(raw, _context(contact_id, life))
    return LifeKey(raw, life), {"life": life, "master": sealer.present_id, "wrapped": wrapped}


def key_of(sealer: Sealer, known: Document) -> LifeKey:
    """The data key in the document. Raises `UnknownKeyError`, `ValueError`."""
    return LifeKey(_unwrapped(sealer, known), known["life"])


def rewrapped(sealer: Sealer, known: Document) -> Document:
    """The fields that hold the same data key under the present master key.

    Raises `UnknownKeyError`, `ValueError`.
    """
    wrapped = sealer.seal(_unwrapped(sealer, known), _context(known["_id"], known["life"]))
    return {"master": sealer.present_id, "wrapped": wrapped}


def _unwrapped(sealer: Sealer, known: Document) -> bytes:
    return sealer.open_as(known["master"], bytes(known["wrapped"]), _context(known["_id"], known["life"]))


def _context(contact_id: str, life: int) -> str:
    return f"data key:{contact_id}:{life}"
