import shutil

import pytest
import yaml

from grader.keys.mutants import KEY_CHANGES, WORD_CHANGES, mutants
from grader.keys.mutation import Mutation, Share, backed_questions, sampled
from grader.keys.subject_keys import keys_of_bank
from grader.keys.words import words
from grader.quiz.bank.assents import Assents, read_assents
from grader.quiz.bank.topics import questions_as_written, read_item, topic_paths
from grader.settings import shipped
from tests.grader.quiz.conftest import BANK

KEYS = keys_of_bank(shipped("questions")).keys


def all_questions():
    return list(backed_questions(topic_paths(shipped("questions"))))


def shares_of(assents, questions):
    mutation, shares = Mutation(KEYS, assents), {}
    for question in questions:
        assert not mutation.is_noticed(question), question.where
        mutation.count(question, shares)
    return shares


def test_every_change_of_a_sample_of_the_bank_is_noticed():
    questions = sampled(all_questions(), 12)
    shares = shares_of(read_assents(shipped("questions")), questions)
    assert [each for share in shares.values() for each in share.survivors] == []
    assert sum(share.changed for share in shares.values()) > 100


def test_the_bank_holds_a_change_of_every_kind():
    kinds = {mutant.kind for question in all_questions() for mutant in mutants(question.raw)}
    assert kinds == {*KEY_CHANGES, *WORD_CHANGES}


def test_no_change_is_none():
    for question in all_questions():
        for mutant in mutants(question.raw):
            assert mutant.raw != question.raw, f"{question.where}: {mutant.says}"


@pytest.fixture
def own_bank(tmp_path):
    return shutil.copytree(BANK, tmp_path / "questions")


def agreed_to(folder):
    assents = Assents()
    for path in topic_paths(folder):
        for raw in questions_as_written(path):
            item = read_item(raw, at="")
            if item.verify:
                assents = assents.given(item.id, words(KEYS, item, item.verify))
    return assents


def test_every_change_of_a_bank_of_ones_own_is_noticed(own_bank):
    shares = shares_of(agreed_to(own_bank), backed_questions(topic_paths(own_bank)))
    assert [each for share in shares.values() for each in share.survivors] == []
    assert shares["numbers of stems"].changed == 1


def test_an_agreement_to_whatever_is_written_lets_words_through(own_bank):
    class Blind(Assents):
        def lacking(self, item, words):
            return {}

    shares = shares_of(Blind(), backed_questions(topic_paths(own_bank)))
    assert shares["statements negated"].noticed == 0
    assert shares["numeric keys"].survivors == []


def test_a_key_that_may_be_moved_within_its_tolerance_is_noticed_by_its_digits(own_bank):
    path = own_bank / "sample.yaml"
    raw = yaml.safe_load(path.read_text())
    loss = next(each for each in raw["questions"] if each["id"] == "sample.loss")
    changed = [each for each in mutants(loss) if each.kind == "numeric keys"]
    assert {each.raw["answer"] for each in changed} == {3.907, 3.909, 3.915, 3.917, 4.912}


def test_a_sample_is_taken_from_all_of_the_bank():
    numbers = [*range(100)]
    assert sampled(numbers, 4) == [0, 25, 50, 75]
    assert sampled(numbers, None) == sampled(numbers, 200) == numbers


def test_a_share_counts_what_was_noticed():
    assert Share(changed=3, survivors=["one"]).noticed == 2
