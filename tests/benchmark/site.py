"""The course site under load: a deadline minute, one upload alone, a quiz that loses its server.

Real processes on this machine: `grader serve` with its worker, and clients that speak HTTP to it.
Printed are ratios within this run, percentiles, and what has to be zero. `--quick` has a tenth of
the students. The whole takes some ten minutes on two cores.
"""

import argparse
import asyncio
import contextlib
import json
import random
import secrets
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import yaml
from sqlalchemy import select

from grader.quiz.items import kinds
from grader.settings import find_assignment
from grader.store.accounts_store import Enrolment
from grader.store.tables import answers, attempts, people
from grader.web.guard.sessions import digest
from grader.web.opening import open_site
from grader.web.site import Site

ASSIGNMENT = find_assignment("decoder-generation")
_WAITING = {"endless-feed-forward", "floods-stdout"}  # 13 s of waiting hide what is measured
EXAMPLES = [
    path
    for path in sorted((ASSIGNMENT.folder / "examples" / "submissions").glob("*.py"))
    if path.stem not in _WAITING
]
COURSE = """\
id: bench
name: Under load
secret: 0123456789abcdef0123456789abcdef
assignments:
  - {id: decoder-generation, due: 2099-01-01 12:00 UTC}
"""
COOKIE = "grader"
_READY_SECONDS = 120.0
_QUESTIONS = 5
_EVERY = 5.0  # seconds between two answers of a student
_CATCHING_UP = 5.0  # seconds in which all who waited for a restart are answered


@dataclass
class Course:
    """A folder with a course in it, its students, and what each of them signs in by."""

    folder: Path
    words: dict[str, str] = field(default_factory=dict)
    submissions: dict[str, Path] = field(default_factory=dict)
    saved: dict[tuple[str, int], int] = field(default_factory=dict)  # by person and place


@contextlib.contextmanager
def course(n_students: int) -> Iterator[Course]:
    """A course with so many students who are signed in, each with one of the examples."""
    with tempfile.TemporaryDirectory(prefix="grader-bench-") as name:
        folder = Path(name)
        (folder / "course.yaml").write_text(COURSE)
        _write_quiz(folder)
        made = Course(folder)
        site = open_site(folder, clock=lambda: datetime.now(UTC))
        for number in range(n_students):
            person = f"student-{number:04}"
            made.words[person] = _signed_in(site, person)
            made.submissions[person] = EXAMPLES[number % len(EXAMPLES)]
        site.store.close()
        yield made


def _signed_in(site: Site, person: str) -> str:
    one = site.accounts.enrol(Enrolment(person=person, role="student", full_name=person))
    word, now = secrets.token_urlsafe(32), datetime.now(UTC)
    expires = now + timedelta(days=1)
    site.accounts.begin_session(one.id, digest=digest(word), at=now, expires=expires)
    return word


def _write_quiz(folder: Path) -> None:
    example = yaml.safe_load(kinds()["numeric"].example)
    ideas = {trap["misconception"]: "An idea." for trap in example["traps"]}
    questions = [{**example, "id": f"load.q{n}"} for n in range(1, _QUESTIONS + 1)]
    for kind, content in (
        ("questions/load.yaml", {"topic": "load", "title": "Load", "questions": questions}),
        ("questions/misconceptions.yaml", {"misconceptions": ideas}),
        (
            "quizzes/load.yaml",
            {"title": "Load", "id": "load", "questions": ["load"], "feedback": "end"},
        ),
    ):
        path = folder / kind
        path.parent.mkdir(exist_ok=True)
        path.write_text(yaml.safe_dump(content, sort_keys=False))


