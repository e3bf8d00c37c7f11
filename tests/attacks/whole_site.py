"""The course site as an instructor serves it, to which attackers hand in with a browser.

`grader serve` runs with its worker in processes of its own. What students read of it, page by
page, is kept as files, in the same places as the results of a batch: what is true of one must be
true of the other.
"""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import httpx2

from grader.records import to_json
from grader.web.opening import open_site
from tests.attacks.whole_grader import (
    SECONDS,
    SECRET,
    Run,
    copied_assignment,
    locked,
    marks,
)
from tests.grader.cli.test_serve import free_port
from tests.grader.web.faults.busy_students import let_in

ASSIGNMENT = "decoder-generation"
COURSE = f"""\
id: attacked
name: Attacked
secret: {SECRET}
assignments: [{{id: {ASSIGNMENT}, due: 2099-01-01 12:00 UTC}}]
"""
HERE = f"/code/{ASSIGNMENT}/"
PAGES = ("/", HERE, f"{HERE}attempts/1", f"{HERE}reports/1", "/quizzes/", "/practice/", "/account")
AT_A_TIME = 4  # students who wait for their report
REPORTS, STAFF = "results/reports", "results/staff"


class SiteRun(Run):
    """A class that handed in to a site, with what is kept of a batch where that has it."""

    @property
    def answers(self):
        """The status of what answered each upload, and of each page, by student."""
        return json.loads((self.folder / "answers.json").read_text())

    @property
    def untouched(self):
        """Whether the store has what each student sent, once."""
        return json.loads((self.folder / "untouched.json").read_text())

    @property
    def healthy(self):
        return json.loads((self.folder / "healthy.json").read_text())

    @property
    def level(self):
        reached = [json.loads(path.read_text())["isolation"] for path in self.files("staff")]
        return min(one["level"] for one in reached if one)


def hand_in_to_a_site(folder, sent):
    """Serve a site, and have each student hand in, once, however many processes ask for it.

    Args:
        folder: where everything of this run lies.
        sent: the files of each student, by name.
    """
    with locked(folder):
        run = SiteRun(folder)
        if not (folder / "marks.json").exists():
            _serve(folder, sent)
            (folder / "marks.json").write_text(json.dumps(marks()))
        return run


def _serve(folder, sent):
    course = folder / "site"
    shutil.copytree(copied_assignment(folder), course / "assignments" / ASSIGNMENT)
    (course / "course.yaml").write_text(COURSE)
    for name in (REPORTS, STAFF):
        (folder / name).mkdir(parents=True)
    marks()
    site = open_site(course, clock=lambda: datetime.now(UTC))
    words = {name: let_in(site.accounts, name) for name in sent}
    port = free_port()
    reaper = Path(__file__).with_name("reaper.py")
    command = [sys.executable, str(reaper), str(folder / "ended.json")]
    command += [sys.executable, "-m", "grader", "serve", str(course), "--port", str(port)]
    command += ["--jobs", "2", "--require-level", "none"]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    with open(folder / "said.txt", "wb") as said:
        serving = subprocess.Popen(command, stdout=said, stderr=said, cwd=folder, env=environment)
    try:
        address = f"http://127.0.0.1:{port}"
        _wait(address)
        with ThreadPoolExecutor(AT_A_TIME) as pool:
            students = [
                pool.submit(_student, folder, address, name, words[name], files)
                for name, files in sent.items()
            ]
            answers = {name: one.result() for name, one in zip(sent, students, strict=True)}
        health = httpx2.get(f"{address}/health").json()
        (folder / "healthy.json").write_text(json.dumps(health))
        (folder / "answers.json").write_text(json.dumps(answers))
        _keep(folder, site, sent)
    finally:
        served = _served(serving.pid)
        os.kill(served, signal.SIGTERM)
        serving.wait(60)
        site.store.close()


def _served(reaper):
    tasks = Path(f"/proc/{reaper}/task/{reaper}/children").read_text()
    return int(tasks.split()[0])


def _wait(address):
    ends = time.monotonic() + SECONDS
    while True:
        try:
            httpx2.get(f"{address}/health", timeout=5).raise_for_status()
        except httpx2.HTTPError:
            assert time.monotonic() < ends, "the site does not answer"
            time.sleep(0.1)
        else:
            return


def _student(folder, address, name, word, files):
    """Hand in, watch the stages to their end, read every page; what was answered."""
    headers = {"Cookie": f"grader={word}", "Origin": address}
    with httpx2.Client(base_url=address, headers=headers, timeout=SECONDS) as browser:
        upload = browser.post(HERE, files=[("files", one) for one in files])
        answers, seen = {"upload": upload.status_code}, [upload.text]
        if upload.status_code == 303:
            seen.append(browser.get(f"{HERE}attempts/1/events").text)  # ends with the grading
        for path in PAGES:
            page = browser.get(path)
            answers[path] = page.status_code
            seen.append(page.text)
    (folder / REPORTS / f"{name}.html").write_text("\n".join(seen), encoding="utf-8")
    return answers


def _keep(folder, site, sent):
    """Write down the reports, and whether everybody's files are theirs."""
    untouched = {}
    for name, files in sent.items():
        handed = site.store.hand_ins.of_person(ASSIGNMENT, name)
        contents = [site.store.hand_ins.contents(one.id) for one in handed]
        known = [[_digest(content) for _, content in one] for one in contents]
        untouched[name] = known == [[_digest(content) for _, content in files]]
        versions = site.store.reports(ASSIGNMENT).versions(name)
        for version in versions[-1:]:
            (folder / REPORTS / f"{name}.json").write_bytes(to_json(version.for_student))
            (folder / STAFF / f"{name}.json").write_bytes(to_json(version.report))
    (folder / "untouched.json").write_text(json.dumps(untouched))


def _digest(content):
    return hashlib.sha256(content).hexdigest()
