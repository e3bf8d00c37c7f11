"""`grader serve` as it is run: a site with its worker, one process after another stopped."""

import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from http.cookiejar import CookieJar
from pathlib import Path

import pytest

from tests.conftest import SMALL

COURSE = (
    "id: c\nname: C\nsecret: 0123456789abcdef0123456789abcdef\nassignments: [{id: arithmetic}]\n"
)
SECONDS = 60


@pytest.fixture
def course(tmp_path):
    folder = tmp_path / "course"
    shutil.copytree(SMALL, folder / "assignments" / "arithmetic")
    (folder / "course.yaml").write_text(COURSE)
    return folder


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


@contextmanager
def served(grader_command, folder, *words):
    """A site that answers: its process and address, and the links that it printed."""
    command, environment = grader_command
    port = free_port()
    words = ["serve", folder, "--port", port, "--jobs", 1, "--require-level", "none", *words]
    environment = environment | {"PYTHONUNBUFFERED": "1"}
    with (folder.parent / "said").open("w") as said:
        process = subprocess.Popen(
            [*command, *map(str, words)], env=environment, stdout=said, stderr=said
        )
    try:
        yield process, f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def link_in(course):
    """The first link that was printed."""
    return re.search(r"https?://\S+/enter/\S+", (course.parent / "said").read_text())[0]


def wait_for(address, context=None):
    ends = time.monotonic() + SECONDS
    while time.monotonic() < ends:
        try:
            with urllib.request.urlopen(f"{address}/health", context=context) as answer:
                return json.load(answer)
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    raise AssertionError("the site does not answer")


