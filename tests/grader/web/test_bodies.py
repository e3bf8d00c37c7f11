"""A body that is too large or too slow ends with a sentence."""

import asyncio
import json
from dataclasses import replace

from grader.web.application import application

SCOPE = {
    **{"type": "http", "method": "POST", "path": "/login", "raw_path": b"/login"},
    **{"query_string": b"", "scheme": "http", "root_path": ""},
    "headers": [(b"content-type", b"application/x-www-form-urlencoded")],
}


def test_a_body_that_says_it_is_too_large_is_refused(browser):
    answer = browser().post("/code/arithmetic/", content=b"x" * (22 << 20))
    assert answer.status_code == 413
    assert "at most 21 MB" in answer.text
    assert "<h1>This is too large</h1>" in answer.text


def test_the_doors_take_nothing_large(browser):
    answer = browser().post("/login", content=b"x" * (2 << 20))
    assert answer.status_code == 413
    assert "at most 1 MB" in answer.text


def test_a_body_that_does_not_say_how_large_it_is_is_counted(browser):
    headers = {"content-type": "application/x-www-form-urlencoded"}
    pieces = (b"x" * (1 << 20) for _ in range(3))
    assert browser().post("/login", content=pieces, headers=headers).status_code == 413


def test_a_body_that_does_not_come_ends(site):
    async def never():
        await asyncio.Event().wait()

    sent = []

    async def send(message):
        sent.append(message)

    slow = replace(site, limits=replace(site.limits, body_seconds=0.05))
    asyncio.run(application(slow)(dict(SCOPE), never, send))
    assert sent[0]["status"] == 408
    assert b"This came too slowly" in sent[1]["body"]


def test_a_client_that_goes_away_in_the_middle_is_no_fault_of_ours(site):
    said, sent = [], []

    async def receive():
        return {"type": "http.disconnect"}

    async def send(message):
        sent.append(message)

    asyncio.run(application(site, log=said.append)(dict(SCOPE), receive, send))
    assert sent == []
    assert [json.loads(line)["event"] for line in said] == ["request"]
