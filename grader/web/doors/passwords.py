"""Passwords: hashed by argon2id, few at a time, since each takes 64 MB while it is hashed."""

import threading

import argon2

LEAST = 10  # characters
MOST = 200
_HASHER = argon2.PasswordHasher()
_AT_ONCE = threading.BoundedSemaphore(2)
_NOBODYS = _HASHER.hash("the password of nobody")


def problem_of(password: str) -> str:
    """What is wrong with a new password; empty if nothing is."""
    if len(password) < LEAST:
        return f"The password is too short: take at least {LEAST} characters."
    if len(password) > MOST:
        return f"The password is too long: take at most {MOST} characters."
    return ""


def hashed(password: str) -> str:
    with _AT_ONCE:
        return _HASHER.hash(password)


def fits(password: str, kept: str | None) -> bool:
    """Whether it is the password; without a kept one it takes as long to say no."""
    with _AT_ONCE:
        try:
            _HASHER.verify(kept or _NOBODYS, password[: MOST + 1])
        except argon2.exceptions.VerificationError:
            return False
    return kept is not None
