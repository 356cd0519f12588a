"""Encryption at rest: message bodies and drafts are sealed with a key that is not in the database."""

import base64
import hashlib
import hmac
import os
from pathlib import Path

import nacl.secret
import nacl.utils
from nacl.exceptions import CryptoError


class SealBroken(Exception):
    """The secret key does not fit this database: restore the key file that belongs to it."""


class Box:
    """Seals and opens bytes (XSalsa20-Poly1305), signs short texts, hashes addresses. One key per database."""

    def __init__(self, key: bytes) -> None:
        self._box = nacl.secret.SecretBox(key)
        self._sign_key = hashlib.blake2b(b"sign", key=key, digest_size=32).digest()

    @classmethod
    def from_file(cls, path: Path) -> "Box":
        """The key in `path`, created readable by the owner only at first start."""
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            # O_EXCL: two processes starting at once must not each keep a key of its own.
            try:
                handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            except FileExistsError:
                return cls.from_file(path)
            with os.fdopen(handle, "wb") as file:
                file.write(base64.b64encode(nacl.utils.random(nacl.secret.SecretBox.KEY_SIZE)) + b"\n")
        try:
            return cls(base64.b64decode(path.read_bytes().strip(), validate=True))
        except ValueError as error:
            raise SealBroken(f"{path} does not hold a key of 32 bytes in base64") from error

    def seal(self, plain: bytes) -> bytes:
        """Encrypted and authenticated bytes, 40 longer than `plain`."""
        return bytes(self._box.encrypt(plain))

    def open(self, sealed: bytes) -> bytes:
        """What was sealed, or SealBroken when key or bytes are not the right ones."""
        try:
            return self._box.decrypt(sealed)
        except CryptoError as error:
            raise SealBroken("a sealed value does not open with this key") from error

    def sign(self, text: str, length: int) -> str:
        """A keyed signature of `text`, `length` letters of base64url (6 bits each)."""
        digest = hashlib.blake2b(text.encode(), key=self._sign_key, digest_size=32).digest()
        return base64.urlsafe_b64encode(digest).decode()[:length]

    def signed(self, text: str, signature: str) -> bool:
        """Whether `signature` is ours for `text`, compared in constant time."""
        return hmac.compare_digest(self.sign(text, len(signature)).encode(), signature.encode())
