"""QTI 2.1 and 3.0: structure, and what the items give when they are played."""

import os
import zipfile
from io import BytesIO
from itertools import permutations
from pathlib import Path

import pytest
from lxml import etree
from onyx2moodle.parser import parse_item

from grader.quiz.exports.markup import inline_html
from tests.grader.quiz.exports.qti_rules import assert_sound, by_name, tree
from tests.grader.quiz.exports.qti_session import Player, local

SCHEMAS = os.environ.get("GRADER_QTI_SCHEMAS")  # a folder; schemas may not be handed on


@pytest.fixture
def package(export):
    """The files of a package by their names."""

    def run(format_, *items, **options):
        archive = zipfile.ZipFile(BytesIO(export(format_, *items, **options)[0]))
        return {name: archive.read(name) for name in archive.namelist()}

    return run


@pytest.fixture
def item(package):
    return lambda question: tree(package("qti21", question)[f"items/{question.id}.xml"])


@pytest.fixture
def play(item):
    """What an item gives for a response, named by the texts of its choices."""

    def run(question, response):
        root = item(question)
        names = {"".join(c.itertext()): c.get("identifier") for c in by_name(root, "simpleChoice")}
        if isinstance(response, list):
            return Player(root).answer([names[text] for text in response])
        return Player(root).answer(names.get(response, response))

    return run


def test_every_shipped_item_is_sound(shipped_topics, package):
    for topic in shipped_topics:
        files = package("qti21", *topic.items)
        items = [tree(files[f"items/{one.id}.xml"]) for one in topic.items]
        for root in items:
            assert_sound(root)


def test_the_key_of_every_shipped_item_earns_all_points(shipped_topics, package):
    for topic in shipped_topics:
        files = package("qti21", *topic.items)
        for one in topic.items:
            if one.kind() == "text":
                continue
            player = Player(tree(files[f"items/{one.id}.xml"]))
            key = player.key()
            if one.kind() == "numeric":
                key = float(key[0])
            elif one.kind() in ("choice", "true_false", "short"):
                key = key[0]
            elif one.kind() == "fill":
                names = [each.get("identifier") for each in player.all("responseDeclaration")]
                values = [each[0].text for each in player.all("correctResponse")]
                key = dict(zip(names, values, strict=True))
            assert player.answer(key)["SCORE"] == one.points


def test_another_reader_finds_the_same_choices_and_keys(shipped_topics, package, tmp_path):
    for topic in shipped_topics[::3]:
        files = package("qti21", *topic.items)
        for one in topic.items:
            if one.kind() not in ("choice", "choices"):
                continue
            path = tmp_path / "item.xml"
            path.write_bytes(files[f"items/{one.id}.xml"])
            read = parse_item(path)
            (interaction,) = read.interactions
            key = read.response_decls["RESPONSE"].correct_values
            right = {c.html.strip() for c in interaction.choices if c.identifier in key}
            assert interaction.shuffle != one.keep_order
            assert len(interaction.choices) == len(one.options)
            assert {flat(text) for text in right} == {
                flat(inline_html(option.text)) for option in one.options if option.correct
            }
            assert len(read.feedback) == len(one.options) + 1


def flat(markup):
    return " ".join(markup.replace("&quot;", '"').split())


def test_a_choice_gives_points_feedback_and_the_explanation(play, question):
    right = play(question("shape"), "B x T x V")
    wrong = play(question("shape"), "B x V")
    assert (right["SCORE"], wrong["SCORE"]) == (1, 0)
    assert wrong["shown"][-1] == "explanation"
    assert right["shown"] != wrong["shown"]


@pytest.mark.parametrize(
    ("chosen", "points"),
    [
        (["top-k with k = 1", "temperature 0"], 2),
        (["temperature 0"], 1),
        (["temperature 0", "temperature 1"], 0),
        (["temperature 1", "top-p with p = 1"], 0),
    ],
)
def test_several_answers_are_right_minus_wrong_and_never_below_zero(play, question, chosen, points):
    assert play(question("greedy"), chosen)["SCORE"] == points


def test_three_thirds_are_one(play, question):
    options = [
        {"id": f"o{n}", "text": f"T{n}", "correct": n < 3, "feedback": "."} for n in range(4)
    ]
    assert play(question("greedy", options=options, points=1), ["T0", "T1", "T2"])["SCORE"] == 1


@pytest.mark.parametrize(
    ("value", "points", "shown"),
    [(3.912, 1, None), (3.9165, 1, None), (3.918, 0, "OTHER"), (5.65, 0, "TRAP1")],
)
def test_a_number_counts_within_its_tolerance_and_a_trap_has_its_feedback(
    play, question, value, points, shown
):
    outcomes = play(question("loss"), value)
    assert outcomes["SCORE"] == points
    assert outcomes["shown"] == [*([shown] if shown else []), "explanation"]


