"""What `grader serve` does: one process answers browsers, another grades."""

import os
import resource
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TextIO
from urllib.parse import urlsplit

import click
import uvicorn

from grader.cli.clock import now
from grader.cli.demo_course import DemoPeople, fill_demo, write_demo
from grader.cli.work_run import assert_level
from grader.courses.inviting import invite
from grader.courses.sweeping import sweep
from grader.errors import CourseError, GraderError, GraderFault
from grader.store.accounts_store import Enrolment
from grader.web.application import application
from grader.web.lti.grade_sender import GradeSender
from grader.web.opening import open_site
from grader.web.quizzes.places import shelf_of
from grader.web.site import Site, SiteLimits

_DEMO_LOG = "site.log"
_GRACE_SECONDS = 5  # for answers that are being sent; streams are cut then
_AGAIN_SECONDS = 2.0  # before a worker that ended is started anew
_SETTLE_SECONDS = 20.0
_MOST_FILES = 1 << 16  # open at once; each student who looks on is one
_FORWARDED = "127.0.0.1,::1"  # proxies that are believed


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """Where and how browsers are answered."""

    host: str
    port: int
    address: str
    proxy_headers: bool
    certificate: Path | None
    key: Path | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Grading:
    """How the worker that is started beside it grades; none is if `jobs` is 0."""

    jobs: int | None
    require_level: str
    sandbox: str


def serve_course(
    folder: Path,
    listening: Listening,
    grading: Grading,
    *,
    store: str,
    owner: str,
    limits: SiteLimits,
) -> int:
    """Serve a course until it is stopped; the exit code.

    Raises:
        CourseError: something is wrong in the course's files.
        GraderFault: this machine does not reach the isolation level.
    """
    if grading.jobs != 0:
        assert_level(grading.sandbox, grading.require_level)
    site = open_site(
        folder,
        clock=now,
        store=store,
        address=listening.address,
        limits=limits,
        stays_open=True,
    )
    _let_the_owner_in(site, owner)
    serve_site(site, listening, grading)
    return 0


def serve_demo(listening: Listening, grading: Grading) -> int:
    """Serve a made-up course from a temporary folder, which is gone afterwards; the exit code.

    Raises:
        GraderFault: this machine does not reach the isolation level.
    """
    if grading.jobs != 0:
        assert_level(grading.sandbox, grading.require_level)
    with tempfile.TemporaryDirectory(prefix="grader-demo-") as name:
        write_demo(Path(name), at=now())
        site = open_site(Path(name), clock=now, address=listening.address, stays_open=True)
        people = fill_demo(site, at=now())
        with Path(name, _DEMO_LOG).open("a", encoding="utf-8", buffering=1) as log:
            said = partial(_say_demo, site, people, log.name)
            serve_site(site, listening, grading, log=log, when_up=said)
    return 0


def _say_demo(site: Site, people: DemoPeople, log: str) -> None:
    """The links, once the site answers: nothing that is logged comes after them."""
    for said, one in (
        ("the owner of the course", people.owner),
        ("a grader", people.tutor),
        ("a student", people.student),
        ("a student who begins", people.fresh),
    ):
        click.echo(f"{one.full_name}, {said}:\n  {_link(site, one)}")
    click.echo("Each link opens the course once; open them in different browsers.")
    click.echo(f"What is asked and graded is logged in {log}. Ctrl-C ends it all.")


def limits_of(*, megabytes: int, gigabytes: int) -> SiteLimits:
    """The limits of a site.

    Args:
        megabytes: of one hand-in.
        gigabytes: of all of them.
    """
    return SiteLimits(upload_bytes=megabytes << 20, course_bytes=gigabytes << 30)


def listening_at(
    host: str,
    port: int,
    *,
    address: str,
    proxy_headers: bool,
    tls_certificate: Path | None,
    tls_key: Path | None,
) -> Listening:
    """How browsers are answered.

    Raises:
        CourseError: a certificate has no key, or a key no certificate, or they cannot be used; or
            the address is none of a site.
        GraderFault: another program listens there.
    """
    if (tls_certificate is None) != (tls_key is None):
        raise CourseError(
            "a certificate and its key belong together",
            fix="Name both --tls-certificate and --tls-key, or neither.",
        )
    if tls_certificate is not None and tls_key is not None:
        _assert_usable(tls_certificate, tls_key)
    own = _address(address)
    _assert_free(host, port)
    scheme = "https" if tls_certificate else "http"
    return Listening(
        host=host,
        port=port,
        address=own or f"{scheme}://{host}:{port}",
        proxy_headers=proxy_headers,
        certificate=tls_certificate,
        key=tls_key,
    )


