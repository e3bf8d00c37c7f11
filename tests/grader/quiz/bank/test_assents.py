import pytest

from grader.errors import CourseError
from grader.quiz.bank.assents import Assents, Said, assents_bytes, read_assents

WORDS = {
    "stem": Said(text="What happens?", statement="Softmax of a row."),
    "option same": Said(text="It stays.", statement="All probabilities stay."),
}


def test_words_count_once_somebody_has_agreed_to_all_of_them():
    assert Assents().lacking("a", WORDS) == {"stem": None, "option same": None}
    assert Assents().given("a", WORDS).lacking("a", WORDS) == {}


@pytest.mark.parametrize("field", ["text", "statement"])
def test_another_text_or_another_statement_ends_the_agreement_for_its_place_alone(field):
    agreed = Assents().given("a", WORDS)
    before = WORDS["option same"]
    other = {"text": before.text, "statement": before.statement, field: "It does not stay."}
    assert agreed.lacking("a", {**WORDS, "option same": Said(**other)}) == {"option same": before}


def test_two_texts_that_change_places_lack_agreement():
    first, second = WORDS.values()
    swapped = {
        "stem": Said(text=second.text, statement=first.statement),
        "option same": Said(text=first.text, statement=second.statement),
    }
    assert set(Assents().given("a", WORDS).lacking("a", swapped)) == set(WORDS)


def test_a_text_that_is_the_statement_needs_no_agreement():
    said = Said.plain("All probabilities\n  stay.", "All probabilities stay.")
    assert Assents().lacking("a", {"option same": said}) == {}
    assert Assents().given("a", {"option same": said}).questions == {"a": {}}


def test_what_was_agreed_to_is_read_as_it_was_written(tmp_path):
    assert read_assents(tmp_path) == Assents()
    assents = Assents().given("b", WORDS).given("a", WORDS)
    (tmp_path / "assents.json").write_bytes(assents_bytes(assents))
    assert read_assents(tmp_path) == assents
    assert assents_bytes(assents) == assents_bytes(Assents().given("a", WORDS).given("b", WORDS))


def test_a_damaged_file_is_one_sentence(tmp_path):
    (tmp_path / "assents.json").write_text('{"questions": 3}')
    with pytest.raises(CourseError, match="holds no record of what was agreed to"):
        read_assents(tmp_path)
