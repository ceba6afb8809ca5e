"""Account numbers are in the database only under a key that isn't: Fernet, with keys that can be changed (MultiFernet).

The first of FIELD_ENCRYPTION_KEYS seals, all of them open. Without that setting the key is derived from SECRET_KEY.
"""

import base64
import hashlib
from functools import cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


def seal(text: str) -> str:
    return seal_bytes(text.encode()).decode()


def unseal(sealed: str) -> str:
    """Raises ImproperlyConfigured when none of the keys fits."""
    return unseal_bytes(sealed.encode()).decode()


def reseal(sealed: str) -> str:
    """The same under the first of the keys."""
    return seal(unseal(sealed))


def seal_bytes(content: bytes) -> bytes:
    return _keys().encrypt(content)


def unseal_bytes(sealed: bytes) -> bytes:
    """Raises ImproperlyConfigured when none of the keys fits."""
    try:
        return _keys().decrypt(sealed)
    except InvalidToken:
        raise ImproperlyConfigured(
            "An account number can't be opened: it was sealed with a key that isn't among FIELD_ENCRYPTION_KEYS (or "
            "with another SECRET_KEY). Put that key back at the end of the list."
        ) from None


def reseal_bytes(sealed: bytes) -> bytes:
    return seal_bytes(unseal_bytes(sealed))


def _keys() -> MultiFernet:
    return _fernet(tuple(settings.FIELD_ENCRYPTION_KEYS), settings.SECRET_KEY)


@cache
def _fernet(keys: tuple[str, ...], secret: str) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys or (_derived(secret),)])


def _derived(secret: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(b"juara account numbers " + secret.encode()).digest()).decode()


def key_of_secret() -> str:
    """The key that is used while there is none of its own."""
    return _derived(settings.SECRET_KEY)
