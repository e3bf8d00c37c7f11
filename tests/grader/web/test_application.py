"""All pages stand behind one guard."""

import pytest
from starlette.routing import Route

from grader.web.application import ROUTES


def test_the_start_is_for_those_who_are_signed_in(browser):
    away = browser().get("/")
    assert (away.status_code, away.headers["location"]) == (303, "/login")
    inside = browser("ada").get("/")
    assert inside.status_code == 200
    assert "Arithmetic on arrays" in inside.text
    assert "Ada Adams" in inside.text


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.path} {sorted(route.methods)}")
def test_every_route_says_whom_it_is_for(route):
    assert isinstance(route, Route)
    assert route.endpoint.role in (None, "student", "grader", "owner")


@pytest.mark.parametrize("path", ["/login", "/", "/nowhere", "/static/x/nothing.css", "/health"])
def test_every_answer_has_the_headers(browser, path):
    headers = browser().get(path).headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"


def test_health_says_ok_to_everybody(browser):
    queue = {"waiting": 0, "running": 0, "failed": 0}
    said = {"status": "ok", "queue": queue, "waits_seconds": 0}
    assert browser().get("/health").json() == said


def test_what_is_not_there_has_a_page_of_its_own(browser):
    answer = browser().get("/nowhere")
    assert answer.status_code == 404
    assert "There is no such page" in answer.text
