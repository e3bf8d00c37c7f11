"""Requests to platforms go nowhere else, end in time, and take no more than there is room for."""

import httpx2
import pytest

from grader.web.lti.platform_requests import ask, is_safe, new_http_client, shown_url
from grader.web.lti.refusal import ServiceFailed


def http(handle):
    return httpx2.Client(transport=httpx2.MockTransport(handle))


def answering(status=200, **more):
    return http(lambda request: httpx2.Response(status, **more))


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://lms.example/x?y", True),
        ("http://localhost:8080/x", True),
        ("http://lms.example/x", False),
        ("https://ada@lms.example/x", False),
        ("https://", False),
        ("https://lms.example:99999/", False),
        ("https://[::1]:8443/x", True),
        ("https://lms.example; script-src */x", False),
        ("https://lms.example,x/", False),
        ("https://\u5b66\u6821.example/x", False),
        ("file:///etc/passwd", False),
        ("javascript:alert(1)", False),
        ("https://lms.example/\r\nx", False),
        ("", False),
    ],
)
def test_only_addresses_by_tls_are_asked(url, safe):
    assert is_safe(url) == safe
    if not safe:
        with pytest.raises(ServiceFailed, match="no https address"):
            ask(answering(), "GET", url)


def test_no_redirect_is_followed():
    client = new_http_client()
    assert not client.follow_redirects
    client.close()
    moved = answering(302, headers={"location": "https://evil.example/"})
    with pytest.raises(ServiceFailed, match="answered 302"):
        ask(moved, "GET", "https://lms.example/")


def test_more_than_there_is_room_for_is_not_taken():
    with pytest.raises(ServiceFailed, match="more than 8 MB"):
        ask(answering(content=b"x" * (9 << 20)), "GET", "https://lms.example/")


def test_a_platform_that_is_not_there_is_said():
    def fails(request):
        raise httpx2.ConnectError("no route\x1b[2J", request=request)

    with pytest.raises(ServiceFailed) as refused:
        ask(http(fails), "GET", "https://lms.example/x?user=ada")
    assert refused.value.status is None
    assert "\x1b" not in str(refused.value)
    assert "ada" not in str(refused.value)


@pytest.mark.parametrize(
    ("link", "following"),
    [
        ('<https://lms.example/x?page=2>; rel="next"', "https://lms.example/x?page=2"),
        ("<https://lms.example/x?page=2>; rel=next", "https://lms.example/x?page=2"),
        ('</x?page=2>; rel="next"', "https://lms.example/x?page=2"),
        ('<https://lms.example/1>; rel="first", <https://lms.example/2>; rel="next"', ".../2"),
        ('<https://evil.example/x>; rel="next"', None),
        ('<http://lms.example/x>; rel="next"', None),
        ('<https://lms.example/x>; rel="prev"', None),
        ("", None),
    ],
)
def test_the_next_page_is_on_the_same_machine(link, following):
    answer = ask(answering(headers={"link": link}), "GET", "https://lms.example/x")
    if following and following.startswith("..."):
        following = following.replace("...", "https://lms.example")
    assert answer.next_url == following


def test_what_is_no_json_is_said():
    with pytest.raises(ServiceFailed, match="did not answer in JSON"):
        ask(answering(text="<html>"), "GET", "https://lms.example/").json()


def test_a_shown_address_names_nobody():
    assert shown_url("https://lms.example/x?user=ada") == "https://lms.example/x"
