"""`grader lti` registers platforms, shows them, and sends what has not arrived."""

import pytest

COURSE = "id: llm-26\nname: Transformers\n"


@pytest.fixture
def course(tmp_path):
    (tmp_path / "course.yaml").write_text(COURSE)
    return tmp_path


def test_a_platform_is_registered_shown_and_gets_another_deployment(grader, course):
    none = grader("lti", "list", course)
    assert "No platform is registered: `grader lti add KIND` registers one." in none.stdout
    first = grader("lti", "add", "canvas", course, "--client-id", "10000001")
    assert first.returncode == 0, first.stderr
    assert "Nobody is let in before a deployment is named" in first.stdout
    for deployment in ("12:ab", "13:cd"):
        words = ("--client-id", "10000001", "--deployment", deployment, "--no-enrol")
        grader("lti", "add", "canvas", course, *words)
    shown = grader("lti", "list", course).stdout
    assert "Canvas: https://canvas.instructure.com, client id 10000001" in shown
    assert "deployments: 12:ab, 13:cd" in shown
    assert "learners who are new are refused" in shown
    assert "0 grades of 0 arrived." in shown


def test_what_is_missing_is_one_sentence(grader, course):
    ran = grader("lti", "add", "moodle", course, "--client-id", "x")
    assert ran.returncode == 2
    assert ran.stderr.startswith("error: grader lti add: the issuer is missing\n")
    assert "Traceback" not in ran.stderr


def test_sending_with_nothing_to_send_says_so(grader, course):
    assert grader("lti", "send", course).stdout == "0 grades arrived, 0 did not.\n"
