"""What `grader export` does."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path
from sys import intern

import click

from grader.batch.applied_policy import policy_that_holds
from grader.batch.grade_decisions import ClassDecisions
from grader.batch.results import Results
from grader.cli.clock import now
from grader.cli.files import make_output_folder, write_file, write_lines, write_streamed
from grader.cli.outputs import assert_output, assert_upload_folder
from grader.courses.code_marks import CodeMarks
from grader.courses.people_behind import people_behind
from grader.errors import GraderError, NoSuchPath
from grader.gradebooks.classroom50 import result_json
from grader.gradebooks.feedback_page import feedback_page
from grader.gradebooks.filling import FillingRules, named
from grader.gradebooks.gradescope_results import HiddenTests, results_json
from grader.gradebooks.student_grades import (
    PointsInColumn,
    StudentGrade,
    StudentsInTurn,
    excused_without_submission,
)
from grader.gradebooks.targets import (
    EACH,
    FEEDBACK,
    LAYOUTS,
    TABLES,
    Template,
    feedback_zip,
    filled_template,
)
from grader.gradebooks.upload_names import upload_name
from grader.intake.roster import Roster, read_roster
from grader.records import Person
from grader.text import clean_line, counted

_NAME_BYTES = 200  # of a name that is shown
_FOLDERS = {"gradescope": ".json", **{target: ending for target, (_, ending) in EACH.items()}}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What was typed beside the target."""

    template: Path | None
    column: str
    rules: FillingRules
    feedback: str | None  # its column; empty: the usual one
    hidden: HiddenTests


def export_grades(
    folder: Path,
    output: Path,
    *,
    target: str,
    template: Path | None,
    roster: Path | None,
    column: str,
    scale: bool,
    allow_missing: bool,
    feedback: str | None,
    hidden: str,
) -> int:
    """Write the grades of a results folder for another system; the exit code.

    Raises:
        GraderError: there are no results, something does not fit, or a word makes no sense here.
    """
    found, missing = _students(folder, roster, with_missing=target in LAYOUTS)
    reads = [template, roster]
    asked = _Asked(
        template=template,
        column=column,
        rules=FillingRules(scale=scale, allow_missing=allow_missing),
        feedback=feedback,
        hidden=HiddenTests(hidden),
    )
    _assert_meant(target, asked)
    if target in _FOLDERS:
        assert_upload_folder(output, folder)
        _write_each(target, found, asked, output, reads=reads)
        click.echo(f"Written: {output}")
        return 0
    assert_output(output, reads=reads, ending=".zip" if target in FEEDBACK else "")
    if target in LAYOUTS or target in FEEDBACK:
        _write_filled(target, found, missing, asked, output)
    elif target in TABLES:
        blank = _Blank()
        write_lines(output, TABLES[target](blank.seen(found)))
        blank.say()
    else:
        _write_one(found, output)
    click.echo(f"Written: {output}")
    return 0


def _students(
    folder: Path, roster: Path | None, *, with_missing: bool
) -> tuple[StudentsInTurn, tuple[StudentGrade, ...]]:
    """The grade of each; and with `with_missing`, who is excused and handed nothing in."""
    results = Results(folder)
    run = results.last_run()
    if run is None:
        raise NoSuchPath(
            "holds no results of a class",
            at=str(folder),
            fix="Name the folder that `grader batch SUBMISSIONS -o RESULTS` has written.",
        )
    grades = CodeMarks(results).grades()
    people: Mapping[str, tuple[Person, ...]] = run.people
    missing: tuple[StudentGrade, ...] = ()
    if with_missing:
        of_class = ClassDecisions(policy=policy_that_holds(results))
        missing = excused_without_submission(run, of_class)
    if roster is not None:
        listed = read_roster(roster)
        people = people_behind((g.report.submission for g in grades), people, listed)
        missing = tuple(replace(one, person=_as_listed(one, listed)) for one in missing)
    return StudentsInTurn(grades, people), missing


def _as_listed(student: StudentGrade, roster: Roster) -> Person | None:
    """The person with what a roster knows beside."""
    known = {student.submission: (student.person,)} if student.person else {}
    return people_behind([student.submission], known, roster)[student.submission][0]


