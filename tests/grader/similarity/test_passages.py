"""The lines that two texts share."""

import pytest

from grader.similarity.comparing import compare
from grader.similarity.passages import matched_lines, passages
from tests.grader.similarity import disguises
from tests.grader.similarity.corpus import sources

TEXT = sources()["numpy-plain-loops"]


@pytest.mark.parametrize("change", [disguises.renamed, disguises.reordered, disguises.everything])
def test_each_function_of_a_copy_is_beside_its_own(code, change):
    copy = change(TEXT, 1)
    [pair] = compare([code("first", TEXT), code("second", copy)], [], given=set()).pairs
    first, second = TEXT.split("\n"), copy.split("\n")
    found = passages(pair)
    assert len(found) >= 12
    for passage in found:
        for lines, (start, end) in ((first, passage.first), (second, passage.second)):
            assert "def " not in "".join(lines[start + 1 : end + 1])
    sizes = [passage.prints for passage in found]
    assert sizes == sorted(sizes, reverse=True)


def test_lines_of_one_side_only_are_not_marked(code):
    own = "\n\ndef own(a, b):\n    return {k: [v.x for v in b[k]] for k in a if k not in b.y(2)}\n"
    [pair] = compare([code("first", TEXT), code("second", TEXT + own)], [], given=set()).pairs
    last = TEXT.count("\n")
    assert max(matched_lines(pair.first, pair)) <= last
    assert max(matched_lines(pair.second, pair)) <= last
    assert len(matched_lines(pair.second, pair)) > 80
