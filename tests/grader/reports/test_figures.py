from xml.etree import ElementTree

import pytest

from grader.reports.figures import attention_matrix, flow_diagram

SVG = "{http://www.w3.org/2000/svg}"


def drawn(text):
    return ElementTree.fromstring(text)  # noqa: S314 - our own text


def words(picture):
    """The text alternative that `aria-labelledby` names."""
    named = picture.get("aria-labelledby").split()
    by_id = {each.get("id"): each.text for each in picture if each.get("id")}
    return [by_id[name] for name in named]


def test_a_matrix_has_a_cell_for_each_weight_and_says_them_all():
    text = attention_matrix(
        [[1.0, 0.0], [0.25, 0.75]], ["the", "cat"], title="Weights of one head", name="m"
    )
    picture = drawn(text)
    cells = [each for each in picture.iter(f"{SVG}rect") if each.get("class") == "cell"]
    assert [cell.get("fill-opacity") for cell in cells] == ["1.00", "0.00", "0.25", "0.75"]
    assert words(picture) == [
        "Weights of one head",
        "The query at the gives 1.00 to the, 0.00 to cat. "
        "The query at cat gives 0.25 to the, 0.75 to cat.",
    ]


def test_a_flow_says_what_leads_to_what():
    picture = drawn(
        flow_diagram(
            ["Embedding", "Layers", "Output"],
            arrows=["T x d numbers", "hidden states"],
            title="One step",
            name="f",
        )
    )
    assert len(list(picture.iter(f"{SVG}line"))) == 2
    assert words(picture)[1] == (
        "Embedding, which passes on T x d numbers to Layers,"
        " which passes on hidden states to Output."
    )
    plain = drawn(flow_diagram(["A", "B"], title="t", name="g"))
    assert words(plain)[1] == "A, which leads to B."


def test_text_cannot_become_markup():
    picture = drawn(flow_diagram(["<script>", "a & b"], title='"<b>', name="x"))
    assert picture.find(f"{SVG}script") is None
    assert words(picture) == ['"<b>', "<script>, which leads to a & b."]


def test_sizes_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="2 tokens need 2 rows of 2 weights"):
        attention_matrix([[1.0]], ["a", "b"], title="t", name="m")
    with pytest.raises(ValueError, match="3 boxes have 2 arrows, not 1"):
        flow_diagram(["a", "b", "c"], arrows=["x"], title="t", name="m")
