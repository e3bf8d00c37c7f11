"""Hostile source costs its own comparison, and nothing else."""

import pytest

from grader.similarity.source_reader import CodePrints, ReadingLimits, SourceReader

GOOD = "def f(x):\n    return [y * 2 + x for y in range(x) if y % 3 == x // 7]\n" * 5
HOSTILE = {
    "open brackets": "(" * 100_000,
    "a deep sum": "x = " + "+".join("1" * 100_000),
    "signs": "x = " + "-" * 100_000 + "1",
    "attributes": "x = a" + ".b" * 50_000,
    "calls": "f" + "()" * 30_000,
    "a thousand branches": "if a: pass\n" + "elif b: x = 1\n" * 20_000,
    "null bytes": "a = 1\0\nb = 2\n" * 50,
    "a number without an end": "x = 0x" + "f" * 1_000_000,
    "a text without an end": 'x = """' + "a\n" * 10_000,
    "half a character": "x = '\ud800'\n",
    "nothing": "",
    "lambdas": "x = " + "lambda:" * 5_000 + "1",
    "broken lines": "a\n?" * 50_000,
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_source_leaves_the_next_one_as_it_is(reader, kind):
    before = reader.read([GOOD])
    assert isinstance(reader.read([HOSTILE[kind]]), CodePrints | str)
    assert reader.read([GOOD]) == before


def test_what_takes_too_long_is_said_not_to_be_compared():
    with SourceReader(ReadingLimits(seconds=1)) as reader:
        why = reader.read(["a\n?" * 900_000])  # each line is parsed alone, for many seconds
        assert why == "reading it takes more memory or time than any homework does"
        assert isinstance(reader.read([GOOD]), CodePrints)


def test_what_takes_too_much_memory_is_said_not_to_be_compared():
    with SourceReader(ReadingLimits(megabytes=64)) as reader:
        why = reader.read([f"x = {'a' * (40 << 20)!r}"])
        assert why == "reading it takes more memory or time than any homework does"
        assert isinstance(reader.read([GOOD]), CodePrints)


def test_code_without_end_is_said_to_be_too_much(reader):
    lines = "\n".join(f"a{n % 7} = b.c{n}(d, {n}) + e[f.g{n}]" for n in range(16_500))
    assert reader.read([lines]) == "it holds more code than is compared"


def test_no_code_is_run(reader, tmp_path):
    reader.read([f"open({str(tmp_path / 'made')!r}, 'w')\n"])
    assert list(tmp_path.iterdir()) == []
