"""How the course is set up: assignment.yaml and course.yaml as typed values."""

import functools
import hashlib
import keyword
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from grader import strict_yaml
from grader.errors import CourseError, did_you_mean
from grader.flow import Flow, assert_flow
from grader.policies.policy_settings import PolicySettings, check_policies
from grader.policies.weights import GradebookItem, check_gradebook
from grader.promised_packages import assert_packages
from grader.subject_sources import is_own, is_recorded, named_digest

ASSIGNMENT_FILE = "assignment.yaml"
DEFAULT_ASSIGNMENT = "decoder-generation"  # of commands that are told no other
COURSE_FILES = ("course.yaml", "course.yml")
_MOST_SHORTCUTS = 100
_LONGEST_NAME = 200
_ID = re.compile(r"[A-Za-z0-9][\w.-]{0,99}", re.ASCII)
# What students read, and what an audit or `grader examples` hands in: no check reads them.
_NO_GRADES = {"handout.md", "starter.py", "examples", "audit"}
# What a check can ask of `student` itself; every other name is a function of the student's.
STUDENT_METHODS = frozenset({"answer_forward", "make", "observe", "once", "shapes_of", "value_of"})

# All; without what is right; without values and inputs; points and verdicts alone.
Feedback = Literal["full", "actual", "names", "points"]
Seconds = Annotated[float, msgspec.Meta(gt=0)]
Positive = Annotated[int, msgspec.Meta(gt=0)]