def runs(pid):
    """Whether a process is there and has not ended; nobody may have waited for one that has."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def in_time(happens):
    ends = time.monotonic() + SECONDS
    while not (found := happens()):
        assert time.monotonic() < ends, "it took too long"
        time.sleep(0.2)
    return found


def processes_below(pid):
    """The processes that descend from one, as far as the system tells."""
    found = subprocess.run(
        ["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True
    ).stdout.split()
    parents = dict(zip(map(int, found[::2]), map(int, found[1::2]), strict=True))
    below = {pid}
    while new := {child for child, parent in parents.items() if parent in below} - below:
        below |= new
    return below - {pid}


def test_a_site_serves_grades_and_stops_with_an_open_stream(grader_command, course, right):
    from grader.cli.clock import now
    from grader.courses.inviting import invite
    from grader.hand_ins.receiving import Upload, UploadLimits, receive
    from grader.store.accounts_store import Enrolment
    from grader.web.opening import open_site

    site = open_site(course, clock=now)
    ada = site.accounts.enrol(Enrolment(person="ada", role="student"))
    limits = UploadLimits(n_bytes=1 << 20, n_files=9, course_bytes=1 << 30, per_hour=9)
    with served(grader_command, course) as (process, address):
        wait_for(address)
        cookies = urllib.request.HTTPCookieProcessor(CookieJar())
        browser = urllib.request.build_opener(cookies)
        link = invite(site.accounts, [ada], address=address, at=now(), days=1)["ada"]
        assert "C" in browser.open(link, data=b"").read().decode()
        files = [("submission.py", right.encode())]
        upload = Upload(assignment="arithmetic", person="ada", files=files, at=now())
        receive(site.store.hand_ins, upload, limits)
        page = f"{address}/code/arithmetic/"
        in_time(lambda: "7 of 7 points" in browser.open(page).read().decode())
        below = processes_below(process.pid)
        assert below
        # a hand-in that nobody grades: the worker is not let
        os.kill(min(below), signal.SIGSTOP)
        upload = Upload(assignment="arithmetic", person="ada", files=[("s.py", b"x")], at=now())
        receive(site.store.hand_ins, upload, limits)
        stream = browser.open(f"{page}attempts/2/events", timeout=SECONDS)
        assert stream.readline() == b"retry: 500\n"
        os.kill(min(below), signal.SIGCONT)
        begun = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0
        assert time.monotonic() - begun < 25
        in_time(lambda: not any(map(runs, below)))
    said = (course.parent / "said").read_text()
    assert "Traceback" not in said
    lines = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    assert {"at", "event", "method", "endpoint", "enrolment", "status", "ms"} == set(lines[0])
    assert "ada" not in "".join(map(json.dumps, lines))
    assert link.rpartition("/")[2] not in said
    site.store.close()


def test_a_worker_that_is_killed_is_started_again(grader_command, course):
    with served(grader_command, course) as (process, address):
        wait_for(address)
        (first,) = in_time(lambda: set(sorted(processes_below(process.pid))[:1]))
        os.kill(first, signal.SIGKILL)
        in_time(lambda: [pid for pid in processes_below(process.pid) if pid > first])
        assert wait_for(address)["status"] == "ok"


def test_the_owner_is_let_in_by_a_link(grader_command, course):
    with served(grader_command, course, "--no-worker") as (_, address):
        wait_for(address)
        link = link_in(course)
        assert link.startswith(address)
        with urllib.request.urlopen(link) as page:
            assert "owner" in page.read().decode()


def test_the_links_of_the_demo_are_the_last_that_is_said(grader_command, course):
    with served(grader_command, course, "--demo") as (process, address):
        wait_for(address)
        said = course.parent / "said"
        in_time(lambda: "Ctrl-C ends it all." in said.read_text())
        with urllib.request.urlopen(link_in(course)) as page:
            assert "Olga Owner" in page.read().decode()
        log = Path(re.search(r"logged in (\S+)\.", said.read_text())[1])
        in_time(lambda: "Grading for" in log.read_text())
        in_time(lambda: "grader.web.doors.routes" in log.read_text())
        *links, last = said.read_text().splitlines()
        assert last.endswith("Ctrl-C ends it all.")
        assert sum("/enter/" in line for line in links) == 4
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 0
        assert not log.exists()


def test_certificate_files_make_it_https(grader_command, course, tmp_path):
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout"]
    made += [str(key), "-out", str(certificate), "-subj", "/CN=127.0.0.1"]
    made += ["-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run(made, check=True, capture_output=True)
    words = ["--no-worker", "--tls-certificate", certificate, "--tls-key", key]
    with served(grader_command, course, *words) as (_, address):
        context = ssl.create_default_context(cafile=str(certificate))
        secure = address.replace("http:", "https:")
        assert wait_for(secure, context)["status"] == "ok"
        link = link_in(course)
        assert link.startswith(secure)
        request = urllib.request.Request(link, data=b"")
        opener = urllib.request.build_opener(
            urllib.request.HTTPSHandler(context=context), NoRedirect()
        )
        with pytest.raises(urllib.error.HTTPError) as moved:
            opener.open(request)
        cookie = moved.value.headers["set-cookie"]
        moved.value.close()
    assert cookie.startswith("__Host-grader=")
    assert "Secure" in cookie


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--tls-key", "key.pem"], 2, "a certificate and its key belong together"),
        (
            ["--tls-key", "nowhere.pem", "--tls-certificate", "nowhere.pem"],
            2,
            "nowhere.pem and nowhere.pem: this certificate and its key cannot be used (no such",
        ),
        (
            ["--tls-key", __file__, "--tls-certificate", __file__],
            2,
            "this certificate and its key cannot be used (",
        ),
        (["--address", "ftp://x"], 2, "--address: 'ftp://x' is no address of a site"),
        (["--address", "grader.example.org"], 2, "is no address of a site"),
        (["--address", "https://x:port"], 2, "is no address of a site"),
        (["--address", "https://"], 2, "is no address of a site"),
        (["--address", "https://x/course?a"], 2, "goes on after the name of the machine"),
        ([], 2, "there is no course.yaml"),
    ],
)
def test_what_cannot_be_served_is_one_sentence(grader, tmp_path, words, code, said):
    ran = grader("serve", tmp_path, "--require-level", "none", *words)
    assert ran.returncode == code
    assert said in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_port_that_is_taken_is_one_sentence(grader, course):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ran = grader("serve", course, "--port", port, "--no-worker")
    assert ran.returncode != 0
    assert f"127.0.0.1:{port}" in ran.stderr
    assert "Traceback" not in ran.stderr