FLOW = {
    "A": "Encode the text",
    "B": "Look up the token embeddings",
    "C": "Look up the position embeddings",
    "D": "Add both",
    "E": "Run the decoder stack",
    "F": "Compute the logits",
    "G": "Select a token",
}


@pytest.mark.parametrize(
    ("order", "kept"),
    [("ABCDEFG", 7), ("ACBDEFG", 7), ("ABCEDFG", 6), ("GABCDEF", 6), ("GFEDCBA", 0)],
)
def test_an_ordering_counts_the_required_pairs(play, question, order, kept):
    assert play(question("flow"), [FLOW[one] for one in order])["SCORE"] == kept


def test_no_right_order_is_lost(export, question):
    assert not any("orders are right" in what for what in export("qti21", question("flow"))[1])
    assert any("orders are right" in what for what in export("canvas", question("flow"))[1])


def test_an_exact_ordering_takes_every_right_order_and_no_other(play, question):
    before = [["logits", "select", "a"], ["softmax", "select", "b"]]
    exact = question("chain", rule="exact", before=before)
    scores = {
        order: play(exact, list(order))["SCORE"]
        for order in permutations(["Logits", "Softmax", "Selection"])
    }
    right = {order for order, score in scores.items() if score == 3}
    assert right == {("Logits", "Softmax", "Selection"), ("Softmax", "Logits", "Selection")}
    assert {scores[order] for order in scores.keys() - right} == {0}


def test_choices_are_never_written_in_the_order_of_the_key(item, question):
    for name in ("a", "b", "c", "d", "e", "f"):
        root = item(question("chain", id=f"sample.{name}"))
        assert [c.get("identifier") for c in by_name(root, "simpleChoice")] != Player(root).key()


def test_names_of_choices_say_nothing(item, question):
    names = {c.get("identifier") for c in by_name(item(question("chain")), "simpleChoice")}
    assert names == {"S1", "S2", "S3"}


def test_the_rubric_is_for_the_scorer(item, question):
    (rubric,) = by_name(item(question("why")), "rubricBlock")
    assert rubric.get("view") == "scorer"
    assert "Says that there is none." in "".join(rubric.itertext())


def test_the_manifest_names_every_file_once(package, sample):
    files = package("qti21", *sample.items)
    manifest = tree(files.pop("imsmanifest.xml"))
    assert sorted(r.get("href") for r in by_name(manifest, "resource")) == sorted(files)
    known = {r.get("identifier") for r in by_name(manifest, "resource")}
    needed = [d.get("identifierref") for d in by_name(manifest, "dependency")]
    assert len(needed) == len(sample.items)
    assert set(needed) <= known


def test_a_package_knows_no_time_and_no_machine(export, sample):
    archive = zipfile.ZipFile(BytesIO(export("qti21", *sample.items)[0]))
    assert {(m.date_time, m.create_system) for m in archive.infolist()} == {
        ((1980, 1, 1, 0, 0, 0), 3)
    }


def test_the_test_asks_for_the_items_in_their_order(package, sample):
    files = package("qti21", *sample.items)
    refs = by_name(tree(files["tests/sample.xml"]), "assessmentItemRef")
    assert [ref.get("href") for ref in refs] == [f"../items/{one.id}.xml" for one in sample.items]


def test_version_3_has_its_own_names(package, sample):
    files = package("qti30", *sample.items)
    for name, content in files.items():
        if name == "imsmanifest.xml":
            continue
        root = tree(content)
        assert etree.QName(root).namespace == "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
        for element in root.iter():
            assert local(element) == local(element).lower()
            assert all(key == key.lower() for key in element.attrib)
    choice = tree(files["items/sample.shape.xml"])
    assert choice.get("time-dependent") == "false"
    assert by_name(choice, "qti-response-declaration")[0].get("base-type") == "identifier"
    assert by_name(choice, "qti-simple-choice")
    assert by_name(choice, "p")


def test_a_rubric_of_version_3_says_what_it_is_for(package, question):
    root = tree(package("qti30", question("why"))["items/sample.why.xml"])
    (rubric,) = by_name(root, "qti-rubric-block")
    assert (rubric.get("view"), rubric.get("use")) == ("scorer", "scoring")
    assert [local(child) for child in rubric] == ["qti-content-body"]


def test_a_table_is_taken_without_its_style(item, question):
    root = item(question("shape", stem="| a | b |\n|---|--:|\n| 1 | 2 |"))
    assert by_name(root, "table")
    assert_sound(root)


