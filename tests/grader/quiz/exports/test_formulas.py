import pytest

from grader.quiz.exports.formulas import MATHML, NoFormula, mathml, words


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"\sqrt{d/h}", "\u221a(d/h)"),
        (r"\frac{a + b}{\sqrt{d_h}}", "(a + b)/\u221ad_h"),
        (r"T \times d", "T \u00d7 d"),
        (r"-\infty", "\u2212\u221e"),
        (r"\Pr(y_1, y_2 \mid x)", "Pr(y_1, y_2 \u2223 x)"),
        (r"x_{i+1}^2", "x_(i + 1)^2"),
        (r"\text{loss} = 3.5", "loss = 3.5"),
    ],
)
def test_a_formula_has_words_for_a_menu(latex, text):
    assert words(latex) == text


def test_a_formula_becomes_mathml():
    formula = mathml(r"\frac{a}{b}", block=True)
    assert formula.tag == f"{{{MATHML}}}math"
    assert formula.get("display") == "block"
    assert formula.find(f".//{{{MATHML}}}mfrac") is not None


@pytest.mark.parametrize("latex", [r"\nosuchcommand{x}", r"\left( x", "{"])
def test_a_formula_that_is_not_understood_is_none(latex):
    with pytest.raises(NoFormula):
        mathml(latex)
