import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from grader.quiz.exports.markup import html, images, inline_html, plain


def test_a_formula_becomes_what_mathjax_reads():
    assert html("Take $x_1 < y_{<i}$.") == r"<p>Take \(x_1 &lt; y_{&lt;i}\).</p>"


def test_underscores_and_stars_in_a_formula_are_no_emphasis():
    assert "<em>" not in html("$a_i * b_j * c_k$ and $d_i * e_j$")


@pytest.mark.parametrize("source", ["$$\\frac{a}{b}$$", "$$\n\\frac{a}{b}\n$$"])
def test_a_displayed_formula_stands_by_itself(source):
    assert html(source) == r"<p>\[\frac{a}{b}\]</p>"


def test_code_keeps_its_dollars_and_spaces():
    assert html("```text\n  a $1  <b>\n```") == (
        '<pre><code class="language-text">  a $1  &lt;b&gt;\n</code></pre>'
    )


@pytest.mark.parametrize("text", ["<script>x</script>", "<img src=x onerror=y>", "<b>bold</b>"])
def test_html_is_shown_and_not_passed_on(text):
    assert "<" not in inline_html(text).replace("&lt;", "")


def test_a_link_that_runs_code_is_no_link():
    assert "<a" not in html("[l](javascript:alert(1))")


def test_one_paragraph_is_a_line_and_two_are_blocks():
    assert inline_html("a *b*") == "a <em>b</em>"
    assert inline_html("a\n\nb") == "<p>a</p>\n<p>b</p>"


def test_plain_text_has_no_markup():
    assert plain("Take *the* `code` of\n$y_1$.") == "Take the code of y_1."


def test_plain_text_may_have_its_formulas_in_other_words():
    assert plain(r"Take $y_1$ and `\frac`.", str.upper) == r"Take Y_1 and \frac."


def test_images_are_found():
    assert images("![flow](flow.png)") == ("flow.png",)


@given(st.text())
def test_whatever_is_written_the_html_is_well_formed(text):
    etree.fromstring(f"<div>{html(text)}</div>")
