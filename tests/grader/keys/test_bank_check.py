import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from grader.errors import CourseError
from grader.keys.bank_check import (
    check_bank,
    check_topic,
    drift,
    merged,
)
from grader.keys.key_outcome import KeyOutcome
from grader.keys.subject_keys import keys_of_bank
from grader.quiz.bank.assents import read_assents
from grader.quiz.bank.stored_results import Stored, StoredResult, Variant, read_stored
from grader.quiz.bank.topics import load, read_topic
from grader.settings import shipped
from reference.decoder.answers import trials

KEYS = keys_of_bank(shipped("questions")).keys


def outcome(**fields):
    result = StoredResult(**{"digest": "d", "kind": "numeric", "ran": "c", "value": 0.25, **fields})
    return KeyOutcome(topic="t", path=Path("t.yaml"), item="t.a", result=result)


def stored(**fields):
    return Stored(reference="r", questions={"t.a": outcome(**fields).result})


@pytest.fixture(scope="module")
def checks():
    return tuple(check_bank(KEYS, shipped("questions")))


def test_every_key_of_the_shipped_bank_holds_as_it_is_stored(checks):
    results = read_stored(shipped("questions"))
    found = {
        each.item: each.problems or drift(each, results)
        for check in checks
        for each in check.outcomes
    }
    assert {name: said for name, said in found.items() if said} == {}
    assert set(results.questions) == set(found)


def test_the_stored_results_are_of_todays_reference():
    assert read_stored(shipped("questions")).reference == keys_of_bank(shipped("questions")).digest


def test_every_question_that_must_be_verified_is(checks):
    verified = {each.item for check in checks for each in check.outcomes}
    for topic in load(shipped("questions")).topics:
        for item in topic.items:
            must = item.kind() in ("numeric", "ordering") or item.purpose != "concept"
            assert item.id in verified or not must or item.kind() == "text", item.id


def test_a_result_as_stored_has_not_drifted():
    assert drift(outcome(), stored()) == ""
    assert drift(outcome(value=0.2500001), stored()) == ""


@pytest.mark.parametrize(
    ("now", "says"),
    [
        ({"digest": "e"}, "the question has changed since its result was stored"),
        ({"ran": "b"}, "c was run for the stored result, and now b is"),
        ({"value": 0.26}, "the stored value is 0.25, and the reference now computes 0.26"),
        ({"value": None}, "the stored value is 0.25"),
        ({"variants": (Variant(seed=3, evidence="x"),)}, "0 variants are stored, and 1 are wanted"),
    ],
)
def test_drift_is_a_sentence(now, says):
    assert drift(outcome(**now), stored()).startswith(says)


def test_other_evidence_is_drift():
    before = stored(variants=(Variant(seed=3, evidence="0.41"),))
    now = outcome(variants=(Variant(seed=3, evidence="0.42"),))
    assert drift(now, before) == "the evidence on seed 3 differs from what is stored"


def test_a_question_without_a_stored_result_has_drifted():
    assert drift(outcome(), Stored(reference="r", questions={})) == "no result is stored"


def test_only_sound_results_are_stored_and_those_of_other_topics_stay():
    before = Stored(
        reference="old",
        questions={name: outcome().result for name in ("t.a", "t.gone", "u.b", "t.red")},
    )
    fresh = outcome(value=0.5)
    red = replace(outcome(), item="t.red", problems=("wrong",))
    after = merged(before, [fresh, red], known=["t.a", "u.b", "t.red"], reference="now")
    assert set(after.questions) == {"t.a", "u.b"}
    assert after.questions["t.a"].value == 0.5
    assert after.reference == "now"


def test_a_kind_that_does_not_fit_and_a_stem_that_gets_no_evidence_are_sentences(question):
    item = question("shape", verify={"kind": "numeric", "claim": "loss_at_the_start"})
    lost = question("loss", stem="Look: {evidence}")
    topic = read_sample(items=(item, lost))
    first, second = check_topic(KEYS, topic).outcomes
    assert first.problems == ("`kind: numeric` is for numeric, not choice",)
    assert second.problems == ("only `kind: diagnosis` gives evidence for {evidence}",)


def read_sample(**fields):
    path = Path(__file__).parents[1] / "quiz" / "sample_bank" / "sample.yaml"
    return replace(read_topic(path).topic, **fields)


def test_the_sample_topic_is_sound(bank_folder):
    [check] = check_bank(KEYS, bank_folder)
    assert [each.problems for each in check.outcomes] == [()] * 3
    assert check.unbacked == 4


def test_a_topic_that_does_not_exist_is_asked_for_by_its_likely_name(bank_folder):
    with pytest.raises(CourseError, match="Did you mean 'sample'"):
        list(check_bank(KEYS, bank_folder, "sampel"))


def test_the_rest_of_the_quiz_imports_no_torch():
    modules = "grader.quiz.bank.lint, grader.quiz.attempt.session"
    code = f"import sys, {modules}; print('torch' in sys.modules)"
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ
    )
    assert ran.stdout == "False\n"


def test_a_result_holds_no_more_than_it_needs():
    assert msgspec.json.encode(outcome(value=None).result) == (
        b'{"digest":"d","kind":"numeric","ran":"c"}'
    )


@pytest.mark.parametrize("topic", ["diagnosis", "diagrams", "kv-cache"])
@pytest.mark.parametrize("stage", ["attention_weights", "generate", "softmax"])
def test_a_reference_that_raises_makes_keys_red_and_nothing_else(topic, stage):
    def broken(*given):
        return [][0]

    path = shipped("questions") / f"{topic}.yaml"
    with trials.replaced(**{stage: broken}):
        outcomes = check_topic(KEYS, read_topic(path, with_evidence=False).topic).outcomes
    said = [problem for each in outcomes for problem in each.problems]
    assert any("raised IndexError" in problem or "breaks off" in problem for problem in said)


def test_exchanged_texts_keep_the_result_and_lose_the_agreement():
    path = shipped("questions") / "kv-cache.yaml"
    topic = read_topic(path, with_evidence=False).topic
    item = topic.item("kv-cache.turned-on")
    first, second, *others = item.options
    swapped = (
        msgspec.structs.replace(first, text=second.text),
        msgspec.structs.replace(second, text=first.text),
        *others,
    )
    changed = msgspec.structs.replace(item, options=swapped)
    [outcome] = check_topic(KEYS, replace(topic, items=(changed,))).outcomes
    assert outcome.is_sound
    lacking = read_assents(shipped("questions")).lacking(item.id, outcome.words)
    assert set(lacking) == {f"option {first.id}", f"option {second.id}"}


def test_the_words_of_the_shipped_bank_are_agreed_to(checks):
    assents = read_assents(shipped("questions"))
    outcomes = [outcome for check in checks for outcome in check.outcomes]
    lacking = {each.item: assents.lacking(each.item, each.words) for each in outcomes}
    assert {name: places for name, places in lacking.items() if places} == {}
    assert set(assents.questions) == set(lacking)
