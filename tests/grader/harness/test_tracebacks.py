"""Every line of one's own code on the way to an error, what it came of, and what was changed."""

import pytest

DEEP = """
def double(x):
    return outer(x)
def outer(x):
    try:
        return inner(x)
    except KeyError as error:
        raise ValueError("no") from error
def inner(x):
    return {}["key"]
"""


def test_each_own_line_and_the_cause_are_told(grade_source, right):
    report = grade_source(right + DEEP)
    assert report.stages[1].checks[0].message.splitlines() == [
        "double raised ValueError: no at submission.py:17, in outer: "
        'raise ValueError("no") from error',
        "  called at submission.py:12, in double: return outer(x)",
        "  caused by KeyError: 'key' at submission.py:19, in inner: return {}[\"key\"]",
    ]


def test_what_was_being_handled_is_told_unless_it_was_left_out(grade_source, right):
    handled = DEEP.replace(" from error", "")
    message = grade_source(right + handled).stages[1].checks[0].message
    assert "\n  while handling KeyError: 'key' at submission.py:19" in message
    left_out = DEEP.replace("from error", "from None")
    assert "KeyError" not in grade_source(right + left_out).stages[1].checks[0].message


def test_of_many_calls_some_are_told(grade_source, with_double):
    message = grade_source(with_double("return double(x)")).stages[1].checks[0].message
    assert message.count("called at submission.py:6") == 9
    assert "more calls" in message


def test_a_statement_that_fails_is_told_with_its_cause(grade_source, right):
    source = (
        right + 'try:\n    {}["key"]\nexcept KeyError as error:\n    raise OSError from error\n'
    )
    [note] = grade_source(source).notes
    assert note.startswith("submission.py:10 raised OSError")
    assert "; caused by KeyError: 'key' at submission.py:11" in note


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("x += 1\nreturn x + x - 2", "The argument x was changed in place; the caller still needs"),
        ("y = x + x\nx -= 1\nreturn y", "The argument x was changed in place"),
    ],
)
def test_the_argument_that_was_changed_has_its_name(
    small, grade_source, with_double, source, sentence
):
    check = (
        "import numpy as np\nfrom grader.checks import assert_unchanged, points, stage\n\n"
        "@stage('double')\n@points(3)\ndef test_double(student):\n    '''It is left alone.'''\n"
        "    x = np.ones(3)\n"
        "    assert_unchanged(student.observe('double', x).arguments, [np.ones(3)])\n"
    )
    visible = small / "test_visible.py"
    (small / "hidden" / "test_random.py").unlink()
    others = (
        "from grader.checks import points, stage\n\n@stage('shift')\n@points(2)\n"
        "def test_shift(student):\n    '''A.'''\n\n@stage('both')\n@points(2)\n"
        "def test_both(student):\n    '''B.'''\n"
    )
    visible.write_text(others)
    (small / "test_double.py").write_text(check)
    message = grade_source(with_double(source)).stages[1].checks[0].message
    assert message.startswith(sentence)
