"""Our own keys: what platforms check our messages with, and what signs them."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from joserfc import jwt
from joserfc.jwk import RSAKey

from grader.store.lti_store import LtiStore

_BITS = 2048
_GOOD_FOR = timedelta(minutes=5)


def own_key(store: LtiStore, *, at: datetime) -> RSAKey:
    """The key that signs; it is made when it is first asked for."""
    if not store.signing_keys():
        made = RSAKey.generate_key(_BITS, private=True)
        store.add_signing_key(made.as_pem(private=True).decode(), at=at)
    return _key(store.signing_keys()[0])


def published_keys(store: LtiStore, *, at: datetime) -> dict[str, Any]:
    """Our key set as platforms fetch it: the public halves, and nothing else."""
    own_key(store, at=at)
    public = (_key(pem).as_dict(private=False) for pem in store.signing_keys())
    return {"keys": [key | {"use": "sig", "alg": "RS256"} for key in public]}


def signed(claims: Mapping[str, Any], key: RSAKey, *, at: datetime) -> str:
    """A message of ours, good for five minutes."""
    times = {"iat": int(at.timestamp()), "exp": int((at + _GOOD_FOR).timestamp())}
    header = {"alg": "RS256", "kid": key.kid}
    return jwt.encode(header, dict(claims) | times, key, algorithms=["RS256"])


def _key(pem: str) -> RSAKey:
    key = RSAKey.import_key(pem)
    key.ensure_kid()
    return key
