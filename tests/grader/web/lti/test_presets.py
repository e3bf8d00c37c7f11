"""Little has to be copied of the platforms that many have, and what is missing is said."""

import pytest

from grader.cli.lti import KINDS as TYPED_KINDS
from grader.errors import CourseError
from grader.web.lti.presets import KINDS, Registration, platform_of


def registered(kind, **more):
    return platform_of(Registration(kind=kind, client_id="10", deployments=("1", "1 "), **more))


def test_the_command_has_the_kinds_that_are_known():
    assert TYPED_KINDS == KINDS


@pytest.mark.parametrize("url", ["", "https://school.instructure.com/"])
def test_schools_at_instructure_have_one_issuer(url):
    canvas = registered("canvas", url=url)
    assert canvas.issuer == "https://canvas.instructure.com"
    assert canvas.keys_url == "https://sso.canvaslms.com/api/lti/security/jwks"
    assert canvas.deployments == ("1",)
    assert canvas.name == "Canvas"


def test_a_canvas_of_ones_own_is_its_own_issuer():
    canvas = registered("canvas", url="https://canvas.school.example")
    assert canvas.issuer == "https://canvas.school.example"
    assert canvas.token_url == "https://canvas.school.example/login/oauth2/token"


def test_moodle_follows_from_its_address():
    moodle = registered("moodle", url="https://moodle.school.example/")
    assert moodle.issuer == "https://moodle.school.example"
    assert moodle.login_url == "https://moodle.school.example/mod/lti/auth.php"


def test_brightspace_wants_an_audience_of_its_own():
    brightspace = registered("brightspace", url="https://school.brightspace.com")
    assert brightspace.token_audience == "https://api.brightspace.com/auth/token"
    assert brightspace.token_url == "https://auth.brightspace.com/core/connect/token"


def test_what_is_typed_goes_before_what_is_known():
    assert registered("canvas", keys_url="https://x.example/k").keys_url == "https://x.example/k"


@pytest.mark.parametrize(
    ("kind", "more", "said"),
    [
        ("moodle", {}, "Add `--url`, the address of your platform"),
        ("other", {"issuer": "https://x.example"}, "Add --login-url"),
        ("canvas", {"keys_url": "http://x.example/k"}, "'http://x.example/k' is no https address"),
        ("canvas", {"keys_url": "https://a@x.example"}, "no https address"),
        ("moodle", {"url": "moodle.school.example"}, "no https address"),
    ],
)
def test_what_is_missing_or_wrong_is_said(kind, more, said):
    with pytest.raises(CourseError) as refused:
        registered(kind, **more)
    assert said in str(refused.value)


def test_a_registration_without_a_client_id_is_refused():
    with pytest.raises(CourseError, match="client id is missing"):
        platform_of(Registration(kind="canvas", client_id=" "))