class Server:
    """`grader serve` on a port of its own; it can be killed and started again."""

    def __init__(self, folder: Path, *words: str) -> None:
        self._folder, self._words = folder, words
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        grader = str(Path(sys.executable).with_name("grader"))
        command = [grader, "serve", str(self._folder), "--port", str(self.port), *self._words]
        self._process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        ends = time.monotonic() + _READY_SECONDS
        while True:
            with contextlib.suppress(httpx2.HTTPError):
                if httpx2.get(f"{self.address}/health", timeout=5).status_code == 200:
                    return
            assert time.monotonic() < ends, "the site did not start"
            time.sleep(0.1)

    def kill(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(60)


class Visitor:
    """One student's browser: its session, and how long answers took."""

    def __init__(self, client: httpx2.AsyncClient, server: Server, word: str) -> None:
        self._client, self._server, self._word = client, server, word
        self.n_bytes_told = 0
        self.numbers: dict[int, str] = {}  # of the answer that stands, by place, as a page knows it

    async def is_told(self, path: str) -> bool:
        """Follow a stream of events; whether it came to its end."""
        headers = {"Cookie": f"{COOKIE}={self._word}"}
        with contextlib.suppress(httpx2.HTTPError):
            async with self._client.stream(
                "GET", f"{self._server.address}{path}", headers=headers
            ) as stream:
                async for line in stream.aiter_lines():
                    self.n_bytes_told += len(line)
                    if line == "event: end":
                        return True
        return False

    async def ask(self, method: str, path: str, **more: object) -> tuple[httpx2.Response, float]:
        headers = {"Cookie": f"{COOKIE}={self._word}", "Origin": self._server.address}
        headers |= more.pop("headers", {})  # type: ignore[arg-type]
        begin = time.perf_counter()
        url = f"{self._server.address}{path}"
        answer = await self._client.request(method, url, headers=headers, **more)  # type: ignore[arg-type]
        return answer, time.perf_counter() - begin


def percentiles(seconds: list[float]) -> str:
    """Half, nineteen of twenty, and 99 of a hundred."""
    cut = statistics.quantiles(seconds, n=100, method="inclusive")
    return f"p50 {cut[49] * 1000:.0f} ms, p95 {cut[94] * 1000:.0f} ms, p99 {cut[98] * 1000:.0f} ms"


async def deadline_minute(made: Course, server: Server, seconds: float) -> dict[str, list[float]]:
    """Each student uploads once within the minute; some browse, and some answer a quiz."""
    took: dict[str, list[float]] = {name: [] for name in ("upload", "page", "saved", "told")}
    ends = time.monotonic() + seconds
    limits = httpx2.Limits(max_connections=len(made.words) + 200)
    async with httpx2.AsyncClient(timeout=120, limits=limits) as client:
        visitors = {p: Visitor(client, server, word) for p, word in made.words.items()}
        chosen = random.Random(1)
        uploads = [
            _upload_and_watch(visitors[p], made.submissions[p], chosen.uniform(0, seconds), took)
            for p in made.words
        ]
        everybody = list(visitors.values())
        browsing = [_browse(one, ends, took) for one in everybody[:20]]
        answering = [_answer(one, ends, took, every=5.0) for one in everybody[20:40]]
        await asyncio.gather(*uploads, *browsing, *answering, _drained(made, took, ends))
    took["untold"] = [max(took["told"]) - ends - took["drained"][0]]
    took["bytes"] = [float(one.n_bytes_told) for one in everybody]
    return took


async def _upload_and_watch(
    visitor: Visitor, path: Path, wait: float, took: dict[str, list[float]]
) -> None:
    """Upload, and look at the progress until it is graded, as everybody's page does."""
    await asyncio.sleep(wait)
    await _upload(visitor, path, took)
    while not await visitor.is_told("/code/decoder-generation/attempts/1/events"):
        await asyncio.sleep(1)
    took["told"].append(time.monotonic())


async def _upload(visitor: Visitor, path: Path, took: dict[str, list[float]]) -> None:
    files = {"files": ("submission.py", path.read_bytes())}
    answer, seconds = await visitor.ask("POST", "/code/decoder-generation/", files=files)
    assert answer.status_code == 303, answer.text[:500]
    took["upload"].append(seconds)


async def _browse(visitor: Visitor, ends: float, took: dict[str, list[float]]) -> None:
    while time.monotonic() < ends:
        for path in ("/", "/code/decoder-generation/", "/quizzes/"):
            answer, seconds = await visitor.ask("GET", path)
            assert answer.status_code == 200, answer.status_code
            took["page"].append(seconds)
            await asyncio.sleep(1)


async def _answer(
    visitor: Visitor, ends: float, took: dict[str, list[float]], *, every: float
) -> None:
    await visitor.ask("POST", "/quizzes/load/begin")
    given = 0
    while time.monotonic() < ends:
        await save(visitor, given, took)
        given += 1
        await asyncio.sleep(every)


async def save(visitor: Visitor, given: int, took: dict[str, list[float]]) -> None:
    """Give an answer as the page's script does; it is tried until the site has it."""
    place = given % _QUESTIONS + 1
    path = f"/quizzes/load/attempts/1/questions/{place}"
    begin = time.perf_counter()
    while True:
        with contextlib.suppress(httpx2.HTTPError):
            after = visitor.numbers.get(place, "")
            data = {"answer": str(given), "after": after, "meant": "1"}
            accept = {"Accept": "application/json"}
            answer, _ = await visitor.ask("POST", path, data=data, headers=accept)
            if answer.status_code == 200:
                said = answer.json()
                visitor.numbers[place] = str(said.get("number", ""))
                if said["state"] == "saved":
                    took["saved"].append(time.perf_counter() - begin)
                    return
        await asyncio.sleep(0.5)


async def _drained(made: Course, took: dict[str, list[float]], ends: float) -> None:
    """Count those that are not graded at the end of the minute, and note when all are."""
    site = open_site(made.folder, clock=lambda: datetime.now(UTC))
    await asyncio.sleep(ends - time.monotonic())
    took["waiting"] = [float(len(made.words) - site.store.jobs.counts().get("done", 0))]
    while site.store.jobs.counts().get("done", 0) < len(made.words):
        await asyncio.sleep(0.2)
    took["drained"] = [time.monotonic() - ends]
    site.store.close()


def by_batch(made: Course) -> tuple[float, dict[str, int]]:
    """The same class by `grader batch`: submissions a second, and the points of each."""
    grader = str(Path(sys.executable).with_name("grader"))
    with tempfile.TemporaryDirectory(prefix="grader-bench-") as name:
        class_ = Path(name, "class")
        class_.mkdir()
        for person, path in made.submissions.items():
            shutil.copy(path, class_ / f"{person}.py")
        results = Path(name, "results")
        course_file = str(made.folder / "course.yaml")
        words = ["batch", str(class_), "-o", str(results), "--course", course_file]
        begin = time.monotonic()
        subprocess.run([grader, *words], check=True, capture_output=True)
        seconds = time.monotonic() - begin
        reports = (results / "staff").glob("*.json")
        points = {path.stem: _points(json.loads(path.read_text())) for path in reports}
    return len(points) / seconds, points


def _points(report: dict[str, list[dict[str, list[dict[str, int]]]]]) -> int:
    return sum(check["points"] for stage in report["stages"] for check in stage["checks"])


def show_deadline_minute(n_students: int, seconds: float) -> None:
    with course(n_students) as made:
        batch_speed, expected = by_batch(made)
        server = Server(made.folder)
        try:
            took = asyncio.run(deadline_minute(made, server, seconds))
        finally:
            server.stop()
        site = open_site(made.folder, clock=lambda: datetime.now(UTC))
        reports = site.store.reports(ASSIGNMENT.name)
        points = {name: report.points for name, report in reports.newest().items()}
        versions = [len(reports.versions(name)) for name in points]
        site.store.close()
    n_waiting, drain = round(took["waiting"][0]), took["drained"][0]
    print(f"students: {n_students}, each uploads once within {seconds:g} s and looks on")
    print(f"uploads: {percentiles(took['upload'])}")
    print(f"pages meanwhile: {percentiles(took['page'])}")
    print(f"saved meanwhile: {percentiles(took['saved'])}")
    print(f"lost: {len(expected.keys() - points.keys())}")
    print(f"graded twice: {sum(versions) - len(points)}")
    print(f"graded otherwise than by grader batch: {_differing(expected, points)}")
    print(f"graded meanwhile: {n_students - n_waiting}; then {n_waiting} in {drain:.0f} s")
    print(f"while_loaded_vs_batch: {(n_students - n_waiting) / seconds / batch_speed:.2f}")
    print(f"queue_vs_batch: {n_waiting / drain / batch_speed:.2f}")
    print(f"whole_vs_batch: {n_students / (seconds + drain) / batch_speed:.2f}")
    print(f"seconds until the last one is told: {took['untold'][0]:.1f}")
    print(f"kilobytes told to each: {statistics.mean(took['bytes']) / 1000:.0f}")


def _differing(expected: dict[str, int], points: dict[str, int]) -> int:
    return sum(points.get(name) != value for name, value in expected.items())


def show_one_alone() -> None:
    """From the upload to the finished report, beside what the grading itself took."""
    with course(6) as made:
        server = Server(made.folder)
        try:
            over = asyncio.run(_alone(made, server))
        finally:
            server.stop()
    print(f"idle_seconds_beside_grading: {statistics.median(over):.2f}")


async def _alone(made: Course, server: Server) -> list[float]:
    over = []
    site = open_site(made.folder, clock=lambda: datetime.now(UTC))
    took: dict[str, list[float]] = {"upload": []}
    async with httpx2.AsyncClient(timeout=60) as client:
        for person, word in made.words.items():
            begin = time.monotonic()
            await _upload(Visitor(client, server, word), made.submissions[person], took)
            while person not in (newest := site.store.reports(ASSIGNMENT.name).newest()):
                await asyncio.sleep(0.02)
            over.append(time.monotonic() - begin - newest[person].seconds)
    site.store.close()
    return over[1:]  # the first one waits for the worker to start


def show_quiz(n_students: int, seconds: float) -> None:
    """Everybody answers each 5 s; in the middle the web process is killed and started again."""
    with course(n_students) as made:
        server = Server(made.folder, "--no-worker")
        try:
            took = asyncio.run(_quiz(made, server, seconds))
        finally:
            server.stop()
        lost = _lost_answers(made)
    running, around = took["running"], took["around"]
    print(f"students in one quiz: {n_students}, an answer every 5 s")
    print(f"begun by all within 5 s: {percentiles(took['begun'])}")
    print(f"saved, while the site runs: {percentiles(running)}")
    print(f"saved, from the kill until {_CATCHING_UP:g} s after the start: {percentiles(around)}")
    print(f"longest wait of all: {max(running + around):.1f} s")
    print(f"answers: {len(running) + len(around)}, lost: {lost}")


async def _quiz(made: Course, server: Server, seconds: float) -> dict[str, list[float]]:
    took: dict[str, list[float]] = {"begun": [], "running": [], "around": []}
    started = time.monotonic()
    down: list[float] = []
    limits = httpx2.Limits(max_connections=600)

    async def take(person: str, visitor: Visitor) -> None:
        own = random.uniform(0, _EVERY)
        await asyncio.sleep(own)
        answer, waited = await visitor.ask("POST", "/quizzes/load/begin")
        assert answer.status_code == 303, answer.text[:500]
        took["begun"].append(waited)
        given = 0
        while (due := started + own + (given + 1) * _EVERY) < started + seconds:
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            begin, one = time.monotonic(), {"saved": []}
            await save(visitor, given, one)
            made.saved[person, given % _QUESTIONS] = given
            is_around = down and begin < down[-1] + _CATCHING_UP and time.monotonic() > down[0]
            took["around" if is_around else "running"] += one["saved"]
            given += 1

    async def restart() -> None:
        await asyncio.sleep(seconds / 2)
        down.append(time.monotonic())
        server.kill()
        await asyncio.to_thread(server.start)
        down.append(time.monotonic())

    async with httpx2.AsyncClient(timeout=60, limits=limits) as client:
        taking = [take(p, Visitor(client, server, word)) for p, word in made.words.items()]
        await asyncio.gather(restart(), *taking)
    return took


def _lost_answers(made: Course) -> int:
    """How many of the answers that were last said to be saved the store does not have.

    The questions of each student are in an order of their own, and no student gives one answer
    twice, so that a student's answers are told apart by what they say.
    """
    site = open_site(made.folder, clock=lambda: datetime.now(UTC))
    query = (
        select(people.c.name, answers.c.item, answers.c.response)
        .join(attempts, attempts.c.id == answers.c.attempt)
        .join(people, people.c.id == attempts.c.person)
        .order_by(answers.c.id)
    )
    with site.store.engine.connect() as connection:
        newest = {(name, item): response for name, item, response in connection.execute(query)}
    site.store.close()
    stored = {(name, str(response)) for (name, _), response in newest.items()}
    return sum((name, str(given)) not in stored for (name, _), given in made.saved.items())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    tenth = 10 if options.quick else 1
    show_one_alone()
    show_deadline_minute(1000 // tenth, 60 / tenth)
    show_quiz(500 // tenth, 60 if not options.quick else 20)


if __name__ == "__main__":
    main()
