"""What readers and players that are not ours make of the whole shipped bank."""

import re
import zipfile
from dataclasses import replace
from decimal import Decimal
from html import unescape
from io import BytesIO

import pytest
from lxml import etree

from grader.quiz.exports import gift, item_parts, paired_parts, qti30
from grader.quiz.exports.export_job import ExportJob
from grader.quiz.exports.markup import inline_html
from grader.quiz.exports.qti_item import BODIES, assessment_item
from grader.quiz.items.item import Rejected
from tests.grader.quiz.exports.node_packages import BROWSERS, installed, program, run
from tests.grader.quiz.exports.qti_rules import tree
from tests.grader.quiz.exports.qti_session import Player

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def packages(tmp_path_factory):
    return installed(tmp_path_factory.mktemp("npm"))


def kept(topics, *without):
    return [
        replace(topic, items=tuple(item for item in topic.items if item.kind() not in without))
        for topic in topics
    ]


KINDS_OF_GIFT = {
    "choice": "MC",
    "choices": "MC",
    "true_false": "TF",
    "numeric": "Numerical",
    "text": "Essay",
    "short": "Short",
    "matching": "Matching",
}


def test_gift_pegjs_reads_the_whole_bank_without_its_orderings(packages, shipped_topics):
    topics = kept(shipped_topics, "ordering", "fill")
    text = gift.write(topics, ExportJob()).decode()
    (found,) = run(packages, "read_gift.cjs", [text])
    assert "refused" not in found, found["refused"]
    read = {one["title"]: one for one in found["questions"] if one["type"] != "Category"}
    items = {item.id: item for topic in topics for item in topic.items}
    assert read.keys() == items.keys()
    for name, item in items.items():
        assert read[name]["type"] == KINDS_OF_GIFT[item.kind()]
        assert_same_answers(read[name], item)


def assert_same_answers(read, item):
    if item.kind() in ("choice", "choices"):
        right = {
            flat(choice["text"]["text"])
            for choice in read["choices"]
            if choice["isCorrect"] or (choice["weight"] or 0) > 0
        }
        assert right == {flat(inline_html(o.text)) for o in item.options if o.correct}
        assert len(read["choices"]) == len(item.options)
    elif item.kind() == "true_false":
        assert read["isTrue"] == item.answer
    elif item.kind() == "numeric":
        number = read["choices"][0]["text"]
        assert number["number"] == item.answer
        width = float(item_parts.width(item))
        assert number.get("range", 0) == pytest.approx(width, rel=1e-6, abs=1e-9)
    elif item.kind() == "matching":
        assert_same_pairs(read, item)


def assert_same_pairs(read, item):
    texts = {part.id: part.text for part in item.right}
    pairs = {
        flat(unescape(one["subquestion"]["text"])): one["subanswer"] for one in read["matchPairs"]
    }
    job = ExportJob()
    menu = paired_parts.menu_texts(item, job)
    assert {*menu} == {*texts}
    for part in item.left:
        assert pairs[flat(unescape(inline_html(part.text)))] == menu[part.match]
    assert len(read["matchPairs"]) == len(item.left) + len(paired_parts.strays(item))


def flat(markup):
    return " ".join(markup.split())


def responses(item):
    """Answers to try: responses of ours, each with what a player of QTI is given for it."""
    job = ExportJob()
    if item.kind() in ("choice", "choices"):
        names = {o.id: f"C{n}" for n, o in enumerate(item_parts.options(item, job), start=1)}
        if item.kind() == "choice":
            return [((one,), name) for one, name in names.items()]
        tried = [[one] for one in names] + [list(item.key()), list(names)]
        tried += [list(item.key())[1:] + [o.id for o in item.options if not o.correct][:1]]
        return [(tuple(one), [names[part] for part in one]) for one in tried if one]
    if item.kind() == "true_false":
        return [(word, word.upper()) for word in ("true", "false")]
    if item.kind() == "numeric":
        return [(text, text) for text in edges(item)]
    if item.kind() == "short":
        return [(form, form) for form in (*item.accepted, *(f for n in item.near for f in n.forms))]
    if item.kind() == "matching":
        return list(matches(item))
    if item.kind() == "fill":
        return list(fillings(item))
    return []


def matches(item):
    """All right, each left item with each right one alone, and all with the same."""
    job = ExportJob()
    left = {p.id: f"L{n}" for n, p in enumerate(paired_parts.left_mixed(item, job), start=1)}
    right = {p.id: f"R{n}" for n, p in enumerate(paired_parts.right_mixed(item, job), start=1)}
    tried = [{part.id: part.match for part in item.left}]
    tried += [{one: other} for one in left for other in right]
    tried += [dict.fromkeys(left, other) for other in right]
    for pairs in tried:
        given = [f"{left[one]} {right[other]}" for one, other in pairs.items()]
        yield item.read(pairs), given


