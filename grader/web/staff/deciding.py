"""Decisions about one submission, and about a class: extensions, excuses, other points."""

from collections.abc import Callable, Mapping
from datetime import datetime
from fractions import Fraction
from typing import TypedDict

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from grader.batch.applied_policy import policy_that_holds
from grader.batch.grades import CodeGrade
from grader.courses.code_marks import CodeMarks
from grader.courses.decision_words import decision_in_words, whom_it_concerns
from grader.errors import GraderError
from grader.policies.due_dates import moment
from grader.policies.explaining import length
from grader.policies.typed_numbers import typed_number
from grader.text import counted, decimal
from grader.web.forms import text_of, with_form
from grader.web.guard.rights import needs, refuse
from grader.web.staff.room import (
    StaffRoom,
    assignment_of,
    reason_in,
    room_of,
    student_of,
    way_back,
)

_MOST_HOURS = 24 * 366


class _Why(TypedDict):
    reason: str
    by: str
    at: datetime


@needs("owner")
@with_form
def decide(request: Request, form: FormData) -> Response:
    """One decision about one student's submission, of the kind that the path names."""
    kind = request.path_params["kind"]
    if kind not in _KINDS:
        refuse(404, "There is no such decision.")
    return _decided(request, form, kind)


@needs("grader")
@with_form
def award(request: Request, form: FormData) -> Response:
    """Other points for a stage: what whoever reads the code may give."""
    return _decided(request, form, "points")


@needs("owner")
@with_form
def take_back(request: Request, form: FormData) -> Response:
    room, assignment = room_of(request), assignment_of(request)
    number = request.path_params["decision"]
    why = _why(room, form)
    marks = CodeMarks(room.reports(assignment), enrolled=room.enrolled)
    entry = marks.take_back(number, **why)
    of = whom_it_concerns(entry)
    about = "" if of == "class" else of
    words = decision_in_words(entry, room.site.course.zone)
    whom = f" for {room.shown_person(about)}" if about else ""
    return room.done(
        "took a decision back",
        said=f"Decision {number} no longer holds{whom}: {words}.",
        about=about,
        assignment=assignment.name,
        decision=number,
        reason=why["reason"],
        back=way_back(form, f"/staff/code/{assignment.name}/decisions"),
    )


@needs("owner")
@with_form
def drop_check(request: Request, form: FormData) -> Response:
    room, assignment = room_of(request), assignment_of(request)
    check, why = text_of(form, "check"), _why(room, form)
    points = CodeMarks(room.reports(assignment)).drop_check(check, **why)
    return room.done(
        "dropped a check",
        said=f"{check} counts for nobody: the maximum is {counted(points, 'point')} less.",
        assignment=assignment.name,
        check=check,
        reason=why["reason"],
        back=f"/staff/code/{assignment.name}/decisions",
    )


def _decided(request: Request, form: FormData, kind: str) -> Response:
    room, assignment = room_of(request), assignment_of(request)
    student, why = student_of(room), _why(room, form)
    marks = CodeMarks(room.reports(assignment), enrolled=room.enrolled)
    deed, decide_it = _KINDS[kind]
    what, grade = decide_it(_Deciding(room, marks, student.person, form, why))
    worth = _worth(grade)
    return room.done(
        deed,
        said=f"{room.shown(student)}: {what}. {worth}".strip(),
        about=student.person,
        assignment=assignment.name,
        decided=what,
        reason=why["reason"],
        back=way_back(form, f"/staff/people/{student.id}/#{assignment.name}"),
    )


class _Deciding:
    """One decision on its way."""

    def __init__(
        self, room: StaffRoom, marks: CodeMarks, person: str, form: FormData, why: _Why
    ) -> None:
        self.room, self.marks, self.person, self.why = room, marks, person, why
        self._form = form

    def text(self, name: str) -> str:
        return text_of(self._form, name).strip()

    def number(self, name: str, *, example: str) -> Fraction:
        number = typed_number(self.text(name))
        if number is None:
            raise GraderError(
                f"{self.text(name)[:50]!r} is no number", fix=f"Write e.g. {example}."
            )
        return number

    def seconds(self) -> int:
        hours = self.number("hours", example="24")
        if hours > _MOST_HOURS:
            raise GraderError("that is more than a year", fix="Write a number of hours.")
        return int(hours * 3600)

    def time(self) -> datetime:
        held = policy_that_holds(self.room.site.store.reports(self._assignment))
        zone = held.zone or self.room.site.course.zone
        try:
            return moment(self.text("time").replace("T", " "), zone=zone or "UTC")
        except ValueError as error:
            problem, _, fix = str(error).partition("; ")
            raise GraderError(problem, fix=f"{fix[:1].upper()}{fix[1:]}.") from error

    @property
    def _assignment(self) -> str:
        return str(self.room.request.path_params["assignment"])


_Said = tuple[str, CodeGrade]


def _extended(one: _Deciding) -> _Said:
    seconds = one.seconds()
    grade = one.marks.extend(one.person, seconds, **one.why)
    return f"{length(seconds)} more time", grade


def _extra(one: _Deciding) -> _Said:
    seconds = one.seconds()
    grade = one.marks.extend(one.person, seconds, is_extra=True, **one.why)
    return f"{length(seconds)} extra time, on top of any extension", grade


def _excused(one: _Deciding) -> _Said:
    return "excused", one.marks.excuse(one.person, **one.why)


def _final(one: _Deciding) -> _Said:
    points = one.number("points", example="63.5")
    grade = one.marks.set_final(one.person, points, **one.why)
    return f"final points set to {decimal(points)}", grade


def _stated(one: _Deciding) -> _Said:
    at = one.time()
    grade = one.marks.state_time(one.person, at, **one.why)
    return f"handed in {at.astimezone(one.room.site.zone):%Y-%m-%d %H:%M %Z}", grade


def _awarded(one: _Deciding) -> _Said:
    stage, points = one.text("stage"), one.number("points", example="4")
    if points.denominator != 1:
        raise GraderError("the points of a stage are whole", fix="Write e.g. 4.")
    grade = one.marks.award(one.person, stage, int(points), **one.why)
    return f"{stage.replace('_', ' ')} {counted(int(points), 'point')}", grade


_KINDS: Mapping[str, tuple[str, Callable[[_Deciding], _Said]]] = {
    "extend": ("gave more time", _extended),
    "extra": ("gave extra time", _extra),
    "excuse": ("excused", _excused),
    "final": ("set final points", _final),
    "time": ("stated a time", _stated),
    "points": ("gave a stage other points", _awarded),
}


def _why(room: StaffRoom, form: FormData) -> _Why:
    return _Why(reason=reason_in(form), by=room.who.person, at=room.site.clock())


def _worth(grade: CodeGrade) -> str:
    if not grade.counts:
        return "" if grade.excuse is not None else "There is no grade yet."
    return f"{decimal(grade.final)} of {counted(grade.max_points, 'point')} now."
