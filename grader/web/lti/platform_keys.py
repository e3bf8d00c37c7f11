"""The public keys of platforms: fetched from the registered address alone, and kept a while."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import httpx2
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet, RSAKey

from grader.store.lti_store import LtiPlatform
from grader.web.lti.platform_requests import ask, shown_url
from grader.web.lti.refusal import LaunchRefused, ServiceFailed

_KEPT = timedelta(hours=1)
# A key that is unknown is looked for once more, but nobody can make us ask all the time.
_NOT_AGAIN = timedelta(seconds=10)
_FEWEST_BITS = 2048


class PlatformKeys:
    """The keys of all platforms; one for the whole process. Other threads may use it, too."""

    def __init__(self, http: httpx2.Client, *, clock: Callable[[], datetime]) -> None:
        self._http = http
        self._clock = clock
        self._kept: dict[str, tuple[KeySet, datetime]] = {}
        self._lock = threading.Lock()

    def key(self, platform: LtiPlatform, kid: str | None) -> RSAKey:
        """The key that a message names.

        Raises:
            LaunchRefused: the platform has no such key, also not when it is asked again.
        """
        with self._lock:
            found = self._known(platform, kid) or self._fetched(platform, kid)
        if found is None:
            raise LaunchRefused(
                f"the message is signed with a key that {platform.name} does not publish",
                fix="Ask the administrator of the platform which keys it signs with.",
            )
        return found

    def _known(self, platform: LtiPlatform, kid: str | None) -> RSAKey | None:
        keys, at = self._kept.get(platform.keys_url, (None, None))
        if keys is None or at is None or self._clock() - at > _KEPT:
            return None
        return _by_kid(keys, kid)

    def _fetched(self, platform: LtiPlatform, kid: str | None) -> RSAKey | None:
        now = self._clock()
        _, at = self._kept.get(platform.keys_url, (None, None))
        if at is not None and timedelta(0) <= now - at < _NOT_AGAIN:
            return None
        try:
            keys = _key_set(ask(self._http, "GET", platform.keys_url).json())
        except ServiceFailed as error:
            raise LaunchRefused(
                f"the keys of {platform.name} cannot be had: {error}",
                fix="Try again in a minute.",
            ) from error
        if keys is None:
            raise LaunchRefused(
                f"there is no key set at {shown_url(platform.keys_url)}",
                fix="Check the address of the keys with `grader lti list`.",
            )
        self._kept[platform.keys_url] = keys, now
        return _by_kid(keys, kid)


def _by_kid(keys: KeySet, kid: str | None) -> RSAKey | None:
    try:
        found = keys.get_by_kid(kid)
    except InvalidKeyIdError:
        return None
    return found if isinstance(found, RSAKey) else None


def _key_set(said: Any) -> KeySet | None:
    """The RSA keys that are for signatures and long enough; others are passed over."""
    listed = said.get("keys") if isinstance(said, dict) else None
    found = [key for key in map(_rsa_key, listed if isinstance(listed, list) else ()) if key]
    return KeySet(list(found)) if found else None


def _rsa_key(said: Any) -> RSAKey | None:
    if not isinstance(said, dict) or said.get("kty") != "RSA" or said.get("use", "sig") != "sig":
        return None
    modulus = said.get("n")
    if not isinstance(modulus, str) or 6 * len(modulus) < _FEWEST_BITS:  # a letter is six bits
        return None
    try:
        return RSAKey.import_key(said)
    except (JoseError, ValueError, TypeError, KeyError):
        return None
