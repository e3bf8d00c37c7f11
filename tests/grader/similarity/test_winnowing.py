"""What two texts share is found wherever it is long enough."""

import random

from grader.similarity.child.winnowing import RUN, WINDOW, fingerprints


def digests(tokens):
    return {one.digest for one in fingerprints(tokens, range(len(tokens)), first=0)}


def test_nineteen_shared_tokens_are_always_found():
    chance = random.Random(3)
    for _ in range(200):
        shared = [f"s{chance.randrange(9)}" for _ in range(RUN + WINDOW - 1)]
        sides = [
            [f"{side}{n}" for n in range(chance.randrange(30))]
            + shared
            + [f"{side}-{n}" for n in range(30)]
            for side in "ab"
        ]
        assert digests(sides[0]) & digests(sides[1])


def test_fewer_than_a_run_are_never_found():
    shared = [f"s{n}" for n in range(RUN - 1)]
    first, second = ([f"{side}{n}" for n in range(30)] for side in "ab")
    assert not digests(first + shared + first) & digests(second + shared + second)


def test_a_unit_shorter_than_a_run_is_one_fingerprint():
    assert len(digests(["a"] * (RUN - 1))) == 1
    assert digests(["a"] * 3) == set()


def test_a_fingerprint_knows_its_token_and_its_lines():
    lines = [n // 5 for n in range(40)]
    for one in fingerprints([f"t{n}" for n in range(40)], lines, first=100):
        place = one.token - 100
        assert (one.first_line, one.last_line) == (lines[place], lines[place + RUN - 1])
