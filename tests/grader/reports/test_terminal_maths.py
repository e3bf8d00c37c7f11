import pytest

from grader.reports.terminal_maths import plain_maths


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"\Pr(\cdot \mid x, y_{<i})", "Pr(· | x, y_<i)"),
        (r"\sqrt{d/h}", "√(d/h)"),
        (r"\sqrt 4 = 2", "√4 = 2"),
        (r"\frac{QK^{T}}{\sqrt{d}}", "(QK^T)/(√(d))"),
        (r"T \times d", "T × d"),  # noqa: RUF001 - the sign is meant
        (r"x_{t + 1}", "x_(t + 1)"),
        (r"y_{i-1}", "y_(i-1)"),
        (r"u = x + \mathrm{Attention}(x)", "u = x + Attention(x)"),
        (r"\{a\}", "{a}"),
        (r"\log p", "log p"),
    ],
)
def test_simple_maths_becomes_text(latex, text):
    assert plain_maths(latex) == text
