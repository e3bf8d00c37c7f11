import pytest

from grader.quiz.imports.gift_text import blocks, hidden, shown


def texts(text):
    return [block for _, block in blocks(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("::A::a{T}\n::B::b{F}", ["::A::a{T}", "::B::b{F}"]),
        ("a{T}\n// the next\nb{F}", ["a{T}", "// the next\nb{F}"]),
        ("a{\n=x\n\n~y\n}\n\nb{T}", ["a{\n=x\n~y\n}", "b{T}"]),
        ("a{\n=x\n\n::B::b{T}", ["a{\n=x", "::B::b{T}"]),
        ("a{ =x\n\nb{T}", ["a{ =x", "b{T}"]),
        ("a{T}\n$CATEGORY: x\nb{F}", ["a{T}", "$CATEGORY: x", "b{F}"]),
        ("a{T}\r\n\r\nb{F}\r\r", ["a{T}", "b{F}"]),
        ("// only words", []),
    ],
)
def test_a_file_falls_into_questions(text, found):
    assert texts(text) == found


def test_a_question_knows_its_first_line():
    assert [line for line, _ in blocks("\na{T}\n\n\n::B::b{\n\n=c\n}\n::D::d{T}")] == [2, 5, 9]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (r"\(\frac{a}{b}\)", r"\(\frac{a}{b}\)"),
        (r"\\(\\frac\{a\}\{b\}\\)", r"\(\frac{a}{b}\)"),
        (r"$$x_{1} = 2$$", "$$x_{1} = 2$$"),
        (r"$\sqrt{d}$", r"$\sqrt{d}$"),
        (r"\(a \neq b\)", r"\(a \neq b\)"),
        (r"\\[a\nb\\]", "\\[a\nb\\]"),
        (r"a \= b\nc", "a = b\nc"),
    ],
)
def test_formulas_and_escapes_mean_what_was_meant(written, meant):
    out_of_sight = hidden(written)
    assert not set(out_of_sight) & set("{}=~#:")
    assert shown(out_of_sight) == meant


@pytest.mark.parametrize("text", ["costs $5 {=x ~y} or $6", "$$ {T} $$", "is \\(x{=a}\\) it"])
def test_braces_of_an_answer_are_no_formula(text):
    assert "{" in hidden(text)
