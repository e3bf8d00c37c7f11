"""The gradebook of the course: assignments and quizzes side by side, with weights and totals."""

from starlette.requests import Request
from starlette.responses import Response

from grader.courses.course_gradebook import gradebook_table
from grader.hand_ins.class_record import person_of_enrolment
from grader.policies.weights import name_of
from grader.staff.course_grades import CourseGrades, course_grades
from grader.staff.exported_grades import ExportedGrades
from grader.web.guard.rights import needs
from grader.web.quizzes.places import shelf_of
from grader.web.staff.class_pages import class_at_once
from grader.web.staff.releasing import download
from grader.web.staff.room import StaffRoom, room_of


@needs("owner")
def gradebook_page(request: Request) -> Response:
    room = room_of(request)
    known = {one.person: one for one in room.everybody.values()}
    grades = _grades(room)
    rows = sorted(grades.rows, key=lambda row: room.shown_person(row.person.id).casefold())
    n_totals = sum(row.total is not None for row in rows)
    return room.page(
        "gradebook.html", grades=grades, rows=rows, n_totals=n_totals, name_of=name_of, known=known
    )


@needs("owner")
def gradebook_csv(request: Request) -> Response:
    """The same as a file, in percent; what has no grade is blank, and the remarks say why."""
    room = room_of(request)
    grades = _grades(room)
    room.site.store.audit.add(room.entry("exported grades", said="The gradebook of the course."))
    content = gradebook_table(grades.rows, grades.items)
    return download(ExportedGrades(name="gradebook.csv", content=content))


def _grades(room: StaffRoom) -> CourseGrades:
    site = room.site
    active = (one for one in room.everybody.values() if one.role == "student" and one.is_active)
    return course_grades(
        site.store,
        classes={one.name: class_at_once(room, one).rows for one in site.assignments},
        titles={one.name: one.title for one in site.assignments},
        quizzes=tuple(shelf_of(site).now().quizzes.values()),
        weights=site.course.gradebook,
        people={one.person: person_of_enrolment(one) for one in active},
        at=site.clock(),
    )
