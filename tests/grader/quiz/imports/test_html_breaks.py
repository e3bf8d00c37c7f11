import pytest

from grader.quiz.imports.markdown_text import from_html


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("<p>1<br></p>", "1"),
        ("1<br>", "1"),
        ("<p><br>1</p>", "1"),
        ("<p>1<br><br></p>", "1"),
        ("<p>1<b><br></b></p>", "1"),
        ("<div>1<br></div><div>2</div>", "1\n\n2"),
        ("1<br>2", "1\\\n2"),
        ("<p>1<br/>2<br/></p><p>3</p>", "1\\\n2\n\n3"),
        ("<li>1<br></li>", "- 1"),
        ("<pre>x = 1<br>print(x)<br></pre>", "```\nx = 1\nprint(x)\n```"),
        ("<pre><code>a<br>b</code></pre>", "```\na\nb\n```"),
        ("<h2>a<br>b</h2>", "## a b"),
        ("<table><tr><th>a<br>b</th></tr><tr><td>c</td></tr></table>", "| a b |\n| --- |\n| c |"),
    ],
)
def test_a_break_is_a_line_of_code_a_break_or_nothing(html, markdown):
    assert from_html(html, pytest.fail) == markdown


def test_code_in_a_table_is_in_one_line_and_it_is_said():
    notes = []
    html = "<table><tr><th>a</th></tr><tr><td><pre>x\ny</pre></td></tr></table>"
    assert from_html(html, notes.append) == "| a |\n| --- |\n| `x y` |"
    assert notes == ["lost: the lines of code in a table"]
