"""What is made from an engagement's key: surrogates of ids, and keys for one purpose each."""

import hashlib
import hmac

_PARTS = "\x1f"  # the unit separator stands in no id, so that ("1", "23") and ("12", "3") differ


def surrogate(key: bytes, *parts: str) -> str:
    """What stands for an id in the book: HMAC-SHA256 of its parts, the first 32 hex digits.

    The macros ``plain_surrogate`` and ``scoped_surrogate`` of intake give the same.
    """
    return hmac.new(key, _PARTS.join(parts).encode(), hashlib.sha256).hexdigest()[:32]


def derived(key: bytes, purpose: str) -> bytes:
    """A key of 256 bits for one purpose; none tells anything of another, nor of the engagement's."""
    return hmac.new(key, f"branch-kit {purpose}".encode(), hashlib.sha256).digest()
