"""Encrypts what must not lie around readable (AES-256-GCM under `GANCANG_DATA_KEY`)."""

from __future__ import annotations

import base64
import binascii
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import SecretStr

from services.runtime.errors import NotConfigured

KEY_BYTES = 32
NONCE_BYTES = 12


class Sealer:
    """`context` binds a sealed value to its place: opened elsewhere it is refused."""

    def __init__(self, key: SecretStr) -> None:
        """Take a base64 key of 32 bytes. Raises `NotConfigured`."""
        text = key.get_secret_value()
        if not text:
            raise NotConfigured("GANCANG_DATA_KEY")
        try:
            raw = base64.b64decode(text, validate=True)
        except binascii.Error:
            raw = b""
        if len(raw) != KEY_BYTES:
            raise NotConfigured("GANCANG_DATA_KEY", "is not the base64 of 32 bytes")
        self._aead = AESGCM(raw)

    def seal(self, plain: bytes, context: str) -> bytes:
        """Nonce and ciphertext."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._aead.encrypt(nonce, plain, context.encode())

    def open(self, sealed: bytes, context: str) -> bytes:
        """The plain bytes. Raises `ValueError` for another key, another context, or a changed value."""
        try:
            return self._aead.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], context.encode())
        except InvalidTag:
            message = "sealed under another key or for another place"
            raise ValueError(message) from None


def new_key() -> str:
    """A fresh key for `GANCANG_DATA_KEY`."""
    return base64.b64encode(os.urandom(KEY_BYTES)).decode()
