"""A body that is too large or too slow ends with a sentence."""

import asyncio
import json

import pytest

from grader.web.application import application
from grader.web.guard.bodies import BodyGuard
from grader.web.site import SiteLimits

LIMITS = SiteLimits(upload_bytes=1000, body_seconds=0.05)


def test_a_body_that_says_it_is_too_large_is_refused(browser):
    answer = browser().post("/code/arithmetic/", content=b"x" * (22 << 20))
    assert answer.status_code == 413
    assert "at most 21 MB" in answer.text


def test_the_doors_take_nothing_large(browser):
    answer = browser().post("/login", content=b"x" * (2 << 20))
    assert answer.status_code == 413
    assert "at most 1 MB" in answer.text


def test_a_body_that_does_not_say_how_large_it_is_is_counted(browser):
    headers = {"content-type": "application/x-www-form-urlencoded"}
    pieces = (b"x" * (1 << 20) for _ in range(3))
    assert browser().post("/login", content=pieces, headers=headers).status_code == 413


@pytest.mark.parametrize("limits", [LIMITS])
def test_a_body_that_does_not_come_ends(limits):
    async def reads_all(scope, receive, send):
        while (await receive()).get("more_body"):
            pass

    async def never():
        await asyncio.Event().wait()

    sent = []

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "POST", "headers": [], "path": "/"}
    asyncio.run(BodyGuard(reads_all, limits=limits)(scope, never, send))
    assert sent[0]["status"] == 408


def test_a_client_that_goes_away_in_the_middle_is_no_fault_of_ours(site):
    said, sent = [], []
    scope = {
        **{"type": "http", "method": "POST", "path": "/login", "raw_path": b"/login"},
        **{"query_string": b"", "scheme": "http", "root_path": ""},
        "headers": [(b"content-type", b"application/x-www-form-urlencoded")],
    }

    async def receive():
        return {"type": "http.disconnect"}

    async def send(message):
        sent.append(message)

    asyncio.run(application(site, log=said.append)(scope, receive, send))
    assert sent == []
    assert [json.loads(line)["event"] for line in said] == ["request"]