def fillings(item):
    """All right, and each gap with each of its other answers."""
    gaps = [piece for piece in paired_parts.pieces(item) if not isinstance(piece, str)]
    names = {gap.id: f"RESPONSE{n if n > 1 else ''}" for n, gap in enumerate(gaps, start=1)}

    def given(gap, value):
        shown = [option.id for option in paired_parts.shown_options(gap, 0, item.id)]
        return f"{names[gap.id]}_C{shown.index(value) + 1}" if shown else value

    right = {gap.id: gap.key for gap in gaps}
    tried = [right]
    for gap in gaps:
        near = [form for each in gap.near for form in each.forms]
        values = [option.id for option in gap.options] or [*gap.accepted, *near]
        tried += [{**right, gap.id: value} for value in values]
    for answers in tried:
        by_name = {names[gap.id]: given(gap, answers[gap.id]) for gap in gaps}
        yield item.read(answers), by_name


def edges(item):
    """The key, the ends of the tolerance, what lies just outside, and the traps."""
    answer, width = Decimal(str(item.answer)), Decimal(item_parts.decimal(item_parts.width(item)))
    step = Decimal(1).scaleb(min((answer + width).as_tuple().exponent, 0) - 1)
    yield f"{answer:f}"
    for side in (-1, 1):
        yield f"{answer + side * width:f}"
        yield f"{answer + side * (width + step):f}"
    for trap in item.traps:
        yield f"{Decimal(str(trap.value)):f}"


def orders(item):
    """Orders to try, by the names that a player knows."""
    names = {
        p.id: f"S{n}" for n, p in enumerate(item_parts.parts_mixed(item, ExportJob()), start=1)
    }
    key = [names[one] for one in item.key()]
    strays = [names[one.id] for one in item.distractors]
    yield from (key, key[::-1], key[1:], key[1:2] + key[:1] + key[2:])
    if strays:
        yield from ([*key, *strays], strays[:1] + key)


def expected(item, response):
    if item.kind() == "numeric":
        response = item.read_typed(response, seed=0)
        assert not isinstance(response, Rejected)
    return float(item.mark(response).points)


def test_a_player_in_a_browser_gives_the_points_that_we_give(packages, shipped_topics):
    topics = kept(shipped_topics, "text")
    archive = zipfile.ZipFile(BytesIO(qti30.write(topics, ExportJob())))
    plays, wanted = [], []
    for item in (item for topic in topics for item in topic.items):
        tried = responses(item) or [(None, order) for order in orders(item)]
        xml = archive.read(f"items/{item.id}.xml").decode()
        plays.append({"xml": xml, "responses": [given for _, given in tried] + [None]})
        for ours, given in tried:
            points = expected(item, ours) if ours else ordered_points(item, given)
            wanted.append((item, given, points))
        wanted.append((item, None, 0))
    found = run(packages, "play_items.cjs", {"browser": program(*BROWSERS), "items": plays})
    assert len(found) == len(wanted) > 700
    wrong = [
        f"{item.id} {given}: {points} became {outcome['score']}"
        for (item, given, points), outcome in zip(wanted, found, strict=True)
        if outcome["score"] != pytest.approx(points, abs=0.0005)  # it shows three decimals
    ]
    assert wrong == []
    for (item, given, _), outcome in zip(wanted, found, strict=True):
        assert_shown(item, given, outcome)


def ordered_points(item, given):
    """The points of an order, by our own small player of what version 2.1 says."""
    root = assessment_item(item, BODIES["ordering"](item, ExportJob()))
    return Player(tree(etree.tostring(root))).answer(given)["SCORE"]


def assert_shown(item, given, outcome):
    """Formulas are drawn; feedback comes when it is due: after an answer, on what was chosen."""
    where = f"{item.id} {given}"
    assert outcome["before"] == [], where
    assert ("explanation" in outcome["open"]) == (given is not None), where
    assert all(outcome["formulas"]), where
    assert not any(outcome["notes"]), where
    assert not re.search(r"\\[(\[]", re.sub(r"`[^`]*`", "", outcome["text"])), where
    if item.kind() in ("choice", "choices") and given is not None:
        options = {f"C{n}": o for n, o in enumerate(item_parts.options(item, ExportJob()), start=1)}
        said = {
            one for one in ([given] if isinstance(given, str) else given) if options[one].feedback
        }
        assert set(outcome["open"]) - {"explanation"} == said, where
