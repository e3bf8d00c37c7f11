"""Links by which people enter a course for the first time."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from grader.store.accounts_store import AccountsStore, Enrolment


def invite(
    accounts: AccountsStore,
    enrolments: Iterable[Enrolment],
    *,
    address: str,
    at: datetime,
    days: int,
) -> dict[str, str]:
    """A new link for each, by person; earlier links of theirs open nothing any more.

    A link holds a random word that the store does not know: it keeps the digest.
    """
    links = {}
    for enrolment in enrolments:
        word = secrets.token_urlsafe(24)
        digest = hashlib.sha256(word.encode()).hexdigest()
        accounts.invite(enrolment.id, digest=digest, at=at, expires=at + timedelta(days=days))
        links[enrolment.person] = f"{address.rstrip('/')}/enter/{word}"
    return links