class LimitSettings(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """What one submission may use."""

    call_seconds: Seconds = 5.0  # wall clock of one call of a student's function
    load_seconds: Seconds = 30.0  # wall clock of importing the submission
    submission_seconds: Seconds = 60.0  # wall clock of all calls together
    memory_megabytes: Positive = 1024  # on top of what Python and torch take
    output_kilobytes: Positive = 64  # printed text that is kept; the rest is counted


class Shortcuts(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Ready-made functions, classes and packages that no stage may call, by their full names."""

    forbidden: tuple[str, ...] = ()
    # What a call costs: nothing, or the points of the stage that makes it.
    consequence: Literal["note", "no points"] = "note"


class Stage(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """One function that the student writes."""

    name: str
    title: str
    points: Annotated[int, msgspec.Meta(ge=0)]
    parameters: tuple[str, ...]
    expects: str = ""  # one sentence: what is expected of the stage
    uses: tuple[str, ...] = ()  # inner stages that the reference answers while this one is checked
    forbidden: tuple[str, ...] = ()  # shortcuts in this stage alone, beside those of the assignment
    # In a release: its hidden checks, which run where the course grades.
    checks_elsewhere: Annotated[int, msgspec.Meta(ge=0)] = 0
    points_elsewhere: Annotated[int, msgspec.Meta(ge=0)] = 0


class _AssignmentFile(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    title: str
    id: str = ""  # what its results are known by; the name of its folder if it is empty
    subject: str = ""  # whose known mistakes are looked for; none if it is empty
    total: int
    stages: tuple[Stage, ...]
    limits: LimitSettings = LimitSettings()
    packages: tuple[str, ...] = ()  # that students may import beside NumPy and PyTorch
    shortcuts: Shortcuts = Shortcuts()
    flow: Flow = ()  # how a report draws the stages
    place: Annotated[int, msgspec.Meta(ge=1)] | None = None  # in the course, counted from 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """An assignment as it lies in its folder."""

    name: str
    folder: Path
    title: str
    stages: tuple[Stage, ...]
    limits: LimitSettings
    digest: str  # of all that a grade depends on: the folder, and the subject's sources
    subject: str = ""  # the name of its subject; see `grader.subject.loading`
    handout_sections: frozenset[str] = frozenset()  # where a report can send a student to read
    packages: tuple[str, ...] = ()  # see `grader.promised_packages`
    shortcuts_cost_points: bool = False
    shortcuts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # name -> its stages
    flow: Flow = ()  # how a report draws the stages
    place: int | None = None  # in the course, counted from 1; None: it stands by itself

    @property
    def total(self) -> int:
        return sum(stage.points for stage in self.stages)

    @property
    def is_release(self) -> bool:
        """Whether it is what students get: recorded answers, and no hidden checks."""
        return is_recorded(self.folder)

    @property
    def is_shipped(self) -> bool:
        """Whether it comes with the grader, so that its name says where it is."""
        return self.folder.parent == shipped("assignments").resolve()

    def stage(self, name: str) -> Stage:
        return next(stage for stage in self.stages if stage.name == name)


class Course(PolicySettings, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """The settings of one course; those of `PolicySettings` are among its keys."""

    id: str = ""  # what attempts at its quizzes are kept under; without one, the name
    name: str = ""
    secret: str = ""  # hidden checks draw their inputs from it
    diagnose_hidden: bool = True  # whether a mistake is named that only hidden checks show
    feedback: Feedback = "full"  # how much students are shown of a check that did not pass
    cost: bool = False  # whether a report shows what a generation costs; it changes no points
    gradebook: tuple[GradebookItem, ...] = ()

    @property
    def key(self) -> str:
        """What tells this course from others; empty if it has neither id nor name."""
        return self.id.strip() or self.name.strip()


def shipped(kind: str) -> Path:
    """The folder of course material that comes with the grader: 'assignments' or 'questions'.

    A wheel carries it inside the package; a checkout has it at the top level.
    """
    package = Path(str(files("grader")))
    inside = package / "content" / kind
    return inside if inside.is_dir() else package.parent / kind


def question_folder(named: Path | None) -> Path:
    """The folder of questions that was named, or the one that comes with the grader."""
    return named or shipped("questions")


def default_assignment(here: Path) -> str:
    """The assignment that is meant if none is named: the release in this folder, or the first."""
    return str(here) if is_recorded(here) else "decoder-generation"


def assignments() -> tuple[Assignment, ...]:
    """The assignments that come with the grader: those of the course in its order, then others."""
    found = shipped("assignments").glob(f"*/{ASSIGNMENT_FILE}")
    loaded = [load_assignment(path.parent) for path in found]
    return tuple(sorted(loaded, key=lambda one: (one.place is None, one.place or 0, one.name)))


@functools.cache  # to read one is to digest its folder, and every page of a class asks
def shipped_assignment(name: str) -> Assignment | None:
    """The assignment of this name that comes with the grader, if there is one."""
    return next((one for one in assignments() if one.name == name), None)


def find_assignment(name_or_folder: str) -> Assignment:
    """An assignment by the name of a shipped one, or by the path of its folder.

    Without either it is the release in the current folder, or `decoder-generation`.

    Raises:
        CourseError: there is no such assignment, or its file is wrong.
    """
    name_or_folder = name_or_folder or default_assignment(Path())
    for folder in (Path(name_or_folder), shipped("assignments") / name_or_folder):
        if (folder / ASSIGNMENT_FILE).is_file():
            return load_assignment(folder)
    path = Path(name_or_folder)
    if path.exists():
        fix = "Name the folder of an assignment; `grader new` begins one."
        raise CourseError(f"there is no {ASSIGNMENT_FILE} in it", at=name_or_folder, fix=fix)
    known = [one.name for one in assignments()]
    known += [found.parent.name for found in path.absolute().parent.glob(f"*/{ASSIGNMENT_FILE}")]
    fix = did_you_mean(name_or_folder, known)
    raise CourseError(f"there is no assignment {name_or_folder!r}", fix=fix)


def load_assignment(folder: Path) -> Assignment:
    """Read and check `assignment.yaml`.

    Raises:
        CourseError: the file is wrong; the sentence says where and what to write.
    """
    path = folder / ASSIGNMENT_FILE
    settings = strict_yaml.read(path, _AssignmentFile)
    _check(settings, str(path))
    return Assignment(
        name=settings.id or folder.resolve().name,
        folder=folder.resolve(),
        title=settings.title,
        stages=settings.stages,
        limits=settings.limits,
        subject=settings.subject,
        packages=settings.packages,
        handout_sections=_handout_sections(folder, settings.subject),
        shortcuts_cost_points=settings.shortcuts.consequence == "no points",
        shortcuts=_shortcuts(settings, str(path)),
        flow=settings.flow,
        place=settings.place,
        digest=_digest(folder, settings.subject),
    )


def load_course(path: Path | None) -> Course:
    """Read a course.yaml; without one, the defaults.

    Raises:
        CourseError: the file is wrong or missing.
    """
    return _course(path) if path is not None else Course()


def course_file_of(submissions: Path, *, here: Path) -> Path | None:
    """The course.yaml of a class: the one here, or the nearest above the folder of submissions.

    One among the submissions is never taken: a student may have handed it in.

    Raises:
        CourseError: a folder has both course.yaml and course.yml.
    """
    inside = submissions.resolve()
    for place in (here.resolve(), *inside.parents):
        if not place.is_relative_to(inside) and (found := course_file_in(place)):
            return found
    return None


def course_file_in(folder: Path) -> Path | None:
    """The course.yaml or course.yml of a folder.

    Raises:
        CourseError: it has both.
    """
    found = [folder / name for name in COURSE_FILES if (folder / name).is_file()]
    if len(found) > 1:
        both = " and ".join(COURSE_FILES)
        raise CourseError(f"there are {both}", at=str(folder), fix="Keep one of the two.")
    return found[0] if found else None


def course_around(folder: Path) -> Course:
    """The course of a folder: its course.yaml, or the nearest above it; without one, the defaults.

    Raises:
        CourseError: the file is wrong, or its id or name is too long.
    """
    for place in (folder, *folder.parents):
        if path := course_file_in(place):
            course = _course(path)
            if len(course.key) > _LONGEST_NAME:
                raise CourseError(
                    f"the id of the course has {len(course.key)} characters",
                    at=str(path),
                    fix=f"Write an `id` of at most {_LONGEST_NAME} characters.",
                )
            return course
    return Course()


def _course(path: Path) -> Course:
    course = strict_yaml.read(path, Course)
    check_policies(course, at=str(path))
    check_gradebook(course.gradebook, at=str(path))
    return course


def _check(settings: _AssignmentFile, at: str) -> None:
    if settings.id and not _ID.fullmatch(settings.id):
        raise CourseError(
            f"id: {settings.id!r} is no id",
            at=at,
            fix="Take letters, digits, points, hyphens and underscores, at most 100 of them.",
        )
    assert_packages(settings.packages, at=at)
    total = sum(stage.points for stage in settings.stages)
    if total != settings.total:
        raise CourseError(
            f"the stages add up to {total} points, but total is {settings.total}",
            at=at,
            fix="Change `total` or the points of a stage.",
        )
    known: set[str] = set()
    for stage in settings.stages:
        _check_name(stage.name, at)
        if stage.name in known:
            raise CourseError(
                f"the stage {stage.name!r} stands twice", at=at, fix="Give each stage its own name."
            )
        if missing := [name for name in stage.uses if name not in known]:
            raise CourseError(
                f"stage {stage.name!r} uses {missing[0]!r}, which does not come before it",
                at=at,
                fix="List inner stages first.",
            )
        known.add(stage.name)
    assert_flow(settings.flow, [stage.name for stage in settings.stages], at=at)


def _check_name(stage: str, at: str) -> None:
    """A check writes `student.NAME`, and the student `def NAME`: both must mean the stage."""
    if not stage.isidentifier() or keyword.iskeyword(stage):
        raise CourseError(
            f"the stage {stage!r} cannot be the name of a Python function",
            at=at,
            fix="Name it with letters, digits and underscores, and by no word of Python's own, "
            "e.g. `causal_mask`.",
        )
    if stage.startswith("_") or stage in STUDENT_METHODS:
        raise CourseError(
            f"the stage {stage!r} has a name that `student` itself needs",
            at=at,
            fix="Give it another name; these are taken: "
            f"{', '.join(sorted(STUDENT_METHODS))}, and what begins with an underscore.",
        )


def _shortcuts(settings: _AssignmentFile, at: str) -> dict[str, tuple[str, ...]]:
    """Each forbidden name with the stages that it concerns; none stands for all."""
    found: dict[str, tuple[str, ...]] = {}
    for name in settings.shortcuts.forbidden:
        _check_shortcut(name, "shortcuts.forbidden", twice=name in found, at=at)
        found[name] = ()
    for stage in settings.stages:
        own: set[str] = set()
        for name in stage.forbidden:
            twice = name in own or found.get(name) == ()
            _check_shortcut(name, f"forbidden of stage {stage.name!r}", twice=twice, at=at)
            own.add(name)
            found[name] = (*found.get(name, ()), stage.name)
    if len(found) > _MOST_SHORTCUTS:
        raise CourseError(
            f"{len(found)} shortcuts are forbidden; {_MOST_SHORTCUTS} are the most",
            at=at,
            fix="Name a package in place of its parts.",
        )
    return found


def _check_shortcut(name: str, key: str, *, twice: bool, at: str) -> None:
    if len(name) > _LONGEST_NAME or not all(part.isidentifier() for part in name.split(".")):
        raise CourseError(
            f"{key}: {name!r} is no name of a function, class or package",
            at=at,
            fix="Write the full name with dots, e.g. `torch.nn.MultiheadAttention`.",
        )
    if twice:
        raise CourseError(f"{key}: {name!r} is forbidden twice", at=at, fix="Keep one of the two.")


def _handout_sections(folder: Path, subject: str) -> frozenset[str]:
    """The headings of the handout; none where nothing is known of what it is about."""
    handout = folder / "handout.md"
    if not handout.is_file() or not (subject or is_own(folder) or is_recorded(folder)):
        return frozenset()
    lines = handout.read_text(encoding="utf-8", errors="replace").splitlines()
    return frozenset(line.lstrip("#").strip() for line in lines if line.startswith("#"))


def _digest(folder: Path, subject: str) -> str:
    """Of the whole folder, less what is known not to change a grade, and of the subject."""
    digest = hashlib.sha256()
    for path in sorted(graded_files(folder)):
        digest.update(f"{path.relative_to(folder).as_posix()}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    if subject:
        digest.update(named_digest(subject, at=str(folder / ASSIGNMENT_FILE)).encode())
    return digest.hexdigest()


def graded_files(folder: Path) -> Iterator[Path]:
    """All files that a check could read, those behind links to folders as well."""
    seen = set()
    for here, folders, names in os.walk(folder, followlinks=True):
        real = os.path.realpath(here)
        is_top = Path(here) == folder
        left_out = _NO_GRADES if is_top else set()
        kept = [n for n in folders if n not in left_out and n != "__pycache__" and n[0] != "."]
        folders[:] = [] if real in seen else kept  # a link may lead back up
        seen.add(real)
        for name in names:
            path = Path(here, name)
            if name not in left_out and name[0] != "." and path.is_file():
                yield path
