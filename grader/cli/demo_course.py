"""A made-up course to look at: people, submissions of all kinds and quizzes in a folder."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from grader.cli.demo_quizzes import take_quiz
from grader.course_secret import new_secret
from grader.hand_ins.receiving import Upload, UploadLimits, receive
from grader.settings import DEFAULT_ASSIGNMENT, find_assignment
from grader.store.accounts_store import Enrolment, Role
from grader.web.quizzes.places import shelf_of
from grader.web.site import Site

_COURSE = """\
id: demo
name: Language models from scratch
secret: {secret}
zone: Europe/Zurich
late: {{percent: 10, per: day, cut_off_days: 3}}
attempts: {{counts: best, at_most: 10}}
assignments:
  - id: {assignment}
    opens: {opens}
    due: {due}
gradebook:
  - {{name: Code, results: {assignment}, weight: 60}}
  - {{name: Attention, results: attention, weight: 40}}
"""
_QUIZZES = {
    "attention.yaml": """\
title: Attention
questions: [self-attention]
minutes: 40
attempts: 2
counts: best
feedback: end
closes: {closes}
""",
    "generation.yaml": """\
title: The generation loop
questions: [generation-loop]
attempts: 1
feedback: after-closing
closes: {closes}
""",
}
_STAFF: tuple[tuple[str, str, Role], ...] = (
    ("owner", "Olga Owner", "owner"),
    ("tutor", "Tara Tutor", "grader"),
)
_STUDENTS = (
    "Ada Adams",
    "Ben Baker",
    "Cleo Castro",
    "Dai Davies",
    "Elif Erdem",
    "Finn Fischer",
    "Gita Gupta",
    "Hana Hayashi",
    "Ines Ibarra",
    "Jun Jiang",
    "Kofi Kone",
    "Lena Lang",
    "Mina Moradi",
    "Nils Nygaard",
    "Omar Osman",
    "Pia Petit",
)
# What they hand in, from the examples of the assignment, in this order; the last ones nothing.
_HANDED = (
    "no-causal-mask.py",
    "right-torch.py",
    "no-scaling.py",
    "missing-function.py",
    "heads-not-transposed.py",
    "right-notebook.ipynb",
    "first-tokens-cropped.py",
    "unbiased-variance",
    "eos-ignored.py",
    "no-causal-mask.py",
    "syntax-error.py",
    "erf-gelu.zip",
    "untouched-starter.py",
)
_TOOK = 11  # of them took the first quiz
_LIMITS = UploadLimits(n_bytes=20 << 20, n_files=200, course_bytes=1 << 30, per_hour=100)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoPeople:
    """Whose links are printed."""

    owner: Enrolment
    tutor: Enrolment
    student: Enrolment
    fresh: Enrolment  # a student who has handed in nothing


def write_demo(folder: Path, *, at: datetime) -> None:
    """Write the files of the course."""
    day = timedelta(days=1)
    written = _COURSE.format(
        secret=new_secret(),
        assignment=DEFAULT_ASSIGNMENT,
        opens=f"{at - 14 * day:%Y-%m-%d} 08:00",
        due=f"{at + 2 * day:%Y-%m-%d} 23:59",
    )
    (folder / "course.yaml").write_text(written, encoding="utf-8")
    (folder / "quizzes").mkdir()
    for name, text in _QUIZZES.items():
        quiz = text.format(closes=f"{at + 5 * day:%Y-%m-%d} 23:59") + "time_zone: Europe/Zurich\n"
        (folder / "quizzes" / name).write_text(quiz, encoding="utf-8")


def fill_demo(site: Site, *, at: datetime) -> DemoPeople:
    """Enrol the people, and hand in what they wrote; workers grade it when they are started."""
    staff = [
        site.accounts.enrol(Enrolment(person=name, full_name=full, role=role))
        for name, full, role in _STAFF
    ]
    students = [_enrolled(site, name, number) for number, name in enumerate(_STUDENTS)]
    examples = find_assignment(DEFAULT_ASSIGNMENT).folder / "examples" / "submissions"
    for number, (student, name) in enumerate(zip(students, _HANDED, strict=False)):
        upload = Upload(
            assignment=DEFAULT_ASSIGNMENT,
            person=student.person,
            files=_files(examples / name),
            at=at - timedelta(hours=2 + 3 * number),
        )
        receive(site.store.hand_ins, upload, _LIMITS)
    quiz = shelf_of(site).quiz("attention.yaml")
    assert quiz is not None
    take_quiz(site.store.quizzes, quiz, students[:_TOOK], at=at - timedelta(hours=1))
    return DemoPeople(owner=staff[0], tutor=staff[1], student=students[0], fresh=students[-1])


def _enrolled(site: Site, name: str, number: int) -> Enrolment:
    first = name.partition(" ")[0].lower()
    enrolment = Enrolment(
        person=first,
        full_name=name,
        role="student",
        email=f"{first}@example.org",
        section=("Monday", "Thursday")[number % 2],
    )
    return site.accounts.enrol(enrolment)


def _files(path: Path) -> list[tuple[str, bytes]]:
    if path.is_file():
        return [(path.name, path.read_bytes())]
    found = sorted(one for one in path.rglob("*") if one.is_file())
    return [(one.relative_to(path).as_posix(), one.read_bytes()) for one in found]