@pytest.mark.skipif(SCHEMAS is None, reason="GRADER_QTI_SCHEMAS names no folder with XML schemas")
@pytest.mark.parametrize(
    ("format_", "schema"), [("qti21", "imsqti_v2p1*.xsd"), ("qti30", "imsqti_asiv3p0*.xsd")]
)
def test_every_shipped_item_fits_the_schema(format_, schema, shipped_topics, package):
    found = sorted(Path(SCHEMAS).rglob(schema))
    if not found:
        pytest.skip(f"there is no {schema} in {SCHEMAS}")
    validator = etree.XMLSchema(etree.parse(found[-1]))
    for topic in shipped_topics:
        for name, content in package(format_, *topic.items).items():
            if name.startswith("items/"):
                validator.assertValid(tree(content))


STRAY = {"id": "train", "text": "Update the weights", "misconception": "a.b", "feedback": "No."}


@pytest.mark.parametrize(
    ("order", "points", "strays"),
    [
        (["Logits", "Softmax", "Selection"], 3, []),
        (["Logits", "Softmax", "Update the weights", "Selection"], 1.5, ["Update the weights"]),
        (["Update the weights"], 0, ["Update the weights"]),
        (["Softmax", "Selection"], 1.5, []),
    ],
)
def test_a_step_that_belongs_nowhere_is_offered_costs_a_pair_and_is_answered(
    item, play, question, order, points, strays
):
    asked = question("chain", distractors=[STRAY])
    outcomes = play(asked, order)
    assert outcomes["SCORE"] == points
    texts = {c.get("identifier"): c.text for c in by_name(item(asked), "simpleChoice")}
    assert [texts.get(name, name) for name in outcomes["shown"]] == [*strays, "explanation"]


def test_an_exact_order_with_a_step_that_belongs_nowhere_earns_nothing(play, question):
    exact = question("chain", rule="exact", distractors=[STRAY])
    assert play(exact, ["Logits", "Softmax", "Selection"])["SCORE"] == 3
    assert play(exact, ["Logits", "Softmax", "Selection", "Update the weights"])["SCORE"] == 0


def test_steps_may_be_left_out_only_where_some_belong_nowhere(item, question):
    (without,) = by_name(item(question("chain")), "orderInteraction")
    (with_,) = by_name(item(question("chain", distractors=[STRAY])), "orderInteraction")
    assert (without.get("minChoices"), without.get("maxChoices")) == (None, None)
    assert (with_.get("minChoices"), with_.get("maxChoices")) == ("1", "4")


def test_the_text_of_an_ordering_stays_true(export, question):
    stem = "Order them. Several orders are right. Some steps belong nowhere."
    _, lost = export("qti21", question("chain", stem=stem, distractors=[STRAY]))
    false = [what for what in lost if "false there" in what]
    assert false == [
        "its text no longer says 'Several orders are right.', which would be false there"
    ]


@pytest.mark.parametrize("name", ["shape", "greedy", "encoder", "loss", "flow"])
def test_without_an_answer_nothing_is_explained(play, question, name):
    empty = [] if name in ("greedy", "flow") else None
    outcomes = play(question(name), empty)
    assert (outcomes["SCORE"], outcomes["shown"]) == (0, [])


def test_each_chosen_option_has_its_feedback(play, question):
    assert len(play(question("greedy"), ["temperature 0", "temperature 1"])["shown"]) == 3


def test_a_tolerance_is_two_bounds_that_every_player_reads(item, question):
    root = item(question("loss"))
    assert not by_name(root, "equal")
    assert by_name(root, "gte")[0][1].text == "3.907"
    assert by_name(root, "lte")[0][1].text == "3.917"


def test_formulas_of_version_3_are_mathml(package, question):
    stem = r"Is $\frac{a}{b} < 1$? See `\(x\)` and $\nosuch$."
    root = tree(package("qti30", question("shape", stem=stem))["items/sample.shape.xml"])
    body = by_name(root, "qti-item-body")[0]
    assert [local(e) for e in body.iter() if local(e) in ("math", "mfrac")] == ["math", "mfrac"]
    annotation = by_name(body, "annotation")[0]
    assert annotation.text == r"\frac{a}{b} < 1"
    annotation.getparent().remove(annotation)
    text = "".join(body.itertext())
    assert r"See \(x\) and \(\nosuch\)." in text
    assert r"\frac" not in text


def test_a_line_in_a_choice_of_version_3_is_one_piece(package, question):
    options = [
        {"id": "a", "text": "The `a` of $b$", "correct": True, "feedback": "."},
        {"id": "b", "text": "plain", "feedback": "."},
        {"id": "c", "text": "one\n\ntwo", "feedback": "."},
    ]
    root = tree(package("qti30", question("shape", options=options))["items/sample.shape.xml"])
    inside = sorted([local(child) for child in c] for c in by_name(root, "qti-simple-choice"))
    assert inside == [[], ["p", "p"], ["span"]]


def test_the_explanation_of_version_3_lies_under_the_other_feedback(package, question):
    root = tree(package("qti30", question("shape"))["items/sample.shape.xml"])
    names = [e.get("identifier") for e in by_name(root, "qti-modal-feedback")]
    assert names == ["explanation", "C1", "C2", "C3"]
