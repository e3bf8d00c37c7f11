"""The reading process: a line of JSON with sources comes in, a line with numbers goes out.

Parsing runs no code of anybody's, but it can take all memory, all time or the whole stack. So it
is done here, under limits. Whoever asks sees this process end, and knows at which submission.
"""

import hashlib
import json
import resource
import sys
from typing import Any

from grader.similarity.child.tokens import Token, units_of
from grader.similarity.child.winnowing import fingerprints

APART = 1000  # tokens that are counted between two units, so that no passage goes over both
MOST_TOKENS = 200_000  # of a submission; one of 700 lines has some 6,000


def main(seconds: int, megabytes: int) -> None:
    """Serve until the input ends.

    Args:
        seconds: processor time for one submission.
        megabytes: of address space.
    """
    _limit(resource.RLIMIT_AS, megabytes << 20)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, 0)
    for line in sys.stdin.buffer:
        used = resource.getrusage(resource.RUSAGE_SELF)
        _limit(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime) + 1 + seconds, hard=False)
        sys.stdout.write(json.dumps(answer(json.loads(line))) + "\n")
        sys.stdout.flush()


def answer(texts: list[str]) -> dict[str, Any]:
    """Digests and fingerprints of the cells and modules of a submission."""
    units = units_of(texts)
    n_tokens = sum(map(len, units))
    if n_tokens > MOST_TOKENS:
        return {"exact": "", "plain": "", "tokens": n_tokens, "prints": [], "is_too_large": True}
    prints: list[tuple[int, int, int, int]] = []
    first = 0
    for unit in units:
        plain, lines = [token.plain for token in unit], [token.line for token in unit]
        prints += fingerprints(plain, lines, first=first)
        first += len(unit) + APART
    return {
        "exact": _digest(units, "exact"),
        "plain": _digest(units, "plain"),
        "tokens": n_tokens,
        "prints": prints,
        "is_too_large": False,
    }


def _digest(units: list[list[Token]], spelling: str) -> str:
    """Of the units in any order."""
    digests = []
    for unit in units:
        digest = hashlib.sha256()
        for token in unit:
            spelled: str = getattr(token, spelling)
            digest.update(spelled.encode("utf-8", "surrogatepass") + b"\0")
        digests.append(digest.digest())
    return hashlib.sha256(b"".join(sorted(digests))).hexdigest()


def _limit(what: int, most: int, *, hard: bool = True) -> None:
    _, highest = resource.getrlimit(what)
    if highest != resource.RLIM_INFINITY:
        most = min(most, highest)
    resource.setrlimit(what, (most, most if hard else highest))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