def _assert_meant(target: str, asked: _Asked) -> None:
    """What was typed makes sense for the target."""
    wants = target in LAYOUTS or target in FEEDBACK
    if wants and asked.template is None:
        what = "the zip of Download Submissions" if target == FEEDBACK[0] else "its grade file"
        raise GraderError(
            f"{target} needs what was downloaded from there",
            fix=f"Name {what} with --template.",
        )
    fills = target in LAYOUTS
    idle = {
        "--template": asked.template is not None and not wants,
        "--column": asked.column and not fills,
        "--scale": asked.rules.scale and not fills,
        "--allow-missing": asked.rules.allow_missing and not wants,
        "--feedback": asked.feedback is not None and not fills,
    }
    if words := [word for word, is_idle in idle.items() if is_idle]:
        raise GraderError(f"--to {target} takes no {' and no '.join(words)}", fix="Leave it out.")
    if asked.template and not asked.template.exists():
        raise NoSuchPath(
            "there is no such file",
            at=str(asked.template),
            fix="Check the path: --template names what you downloaded.",
        )


def _write_filled(
    target: str,
    found: StudentsInTurn,
    missing: Sequence[StudentGrade],
    asked: _Asked,
    output: Path,
) -> None:
    """Everything is known to fit before anything is written."""
    path = asked.template
    assert path is not None
    students: list[PointsInColumn] = [*(student.lean for student in found), *missing]
    template = Template(name=str(path), file=lambda: path.open("rb"))
    if target in FEEDBACK:

        def page(submission: str) -> bytes:
            return feedback_page(found.of(submission))

        filled = feedback_zip(target, template, students, page=page, rules=asked.rules)
    else:
        filled = filled_template(
            target,
            template,
            students,
            column=asked.column,
            rules=asked.rules,
            whole=found.of,
            feedback=asked.feedback,
        )
    write_streamed(output, filled.write)
    for note in filled.notes:
        click.echo(note)


def _write_each(
    target: str,
    found: StudentsInTurn,
    asked: _Asked,
    output: Path,
    *,
    reads: Sequence[Path | None],
) -> None:
    """One file for each submission, also where several people handed it in."""
    ending = _FOLDERS[target]
    left = {path.name for path in output.glob(f"*{ending}")} if output.is_dir() else set()
    for name, _ in _files(found, ending) if left else ():
        if name in left:
            assert_output(output / name, reads=reads)
    make_output_folder(output)
    blank, n_files = _Blank(), 0
    for name, student in _files(blank.seen(found), ending):
        write_file(output / name, _content(target, student, asked.hidden))
        left.discard(name)
        n_files += 1
    click.echo(f"{counted(n_files, 'file')}, one a submission.")
    blank.say()
    _say_left(left)


def _files(students: Iterable[StudentGrade], ending: str) -> Iterator[tuple[str, StudentGrade]]:
    """The submissions that have a file, each with the name of that."""
    before = ""
    number = 0
    for student in students:
        if student.why_none == "excused" or student.submission == before:
            continue
        before, number = student.submission, number + 1
        yield f"{upload_name(before, number)}{ending}", student


def _say_left(left: Set[str]) -> None:
    """Name the files of those who have none now: who is excused must not be uploaded again."""
    if left:
        names = named([clean_line(name, _NAME_BYTES) for name in sorted(left)])
        click.echo(f"Left from an earlier export: {names}; remove them before you upload.")


def _content(target: str, student: StudentGrade, hidden: HiddenTests) -> bytes:
    if target in EACH:
        return EACH[target][0](student)
    return results_json(
        student.report, hidden=hidden, final=student.points, explained=student.grade.explained
    )


def _write_one(students: Iterable[StudentGrade], output: Path) -> None:
    """Classroom 50 runs once for each student, so there is one submission."""
    first: StudentGrade | None = None
    submissions = 0
    for _, student in groupby(students, key=lambda student: student.submission):
        first, submissions = next(student), submissions + 1
    if first is None or submissions != 1:
        raise GraderError(
            f"Classroom 50 takes the result of one submission, and there are {submissions}",
            fix="Grade the one of its checkout with `grader batch`, and export that.",
        )
    write_file(output, result_json(first, surroundings=os.environ, graded_at=now()))


@dataclass(slots=True)
class _Blank:
    """Who has no points, and why: by submission."""

    names: dict[str, str] = field(default_factory=dict)

    def seen(self, students: Iterable[StudentGrade]) -> Iterator[StudentGrade]:
        """The same students, noted as they pass."""
        for student in students:
            if why := student.why_none:
                self.names[student.submission] = intern(why)
            yield student

    def say(self) -> None:
        if self.names:
            said = named([f"{name} ({why})" for name, why in self.names.items()])
            click.echo(f"Without points, and never a zero: {said}.")
