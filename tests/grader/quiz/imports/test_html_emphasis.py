import pytest

from grader.quiz.imports.markdown_text import from_html


@pytest.mark.parametrize(
    ("html", "markdown", "said"),
    [
        ("a <u>b</u>", "a **b**", ["underlined words are bold now"]),
        ('<span style="text-decoration: underline">b</span>', "**b**",
         ["underlined words are bold now"]),
        ("a <del>b</del>", "a b", ["lost: that words are struck out"]),
        ('<span style="color: #c00">b</span> c', "b c", ["lost: the colour of words"]),
        ("<font color=red>b</font> c", "b c", ["lost: the colour of words"]),
        ("<mark>b</mark> c", "b c", ["lost: the colour of words"]),
        ('<span style="font-weight: bold">b</span> c', "**b** c", []),
        ('<span style="color: rgb(0, 0, 0)">b</span> c', "b c", []),
        ("<u></u>b", "b", []),
        ("<b>a</b><strong>b</strong>", "**ab**", []),
        ('<table><tr><th colspan="2">a</th></tr><tr><td>b</td><td>c</td></tr></table>', None,
         ["lost: that cells of a table are merged"]),
    ],
)  # fmt: skip
def test_emphasis_is_kept_or_said_to_be_lost(html, markdown, said):
    notes = []
    text = from_html(html, notes.append)
    assert notes == said
    assert markdown in (None, text)
