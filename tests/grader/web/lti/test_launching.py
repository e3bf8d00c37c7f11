"""A launch is believed once, from the browser that began it, and from the platform alone."""

import base64
import hmac
import json

import pytest
from joserfc import jws
from joserfc.errors import SecurityWarning
from joserfc.jwk import RSAKey

from grader.web.lti.launching import begin_launch, finish_launch
from grader.web.lti.platform_keys import PlatformKeys
from grader.web.lti.refusal import CookieMissing, LaunchRefused
from tests.grader.web.lti.conftest import registration_of
from tests.grader.web.lti.small_platform import LTI

LAUNCH_URL = "https://grader.example/lti/launch"


def encoded(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def claims_in(token):
    return json.loads(jws.extract_compact(token.encode()).payload)


@pytest.fixture
def keys(platform, clock):
    return PlatformKeys(platform.http(), clock=clock)


@pytest.fixture
def begun(store, platform, registered, clock):
    return begin_launch(platform.login(), store=store, launch_url=LAUNCH_URL, at=clock())


@pytest.fixture
def finish(store, keys, begun, clock):
    def finished(form, cookie=None):
        cookie = begun.state if cookie is None else cookie
        return finish_launch(form, cookie=cookie, store=store, keys=keys, at=clock())

    return finished


@pytest.fixture
def form(platform, begun, clock):
    """Makes the form that the platform sends, with some claims changed."""

    def made(**more):
        where, sent = platform.answer(begun.url, at=clock(), **more)
        assert where == LAUNCH_URL
        return sent

    return made


@pytest.fixture
def nonce(platform, begun, form):
    return claims_in(form()["id_token"])["nonce"]


def test_a_launch_says_who_comes_and_what_for(finish, form):
    platform, launch = finish(form())
    assert (platform.name, launch.sub, launch.full_name) == ("Small", "sub-ada", "Ada Lovelace")
    assert launch.email == "ada@school.example"
    assert launch.resource_link.id == "link-1"
    assert launch.endpoint.lineitems.endswith("items?type_id=3")


@pytest.mark.parametrize("nothing", [[], ""])
@pytest.mark.parametrize(
    "name",
    ["custom", "lis", "roles", "launch_presentation", "members", "name", "email", "given_name"],
)
def test_a_claim_that_is_empty_is_one_that_is_not_there(finish, form, name, nothing):
    assert finish(form(**{name: nothing}))[1].sub == "sub-ada"


def test_a_launch_is_used_up(finish, form):
    sent = form()
    finish(sent)
    with pytest.raises(LaunchRefused, match="used already"):
        finish(sent)


def test_a_refused_message_uses_the_launch_up_too(finish, form):
    with pytest.raises(LaunchRefused):
        finish(form(deployment_id="other"))
    with pytest.raises(LaunchRefused, match="used already"):
        finish(form())


def test_a_browser_that_keeps_no_cookie_is_told_how_to_go_on(finish, form):
    with pytest.raises(CookieMissing) as refused:
        finish(form(), cookie="")
    assert refused.value.login["login_hint"] == "hint 5"
    finish(form())  # nothing was used up


def test_the_cookie_of_another_launch_does_not_do(finish, form):
    with pytest.raises(LaunchRefused, match="another browser"):
        finish(form(), cookie="x" * 43)


@pytest.mark.parametrize("state", ["", "made up", "é" * 43])
def test_a_state_that_was_never_given_out_is_refused(finish, form, state):
    with pytest.raises(LaunchRefused, match="not begun here"):
        finish(form() | {"state": state}, cookie=state)


def test_a_launch_that_took_too_long_is_refused(finish, form, clock):
    clock.forward(minutes=11)
    with pytest.raises(LaunchRefused, match="longer than 10 minutes"):
        finish(form())


def test_a_flipped_signature_is_refused(finish, form):
    sent = form()
    head, body, signature = sent["id_token"].split(".")
    flipped = ("A" if signature[10] != "A" else "B").join((signature[:10], signature[11:]))
    with pytest.raises(LaunchRefused, match="not signed by Small"):
        finish(sent | {"id_token": f"{head}.{body}.{flipped}"})


def test_changed_claims_are_refused(finish, form):
    sent = form()
    head, _, signature = sent["id_token"].split(".")
    other = encoded(json.dumps(claims_in(sent["id_token"]) | {"sub": "eve"}).encode())
    with pytest.raises(LaunchRefused, match="not signed by Small"):
        finish(sent | {"id_token": f"{head}.{other.decode()}.{signature}"})


@pytest.mark.parametrize("algorithm", ["none", "None", "HS256", "RS512"])
def test_other_algorithms_are_refused(finish, form, platform, nonce, algorithm):
    claims = platform.claims(nonce=nonce)
    parts = [{"alg": algorithm, "kid": platform.key.kid}, claims]
    signed = b".".join(encoded(json.dumps(part).encode()) for part in parts)
    if algorithm == "RS512":
        token = platform.signed(claims, algorithm="RS512")
    elif algorithm == "HS256":  # signed with what everybody knows
        key = platform.key.as_pem(private=False)
        token = (signed + b"." + encoded(hmac.digest(key, signed, "sha256"))).decode()
    else:
        token = f"{signed.decode()}."
    with pytest.raises(LaunchRefused, match="cannot be read"):
        finish(form() | {"id_token": token})


@pytest.mark.parametrize("name", ["jku", "jwk", "x5u"])
def test_a_key_that_the_message_brings_is_never_used(finish, form, platform, nonce, name):
    own = RSAKey.generate_key(2048)
    brought = {"jku": "https://evil.example/keys", "x5u": "https://evil.example/cert"}
    header = {name: {"kty": "RSA", "e": "AQAB", "n": "x"} if name == "jwk" else brought[name]}
    token = platform.signed(platform.claims(nonce=nonce), key=own, header=header)
    with pytest.raises(LaunchRefused, match="not signed by Small"):
        finish(form() | {"id_token": token})
    assert {url for _, url, _, _ in platform.asked} == {platform.keys_url}


@pytest.mark.parametrize(
    ("claims", "said"),
    [
        ({"iss": "https://other.example"}, "'iss'"),
        ({"aud": "other"}, "'aud'"),
        ({"aud": None}, "aud"),
        ({"aud": ["grader-client", "other"]}, "azp"),
        ({"aud": ["grader-client", "other"], "azp": "other"}, "azp"),
        ({"azp": "other"}, "azp"),
        ({"aud": []}, "aud"),
        ({"exp": 1}, "expired"),
        ({"exp": None}, "exp"),
        ({"exp": "tomorrow"}, "'exp'"),
        ({"iat": None}, "iat"),
        ({"iat": 4_000_000_000}, "future"),
        ({"nonce": "of another launch"}, "nonce differs"),
        ({"nonce": None}, "nonce"),
        ({"sub": None}, "sub"),
        ({"sub": 7}, "'sub'"),
        ({"sub": "x" * 301}, "no launch of LTI 1.3"),
        ({"deployment_id": "other"}, "deployment 'other'"),
        ({"deployment_id": None}, "no launch of LTI 1.3"),
        ({"version": "1.1"}, "LTI '1.1'"),
        ({"message_type": "LtiSubmissionReviewRequest"}, "LtiSubmissionReviewRequest"),
        ({"resource_link": None}, "resource_link"),
        ({"resource_link": {"title": "without id"}}, "no launch of LTI 1.3"),
    ],
)
def test_what_a_message_says_of_itself_must_be_right(finish, form, platform, nonce, claims, said):
    own = ("iss", "aud", "exp", "iat", "nonce", "sub", "azp")
    names = {name if name in own else LTI + name: value for name, value in claims.items()}
    sent = form()
    whole = claims_in(sent["id_token"]) | names
    token = platform.signed({name: v for name, v in whole.items() if v is not None})
    with pytest.raises(LaunchRefused, match=said):
        finish(sent | {"id_token": token})


def test_an_audience_of_several_with_ours_as_azp_is_let_in(finish, form):
    finish(form(**{"aud": ["grader-client", "other"], "azp": "grader-client"}))


@pytest.mark.parametrize("token", ["", "x", "a.b", "a.b.c", "....", "é.é.é", "x" * 70_000])
def test_what_is_no_message_is_refused(finish, form, token):
    with pytest.raises(LaunchRefused):
        finish(form() | {"id_token": token})


def test_the_platforms_own_error_is_said(finish, form):
    sent = {"state": form()["state"], "error": "login_required", "error_description": "Who\x1b?"}
    with pytest.raises(LaunchRefused, match=r"Who\\u001b\?"):
        finish(sent)


def test_keys_are_fetched_once_and_anew_for_a_key_that_is_unknown(
    store, platform, registered, keys, clock
):
    def launch():
        begun = begin_launch(platform.login(), store=store, launch_url=LAUNCH_URL, at=clock())
        _, sent = platform.answer(begun.url, at=clock())
        return finish_launch(sent, cookie=begun.state, store=store, keys=keys, at=clock())

    launch()
    launch()
    assert len(platform.asked) == 1
    platform.key = RSAKey.generate_key(2048)
    platform.key.ensure_kid()
    platform.published.insert(0, platform.key)
    clock.forward(minutes=1)
    launch()
    assert len(platform.asked) == 2
    platform.key = RSAKey.generate_key(2048)  # and this one nobody publishes
    platform.key.ensure_kid()
    for _ in range(3):
        with pytest.raises(LaunchRefused, match="does not publish"):
            launch()
    clock.forward(minutes=1)
    with pytest.raises(LaunchRefused, match="does not publish"):
        launch()
    assert len(platform.asked) == 3  # the second time a minute later, and not at each message
    clock.forward(hours=2)
    platform.key = platform.published[0]
    launch()
    assert len(platform.asked) == 4


def test_a_short_key_is_none(platform, finish, form):
    with pytest.warns(SecurityWarning):
        platform.key = RSAKey.generate_key(1024)
    platform.key.ensure_kid()
    sent = form()
    platform.published[:] = [platform.key]
    with pytest.raises(LaunchRefused, match="no key set"):
        finish(sent)


def test_a_platform_that_does_not_answer_is_said(finish, form, platform):
    platform.fails = [503]
    with pytest.raises(LaunchRefused, match=r"keys of Small cannot be had: .*answered 503"):
        finish(form())


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"iss": "https://other.example"}, "'https://other.example'"),
        ({"client_id": "other"}, "'other' is not registered"),
        ({"iss": ""}, "`iss`"),
        ({"login_hint": ""}, "`login_hint`"),
        ({"lti_message_hint": "x" * 9000}, "too long"),
    ],
)
def test_a_launch_that_cannot_be_begun_says_why(store, platform, registered, clock, changed, said):
    with pytest.raises(LaunchRefused, match=said):
        begin_launch(platform.login(**changed), store=store, launch_url=LAUNCH_URL, at=clock())


def test_a_platform_with_two_registrations_must_say_which(store, platform, registered, clock):
    begin = {"store": store, "launch_url": LAUNCH_URL, "at": clock()}
    begin_launch(platform.login(client_id=""), **begin)
    store.register(registration_of(platform, client_id="second"))
    with pytest.raises(LaunchRefused, match="which of its registrations"):
        begin_launch(platform.login(client_id=""), **begin)
