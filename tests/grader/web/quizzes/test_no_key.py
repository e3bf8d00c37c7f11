"""Before an attempt is handed in, nothing that the site sends tells a key.

Two ways to see it: what only a key, feedback or an explanation holds is in no answer of the site;
and two quizzes that differ in nothing but their keys send the same bytes.
"""

import re

import pytest
from starlette.testclient import TestClient

from grader.courses.inviting import invite
from grader.store.accounts_store import Enrolment
from grader.web.application import application
from grader.web.opening import open_site
from tests.grader.web.quizzes.conftest import KINDS, Taker, example, write_bank, write_quiz

COURSE = "{id: llm, name: Models, secret: 0123456789abcdef0123456789abcdef}"

CANARY = "canary"
WORDS = ("explanation", "feedback", "feedback_true", "feedback_false", "model_answer")
LISTS = ("options", "steps", "distractors", "left", "right", "gaps", "near", "wrong", "traps")
NAMES = ("id", "match", "misconception")


def marked(value, key=""):
    """The question with a word that stands nowhere else in all that a taker may not see."""
    if isinstance(value, dict):
        return {name: marked(one, name) for name, one in value.items()}
    if key in ("before", "accepted", "forms", "misconceptions"):
        return [marked_entry(one, key) for one in value]
    if isinstance(value, list):
        return [marked(one, key) for one in value]
    if key in WORDS:
        return f"{CANARY} {value}"
    return (
        f"{CANARY}-{value}".replace(".", "-") if key in NAMES and isinstance(value, str) else value
    )


def marked_entry(value, key):
    if key == "before":
        return [f"{CANARY}-{value[0]}", f"{CANARY}-{value[1]}", f"{CANARY} {value[2]}"]
    return f"{CANARY}-{value}".replace(".", "-") if key == "misconceptions" else f"{CANARY} {value}"


def with_canaries(kind):
    raw = marked(example(kind))
    raw["id"] = f"all.{kind}"
    if kind == "numeric":
        raw |= {"answer": 918273.5, "tolerance": 0.5}
        raw["traps"][0]["value"] = 564738
    if kind == "fill":
        raw["listing"] = raw["listing"].replace("[[pick]]", f"[[{CANARY}-pick]]")
        raw["listing"] = raw["listing"].replace("[[axis]]", f"[[{CANARY}-axis]]")
    if kind == "text":
        for point in raw["rubric"]:
            point["text"] = f"{CANARY} {point['text']}"
    return raw


def whole_attempt(taker):
    """Begin, look at every page, save with and without a script, well and badly; not handed in."""
    taker.begin()
    for place in range(1, len(KINDS) + 1):
        path = taker.question(place)
        page = taker.get(path)
        first = page.form()
        option = page.tree.xpath("//input[@name='answer' and @type!='hidden']/@value")[:1]
        rows = [one for one in first if one[0].startswith("answer")]
        tries = [
            [("answer", option[0] if option else "7")] if len(rows) < 2 else rows,
            [(name, "a" if name.startswith("answer-") else value) for name, value in rows],
            [("answer", "no such thing ,;")],
            [],
        ]
        for fields in tries:
            for headers in ({}, {"Accept": "application/json"}):
                sent = [*fields, ("after", "0"), ("meant", "yes"), ("go", "stay")]
                taker.post(path, sent, **headers)
            taker.get(f"{path}/saved")
        labels = page.tree.xpath("//li[@class='row']/@data-label")
        if labels:
            taker.answer(place, go=f"down-{labels[0]}")
    for path in ("/quizzes/", "/quizzes/week-3/", "/quizzes/week-3/attempts/1/", "/practice/", "/"):
        taker.get(path)


def traffic(taker):
    """All that went over the line, in both directions: addresses, heads and bodies."""
    for answer in taker.traffic:
        request = answer.request
        yield f"{request.method} {request.url}"
        yield answer.text
        yield from (f"{name}: {value}" for name, value in answer.headers.items())


def scripts(taker):
    """The style and the scripts that pages name, and what those name."""
    found = set(re.findall(r'(?:src|href)="(/static/[^"]+)"', "".join(traffic(taker))))
    for address in sorted(found):
        taker.get(address)


@pytest.fixture
def marked_bank(quizzes, course_folder):
    def written(questions, **rules):
        write_bank(course_folder, questions)
        quizzes(minutes=60, attempts=2, **rules)

    return written


@pytest.mark.parametrize("feedback", ["end", "never"])
def test_no_answer_of_the_site_holds_anything_of_a_key(marked_bank, browser, feedback):
    marked_bank([with_canaries(kind) for kind in KINDS], feedback=feedback)
    taker = Taker(browser("ada"))
    whole_attempt(taker)
    scripts(taker)
    sent = list(traffic(taker))
    assert len(sent) > 500
    assert [one for one in sent if CANARY in one.lower() or "918273" in one] == []


def test_the_canaries_are_there_once_marks_are_shown(marked_bank, browser):
    marked_bank([with_canaries(kind) for kind in KINDS])
    taker = Taker(browser("ada"))
    whole_attempt(taker)
    taker.hand_in()
    review = taker.get("/quizzes/week-3/attempts/1/").text
    assert review.count(CANARY) >= len(KINDS)
    assert "918273.5" in review


def other_options(raw):
    for option in raw["options"]:
        option["correct"] = not option.pop("correct", False)
        option.pop("misconception", None)


def other_pairs(raw):
    for left, match in zip(raw["left"], ("one", "v"), strict=True):
        left |= {"match": match, "wrong": []}


# What makes another key of each kind, and leaves all that a taker may see.
TURNS = {
    "choice": other_options,
    "choices": other_options,
    "true_false": lambda raw: raw.update(answer=not raw["answer"]),
    "numeric": lambda raw: raw.update(answer=1),
    "short": lambda raw: raw.update(accepted=["nothing"]),
    "text": lambda raw: raw.update(model_answer="Nothing."),
    "ordering": lambda raw: raw.update(before=[["logits", "select", "that is another key"]]),
    "matching": other_pairs,
    "fill": lambda raw: other_options(raw["gaps"][1]),
}


def turned(kind):
    raw = example(kind)
    TURNS[kind](raw)
    return raw


def sent_by_site_with(questions, folder, clock):
    """All traffic of an attempt at a quiz with these questions, in a site of its own."""
    folder.mkdir()
    (folder / "course.yaml").write_text(COURSE)
    write_bank(folder, questions)
    write_quiz(folder, minutes=60)
    site = open_site(folder, clock=clock)
    ada = site.accounts.enrol(Enrolment(person="ada", role="student"))
    with TestClient(application(site), follow_redirects=False) as client:
        client.post(invite(site.accounts, [ada], address="", at=clock(), days=1)["ada"])
        taker = Taker(client)
        whole_attempt(taker)
    site.store.close()
    return list(traffic(taker))


def test_two_quizzes_that_differ_in_nothing_but_their_keys_send_the_same(tmp_path, clock):
    one = sent_by_site_with([example(kind) for kind in KINDS], tmp_path / "one", clock)
    other = sent_by_site_with([turned(kind) for kind in KINDS], tmp_path / "other", clock)
    assert len(one) > 500
    assert one == other
