"""Numbers in the place of names: who grades need not know whose work it is.

A number follows from a secret and the person, so it stays the same from page to page and from day
to day, says nothing of the alphabet, and cannot be computed by somebody who has the roster.
"""

import base64
import hashlib
import hmac

_LENGTH = 5  # of 32 letters and digits each: 33 million


def pseudonym(person: int, *, secret: str) -> str:
    """What a person is called while names are hidden, such as `Student K7QF2`."""
    digest = hmac.digest(secret.encode(), f"pseudonym {person}".encode(), hashlib.sha256)
    return f"Student {base64.b32encode(digest).decode()[:_LENGTH]}"
