"""The class of an assignment: what it came to, what it gets wrong, and everybody in a table."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from grader.code_figures.class_figures import ClassFigures, class_figures
from grader.courses.code_marks import CodeMarks
from grader.hand_ins.history import job_key
from grader.policies.policy_settings import policy_of
from grader.settings import Assignment
from grader.staff.class_memory import ClassStamp
from grader.staff.class_rows import (
    SHOWN,
    SORTED,
    ClassRow,
    RowGrade,
    RowState,
    TableWish,
    class_rows,
    how_many,
    row_grades,
    wanted_rows,
)
from grader.text import counted
from grader.web.forms import whole_number
from grader.web.guard.rights import needs, refuse
from grader.web.rendering import moved, shown_time
from grader.web.staff.room import StaffRoom, assignment_of, room_of

_A_PAGE = 100  # rows: a page stays small whatever the class


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassAtOnce:
    """One assignment and its class, as a reader sees it."""

    assignment: Assignment
    rows: tuple[ClassRow, ...]
    figures: ClassFigures
    is_shown: bool  # to students

    @property
    def path(self) -> str:
        return f"/staff/code/{self.assignment.name}/"


@needs("grader")
def staff_home(request: Request) -> Response:
    """The class of the assignment that was due last, or is due first if none was yet."""
    room = room_of(request)
    if not room.site.assignments:
        return moved(request, "/staff/people/")
    return moved(request, f"/staff/code/{_of_now(room).name}/")


@needs("grader")
def class_page(request: Request) -> Response:
    room, assignment = room_of(request), assignment_of(request)
    of_class = class_at_once(room, assignment)
    wish = _wish(request)
    found = wanted_rows(of_class.rows, wish)
    number = _page_number(request, len(found))
    begin = (number - 1) * _A_PAGE
    return room.page(
        "class.html",
        of=of_class,
        figures=of_class.figures,
        wish=wish,
        rows=found[begin : begin + _A_PAGE],
        n_found=len(found),
        first=begin + 1,
        page_number=number,
        n_pages=_n_pages(len(found)),
        filters=[(name, SHOWN[name][0], n) for name, n in how_many(of_class.rows).items()],
        sections=sorted({row.member.section for row in of_class.rows} - {""}),
        link=lambda **changes: _link(of_class.path, wish, **changes),
        summary=summary(of_class),
        due=_due(room, assignment),
    )


@needs("grader")
def report_page(request: Request) -> Response:
    """What the class gets wrong: stages, ideas, groups that nothing explains, checks."""
    room, assignment = room_of(request), assignment_of(request)
    of_class = class_at_once(room, assignment)
    by_name = {row.member.person: row.member for row in of_class.rows}
    return room.page(
        "report.html",
        of=of_class,
        figures=of_class.figures,
        members=by_name,
        graded=len(of_class.figures.points),
        summary=summary(of_class),
    )


def class_at_once(room: StaffRoom, assignment: Assignment) -> ClassAtOnce:
    """The class now. What is computed from reports is kept until one changes."""
    figures = room.memory.remembered(
        ("figures", assignment.name),
        _stamp(room, assignment, with_decisions=False),
        lambda: _figures(room, assignment),
    )
    return ClassAtOnce(
        assignment=assignment,
        rows=class_rows(
            room.members,
            grades_of_class(room, assignment),
            waiting=_waiting(room, assignment),
        ),
        figures=figures,
        is_shown=room.site.store.releases.release("code", assignment.name).is_shown,
    )


def grades_of_class(room: StaffRoom, assignment: Assignment) -> Mapping[str, RowGrade]:
    """What a table shows of each grade, by the name of the submission."""
    return room.memory.remembered(
        ("grades", assignment.name),
        _stamp(room, assignment),
        lambda: row_grades(CodeMarks(room.reports(assignment), enrolled=room.enrolled).grades()),
    )


def _waiting(room: StaffRoom, assignment: Assignment) -> frozenset[str]:
    """Those whose newest hand-in is not graded yet."""
    counts = room.site.store.jobs.counts()
    if not counts.get("waiting", 0) + counts.get("running", 0):
        return frozenset()
    newest = room.site.store.hand_ins.newest(assignment.name)
    jobs = room.site.store.jobs.jobs([job_key(one) for one in newest.values()])
    return frozenset(
        name
        for name, one in newest.items()
        if (job := jobs.get(job_key(one))) and job.state in ("waiting", "running")
    )


def _stamp(room: StaffRoom, assignment: Assignment, *, with_decisions: bool = True) -> ClassStamp:
    """What changes with any report, any decision and any student."""
    *reports, decisions = room.reports(assignment).stamp()
    students = tuple(one for one in room.everybody.values() if one.role == "student")
    own = decisions if with_decisions else None
    return ClassStamp(at_once=(own, hash(repr(students))), later=tuple(reports))


def summary(of_class: ClassAtOnce) -> str:
    """The class in one or two sentences."""
    active = [row for row in of_class.rows if row.member.is_active]
    counts = Counter(row.grade.state.value for row in active)
    counts["graded"] = counts.pop(RowState.RIGHT.value, 0) + counts.pop(RowState.LOST.value, 0)
    words = {RowState.NOTHING.value: "handed nothing in"}
    parts = [f"{n} {words.get(word, word)}" for word, n in counts.most_common() if n]
    late = sum(row.grade.is_late for row in active)
    said = f"{counted(len(active), 'student')}: {', '.join(parts) or 'nobody yet'}."
    if late:
        said += f" {late} late."
    if of_class.figures.identical:
        said += f" {sum(map(len, of_class.figures.identical))} hand in files that another has, too."
    return said


def _figures(room: StaffRoom, assignment: Assignment) -> ClassFigures:
    newest = room.reports(assignment).newest_for_staff()
    known = [report for name, report in sorted(newest.items()) if name in room.enrolled]
    return class_figures(known, assignment=assignment.name)


def _of_now(room: StaffRoom) -> Assignment:
    now = room.site.clock()
    due = {one.name: policy_of(room.site.course, one.name).due for one in room.site.assignments}
    past = [one for one in room.site.assignments if (at := due[one.name]) and at <= now]
    coming = [one for one in room.site.assignments if (at := due[one.name]) and at > now]
    if past:
        return max(past, key=lambda one: due[one.name] or now)
    if coming:
        return min(coming, key=lambda one: due[one.name] or now)
    return room.site.assignments[0]


def _due(room: StaffRoom, assignment: Assignment) -> str:
    due = policy_of(room.site.course, assignment.name).due
    return f"Due {shown_time(room.site, due)}." if due else "Nothing says when it is due."


def _wish(request: Request) -> TableWish:
    asked = request.query_params
    return TableWish(
        show=asked.get("show", "all") if asked.get("show") in SHOWN else "all",
        sort=asked.get("sort", "name") if asked.get("sort") in SORTED else "name",
        descending=asked.get("down") == "1",
        search=asked.get("search", "")[:100],
        section=asked.get("section", "")[:200],
    )


def _link(path: str, wish: TableWish, **changes: object) -> str:
    """The same table with something else wanted; what is usual is left out."""
    words: Mapping[str, object] = {
        "show": wish.show,
        "sort": wish.sort,
        "down": "1" if wish.descending else "",
        "search": wish.search,
        "section": wish.section,
        **changes,
    }
    usual = {"show": "all", "sort": "name", "page": 1}
    said = {key: value for key, value in words.items() if value and usual.get(key) != value}
    return f"{path}?{urlencode(said)}#students" if said else f"{path}#students"


def _n_pages(n_rows: int) -> int:
    return max(1, -(-n_rows // _A_PAGE))


def _page_number(request: Request, n_rows: int) -> int:
    asked = whole_number(request.query_params.get("page", "1"))
    if asked is None:
        refuse(404, "There is no such page of the table.")
    return min(max(1, asked), _n_pages(n_rows))
