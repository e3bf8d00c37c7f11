"""The site behind nginx, by the very lines of docs/site.md: TLS, streams, addresses, origins."""

import http.client
import re
import shutil
import socket
import ssl
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from grader.courses.inviting import invite
from grader.hand_ins.receiving import Upload, UploadLimits, receive
from grader.store.accounts_store import Enrolment
from grader.web.guard.sessions import digest
from grader.web.opening import open_site
from tests.conftest import SMALL
from tests.grader.cli.test_serve import COURSE, free_port, served, wait_for
from tests.grader.quiz.exports.node_packages import program

pytestmark = pytest.mark.slow

NAME = "grader.example.org"
DOCS = Path(__file__).parents[3] / "docs" / "site.md"
# The site believes what comes from 127.0.0.1; clients come from other addresses of this machine.
ONE, OTHER = "127.0.0.2", "127.0.0.3"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
WRONG = "name=nobody&password=wrong"
SECONDS = 20
LIMITS = UploadLimits(n_bytes=1 << 20, n_files=9, course_bytes=1 << 30, per_hour=9)


def now():
    return datetime.now(UTC)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    made += ["-keyout", folder / "privkey.pem", "-out", folder / "fullchain.pem"]
    made += ["-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}"]
    subprocess.run(made, check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site") / "course"
    shutil.copytree(SMALL, folder / "assignments" / "arithmetic")
    (folder / "course.yaml").write_text(COURSE)
    return folder


@pytest.fixture(scope="module")
def store(course):
    """The site's store, as staff have it."""
    site = open_site(course, clock=now)
    for person in ("ada", "bob"):
        site.accounts.enrol(Enrolment(person=person, role="student"))
    yield site
    site.store.close()


class Proxied:
    """A site, the proxy before it, and clients of both."""

    def __init__(self, port, site_port, folder):
        self.port, self.site_port, self._open = port, site_port, []
        self._trust = ssl.create_default_context(cafile=str(folder / "fullchain.pem"))

    @property
    def address(self):
        return f"https://{NAME}:{self.port}"

    def ask(self, method, path, body=None, *, source=ONE, direct=False, **headers):
        """An answer that is still to be read, by the proxy or directly, from an address."""
        port = self.site_port if direct else self.port
        line = socket.create_connection(("127.0.0.1", port), SECONDS, (source, 0))
        if not direct:
            line = self._trust.wrap_socket(line, server_hostname=NAME)
        client = http.client.HTTPConnection(NAME, self.port)
        client.sock = line
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        client.request(method, path, body, {**(FORM if body else {}), **sent})
        answer = client.getresponse()
        self._open += [answer, client]
        return answer

    def status(self, *words, **options):
        answer = self.ask(*words, **options)
        answer.read()
        return answer.status

    def close(self):
        for one in self._open:
            one.close()


@pytest.fixture(scope="module")
def proxied(grader_command, course, store, certificate, tmp_path_factory):
    nginx = program("nginx", "/usr/sbin/nginx")
    port, folder = free_port(), tmp_path_factory.mktemp("nginx")
    words = ["--no-worker", "--proxy-headers", "--address", f"https://{NAME}:{port}"]
    with served(grader_command, course, *words) as (_, site_address):
        wait_for(site_address)
        site_port = int(site_address.rpartition(":")[2])
        written = re.search(r"```nginx\n(.*?)```", DOCS.read_text(), re.S)[1]
        for before, after in (
            ("listen 443", f"listen 127.0.0.1:{port}"),
            ("127.0.0.1:8000", f"127.0.0.1:{site_port}"),
            ("/etc/ssl/grader", str(certificate)),
        ):
            assert before in written
            written = written.replace(before, after)
        places = "".join(
            f"{kind}_temp_path {folder}/{kind};\n"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        (folder / "nginx.conf").write_text(
            f"daemon off;\npid {folder}/pid;\nerror_log {folder}/errors;\nevents {{}}\n"
            f"http {{\naccess_log off;\n{places}{written}}}\n"
        )
        command = [nginx, "-p", folder, "-c", folder / "nginx.conf", "-e", folder / "errors"]
        proxy = subprocess.Popen(command)
        try:
            made = Proxied(port, site_port, certificate)
            answers(made, folder)
            yield made
        finally:
            made.close()
            proxy.terminate()
            proxy.wait(SECONDS)


def answers(made, folder):
    """Wait until the proxy does."""
    ends = time.monotonic() + SECONDS
    while True:
        try:
            assert made.status("GET", "/health") == 200
        except OSError:
            assert time.monotonic() < ends, (folder / "errors").read_text()
            time.sleep(0.1)
        else:
            return


def entered(proxied, store, person):
    """The cookie of somebody who came in by a link."""
    enrolment = store.accounts.by_person(person)
    links = invite(store.accounts, [enrolment], address=proxied.address, at=now(), days=1)
    assert links[person].startswith(f"{proxied.address}/enter/")
    path = links[person].removeprefix(proxied.address)
    answer = proxied.ask("POST", path, "password=", Origin=proxied.address)
    answer.read()
    assert answer.status == 303
    return answer.headers["set-cookie"]


def hand_in(store, person, source):
    files = [("submission.py", source.encode())]
    upload = Upload(assignment="arithmetic", person=person, files=files, at=now())
    receive(store.store.hand_ins, upload, LIMITS)


def test_it_is_https_and_the_cookie_says_so(proxied, store):
    cookie = entered(proxied, store, "ada")
    assert cookie.startswith("__Host-grader=")
    assert {"secure", "httponly"} <= set(cookie.lower().split("; "))
    answer = proxied.ask("GET", "/account", Cookie=cookie.partition(";")[0])
    assert "ada" in answer.read().decode()
    assert answer.headers["strict-transport-security"]
    moved = proxied.ask("GET", "/")
    assert moved.headers["location"] == "/login"


def test_only_its_own_origin_may_change_something(proxied):
    for origin, status in (
        (proxied.address, 303),
        (f"https://{NAME}", 403),  # another port is another origin
        ("https://evil.example", 403),
        ("null", 403),
    ):
        assert proxied.status("POST", "/logout", "x=1", Origin=origin) == status, origin
    headers = {"X-Forwarded-Host": "evil.example", "Origin": "https://evil.example"}
    assert proxied.status("POST", "/logout", "x=1", **headers) == 403


def test_a_stream_comes_through_line_by_line(proxied, store):
    cookie = entered(proxied, store, "bob").partition(";")[0]
    hand_in(store, "bob", "x = 1\n")
    stream = proxied.ask("GET", "/code/arithmetic/attempts/1/events", Cookie=cookie)
    assert stream.headers["content-type"].startswith("text/event-stream")
    lines = iter(stream.readline, b"")
    assert next(lines) == b"retry: 500\n"
    assert any(line.startswith(b"data:") for line in lines)
    hand_in(store, "ada", "x = 2\n")  # one more waits, which is said while the stream is open
    assert any(line.startswith(b"data:") for line in lines)


def test_tries_are_counted_by_the_address_that_the_proxy_saw(proxied, store):
    for _ in range(60):
        store.accounts.note_try([digest(f"address {ONE}")], at=now())
    ask = proxied.status

    def tried(**more):
        return ask("POST", "/login", WRONG, Origin=proxied.address, **more)

    assert tried() == 429
    assert tried(source=OTHER) == 403  # the proxy's own address is not what counts
    forged = {"X-Forwarded-For": ONE}
    assert tried(source=OTHER, **forged) == 403
    assert tried(**{"X-Forwarded-For": "198.51.100.7"}) == 429
    # who comes past the proxy is not believed
    assert tried(source=OTHER, direct=True, **forged) == 403
    assert tried(direct=True, **{"X-Forwarded-For": "198.51.100.7"}) == 429


def test_nothing_is_believed_where_no_proxy_was_announced(grader_command, course, store):
    for _ in range(60):
        store.accounts.note_try([digest(f"address {ONE}")], at=now())
    with served(grader_command, course, "--no-worker") as (_, address):
        wait_for(address)
        client = http.client.HTTPConnection(address.removeprefix("http://"), timeout=SECONDS)
        client.request("POST", "/login", WRONG, {**FORM, "X-Forwarded-For": ONE})
        assert client.getresponse().status == 403
        client.close()
