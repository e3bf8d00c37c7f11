"""A seal on answers that leave the store as a file: whether anybody has changed them since.

By the secret of a course nobody without it can make one. Without a secret everybody can, so the
seal then only tells what was changed by accident or in haste.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from grader.course_secret import stretched


class SealKind(StrEnum):
    """Who could have made a seal."""

    COURSE = "course"  # who knows the secret of the course
    PLAIN = "plain"  # everybody


def seal(contents: Mapping[str, Any], *, secret: str) -> str:
    """The seal of some texts and lists of texts; by the secret, if it is not empty."""
    kind = SealKind.COURSE if secret else SealKind.PLAIN
    return f"{kind}:{_code(contents, secret)}"


def kind_of(seal: str) -> SealKind | None:
    """Who could have made this; None if it is no seal."""
    word = seal.partition(":")[0]
    return SealKind(word) if word in list(SealKind) else None


def fits(seal: str, contents: Mapping[str, Any], *, secret: str) -> bool:
    """Whether the seal is that of these contents."""
    kind, _, code = seal.partition(":")
    expected = _code(contents, secret if kind == SealKind.COURSE else "")
    return hmac.compare_digest(code.encode(), expected.encode())


def _code(contents: Mapping[str, Any], secret: str) -> str:
    text = json.dumps(contents, sort_keys=True, separators=(",", ":"))
    return hmac.new(stretched(secret).encode(), text.encode(), hashlib.sha256).hexdigest()
