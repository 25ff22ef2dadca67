"""Encryption at rest (AES-256-GCM): single keys, and the ring of master keys from `GANCANG_DATA_KEY`."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import SecretStr

from services.runtime.errors import NotConfigured

KEY_BYTES = 32
NONCE_BYTES = 12
FINGERPRINT_HEX = 16
NONE = SecretStr("")
PRESENT, OLD = "GANCANG_DATA_KEY", "GANCANG_OLD_DATA_KEYS"


class UnknownKeyError(ValueError):
    """A value is sealed under a master key that the ring does not hold."""

    def __init__(self, key_id: str) -> None:
        super().__init__(f"sealed under the master key {key_id}, which neither {PRESENT} nor {OLD} names")
        self.key_id = key_id


class Key:
    """One key. `context` binds a sealed value to its place: with another context it does not open."""

    def __init__(self, raw: bytes) -> None:
        """Take 32 bytes; `id` identifies the key without revealing it."""
        self._aead = AESGCM(raw)
        self._fingerprint_key = hmac.new(raw, b"mark", hashlib.sha256).digest()
        self.id = hmac.new(raw, b"id", hashlib.sha256).hexdigest()[:8]

    def seal(self, plain: bytes, context: str) -> bytes:
        """Encrypt; returns nonce and ciphertext."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._aead.encrypt(nonce, plain, context.encode())

    def open(self, sealed: bytes, context: str) -> bytes:
        """Decrypt. Raises `ValueError` for another key, another context, or a changed value."""
        try:
            return self._aead.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], context.encode())
        except InvalidTag:
            message = "sealed under another key or for another place"
            raise ValueError(message) from None

    def fingerprint(self, plain: bytes) -> str:
        """16 hex characters, equal for equal bytes. Without the key no guess can be tested (HMAC)."""
        return hmac.new(self._fingerprint_key, plain, hashlib.sha256).hexdigest()[:FINGERPRINT_HEX]


class Sealer:
    """The ring of master keys: the present one seals; it and the old ones open."""

    def __init__(self, key: SecretStr, old: SecretStr = NONE) -> None:
        """Take base64 keys of 32 bytes, the old ones separated by commas. Raises `NotConfigured`."""
        text = key.get_secret_value()
        if not text:
            raise NotConfigured(PRESENT)
        others = [part.strip() for part in old.get_secret_value().split(",") if part.strip()]
        self._present = _key(text, PRESENT)
        self._keys = {
            self._present.id: self._present,
            **{known.id: known for known in (_key(part, OLD) for part in others)},
        }

    @property
    def present_id(self) -> str:
        """The id of the key that seals."""
        return self._present.id

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of all keys, the present one first."""
        return tuple(self._keys)

    def seal(self, plain: bytes, context: str) -> bytes:
        """Encrypt under the present key; returns nonce and ciphertext."""
        return self._present.seal(plain, context)

    def open(self, sealed: bytes, context: str) -> bytes:
        """Decrypt with the key that fits. Raises `ValueError` when none does."""
        return self._opened(sealed, context)[1]

    def id_for(self, sealed: bytes, context: str) -> str:
        """The id of the key that opens the value. Raises `ValueError` when none does."""
        return self._opened(sealed, context)[0].id

    def open_as(self, key_id: str, sealed: bytes, context: str) -> bytes:
        """Decrypt with the key `key_id`.

        Raises `UnknownKeyError`, and `ValueError` when that key does not fit.
        """
        if key_id not in self._keys:
            raise UnknownKeyError(key_id)
        return self._keys[key_id].open(sealed, context)

    def _opened(self, sealed: bytes, context: str) -> tuple[Key, bytes]:
        for key in self._keys.values():
            try:
                return key, key.open(sealed, context)
            except ValueError:
                continue
        message = "sealed under another key or for another place"
        raise ValueError(message)


def new_key() -> str:
    """Generate a key for `GANCANG_DATA_KEY` (base64)."""
    return base64.b64encode(new_raw_key()).decode()


def new_raw_key() -> bytes:
    """Generate 32 random bytes for a `Key`."""
    return os.urandom(KEY_BYTES)


def _key(text: str, setting: str) -> Key:
    try:
        raw = base64.b64decode(text, validate=True)
    except binascii.Error:
        raw = b""
    if len(raw) != KEY_BYTES:
        raise NotConfigured(setting, "is not the base64 of 32 bytes")
    return Key(raw)
