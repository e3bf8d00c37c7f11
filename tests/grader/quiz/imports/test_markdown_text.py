r"""HTML of strangers as Markdown: what it means stays, what runs is dropped."""

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from grader.quiz.exports.markup import html
from grader.quiz.imports.draft import NotTaken
from grader.quiz.imports.markdown_text import from_html, from_markdown, from_plain

SIGNS = [r"\$5", "~", "|", "[l](https://u.v)", "**g**", "==", "2.", "<b>", "&amp;"]
FORMS = ["a", "b_c", "*d*", "$x_1$", r"$\frac{a_b}{c*d}$", "`e_f`", "1. ", "# ", "- "]
PIECES = st.lists(st.sampled_from(SIGNS + FORMS), max_size=12).map("".join)
BLOCKS = st.lists(
    st.one_of(
        PIECES.map(lambda text: f"a {text}"),
        PIECES.map(lambda text: f"- b {text}\n- c"),
        PIECES.map(lambda text: f"1. d {text}\n2. e"),
        st.just("```text\nh_i $\n\n  j\n```"),
        st.just("| a | b |\n|---|---|\n| $x_1$ | d |"),
        st.just("$$x_1$$"),
    ),
    min_size=1,
    max_size=4,
).map("\n\n".join)


def same(left, right):
    """Whether two texts of HTML look alike: a list with wide gaps is a list."""
    return seen(left) == seen(right)


def seen(markup):
    return " ".join(
        re.sub(r"</?p>|<br />", " ", markup).replace("<", " <").replace(">", "> ").split()
    )


def taken(markup):
    notes = []
    return from_html(markup, notes.append), notes


@settings(max_examples=50, deadline=None)
@given(BLOCKS)
@example("step 2\\. If 3\\) and `4\\.`")
def test_what_is_written_by_us_is_read_again_with_the_same_meaning(source):
    written = html(source)
    assert same(html(taken(written)[0]), written)


@pytest.mark.parametrize(
    ("markup", "markdown"),
    [
        (r"<p>Take \(x_1 &lt; y\).</p>", "Take $x_1 < y$."),
        (r"<p>\[\frac{a}{b}\]</p>", r"$$\frac{a}{b}$$"),
        ("<p>$$a_i$$</p>", "$$a_i$$"),
        ("<p>x<sub>i</sub></p>", "x$_{i}$"),
        ("<p>costs $5 or $6</p>", "costs &#36;5 or &#36;6"),
        ('<pre><code class="language-python">a_b = 1\n</code></pre>', "```python\na_b = 1\n```"),
        ("<p>1. no list</p>", "1\\. no list"),
        ("<p>in step 2. Then</p>", "in step 2. Then"),
        ("<code>$a</code>", "`$a`"),
    ],
)
def test_html_becomes_the_markdown_that_means_the_same(markup, markdown):
    assert taken(markup) == (markdown, [])


def test_a_script_is_dropped_with_all_that_is_in_it_and_it_is_said():
    assert taken("<p>a</p><script>alert(1)</script><style>p{}</style>") == (
        "a",
        ["dropped: <script>", "dropped: <style>"],
    )


@pytest.mark.parametrize("href", ["javascript:alert(1)", "data:text/html,x", "/local"])
def test_a_link_that_is_not_of_the_web_is_text(href):
    assert taken(f'<a href="{href}">l</a>') == ("l", ["lost: a link that is not one of the web"])


def test_attributes_that_run_code_are_gone():
    assert taken('<p onclick="x()" style="y">a</p>')[0] == "a"


def test_an_image_leaves_its_text_alternative():
    assert taken('<p><img src="x.png" alt="a [flow]"></p>') == (
        r"a \[flow\]",
        ["lost: an image (its text alternative is kept)"],
    )


def test_html_that_is_nested_too_deeply_is_refused():
    with pytest.raises(NotTaken, match="nested too deeply"):
        taken("<i>" * 3_000 + "a" + "</i>" * 3_000)


def test_a_text_that_is_too_long_is_refused():
    with pytest.raises(NotTaken, match="characters"):
        taken("a" * 200_001)


@pytest.mark.parametrize(
    ("html_", "markdown", "said"),
    [
        ("<p>f<b>(x)</b>y</p>", "f(x)y", "lost: words in bold or italics, since Markdown"),
        (
            "<table><tr><td><ul><li>a</li></ul></td><td>b</td></tr></table>",
            "a b",
            "lost: the layout of a text",
        ),
    ],
)
def test_layout_that_markdown_cannot_hold_goes_before_a_letter_does(html_, markdown, said):
    text, notes = taken(html_)
    assert " ".join(text.split()) == markdown
    assert len(notes) == 1
    assert notes[0].startswith(said)


def test_plain_text_means_nothing_but_itself():
    assert from_plain("a < b\n*c*\n\nd", print) == "a < b\\\n\\*c\\*\n\nd".replace("<", "\\<")


def test_foreign_markdown_keeps_all_but_the_signs_of_formulas():
    assert from_markdown(r"Take *\(x_1\)* and \[y\].", print) == "Take *$x_1$* and $y$."
