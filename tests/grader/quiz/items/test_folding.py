"""Which short texts are the same answer, and which only look alike."""

import pytest

from grader.quiz.items.folding import folded

FOLD = ("case", "space", "punctuation")


def are_same(one, other):
    return folded(one, FOLD) == folded(other, FOLD)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("top-k", "Top K"),
        ("top_k", "top-k"),
        ("GPT-2", "gpt 2"),
        ("pre\N{EN DASH}norm", "pre norm"),
        ("(B, T, V)", "b t v"),
        ("residual\N{ZERO WIDTH SPACE} connection", "residual-connection"),
        ("resi\N{SOFT HYPHEN}dual", "residual"),
        ("d / h", "d/h"),
        ("(d/h)", "d/h"),
        ("d/h.", "d/h"),
        ("T**2", "T²"),
        ("T^{2}", "T²"),
        ("10⁻²", "10^-2"),
        ("d·h", "d * h"),
        ("k \N{EN DASH} 1", "k-1"),
        ("\N{MINUS SIGN}log p", "-log p"),
        ("softmax(QKᵀ)", "softmax(QK^T)"),
    ],
)
def test_the_same_answer_in_other_characters(one, other):
    assert are_same(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("d-h", "d/h"),
        ("d*h", "d/h"),
        ("k-1", "k 1"),
        ("T2", "T²"),
        ("O(T2)", "O(T²)"),
        ("-log p", "log p"),
        ("-inf", "inf"),
        ("50%", "50"),
        ("C#", "C"),
        ("(a+b)/2", "a+b/2"),
        ("(a+b)/(c+d)", "a+b)/(c+d"),
    ],
)
def test_a_sign_makes_another_answer(one, other):
    assert not are_same(one, other)


def test_without_any_fold_only_what_is_invisible_may_differ():
    assert folded("d/h\N{ZERO WIDTH SPACE} ", ()) == folded("d/h", ())
    assert folded("d / h", ()) != folded("d/h", ())
