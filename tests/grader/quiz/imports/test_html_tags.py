import pytest

from grader.quiz.imports.html_tags import has_tags, only_tags


@pytest.mark.parametrize(
    "text",
    ["vector<int>", "<pad>", "<s>", "</s>", "<unk> <mask> <bos>", "List<Object>", "a<b and c>d",
     "1 < 2", "<|endoftext|>", "<?php x ?>", "map<string, vector<int>>", "<start-of-turn>",
     "<i don't know>", "<mi>", r"\\(i<p and p>2\\)", "a <b or c> d"],
)  # fmt: skip
def test_what_is_no_element_of_html_stays_as_text(text):
    assert only_tags(text) == text.replace("<", "&lt;")
    assert not has_tags(text)


@pytest.mark.parametrize(
    "html",
    ["<p>a", "<b>a</b>", "a<br>b", "<BR/>", '<p class="a>b">c</p>', "<!-- c -->x", "<o:p></o:p>",
     "<li>a<li>b", "<math><mi>x</mi></math>", "<![CDATA[x]]>", "<h2 id='x'>t</h2>",
     "<td nowrap>x", '<p class="a"id=b >c'],
)  # fmt: skip
def test_tags_of_html_stay_tags(html):
    assert only_tags(html) == html


def test_a_tag_counts_only_with_its_counterpart():
    assert only_tags("<s>a</s> <s>") == "<s>a</s> &lt;s>"
    assert only_tags("<b>a</i></b>") == "<b>a&lt;/i></b>"