def _assert_usable(certificate: Path, key: Path) -> None:
    """By the very call with which the server reads them; it asks nobody for a password."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(certificate, key, password=lambda: "")
    except (OSError, ValueError) as error:  # an SSLError is an OSError
        raise CourseError(
            f"this certificate and its key cannot be used ({_why(error)})",
            at=f"{certificate} and {key}",
            fix="Name two PEM files that belong together, the key without a password.",
        ) from error


def _why(error: OSError | ValueError) -> str:
    reason = getattr(error, "reason", "") or getattr(error, "strerror", "") or str(error)
    return str(reason).replace("_", " ").lower()


def _address(said: str) -> str:
    """How browsers reach the site, as it is written before a path; empty where nobody says it."""
    try:
        parts = urlsplit(said)
        has_host = bool(parts.hostname) and parts.port != 0 and "@" not in parts.netloc
    except ValueError:  # such as a port that is no number
        has_host = False
    if said and not (has_host and parts.scheme in ("http", "https")):
        raise CourseError(
            f"{said!r} is no address of a site",
            at="--address",
            fix="Write e.g. https://grader.example.org.",
        )
    if said and (parts.path.strip("/") or parts.query or parts.fragment):
        raise CourseError(
            f"{said!r} goes on after the name of the machine, and the site answers at its root",
            at="--address",
            fix=f"Write {parts.scheme}://{parts.netloc}, and give it a name of its own there.",
        )
    return f"{parts.scheme}://{parts.netloc}" if said else ""


def _assert_free(host: str, port: int) -> None:
    try:
        family, kind, number, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, number) as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind(place)
    except OSError as error:
        raise GraderFault(
            f"nobody can listen there ({error.strerror})",
            at=f"{host}:{port}",
            fix="Name another --host or --port, or stop the program that has this one.",
        ) from error


class _Server(uvicorn.Server):
    """A server that says when it answers."""

    def __init__(self, config: uvicorn.Config, when_up: Callable[[], None]) -> None:
        super().__init__(config)
        self._when_up = when_up

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._when_up()


def serve_site(
    site: Site,
    listening: Listening,
    grading: Grading,
    *,
    log: TextIO | None = None,
    when_up: Callable[[], None] = lambda: None,
) -> None:
    """Answer browsers, and have a worker beside, until SIGTERM or Ctrl-C.

    Args:
        log: where requests and the worker are logged; by default on standard error.
        when_up: called when the site answers.
    """
    click.echo(f"{site.title}: {site.address}")
    _let_many_look_on()
    stop = threading.Event()
    work = (site, grading, stop, log)
    watcher = threading.Thread(target=_keep_working, args=work, daemon=True)
    if grading.jobs != 0:
        watcher.start()
    threading.Thread(target=_settle_quizzes, args=(site, stop), daemon=True).start()
    signal.signal(signal.SIGTERM, _interrupted)
    shelf_of(site).now()  # read before the first ones ask, who may be five hundred
    sender = GradeSender(site)
    sender.start()
    try:
        _Server(_configured(site, listening, log), when_up).run()
    except KeyboardInterrupt:
        pass  # it has answered what it could
    finally:
        stop.set()
        sender.stop()
        if watcher.is_alive():
            watcher.join()
        site.store.close()


def _configured(site: Site, listening: Listening, log: TextIO | None) -> uvicorn.Config:
    return uvicorn.Config(
        application(site, log=partial(click.echo, file=log or sys.stderr)),
        host=listening.host,
        port=listening.port,
        log_config=None,
        access_log=False,
        proxy_headers=listening.proxy_headers,
        forwarded_allow_ips=_FORWARDED,
        ssl_certfile=listening.certificate,
        ssl_keyfile=str(listening.key) if listening.key else None,
        timeout_graceful_shutdown=_GRACE_SECONDS,
        server_header=False,
    )


def _let_many_look_on() -> None:
    """Raise the limit of open files, which many systems begin at 1024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = _MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, _MOST_FILES)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def _settle_quizzes(site: Site, stop: threading.Event) -> None:
    """Hand in attempts at quizzes whose time is over, also of those who do not come back."""
    while not stop.wait(_SETTLE_SECONDS):
        try:
            quizzes = shelf_of(site).now().quizzes.values()
            faults = sweep(site.store.quizzes, quizzes, at=site.clock()).faults
        except GraderError as error:  # the store is away for a while
            faults = (error,)
        for fault in faults:
            click.echo(f"warning: attempts at a quiz are not handed in: {fault}", err=True)


def _interrupted(*_: object) -> None:
    """What SIGTERM comes to once the server has stopped: the rest is put away, too."""
    raise KeyboardInterrupt


def _keep_working(site: Site, grading: Grading, stop: threading.Event, log: TextIO | None) -> None:
    """Have one worker process at any time: one that ends is started again."""
    words = [sys.executable, "-m", "grader", "work", str(site.folder), "--parent", str(os.getpid())]
    words += ["--store", site.store.where, "--sandbox", grading.sandbox]
    words += ["--require-level", grading.require_level]
    words += ["--jobs", str(grading.jobs)] if grading.jobs else []
    while not stop.is_set():
        environment = os.environ | {"OMP_NUM_THREADS": "1"}
        process = subprocess.Popen(words, env=environment, stderr=log)  # noqa: S603 - our own words
        while process.poll() is None and not stop.wait(0.2):
            pass
        if process.poll() is None:
            process.terminate()
            process.wait()
            return
        click.echo(f"warning: the worker ended ({process.returncode}); another begins.", err=True)
        stop.wait(_AGAIN_SECONDS)


def _let_the_owner_in(site: Site, name: str) -> None:
    """Print a link for the owner of a course that has none who can enter."""
    owners = [one for one in site.accounts.enrolments() if one.role == "owner"]
    if any(site.accounts.password(one.id) for one in owners):
        return
    first = owners[0] if owners else site.accounts.enrol(Enrolment(person=name, role="owner"))
    click.echo(f"Enter once as {first.person}, the owner: {_link(site, first)}")


def _link(site: Site, one: Enrolment) -> str:
    days = site.limits.invitation_days
    links = invite(site.accounts, [one], address=site.address, at=site.clock(), days=days)
    return links[one.person]
