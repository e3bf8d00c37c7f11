"""While the store cannot be used, the site says so; when it is back, everything goes on."""

import asyncio
import json
import shutil

import pytest
from starlette.testclient import TestClient

from grader.store.database import StoreError
from grader.store.jobs_store import JobProgress
from grader.web.application import application
from grader.web.hand_in.board import ProgressBoard


@pytest.mark.parametrize("path", ["/", "/login", "/code/arithmetic/", "/health"])
def test_it_is_not_available_which_is_no_fault_of_the_program(site, browser, path, tmp_path):
    cookies, said = browser("ada").cookies, []
    client = TestClient(application(site, log=said.append), cookies=cookies)
    assert client.get(path).status_code == 200
    store, kept = site.folder / "site.sqlite", tmp_path / "kept"
    shutil.move(store, kept)
    store.mkdir()  # nothing can be opened there
    site.store.engine.dispose()  # nor is anything held open
    answer = client.get(path)
    store.rmdir()
    shutil.move(kept, store)
    assert answer.status_code == 503
    assert [json.loads(line) for line in said if json.loads(line)["event"] == "fault"] == []
    assert client.get(path).status_code == 200


class JobsOfAStoreThatComesBack:
    """What a board reads: nothing the first two times."""

    def __init__(self):
        self.n_reads = 0

    def progress(self, ids):
        self.n_reads += 1
        if self.n_reads < 3:
            raise StoreError("is away")
        known = JobProgress(
            state="done",
            position=0,
            n_waiting=0,
            not_before=None,
            attempt=1,
            reason="",
            event=None,
        )
        return dict.fromkeys(ids, known)


def test_who_watches_a_grading_is_told_when_the_store_is_back():
    async def first():
        async for progress in ProgressBoard(JobsOfAStoreThatComesBack()).watch(7):
            return progress.state

    async def in_time():
        return await asyncio.wait_for(first(), 20)

    assert asyncio.run(in_time()) == "done"
