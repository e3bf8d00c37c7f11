import pytest

from grader.errors import CourseError
from grader.quiz.bank.topics import load_topic
from grader.quiz.marking.answers import AnswersError, read_answers, responses


@pytest.fixture
def read(bank_folder, tmp_path):
    def read(answers):
        path = tmp_path / "answers.yaml"
        path.write_text(f"topic: sample\nstudent: ada\nanswers:\n{answers}\n")
        file = read_answers(path)
        return responses(file, load_topic(bank_folder, "sample"), at="answers.yaml")

    return read


def test_answers_name_parts_by_id(read):
    assert read(
        """
  sample.shape: last
  sample.greedy: [cold, one]
  sample.encoder: false
  sample.loss: 3.912
  sample.chain: [softmax, logits, select]
  sample.why: |
    There is one sequence.
"""
    ) == {
        "sample.shape": ("last",),
        "sample.greedy": ("one", "cold"),
        "sample.encoder": "false",
        "sample.loss": "3.912",
        "sample.chain": ("softmax", "logits", "select"),
        "sample.why": "There is one sequence.",
    }


@pytest.mark.parametrize("empty", ["", "null", "''", "[]"])
def test_an_empty_answer_is_no_answer(read, empty):
    assert read(f"  sample.shape: {empty}\n  sample.loss: 1") == {"sample.loss": "1"}


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("sample.shap: last", "there is no question 'sample.shap' in topic 'sample'\n"
                              "  Did you mean 'sample.shape'?"),
        ("shape: last", "Did you mean 'sample.shape'?"),
        ("sample.shape: lost", "answers.yaml#sample.shape: there is no option 'lost'. "
                               "Did you mean 'last'?\n  Write the id of one option."),
        ("sample.shape: [all, last]", "choose one"),
        ("sample.loss: many", "'many' is not a number\n  Write a number."),
        ("sample.encoder: maybe", "'maybe' is not true or false"),
        ("sample.chain: [logits, logits]", "the step 'logits' stands twice"),
        ("sample.chain: logits", "is not a list of step ids"),
        ("sample.why: [a]", "is not a text"),
        ("sample.loss: false", "False is not a number"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_one_clear_error(read, line, says):
    with pytest.raises(AnswersError) as caught:
        read(f"  {line}")
    assert says in str(caught.value)
    assert caught.value.exit_code == 2


def test_a_misspelt_key_of_the_file_is_an_error(tmp_path):
    path = tmp_path / "answers.yaml"
    path.write_text("topic: sample\nanswer: {}\n")
    with pytest.raises(CourseError, match="Did you mean 'answers'"):
        read_answers(path)
