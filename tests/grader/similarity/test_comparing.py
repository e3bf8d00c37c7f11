"""Pairs in order: copies above what was written apart, and nothing that everybody has."""

import pytest

from grader.settings import find_assignment
from grader.similarity.compared_code import Likeness, Origin
from grader.similarity.comparing import compare
from grader.similarity.gathering import given_prints
from tests.grader.similarity import disguises
from tests.grader.similarity.corpus import copies, measured, sources

TEXTS = sources()
LECTURE = "\n" + disguises.renamed(TEXTS["torch-one-model"])  # longer than what most have of own
APART = {name: text for name, text in TEXTS.items() if name != "torch-one-model"}


@pytest.fixture(scope="module")
def given(reader):
    return given_prints(find_assignment("decoder-generation"), reader)


@pytest.fixture
def class_(code):
    return [code(name, text) for name, text in TEXTS.items()]


def names(pair):
    return {pair.first.name, pair.second.name}


def test_every_disguised_copy_ranks_above_every_independent_pair():
    independent, by_kind = measured()
    assert len(independent) == 55
    for kind, found in by_kind.items():
        assert min(found) > independent[0], kind


def test_copies_in_one_class_rank_first_and_do_not_hide_each_other(code, class_, given):
    copied = "numpy-plain-loops"
    made = [code(what, *texts) for what, texts in copies(copied, TEXTS, 3).items()]
    whole = [text for text in made if "of it" not in text.name]
    family = {copied, *(one.name for one in whole)}
    assert len(family) == 8, "more than a fifth of the class, and more than four"
    found = compare([*class_, *whole], [], given=given)
    first = found.pairs[: 8 * 7 // 2]
    assert all(names(pair) <= family for pair in first)
    assert first[-1].share > 0.5 > 0.1 > found.pairs[len(first)].share


def test_eleven_identical_submissions_are_one_group(code, class_, given):
    eleven = [code(f"same-{n}", TEXTS["torch-einsum"]) for n in range(10)]
    found = compare([*class_, *eleven], [], given=given)
    [same] = found.same
    assert same.likeness == Likeness.BYTES
    assert len(same.members) == 11
    assert found.pairs[0].share == 1


def test_identical_code_is_told_apart_by_how_far_it_is_identical(code, class_, given):
    text = TEXTS["numpy-fused"]
    others = [
        code("comments", "# mine\n" + text),
        code("names", disguises.renamed(text)),
    ]
    found = compare([*class_, *others], [], given=given)
    assert [(same.likeness, {one.name for one in same.members}) for same in found.same] == [
        (Likeness.EXACT, {"numpy-fused", "comments"}),
        (Likeness.PLAIN, {"numpy-fused", "comments", "names"}),
    ]


def test_what_everybody_got_in_a_lecture_is_left_out(code, given):
    class_ = [code(name, text + LECTURE) for name, text in APART.items()]
    apart = compare([code(n, text) for n, text in APART.items()], [], given=given)
    found = compare(class_, [], given=given)
    assert found.class_shares == pytest.approx(apart.class_shares, abs=0.02)


def test_what_few_share_is_not_left_out(code, given):
    few = list(APART)[:3]
    class_ = [code(n, text + (LECTURE if n in few else "")) for n, text in APART.items()]
    found = compare(class_, [], given=given)
    assert {frozenset(names(pair)) for pair in found.pairs[:3]} == {
        frozenset({few[0], few[1]}),
        frozenset({few[0], few[2]}),
        frozenset({few[1], few[2]}),
    }


def test_what_was_given_out_is_left_out_however_few_kept_it(code, given):
    few = list(APART)[:2]
    class_ = [code(n, text + (LECTURE if n in few else "")) for n, text in APART.items()]
    apart = compare([code(n, text) for n, text in APART.items()], [], given=given)
    found = compare(class_, [], given=given | code("lecture", LECTURE).digests)
    assert found.class_shares == pytest.approx(apart.class_shares, abs=0.02)
    old = [code("old", LECTURE, origin=Origin.ARCHIVE, shelf="spring")]
    whole = compare(class_, old, given=given | old[0].digests)
    assert all(pair.second.name != "old" for pair in whole.pairs)


def test_the_untouched_starter_is_alike_to_nobody(code, class_, given):
    starter = find_assignment("decoder-generation").folder / "starter.py"
    found = compare(
        [*class_, code("a", starter.read_text()), code("b", starter.read_text())], [], given=given
    )
    assert {one.name for one in found.without_own} == {"a", "b"}
    assert found.same == ()


def test_a_declared_group_is_no_pair(code, class_, given):
    copy = code("copy", TEXTS["torch-einsum"])
    found = compare([*class_, copy], [], given=given, declared=[{"copy", "torch-einsum"}])
    assert all(names(pair) != {"copy", "torch-einsum"} for pair in found.pairs)
    assert found.same == ()
    assert found.declared == 1
    assert found.class_shares[0] < 0.1


def test_another_term_is_compared_with_and_no_part_of_the_scale(code, class_, given):
    old = [code("old", TEXTS["numpy-fused"], origin=Origin.ARCHIVE, shelf="spring")]
    alone = compare(class_, [], given=given)
    found = compare(class_, old, given=given)
    assert found.pairs[0].second.shown == "old (spring)"
    assert found.pairs[0].share == 1
    assert found.class_shares == alone.class_shares
    assert found.place(found.pairs[0]) == 1


def test_versions_of_one_shipped_text_are_one_line(code, class_, given):
    text = TEXTS["right-numpy"]
    shipped = [
        code(name, version, origin=Origin.SHIPPED, shelf="examples")
        for name, version in (("right", text), ("wrong", text.replace("keepdims=True", "")))
    ]
    found = compare(class_, shipped, given=given)
    beyond = [pair for pair in found.pairs if pair.second.origin == Origin.SHIPPED]
    [of_it] = [pair for pair in beyond if pair.first.name == "right-numpy"]
    assert (of_it.second.name, of_it.also_like) == ("right", 1)


def test_the_scale_has_each_submission_once(class_, given):
    found = compare(class_, [], given=given)
    assert len(found.closest) == len(class_) == found.submissions
    assert found.closest[0] == found.class_shares[0]
