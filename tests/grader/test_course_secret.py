"""A secret is made, kept, and stretched where it could be guessed."""

import os
import stat

import pytest

from grader.batch.grading_here import grade_here
from grader.course_secret import is_random, kept_secret, new_secret, stretched
from grader.errors import CourseError, GraderFault
from grader.records import Submission
from grader.settings import Course, load_assignment

GUESSED = (
    "s",
    "abc",
    "autumn 2026",
    "correct horse battery staple, and more words",
    "0" * 64,
)


def test_a_new_secret_has_128_bits_of_chance():
    made = {new_secret() for _ in range(50)}
    assert len(made) == 50
    assert {len(bytes.fromhex(secret)) for secret in made} == {16}
    assert all(map(is_random, made))


@pytest.mark.parametrize("secret", GUESSED)
def test_what_a_person_could_think_of_is_stretched(secret):
    assert not is_random(secret)
    assert stretched(secret) != secret
    assert is_random(stretched(secret))


def test_a_random_secret_is_as_it_is_and_so_is_none():
    secret = new_secret()
    for each in (secret, secret.upper(), ""):
        assert stretched(each) == each


def test_equal_secrets_stretch_to_the_same_on_every_machine():
    assert stretched("abc") == "67c73656385e6e02f876c59383eb1e28"


def test_a_guess_costs_a_hundred_megabytes():
    """That it takes long is a matter of the machine; that it takes memory is not."""
    from grader import course_secret

    assert 128 * course_secret._COST * course_secret._BLOCK >= 100 << 20


def test_reports_and_hidden_inputs_follow_from_what_was_stretched(small):
    reports = []
    source = "def double(x):\n    raise ValueError(f'sum {x.sum()}')\n"
    submission = Submission(name="s", cells=(("submission.py", source),), modules={}, digest="d")
    for secret in ("abc", stretched("abc"), "abd"):
        grade_here(
            [submission],
            assignment=load_assignment(small),
            course=Course(secret=secret),
            emit=reports.append,
            with_torch=False,
            require_level="none",
        )
    plain, already, other = reports
    assert plain.key == already.key != other.key
    assert plain.stages == already.stages != other.stages


def test_a_secret_is_made_once_and_kept(tmp_path):
    path = tmp_path / "course-secret"
    secret = kept_secret(path)
    assert len(secret) == 32
    assert kept_secret(path) == secret
    assert os.listdir(tmp_path) == ["course-secret"]
    assert kept_secret(tmp_path / "other") != secret


def test_only_the_owner_may_read_the_secret(tmp_path):
    before = os.umask(0)
    try:
        kept_secret(tmp_path / "course-secret")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "course-secret").stat().st_mode) == 0o600


def test_an_empty_secret_is_refused(tmp_path):
    path = tmp_path / "course-secret"
    path.write_text("\n")
    with pytest.raises(CourseError, match="holds no secret"):
        kept_secret(path)


def test_a_secret_that_finds_no_room_is_one_sentence_and_leaves_nothing(tmp_path, most_bytes):
    with most_bytes(10), pytest.raises(GraderFault, match=r"course-secret: cannot be written \("):
        kept_secret(tmp_path / "course-secret")
    assert os.listdir(tmp_path) == []
